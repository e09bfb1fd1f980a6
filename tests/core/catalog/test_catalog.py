from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.catalog import Catalog, card_from, load_cards, load_tasks
from interlock.errors import ConfigError, RequestError
from interlock.types.jurisdictions import normalise
from interlock.types.models import ModelCard

CATALOG = Catalog()

TABLE = {
    "long_document": (50_000, "zhipu/glm-5.2", "anthropic/claude-4-opus"),
    "cjk_language": (128_000, "zhipu/glm-5.2", "alibaba/qwen-3-max", "openai/gpt-5.5"),
    "code_generation": (32_000, "zhipu/glm-5.2", "google/gemini-2.5-ultra", "openai/gpt-5.5"),
    "creative_content": (16_000, "openai/gpt-5.5", "anthropic/claude-4-opus"),
    "agentic_tool_use": (64_000, "zhipu/glm-5.2", "openai/gpt-5.5"),
    "conversational": (8_000, "openai/gpt-5.5", "anthropic/claude-4-opus", "zhipu/glm-5.2"),
    "quantitative": (32_000, "zhipu/glm-5.2", "deepseek/deepseek-v3", "google/gemini-2.5-ultra"),
    "eu_regulated": (None, "mistral/mistral-large-3", "anthropic/claude-4-opus"),
    "low_latency": (None, "deepseek/deepseek-v3", "mistral/mistral-large-3", "zhipu/glm-5.2"),
}


def test_the_catalog_ships_eight_cards() -> None:
    assert set(CATALOG.cards) == {
        "openai/gpt-5.5",
        "zhipu/glm-5.2",
        "anthropic/claude-4-opus",
        "google/gemini-2.5-ultra",
        "alibaba/qwen-3-max",
        "deepseek/deepseek-v3",
        "meta/llama-4-ultra",
        "mistral/mistral-large-3",
    }


@pytest.mark.parametrize("card", load_cards(), ids=lambda card: card.id)
def test_a_card_says_where_its_facts_come_from(card: ModelCard) -> None:
    assert card.summary
    assert card.strengths
    assert {"text", "tools"} <= card.capabilities
    assert card.jurisdiction in {"us", "cn", "fr"}
    assert card.price is not None
    assert 0 < card.price.input < card.price.output
    for price in (card.price, *(endpoint.price for endpoint in card.endpoints if endpoint.price)):
        assert price.source
        assert date.fromisoformat(price.as_of) <= date(2026, 11, 29)
        assert all(tier.input > price.input and tier.output > price.output for tier in price.tiers)
        assert all((tier.cache_read is None) == (price.cache_read is None) for tier in price.tiers)
    assert all(0 < score.value <= 100 and score.source for score in card.scores)


@pytest.mark.parametrize("card", load_cards(), ids=lambda card: card.id)
def test_an_endpoint_says_where_it_processes(card: ModelCard) -> None:
    assert card.endpoints
    for endpoint in card.endpoints:
        assert endpoint.name
        assert normalise(endpoint.region, endpoint.provider) == endpoint.region


UNSERVED = {
    ("anthropic/claude-4-opus", "anthropic"): "claude-opus-4-8",
    ("deepseek/deepseek-v3", "deepseek"): "deepseek-flash",
    ("google/gemini-2.5-ultra", "google"): "gemini-3.1-pro-preview",
    ("meta/llama-4-ultra", "groq"): "",
    ("meta/llama-4-ultra", "together"): "",
    ("meta/llama-4-ultra", "huggingface"): "meta-llama/Llama-4-Maverick-17B-128E-Instruct-FP8",
    ("meta/llama-4-ultra", "openrouter"): "meta-llama/llama-4-maverick",
}


def test_names_that_no_vendor_serves_are_marked_with_source_and_date() -> None:
    marked = {}
    for card in CATALOG.cards.values():
        for endpoint in card.endpoints:
            if not endpoint.served:
                marked[card.id, endpoint.provider] = endpoint.instead
                assert endpoint.note
                assert endpoint.source
                assert date.fromisoformat(endpoint.as_of) <= date(2026, 11, 29)
                assert f"{endpoint.provider} serves no {endpoint.name}" in endpoint.unserved
                assert endpoint.instead in endpoint.unserved
            else:
                assert not endpoint.unserved
    assert marked == UNSERVED


@pytest.mark.parametrize("provider", ["openrouter", "huggingface", "together"])
def test_hosts_of_many_makers_are_told_the_maker(provider: str) -> None:
    names = [e.name for card in load_cards() for e in card.endpoints if e.provider == provider]
    assert names
    assert all(name.count("/") == 1 for name in names)


def test_the_task_table_has_nine_rows() -> None:
    rows = {row.task: (row.threshold, *row.models) for row in load_tasks()}
    assert rows == TABLE
    assert {row.task for row in load_tasks() if row.demand} == {"eu_regulated", "low_latency"}
    assert all(model in CATALOG.cards for row in load_tasks() for model in row.models)


def test_known_windows_are_stated_and_unknown_ones_are_not() -> None:
    windows = {card.id: card.context_window for card in CATALOG.cards.values() if card.context_window}
    assert windows == {
        "openai/gpt-5.5": 128_000,
        "zhipu/glm-5.2": 128_000,
        "anthropic/claude-4-opus": 200_000,
    }


@pytest.mark.parametrize(
    ("model", "kinds"),
    [
        ("openai/gpt-5.5", {"images", "audio", "documents"}),
        ("anthropic/claude-4-opus", {"images", "documents"}),
        ("google/gemini-2.5-ultra", {"images", "audio", "documents"}),
        ("mistral/mistral-large-3", {"images"}),
        ("zhipu/glm-5.2", set()),
    ],
)
def test_a_card_says_what_it_takes_beside_text(model: str, kinds: set[str]) -> None:
    assert CATALOG.card(model).capabilities & {"images", "audio", "documents"} == kinds


def test_a_bare_name_finds_its_card() -> None:
    assert CATALOG.card("glm-5.2").id == "zhipu/glm-5.2"
    assert CATALOG.card("openai/gpt-5.5").maker == "OpenAI"


def test_an_ambiguous_bare_name_finds_none() -> None:
    twin = ModelCard(id="acme/glm-5.2", maker="Acme", jurisdiction="de")
    catalog = Catalog([twin])
    assert catalog.find("glm-5.2") is None
    assert catalog.card("acme/glm-5.2") is twin


@pytest.mark.parametrize(
    ("name", "nearest"),
    [("zhipu/glm-5.1", "zhipu/glm-5.2"), ("gtp-5.5", "gpt-5.5"), ("openai/glm-5.2", "zhipu/glm-5.2")],
)
def test_an_unknown_model_gets_the_nearest_one(name: str, nearest: str) -> None:
    with pytest.raises(RequestError) as caught:
        CATALOG.card(name)
    assert str(caught.value) == f"model: there is no model {name!r}. Did you mean {nearest!r}?"


def test_a_users_card_joins_the_catalog() -> None:
    catalog = CATALOG.with_models(
        [{"id": "acme/brain", "jurisdiction": "Germany", "context_window": 4096}], "file"
    )
    card = catalog.card("brain")
    assert (card.maker, card.context_window, card.source) == ("acme", 4096, "file")
    assert card.capabilities == frozenset()
    assert "acme/brain" not in CATALOG.cards


def test_a_user_changes_one_fact_of_a_card_and_keeps_the_rest() -> None:
    catalog = CATALOG.with_models([{"id": "zhipu/glm-5.2", "context_window": 256_000}], "file")
    card = catalog.card("glm-5.2")
    assert card.context_window == 256_000
    assert card.price == CATALOG.card("glm-5.2").price
    assert list(catalog.cards) == list(CATALOG.cards)


@pytest.mark.parametrize(
    ("change", "complaint"),
    [
        (
            {"id": "brain"},
            "f: models.0.id: expected maker/model, such as mistral/mistral-large-3, not 'brain'.",
        ),
        ({"id": None}, "f: models.0.id: is required."),
        ({"id": 5}, "f: models.0.id: expected text, not a number."),
        ({"contxt_window": 5}, "Did you mean 'context_window'?"),
        ({"context_window": -1}, "f: models.0.context_window: expected at least 1 token, not -1."),
        ({"context_window": True}, "expected a whole number of tokens, not true or false."),
        ({"capabilities": "tools"}, "f: models.0.capabilities: expected a list of texts, not text."),
        ({"capabilities": ["tool"]}, "f: models.0.capabilities.0: expected one of text, tools"),
        ({"price": {"input": 1}}, "f: models.0.price.output: is required."),
        (
            {"price": {"input": 1, "output": -2}},
            "models.0.price.output: expected a number of at least 0, not -2.",
        ),
        ({"price": 3}, "f: models.0.price: expected a table of keys and values, not a number."),
        ({"weights": "opn"}, "Did you mean 'open'?"),
        ({"scores": [{"benchmark": "b", "value": 1}]}, "f: models.0.scores.0.source: is required."),
        (
            {"endpoints": [{"provider": "p", "region": "mars"}]},
            "f: models.0.endpoints.0.region: 'mars' is no known",
        ),
        ({"endpoints": {}}, "f: models.0.endpoints: expected a list of tables, not a table."),
    ],
)
def test_a_bad_card_is_refused_with_its_file_and_key(change: dict[str, Any], complaint: str) -> None:
    with pytest.raises(ConfigError) as caught:
        CATALOG.with_models([{"id": "acme/brain", **change}], "f")
    assert complaint in str(caught.value)
    assert "\n" not in str(caught.value)


def test_an_endpoint_goes_by_the_cards_own_name_unless_it_says_otherwise() -> None:
    card = card_from(
        {"id": "acme/brain", "endpoints": [{"provider": "groq"}, {"provider": "hf", "name": "b2"}]}, "f"
    )
    assert [endpoint.name for endpoint in card.endpoints] == ["brain", "b2"]


anything: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)
KEYS = [
    "id",
    "maker",
    "jurisdiction",
    "context_window",
    "capabilities",
    "price",
    "scores",
    "endpoints",
    "weights",
]


@given(anything | st.dictionaries(st.sampled_from(KEYS), anything))
def test_anything_is_a_card_or_a_config_error(data: Any) -> None:
    try:
        card = card_from(data, "f")
    except ConfigError:
        return
    assert card.id == data["id"].strip()
