"""The arbiters, by the kits that they ship."""

import pytest

from interlock.testing import ArbiterConformance, OptionsConformance, rules_of
from interlock_panels import conformance

KITS = [
    kit
    for kit in vars(conformance).values()
    if isinstance(kit, type)
    and issubclass(kit, (ArbiterConformance, OptionsConformance))
    and kit not in (ArbiterConformance, OptionsConformance)
]
RULES = [(kit, rule) for kit in KITS for rule in rules_of(kit)]


@pytest.mark.parametrize(("kit", "rule"), RULES, ids=[f"{kit.__name__}-{rule}" for kit, rule in RULES])
def test_the_rules_are_kept(kit: type[ArbiterConformance], rule: str) -> None:
    getattr(kit(), rule)()
