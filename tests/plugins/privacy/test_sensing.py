"""Before anything is decided, it says what a request holds, and whether it would seal all of it."""

from typing import Any

import pytest

from interlock import Image, Message, Request, Text
from interlock.protocols import SensingGuardrail
from interlock.requests.passages import passages
from interlock.testing import scripted_providers, scripted_router
from interlock_privacy import Options, Privacy
from interlock_privacy.actions import OPEN, REPLACING
from interlock_privacy.scanning import ScanFailed

MAIL, CARD = "ada@example.com", "4111 1111 1111 1111"


def kinds(text: str, **options: Any) -> frozenset[str]:
    return Privacy(Options(**options)).kinds_of(passages(Request(text)))


def test_it_says_what_is_there_whatever_is_done_with_it() -> None:
    assert isinstance(Privacy(), SensingGuardrail)
    assert kinds("It rained.") == frozenset()
    assert kinds(f"{MAIL}, {CARD}", actions={"card": "ignore", "email": "refuse"}) == {"email", "card"}
    assert kinds(f"{MAIL}, {CARD}", kinds=("card",)) == {"card"}
    assert kinds("It rained. " * 20_000 + MAIL) == {"email"}


@pytest.mark.parametrize(
    ("action", "sealable"),
    [*((each, True) for each in sorted(REPLACING)), *((each, False) for each in sorted(OPEN))],
)
def test_what_is_refused_or_leaves_as_it_is_cannot_be_sealed(action: Any, sealable: bool) -> None:
    privacy = Privacy(Options(actions={"card": action}))
    assert privacy.sealable(frozenset({"email", "card"})) is sealable
    assert privacy.sealable(frozenset({"email"}))


def test_all_that_can_be_found_is_known_by_name() -> None:
    assert {"email", "card", "phone", "secret"} <= Privacy().kinds
    assert Privacy(Options(kinds=("card",))).kinds == {"card"}


def test_where_it_cannot_look_it_says_so() -> None:
    class Broken:
        def find(self, text: str) -> Any:
            raise LookupError(text)

    with pytest.raises(ScanFailed) as caught:
        Privacy(finder=Broken()).kinds_of(passages(Request(MAIL)))
    assert caught.value.__context__ is None
    assert MAIL not in str(caught.value)


def test_it_looks_into_texts_and_says_nothing_of_pictures() -> None:
    request = Request((Message("user", (Text("It rained."), Image(data=b"\x89PNG"))),))
    assert Privacy().kinds_of(passages(request)) == frozenset()


POLICIES = {
    "default": "internal",
    "detected": {"email": "personal", "card": "personal"},
    "rules": [
        {"id": "open", "level": "internal", "permit": "any"},
        {"id": "eu", "level": "personal", "permit": {"places": ["eu"]}, "sealed": "internal"},
    ],
}


def test_sealing_opens_what_a_policy_excludes_unless_a_kind_is_refused() -> None:
    router = scripted_router(
        {"abroad": ["fine"]},
        deployments={"abroad": {"region": "us"}},
        guardrails={"privacy": {"actions": {"card": "refuse"}}},
        policies=POLICIES,
    )
    [candidate] = router.decide(f"Write to {MAIL}.").shortlist
    assert candidate.treatment == "sealed"
    assert any("counts as internal" in reason for reason in candidate.reasons)
    assert router.complete_sync(f"Write to {MAIL}.").text == "fine"
    (provider,) = scripted_providers(router)
    assert MAIL not in repr(provider.calls[0].request)
    excluded = router.decide(f"Charge {CARD}.").excluded
    assert "guardrails do not seal all that they found: card" in excluded["abroad"]
