"""Models that requests ask for by their vendors' names, where nothing but keys was given."""

import pytest

from interlock import BudgetExceeded, ConfigError, ConnectionFailed, RequestError, Router
from interlock.assembly import assemble
from interlock.catalog import deployments
from interlock.engine.deciding.replaying import replay
from interlock.protocols import ProviderFacts
from interlock.testing import ScriptedProvider
from interlock.types.messages import Text
from interlock.types.response import Answer, Usage

ALL = ("OPENAI", "ANTHROPIC", "GEMINI", "MISTRAL", "DASHSCOPE", "DEEPSEEK", "ZHIPU", "GROQ", "OPENROUTER")
KEYS = {f"{name}_API_KEY": "k" for name in ALL}


def router(*keys, plugins=(), **config):
    environ = {f"{key}_API_KEY": "k" for key in keys}
    return Router(assemble(config, environ=environ, plugins=plugins))


def asked(router, name, **options):
    return router.decide("Hello", model=name, **options)


@pytest.mark.parametrize(
    ("name", "deployment", "model"),
    [
        ("gpt-4o-mini", "openai:gpt-4o-mini", "openai/gpt-4o-mini"),
        ("gpt-4o-mini-2024-07-18", "openai:gpt-4o-mini-2024-07-18", "openai/gpt-4o-mini-2024-07-18"),
        ("openai/gpt-4o", "openai:gpt-4o", "openai/gpt-4o"),
        ("openai:gpt-4o-mini", "openai:gpt-4o-mini", "openai/gpt-4o-mini"),
        ("o3-mini", "openai:o3-mini", "openai/o3-mini"),
        ("ft:gpt-4o:acme::x1", "openai:ft:gpt-4o:acme::x1", "openai/ft:gpt-4o:acme::x1"),
        ("claude-haiku-4-5", "anthropic:claude-haiku-4-5", "anthropic/claude-haiku-4-5"),
        ("gemini-2.5-flash", "google:gemini-2.5-flash", "google/gemini-2.5-flash"),
        ("google_genai:gemini-2.5-flash", "google:gemini-2.5-flash", "google/gemini-2.5-flash"),
        ("mistral-small-latest", "mistral:mistral-small-latest", "mistral/mistral-small-latest"),
        ("mistralai:codestral-latest", "mistral:codestral-latest", "mistral/codestral-latest"),
        ("qwen-plus", "alibaba:qwen-plus", "alibaba/qwen-plus"),
        ("deepseek-r9", "deepseek:deepseek-r9", "deepseek/deepseek-r9"),
        ("glm-4.6", "zhipu:glm-4.6", "zhipu/glm-4.6"),
        ("groq/openai/gpt-oss-20b", "groq:openai/gpt-oss-20b", "openai/gpt-oss-20b"),
        ("openrouter:x-ai/grok-4", "openrouter:x-ai/grok-4", "xai/grok-4"),
        ("x-ai/grok-4", "openrouter:x-ai/grok-4", "xai/grok-4"),
        ("openrouter/acme/some-model", "openrouter:acme/some-model", "acme/some-model"),
        ("ollama/llama3.2", "ollama:llama3.2", "meta/llama3.2"),
    ],
)
def test_a_key_is_enough_to_call_its_vendors_models_by_their_names(name, deployment, model):
    one = Router(assemble({}, environ=KEYS))
    decision = asked(one, name)
    (candidate,) = decision.shortlist
    assert candidate.deployment == deployment
    assert (candidate.model, decision.reason) == (model, "explicit")
    made = one.deployments[deployment]
    assert made.name == deployment.partition(":")[2]
    assert made.id not in list(one.deployments)


def test_what_is_made_knows_its_maker_and_nothing_that_could_exclude():
    one = router("OPENAI")
    asked(one, "gpt-0-never-made")
    made = one.deployments["openai:gpt-0-never-made"]
    assert (made.card.maker, made.card.jurisdiction, made.region) == ("OpenAI", "us", "global")
    assert (made.card.context_window, made.card.capabilities, made.rates) == (None, frozenset(), None)
    assert made.base_url == "https://api.openai.com/v1"


def test_a_listed_deployment_is_never_made_twice():
    one = router("OPENAI")
    for name in ("gpt-5.5", "openai:gpt-5.5", "openai/gpt-5.5"):
        assert asked(one, name).shortlist[0].deployment == "openai/gpt-5.5"


def test_other_requests_never_hear_of_it():
    one = router("OPENAI")
    before = one.decide("Hello")
    asked(one, "gpt-4o-mini")
    after = one.decide("Hello")
    assert after == before
    assert "openai:gpt-4o-mini" not in {*after.excluded, *(each.deployment for each in after.shortlist)}
    assert "openai:gpt-4o-mini" not in asked(one, "gpt-4.1").excluded
    assert one.digest == router("OPENAI").digest


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("gpt-4o-mini", "OPENAI_API_KEY is not set"),
        ("claude-haiku-4-5", "ANTHROPIC_API_KEY is not set"),
        ("gemini-2.5-flash", "GEMINI_API_KEY or GOOGLE_API_KEY is not set"),
        ("groq:anything", "GROQ_API_KEY is not set"),
        ("openai/gpt-4o", "OPENAI_API_KEY is not set"),
        ("azure/gpt-4o", "list its models as deployments"),
        ("bedrock:anthropic.claude", "list its models as deployments"),
        ("nonsense", "provider:NAME"),
        ("llama-9-large", "provider:NAME"),
        ("gpt-4o/../../secrets", "there is no model"),
        ("gpt-4o?x=1", "there is no model"),
        ("gpt-" + "9" * 200, "there is no model"),
    ],
)
def test_what_cannot_be_called_says_what_is_missing(name, words):
    with pytest.raises(RequestError, match=words) as refused:
        asked(router(), name)
    assert refused.value.key == "model"


def test_constraints_hold_for_it_as_for_any_deployment():
    one = router("OPENAI", "DEEPSEEK", "OPENROUTER")
    assert not asked(one, "gpt-4o-mini", constraints={"residency": {"eu"}}).shortlist
    for name, denied in [
        ("gpt-4o-mini", "openai"),
        ("openrouter:deepseek/deepseek-r9", "deepseek"),
        ("openrouter:x-ai/grok-4", "xAI"),
        ("openrouter:acme/some", "acme"),
    ]:
        assert not asked(one, name, constraints={"deny_vendors": {denied}}).shortlist


def scripted(*said):
    """OpenAI, played in process, for a router that has its key."""
    provider = ScriptedProvider(said, "openai")
    provider.facts = ProviderFacts(
        name="openai", env=("OPENAI_API_KEY",), region="us", base_url="https://openai.invalid/v1"
    )
    return provider


USED = Usage(input_tokens=5, output_tokens=2)


def test_a_call_is_recorded_without_a_price_and_replays():
    provider = scripted(Answer(parts=(Text("Hello."),), finish_reason="stop", usage=USED))
    with router("OPENAI", plugins=[provider], load={"balance": "least_busy", "max_concurrency": 2}) as one:
        response = one.complete_sync("Hello", model="gpt-4o-mini")
        assert response.text == "Hello."
        assert (response.deployment, response.model) == ("openai:gpt-4o-mini", "openai/gpt-4o-mini")
        assert response.cost is None
        assert response.record.decision.facts.model == "gpt-4o-mini"
        assert provider.calls[0].deployment.name == "gpt-4o-mini"
        for other in (one, router("OPENAI"), router("ANTHROPIC")):
            wiring = other.wiring
            assert replay(response.record, wiring.engine.decider, wiring.deployments).now is not None


def test_its_health_is_kept():
    provider = scripted(*[ConnectionFailed("down")] * 30)
    with router("OPENAI", plugins=[provider], retries={"max": 0}) as one:
        for _ in range(5):
            with pytest.raises(ConnectionFailed):
                one.complete_sync("Hello", model="gpt-4o-mini")
        conditions = asked(one, "gpt-4o-mini").facts.conditions
        assert conditions["openai:gpt-4o-mini"].high_error_rate


def test_budgets_count_it():
    provider = scripted(*[Answer(parts=(Text("Hello."),), finish_reason="stop", usage=USED)] * 3)
    calls = {"id": "calls", "per": "day", "requests": 1, "deployments": ["gpt-4o-mini"]}
    with router("OPENAI", plugins=[provider], budgets=[calls]) as one:
        one.complete_sync("Hello", model="openai:gpt-4o-mini")
        with pytest.raises(BudgetExceeded):
            one.complete_sync("Hello", model="gpt-4o-mini")
        assert one.complete_sync("Hello", model="gpt-4.1").text == "Hello."


def test_a_budget_on_a_model_counts_it_wherever_it_is_asked_for():
    provider = scripted()
    once = {"id": "once", "per": "day", "tokens": 1, "deployments": ["openai/gpt-5.5"]}
    one = router("OPENAI", "OPENROUTER", plugins=[provider], budgets=[once])
    decision = asked(one, "openrouter:openai/gpt-5.5")
    assert decision.facts.rules["openrouter:openai/gpt-5.5"] == "budget"


def test_a_budget_in_dollars_excludes_what_has_no_price():
    dollars = {"id": "money", "per": "day", "usd": 5}
    decision = asked(router("OPENAI", budgets=[dollars]), "gpt-0-never-made")
    assert "no price" in decision.excluded["openai:gpt-0-never-made"]


def test_aliases_may_lead_to_it_and_routes_may_not_name_it():
    one = router("OPENAI", models={"aliases": {"fast": "gpt-0-never-made"}})
    assert asked(one, "fast").shortlist[0].deployment == "openai:gpt-0-never-made"
    with pytest.raises(ConfigError, match="neither a model nor a deployment"):
        router("OPENAI", routes={"code_generation": ["gpt-0-never-made"]})


def test_a_card_of_ones_own_is_its_card():
    mine = {"id": "openai/gpt-0-mine", "context_window": 50}
    one = router("OPENAI", models=[mine])
    assert "context window" in one.decide("Hello " * 100, model="gpt-0-mine").excluded["openai:gpt-0-mine"]


def test_there_is_an_end_to_what_callers_may_add(monkeypatch):
    monkeypatch.setattr(deployments, "MOST", 3)
    one = router("OPENAI")
    for number in range(3):
        asked(one, f"gpt-0-{number}")
    with pytest.raises(RequestError, match="list what you use"):
        asked(one, "gpt-0-3")
    assert asked(one, "gpt-0-1").shortlist


def test_a_key_that_is_set_later_is_for_the_next_router(monkeypatch):
    monkeypatch.delenv("MISTRAL_API_KEY", raising=False)
    one = Router.from_config({})
    monkeypatch.setenv("MISTRAL_API_KEY", "k")
    with pytest.raises(RequestError, match="MISTRAL_API_KEY"):
        asked(one, "ministral-0")
    assert asked(Router.from_config({}), "ministral-0").shortlist


def test_no_variable_of_a_vendors_library_sends_prompts_elsewhere():
    elsewhere = {
        "OPENAI_API_KEY": "k",
        "OPENAI_BASE_URL": "http://elsewhere.invalid/v1",
        "OPENAI_API_BASE": "http://elsewhere.invalid/v1",
    }
    one = Router(assemble({}, environ=elsewhere))
    asked(one, "gpt-4o-mini")
    assert one.deployments["openai:gpt-4o-mini"].base_url == "https://api.openai.com/v1"
