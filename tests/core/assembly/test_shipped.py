"""The ensembles that every router knows by name."""

from collections.abc import Iterable
from typing import Any

import pytest

from interlock import Ensemble, NoDeployment, RequestError, Router, hookimpl
from interlock.assembly import assemble
from interlock.catalog import Catalog
from interlock.catalog.ensembles import load_ensembles
from interlock.protocols import ArbitrateCall, Ruling
from interlock.testing import scripted_router

pytestmark = pytest.mark.usefixtures("without_panels")

SHIPPED = ("legal_review", "financial_analysis")


class First:
    """Stands for an arbiter of interlock-panels."""

    api = 1
    asks = True

    def __init__(self, name: str) -> None:
        self.name = name

    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        assert call.judges == 1
        return Ruling(chosen=("B",))


class Panels:
    @hookimpl
    def interlock_arbiters(self) -> Iterable[Any]:
        return [First("select_best"), First("synthesise")]


def router(*models: str, plugins: Iterable[Any] = (), **config: Any) -> Router:
    """One deployment for each of the models."""
    scripts: dict[str, Any] = {model.split("/")[1].replace(".", "-"): [model] for model in models}
    deployments = {
        name: {"model": model} for name, model in zip(scripts, models, strict=True) if "/" in model
    }
    return scripted_router(scripts, deployments=deployments, plugins=plugins, **config)


def test_they_are_as_the_catalog_has_them() -> None:
    assert tuple(load_ensembles()) == SHIPPED
    cards = Catalog().cards
    for ensemble in load_ensembles().values():
        assert all(name in cards for name in (*(each.model for each in ensemble.members), *ensemble.arbiter))


LEGAL = ("zhipu/glm-5.2", "anthropic/claude-4-opus", "openai/gpt-5.5")


def test_one_is_asked_by_name_where_its_plugin_and_its_models_are_there() -> None:
    there = router(*LEGAL, plugins=[Panels()])
    response = there.complete_sync("May we?", ensemble="legal_review")
    assert (response.text, response.record.ensemble) == ("anthropic/claude-4-opus", "legal_review")
    assert response.verdict is not None
    assert response.verdict.arbiter == "select_best"
    assert there.wiring.ensembles.lacking("legal_review") == {}


def test_what_is_missing_is_said_in_a_line_with_what_to_do() -> None:
    with pytest.raises(RequestError) as caught:
        router(*LEGAL[:2]).complete_sync("May we?", ensemble="legal_review")
    assert str(caught.value) == (
        "ensemble: the ensemble 'legal_review' lacks something here. select_best: pip install "
        "interlock-panels; openai/gpt-5.5: add a deployment of it."
    )
    with pytest.raises(RequestError, match="synthesise: interlock-panels is switched off"):
        _with_state("blocked").decide("What is it worth?", ensemble="financial_analysis")


def _with_state(state: str) -> Router:
    there = router("zhipu/glm-5.2", "deepseek/deepseek-v3", "anthropic/claude-4-opus")
    there.wiring.offers.installed["interlock-panels"] = state
    return there


def test_a_key_that_is_missing_is_named() -> None:
    source = {"deployments": [{"id": "glm", "model": "zhipu/glm-5.2", "provider": "zhipu"}]}
    with (
        Router.from_config(source, plugins=[Panels()]) as there,
        pytest.raises(RequestError, match=r"zhipu/glm-5\.2: ZHIPU_API_KEY is not set; deepseek"),
    ):
        there.complete_sync("What is it worth?", ensemble="financial_analysis")


def test_a_router_that_lacks_everything_works_as_before() -> None:
    there = router("zhipu/glm-5.2")
    assert there.complete_sync("Hello").text == "zhipu/glm-5.2"
    with pytest.raises(RequestError, match=r"there are legal_review, financial_analysis.*'legal_review'"):
        there.decide("Hello", ensemble="legal_revue")


def test_ones_own_of_the_same_name_replaces_it() -> None:
    own = {"legal_review": {"members": ["zhipu/glm-5.2", "zhipu/glm-5.2"]}}
    there = scripted_router(
        {"glm": ["Yes.", "yes"]}, deployments={"glm": {"model": "zhipu/glm-5.2"}}, ensembles=own
    )
    response = there.complete_sync("May we?", ensemble="legal_review")
    assert response.verdict is not None
    assert response.verdict.arbiter == "vote"
    assert list(there.wiring.ensembles.all()) == ["legal_review", "financial_analysis"]


@pytest.mark.parametrize(
    ("given", "key", "words"),
    [
        ({"members": ["a"]}, "members", "expected 2 to 26, not 1"),
        ({"members": "ab"}, "members", "expected a list"),
        ({"members": ["a", ""]}, "members.1.model", "the name of a model"),
        ({"members": ["a", {"model": "b", "weight": 0}]}, "members.1.weight", "above 0, not 0"),
        ({"members": ["a", {"model": "b", "weight": True}]}, "members.1.weight", "above 0"),
        ({"members": ["a", {"modle": "b"}]}, "members.1.modle", "Did you mean 'model'"),
        ({"members": ["a", {"weight": 1}]}, "members.1.model", "is required"),
        ({"members": ["a", {"model": "b", "settings": 3}]}, "members.1.settings", "expected a mapping"),
        ({"members": ["a", {"model": "b", "settings": {"n": 3}}]}, "members.1.settings.n", "no such key"),
        ({"members": ["a", "bb"]}, "members.1", "neither a model nor a deployment"),
        ({"members": ["a", "b"], "quorum": 3}, "quorum", "from 1 to 2"),
        ({"members": ["a", "b"], "deadline": 0}, "deadline", "above 0"),
        ({"members": ["a", "b"], "mode": "votte"}, "mode", "Did you mean 'vote'"),
        ({"members": ["a", "b"], "mode": "select_best"}, "arbiter", "is missing"),
        ({"members": ["a", "b"], "arbiter": 3}, "arbiter", "the name of a model"),
        ({"members": ["a", "b"], "options": {"n": 1}}, "options.n", "takes no options"),
        ({"members": ["a", "b"], "strategy": "panell"}, "strategy", "Did you mean 'panel'"),
        ({"mode": "vote"}, "members", "is required"),
        ({"members": ["a", "b"], "mod": "vote"}, "mod", "Did you mean 'mode'"),
    ],
)
def test_a_requests_own_is_checked_as_the_configurations_are(
    given: dict[str, Any], key: str, words: str
) -> None:
    there = scripted_router({"a": [], "b": []}, plugins=[Panels()])
    with pytest.raises(RequestError, match=words) as caught:
        there.complete_sync("Which?", ensemble=given)
    assert caught.value.key == f"ensemble.{key}"


@pytest.mark.parametrize("given", [3, ["a", "b"]])
def test_what_is_no_ensemble_is_refused(given: Any) -> None:
    with pytest.raises(RequestError, match="the name of an ensemble, an Ensemble or a mapping"):
        scripted_router({"a": []}).complete_sync("Which?", ensemble=given)


def test_a_requests_own_is_asked_as_one_of_the_configuration() -> None:
    there = scripted_router({"a": ["Rome"], "b": ["Paris"], "c": ["paris"]})
    response = there.complete_sync("Which?", ensemble=Ensemble(members=["a", "b", "c"]))
    assert (response.text, response.record.ensemble) == ("Paris", "inline")
    weighed = {"members": [{"model": "a", "weight": 3}, "b", "c"]}
    there = scripted_router({"a": ["Rome"], "b": ["Paris"], "c": ["paris"]})
    assert there.complete_sync("Which?", ensemble=weighed).text == "Rome"


def keyed(**environ: str) -> Router:
    """A router of nothing but keys."""
    return Router(assemble(environ=environ))


def test_where_keys_say_what_may_be_called_members_are_named_as_models_are() -> None:
    with keyed(OPENAI_API_KEY="a-key") as there:
        ensemble = Ensemble(members=["gpt-4o", "openai:gpt-4o-mini", "gpt-4o"])
        decision = there.decide("Which?", ensemble=ensemble)
        assert [each.deployment for each in decision.shortlist][-2:] == [
            "openai:gpt-4o",
            "openai:gpt-4o-mini",
        ]
        seats = there.wiring.engine.panels.seats(there.wiring.engine.panels.of(ensemble), decision)
        assert [[each.deployment for each in seat.candidates] for seat in seats] == [
            ["openai:gpt-4o"],
            ["openai:gpt-4o-mini"],
            ["openai:gpt-4o"],
        ]
        assert "openai:gpt-4o" not in [each.deployment for each in there.decide("Which?").shortlist]


def test_a_members_key_that_is_missing_is_named_at_its_place() -> None:
    with (
        keyed(OPENAI_API_KEY="a-key") as there,
        pytest.raises(RequestError, match="MISTRAL_API_KEY") as caught,
    ):
        there.decide("Which?", ensemble={"members": ["gpt-4o", "mistral:mistral-small"]})
    assert caught.value.key == "ensemble.members.1"


def test_a_member_that_lies_outside_the_residency_is_not_asked() -> None:
    with (
        keyed(OPENAI_API_KEY="a-key") as there,
        pytest.raises(NoDeployment, match="allows eu only"),
    ):
        there.complete_sync(
            "Which?", ensemble={"members": ["gpt-4o", "gpt-4o-mini"]}, constraints={"residency": ["eu"]}
        )
