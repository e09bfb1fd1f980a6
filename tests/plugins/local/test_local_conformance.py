"""The conformance kit over the real model."""

from interlock_local.conformance import Local


class TestLocal(Local):
    pass
