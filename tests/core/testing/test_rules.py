"""What every kit says to an author who has not declared what a rule needs."""

from typing import Any

import pytest

from interlock.testing import (
    ArbiterConformance,
    ClassifierConformance,
    CommandConformance,
    ConnectorConformance,
    GuardrailConformance,
    LedgerConformance,
    ProviderConformance,
    SharedHealthConformance,
    StoreConformance,
)

SUBJECTS = [
    (ArbiterConformance, "is_an_arbiter", "arbiter"),
    (ClassifierConformance, "is_a_classifier", "classifier"),
    (CommandConformance, "is_a_command", "command"),
    (ConnectorConformance, "is_a_kind_of_connector", "kind"),
    (GuardrailConformance, "is_a_guardrail", "guardrail"),
    (LedgerConformance, "is_a_kind_of_ledger", "kind"),
    (ProviderConformance, "is_a_provider", "provider"),
    (SharedHealthConformance, "is_a_kind_of_shared_health", "kind"),
    (StoreConformance, "is_a_kind_of_store", "kind"),
]


@pytest.mark.parametrize(("kit", "rule", "subject"), SUBJECTS)
def test_a_kit_without_its_subject_says_what_to_declare(kit: type, rule: str, subject: str) -> None:
    mine: Any = type("Mine", (kit,), {})
    with pytest.raises(AttributeError, match=f"^Mine has no '{subject}': declare {subject} = … in the class"):
        getattr(mine(), f"test_{rule}")()


def test_what_no_kit_knows_is_no_declaration() -> None:
    with pytest.raises(AttributeError, match=r"has no 'nonsense'$"):
        _ = getattr(GuardrailConformance(), "nonsense")  # noqa: B009 - a type checker knows it is not there


@pytest.mark.parametrize(
    ("kit", "call"),
    [
        (StoreConformance, "StoreCall"),
        (SharedHealthConformance, "ShareCall"),
        (LedgerConformance, "LedgerPlace"),
    ],
)
def test_a_kit_without_a_place_says_how_to_give_one(kit: Any, call: str) -> None:
    with pytest.raises(AssertionError, match=rf"define place\(self\), which returns {call}\(url=…\)"):
        kit().place()
