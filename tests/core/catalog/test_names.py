"""What `model=` may say, wherever the operator has listed deployments."""

import pytest

from interlock import ConfigError, RequestError, Router
from interlock.assembly import assemble
from interlock.catalog import load_cards
from interlock.catalog.families import load_families
from interlock.protocols import ProviderFacts
from interlock.testing import ScriptedProvider

GPT = {"id": "gpt", "model": "openai/gpt-5.5", "provider": "openai", "name": "corp-gpt", "api_key": "k"}
AZURE = GPT | {"id": "azure", "provider": "azure", "region": "eu", "base_url": "https://x.openai.azure.com"}
GLM = {"id": "glm", "model": "glm-5.2", "provider": "zhipu", "api_key": "k"}


def router(**config):
    return Router(assemble({"deployments": [GPT, AZURE, GLM], **config}, environ={}))


def asked(router, name):
    return {candidate.deployment for candidate in router.decide("Hello", model=name).shortlist}


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        ("azure", {"azure"}),
        ("openai/gpt-5.5", {"gpt", "azure"}),
        ("gpt-5.5", {"gpt", "azure"}),
        ("corp-gpt", {"gpt", "azure"}),
        ("openai:corp-gpt", {"gpt"}),
        ("azure/corp-gpt", {"azure"}),
        ("zhipu:glm-5.2", {"glm"}),
        ("fast", {"glm"}),
        ("gpt-4o", {"gpt", "azure"}),
        ("gpt-4o-mini", {"glm"}),
    ],
)
def test_every_way_to_say_which_model(name, meant):
    aliases = {"fast": "glm", "gpt-4o": "openai/gpt-5.5", "gpt-4o-mini": "fast"}
    assert asked(router(models={"aliases": aliases}), name) == meant


def test_an_id_is_stronger_than_what_a_vendor_calls_another():
    named = router(deployments=[GPT | {"name": "glm"}, GLM])
    assert asked(named, "glm") == {"glm"}


def test_the_record_keeps_the_word_that_was_said_and_counts_what_it_meant():
    provider = ScriptedProvider(["Hello."], name="zhipu")
    config = {
        "deployments": [GLM | {"region": "eu"}],
        "models": {"aliases": {"gpt-4o": "glm"}},
        "budgets": [{"id": "b", "per": "day", "requests": 5, "deployments": ["gpt-4o"]}],
    }
    with Router(assemble(config, plugins=[provider], environ={})) as one:
        response = one.complete_sync("Hello", model="gpt-4o")
        assert response.record.decision.facts.model == "gpt-4o"
        assert (response.deployment, response.model) == ("glm", "zhipu/glm-5.2")
        assert one.wiring.budgets.snapshot()[0].requests == 1


def test_routes_ensembles_and_preferences_take_aliases():
    named = router(
        models={"aliases": {"best": "glm", "also": "corp-gpt"}},
        routes={"conversational": ["best"]},
        ensembles={"both": {"members": ["best", "also"]}},
    )
    seats = named.wiring.engine.panels.seats(named.wiring.ensembles.find("both"), named.decide("Hello"))
    assert [[each.deployment for each in seat.candidates] for seat in seats] == [["glm"], ["gpt", "azure"]]
    assert named.decide("Hello", task="conversational").shortlist[0].deployment == "glm"
    preferred = named.decide("Hello", task="conversational", prefer="also")
    assert preferred.shortlist[0].deployment == "gpt"
    assert preferred.reason == "explicit"


def test_an_alias_may_name_the_model_of_a_deployment():
    deployment = GLM | {"model": "cheap"}
    one = router(deployments=[deployment], models={"aliases": {"cheap": "zhipu/glm-5.2"}})
    assert one.deployments["glm"].model == "zhipu/glm-5.2"


@pytest.mark.parametrize(
    ("aliases", "key", "words"),
    [
        ({"gpt": "glm"}, "gpt", "would hide"),
        ({"zhipu/glm-5.2": "gpt"}, "zhipu/glm-5.2", "would hide"),
        ({"a": "b", "b": "a"}, "a", "a → b → a"),
        ({"a": "a"}, "a", "circle"),
        ({"fast": "glm-5.3"}, "fast", "Did you mean 'glm-5.2'"),
        ({"fast": "nobody-at-all"}, "fast", "neither a model nor a deployment"),
    ],
)
def test_an_alias_that_hides_or_leads_nowhere_is_refused_at_start(aliases, key, words):
    with pytest.raises(ConfigError, match=words) as refused:
        router(models={"aliases": aliases})
    assert refused.value.key == f"models.aliases.{key}"


def test_the_operators_list_is_the_law_and_the_error_says_what_to_write():
    with pytest.raises(RequestError) as refused:
        asked(Router(assemble({"deployments": [GPT]}, environ={"OPENAI_API_KEY": "k"})), "claude-haiku-4-5")
    assert "models: {aliases: {claude-haiku-4-5: gpt}}" in str(refused.value)
    with pytest.raises(RequestError) as refused:
        asked(router(), "the prompt: and more\nof it")
    assert "aliases" not in str(refused.value)


def test_who_is_denied_under_a_hosts_name_for_the_maker_is_denied():
    routed = {"id": "g", "model": "glm-5.2", "provider": "openrouter", "name": "z-ai/glm-5.2", "api_key": "k"}
    decision = router(deployments=[routed]).decide("Hello", constraints={"deny_vendors": {"z-ai"}})
    assert decision.excluded == {"g": "z-ai is a denied vendor"}


def test_makers_are_called_the_same_by_cards_and_by_families():
    told = {family.id: (family.maker, family.jurisdiction) for family in load_families().families}
    for card in load_cards():
        if card.vendor in told:
            assert (card.maker, card.jurisdiction) == told[card.vendor]


def test_a_rule_that_nobody_has_told_what_is_meant_compares_names():
    from interlock.constraints import BUILTIN
    from interlock.protocols import ConstraintCall
    from interlock.types.request import Constraints, Request

    rule = next(rule for rule in BUILTIN if rule.name == "model")
    deployment = router().deployments["gpt"]

    def excluded(name):
        request = Request("Hello", model=name)
        facts = ProviderFacts(name="openai")
        return rule.check(
            ConstraintCall(
                request=request,
                constraints=Constraints(),
                deployment=deployment,
                provider=facts,
                input_tokens=1,
            )
        )

    assert [excluded(name) for name in ("gpt", "gpt-5.5", "openai/gpt-5.5", "corp-gpt")] == [None] * 4
    assert excluded("gpt-4o") == "the request asks for gpt-4o alone"
