"""The model on this machine, for Interlock's conformance kit: it is asked for real, and only where it is."""

from interlock.testing import ProviderConformance
from interlock_local.provider import LocalProvider
from interlock_local.weights import NAME


class Local(ProviderConformance):
    provider = LocalProvider()
    model = NAME
    has_tools = has_output = True
