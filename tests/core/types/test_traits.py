"""A model's traits: where they come from, and what follows from them."""

from typing import Any

import pytest

from interlock import ConfigError, Deployment, ModelCard, Router, Traits
from interlock.types.models import traits_of
from interlock.types.traits import EFFORTS, SAMPLING, UnknownTrait, traits_from


def deployment(*, capabilities: frozenset[str] = frozenset(), card: Traits, own: Traits) -> Deployment:
    made = ModelCard(id="a/b", maker="A", jurisdiction="us", capabilities=capabilities, traits=card)
    return Deployment(id="d", card=made, provider="openai", region="us", name="b", traits=own)


def test_a_deployment_goes_over_its_card_and_that_over_the_family() -> None:
    family = Traits(reasons="unasked", refuses=frozenset({"seed"}), endpoint="responses")
    card = Traits(reasons="asked", temperature=(0.0, 1.0))
    found = traits_of(deployment(card=card, own=Traits(endpoint="chat")), family)
    assert found == Traits(
        reasons="asked", refuses=frozenset({"seed"}), temperature=(0.0, 1.0), endpoint="chat"
    )


def test_a_card_that_lists_what_its_model_can_and_no_reasoning_says_that_it_never_reasons() -> None:
    nothing = Traits()
    assert traits_of(deployment(card=nothing, own=nothing)).reasons is None
    plain = deployment(capabilities=frozenset({"text"}), card=nothing, own=nothing)
    assert traits_of(plain).reasons == "never"
    assert traits_of(plain, Traits(reasons="always")).reasons == "always"
    thinking = deployment(capabilities=frozenset({"text", "reasoning"}), card=nothing, own=nothing)
    assert traits_of(thinking).reasons is None


@pytest.mark.parametrize(
    ("reasons", "effort", "tokens", "reasoning"),
    [
        ("never", "high", None, False),
        ("always", "none", None, True),
        ("asked", None, None, False),
        ("asked", "low", None, True),
        ("asked", None, 1000, True),
        ("unasked", None, None, True),
        ("unasked", "none", None, False),
        (None, None, None, None),
        (None, "high", None, True),
        (None, None, 0, False),
    ],
)
def test_whether_it_will_reason(reasons: Any, effort: str | None, tokens: int | None, reasoning: Any) -> None:
    assert Traits(reasons=reasons).reasoning(effort, tokens) is reasoning


def test_sampling_stands_for_all_of_its_settings() -> None:
    traits = Traits(refuses_while_reasoning=frozenset({"sampling", "tools"}))
    for what in (*SAMPLING, "tools"):
        assert traits.takes(what, reasoning=False)
        assert not traits.takes(what, reasoning=True)
    assert traits.takes("seed", reasoning=True)


@pytest.mark.parametrize(
    ("known", "asked", "sent"),
    [
        (("none", "low", "medium", "high"), "minimal", "low"),
        (("none", "low", "medium", "high"), "xhigh", "high"),
        (("low", "medium", "high"), "none", "low"),
        (("none", "high", "max"), "low", "high"),
        (("none",), "high", "none"),
        (("low", "high"), "medium", "high"),
        (("low", "high"), "made-up", "made-up"),
        (None, "max", "max"),
    ],
)
def test_an_effort_becomes_the_nearest_that_is_known(known: Any, asked: str, sent: str) -> None:
    assert Traits(efforts=known).effort(asked) == sent


@pytest.mark.parametrize("asked", EFFORTS)
def test_a_known_effort_stays_as_it_is(asked: str) -> None:
    assert Traits(efforts=EFFORTS).effort(asked) == asked


@pytest.mark.parametrize(
    ("given", "key", "suggestion"),
    [
        ({"reason": "never"}, "reason", "reasons"),
        ({"reasons": "nevr"}, "reasons", "never"),
        ({"refuses": ["temperatur"]}, "refuses", "temperature"),
        ({"refuses": {"temperature": True}}, "refuses", None),
        ({"temperature": [2, 1]}, "temperature", None),
        ({"temperature": 1}, "temperature", None),
        ({"efforts": ["hihg"]}, "efforts", "high"),
        ({"reasoning_owed": "yes"}, "reasoning_owed", None),
        (["reasons"], "", None),
    ],
)
def test_what_is_no_trait_is_refused_by_name(given: Any, key: str, suggestion: str | None) -> None:
    with pytest.raises(UnknownTrait) as caught:
        traits_from(given)
    assert (caught.value.key, caught.value.suggestion) == (key, suggestion)


def config(card: Any = None, own: Any = None) -> dict[str, Any]:
    there = {"id": "d", "model": "acme/m", "provider": "openai-compatible", "region": "eu", "api_key": "k"}
    return {
        "models": [{"id": "acme/m", **({"traits": card} if card else {})}],
        "deployments": [{**there, "base_url": "https://acme.example/v1", **({"traits": own} if own else {})}],
    }


def test_both_are_read_from_a_configuration() -> None:
    given = {"reasons": "always", "refuses": ["sampling"]}, {"temperature": [0, 1], "refuses": "seed"}
    with Router.from_config(config(*given)) as router:
        found = traits_of(router.wiring.deployments["d"])
    assert found == Traits(reasons="always", refuses=frozenset({"seed"}), temperature=(0.0, 1.0))


@pytest.mark.parametrize(
    ("given", "key"),
    [
        (config(card={"reasns": "never"}), "models.0.traits.reasns"),
        (config(own={"efforts": ["hgh"]}), "deployments.0.traits.efforts"),
    ],
)
def test_a_mistake_in_a_configuration_is_named(given: dict[str, Any], key: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Router.from_config(given)
    assert caught.value.key == key
    assert caught.value.suggestion
