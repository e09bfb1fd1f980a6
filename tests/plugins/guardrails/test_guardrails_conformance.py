"""Each guardrail against Interlock's rules for guardrails, and for options."""

import pytest

from interlock.testing import Conformance
from interlock_guardrails import conformance

KITS = [
    each
    for each in vars(conformance).values()
    if isinstance(each, type) and each.__module__ == conformance.__name__
]
for _kit in KITS:
    globals()[f"Test{_kit.__name__}"] = type(f"Test{_kit.__name__}", (_kit,), {"__module__": __name__})


def test_every_guardrail_has_its_kits():
    from interlock_guardrails import interlock_guardrails

    tested = {type(getattr(each, "guardrail", None) or getattr(each, "offer", None)) for each in KITS}
    assert {type(each) for each in interlock_guardrails()} <= tested


@pytest.mark.parametrize("kit", KITS)
def test_each_is_a_kit(kit):
    assert issubclass(kit, Conformance)
