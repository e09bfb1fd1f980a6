"""For authors of plugins: what proves that a plugin keeps the contract, and doubles to test with.

Nothing here needs pytest; its fixtures (`scripted_provider`, `scripted_router`, `fake_clock`,
`loopback_upstream`) are there wherever Interlock is installed.
"""

from interlock.testing.classifier_rules import ClassifierConformance
from interlock.testing.clock import FakeClock
from interlock.testing.provider_rules import ProviderConformance
from interlock.testing.routers import scripted_providers, scripted_router
from interlock.testing.rules import Conformance
from interlock.testing.scripted import ScriptedProvider, Step
from interlock.testing.upstream import End, Received, Reply, Upstream

__all__ = [
    "ClassifierConformance",
    "Conformance",
    "End",
    "FakeClock",
    "ProviderConformance",
    "Received",
    "Reply",
    "ScriptedProvider",
    "Step",
    "Upstream",
    "scripted_providers",
    "scripted_router",
]
