from dataclasses import replace
from typing import Any

import pytest

from interlock.constraints import BUILTIN, needs
from interlock.protocols import API, Constraint, ConstraintCall, ProviderFacts
from interlock.types.handling import Handling
from interlock.types.messages import Audio, Document, Image, Message, Text, ToolResult
from interlock.types.models import Credential, Deployment, ModelCard, Secret
from interlock.types.request import Constraints, Request, Settings, ToolSpec

CARD = ModelCard(
    id="zhipu/glm-5.2",
    maker="Zhipu AI",
    jurisdiction="cn",
    context_window=128_000,
    capabilities=frozenset({"text", "tools"}),
)
DEPLOYMENT = Deployment(
    id="glm-cloud",
    card=CARD,
    provider="zhipu",
    region="cn",
    name="glm-5.2",
    credential=Credential(secret=Secret("k")),
)


def first_sentence(
    request: Request | str = "hello",
    *,
    constraints: Constraints | None = None,
    installed: bool = True,
    tokens: int = 10,
    card: dict[str, Any] | None = None,
    **changes: Any,
) -> str | None:
    asked = request if isinstance(request, Request) else Request(request)  # type: ignore[arg-type]  # text is taken
    call = ConstraintCall(
        request=asked,
        constraints=constraints or asked.constraints,
        deployment=replace(DEPLOYMENT, card=replace(CARD, **(card or {})), **changes),
        provider=ProviderFacts(name="zhipu") if installed else None,
        input_tokens=tokens,
        needs=needs(asked),
    )
    sentences = (rule.check(call) for rule in BUILTIN)
    return next((sentence for sentence in sentences if sentence), None)


def test_a_deployment_that_breaks_nothing_is_allowed() -> None:
    assert first_sentence() is None


def test_rules_are_constraints_with_names_of_their_own() -> None:
    assert all(isinstance(rule, Constraint) and rule.api == API for rule in BUILTIN)
    assert len({rule.name for rule in BUILTIN}) == len(BUILTIN)


def test_a_provider_that_no_plugin_offers_names_the_distribution() -> None:
    sentence = first_sentence(installed=False, provider="bedrock")
    assert sentence == "no plugin offers its provider: pip install interlock-bedrock"


def test_a_missing_key_says_which_variable_to_set() -> None:
    credential = Credential(hint="ZHIPU_API_KEY is not set")
    assert first_sentence(credential=credential) == "ZHIPU_API_KEY is not set"
    assert first_sentence(credential=Credential(needed=False)) is None
    assert first_sentence(credential=Credential()) == "no key is set for provider 'zhipu'"


def test_residency_names_both_places() -> None:
    asked = Constraints(residency={"eu"})
    assert first_sentence(constraints=asked) == "processed in cn; the residency allows eu only"
    assert (
        first_sentence(constraints=asked, region="global")
        == "processed anywhere; the residency allows eu only"
    )
    assert first_sentence(constraints=asked, region="eu-central-1") is None
    assert first_sentence(constraints=asked, region="local") is None
    assert first_sentence(constraints=Constraints(residency={"us", "cn"})) is None


def test_residency_is_told_before_a_missing_key() -> None:
    sentence = first_sentence(constraints=Constraints(residency={"eu"}), credential=Credential())
    assert sentence == "processed in cn; the residency allows eu only"


def test_residency_names_each_place_and_who_says_so() -> None:
    known = Handling(
        note="Ask for a project in the EU.", source="https://example.org/places", as_of="2026-11-29"
    )
    sentence = first_sentence(
        constraints=Constraints(residency={"eu"}),
        region="ch+eea",
        base_url="https://eu.example.org",
        handling=known,
    )
    assert sentence == (
        "processed in ch+eea (eu.example.org, as of 2026-11-29: Ask for a project in the EU; "
        "see https://example.org/places); the residency allows eu only"
    )
    assert first_sentence(constraints=Constraints(residency={"eu", "eea", "ch"}), region="ch+eea") is None


def test_storage_asks_where_something_is_kept_and_takes_the_unrecorded_for_anywhere() -> None:
    asked = Constraints(storage={"eu"})
    assert first_sentence(constraints=asked) == "may be stored anywhere; storage is allowed in eu only"
    assert first_sentence(constraints=asked, handling=Handling(stored="de+fr")) is None
    assert first_sentence(constraints=asked, handling=Handling(stored="ch+eu")) == (
        "stored in ch+eu; storage is allowed in eu only"
    )
    assert first_sentence(constraints=asked, region="local") is None
    assert first_sentence(constraints=asked, region="eu") == first_sentence(constraints=asked)
    both = asked.tightened(Constraints(storage={"us"}))
    assert "storage and the request's contradict" in str(first_sentence(constraints=both))


@pytest.mark.parametrize(
    ("region", "operator", "parent", "why"),
    [
        ("us", "de", "de", "it is processed in us; the law of us is denied"),
        ("eu", "us", "us", "its operator is in us; the law of us is denied"),
        ("eu", "ie", "us", "its operator's parent is in us; the law of us is denied"),
        ("eu", "", "", "nobody recorded who operates it; the law of us is denied"),
        ("eu", "ie", "", "nobody recorded who owns its operator; the law of us is denied"),
        ("global", "ie", "ie", "nobody recorded where it is processed; the law of us is denied"),
        ("eu", "ie", "ie", None),
        ("local", "", "", None),
        ("local", "us", "us", "its operator is in us; the law of us is denied"),
    ],
)
def test_a_denied_law_reaches_by_place_operator_and_parent(
    region: str, operator: str, parent: str, why: str | None
) -> None:
    known = Handling(operator=operator, parent=parent)
    for law in ("us", "usa"):
        asked = Constraints(deny_laws={law})
        assert first_sentence(constraints=asked, region=region, handling=known) == why


def test_the_law_of_a_member_is_denied_with_its_union_and_a_union_that_may_be_in_it() -> None:
    german = Handling(operator="de", parent="de")
    assert first_sentence(constraints=Constraints(deny_laws={"eu"}), region="uk", handling=german)
    spread = Handling(operator="uk", parent="uk")
    assert first_sentence(constraints=Constraints(deny_laws={"de"}), region="eu", handling=spread)
    assert first_sentence(constraints=Constraints(deny_laws={"de"}), region="fr", handling=spread) is None


def test_a_contradiction_between_policy_and_request_is_named_as_one() -> None:
    asked = Constraints(residency={"eu"}).tightened(Constraints(residency={"cn"}))
    sentence = "the configured residency and the request's contradict each other; no region satisfies both"
    assert first_sentence(constraints=asked) == sentence
    assert first_sentence(constraints=asked, region="de") == sentence


def test_on_premise() -> None:
    asked = Constraints(on_premise=True)
    assert first_sentence(constraints=asked) == (
        "not on premise; only what stands on the user's own ground is allowed"
    )
    assert first_sentence(constraints=asked, on_premise=True) is None
    assert first_sentence(constraints=asked, region="local") is None


@pytest.mark.parametrize("denied", ["zhipu", "Zhipu AI", "openrouter", "zhipu/glm-5.2"])
def test_a_denied_vendor_is_denied_as_maker_and_as_provider(denied: str) -> None:
    sentence = first_sentence(constraints=Constraints(deny_vendors={denied}), provider="openrouter")
    assert sentence is not None
    assert sentence.lower() == f"{denied.lower()} is a denied vendor"


def test_other_vendors_stay_allowed() -> None:
    assert first_sentence(constraints=Constraints(deny_vendors={"deepseek"})) is None


@pytest.mark.parametrize("model", ["glm-cloud", "zhipu/glm-5.2", "glm-5.2"])
def test_a_model_is_asked_for_by_deployment_card_or_bare_name(model: str) -> None:
    assert first_sentence(Request("hello", model=model)) is None  # type: ignore[arg-type]  # text is taken


def test_another_model_excludes() -> None:
    asked = Request("hello", model="openai/gpt-5.5")  # type: ignore[arg-type]  # text is taken
    assert first_sentence(asked) == "the request asks for openai/gpt-5.5 alone"


def picture() -> Image:
    return Image(url="https://example.org/a.png")


def test_needs_are_seen_in_parts_tools_and_tool_results() -> None:
    said = Message("user", (Text("look"), picture(), Document(file_id="f"), Audio(file_id="a")))
    shown = Message("tool", (ToolResult(id="1", content=(picture(),)),))
    assert needs(Request((said,))) == {"images", "documents", "audio"}
    assert needs(Request((shown,))) == {"images"}
    assert needs(Request("plain", tools=(ToolSpec(name="t"),))) == {"tools"}  # type: ignore[arg-type]  # text
    assert needs(Request("plain")) == frozenset()  # type: ignore[arg-type]  # text is taken


def test_a_capability_that_the_card_does_not_list_excludes() -> None:
    asked = Request((Message("user", (Text("look"), picture())),))
    assert first_sentence(asked) == "zhipu/glm-5.2 does not take images, which the request needs"
    assert first_sentence(asked, card={"capabilities": frozenset({"text", "images"})}) is None


def test_a_card_without_capabilities_excludes_nothing() -> None:
    asked = Request((Message("user", (picture(),)),))
    assert first_sentence(asked, card={"capabilities": frozenset()}) is None


def test_needs_that_nobody_worked_out_are_still_checked() -> None:
    asked = Request((Message("user", (picture(),)),))
    call = ConstraintCall(
        request=asked,
        constraints=Constraints(),
        deployment=DEPLOYMENT,
        provider=ProviderFacts(name="zhipu"),
        input_tokens=1,
    )
    assert any(rule.check(call) for rule in BUILTIN)


def test_the_answer_must_fit_in_the_window_too() -> None:
    asked = Request("hello", settings=Settings(max_tokens=31_000))  # type: ignore[arg-type]  # text is taken
    sentence = "needs about 131,000 tokens; its context window holds 128,000"
    assert first_sentence(asked, tokens=100_000) == sentence
    assert first_sentence(asked, tokens=97_000) is None
    assert first_sentence(asked, tokens=10_000_000, card={"context_window": None}) is None
