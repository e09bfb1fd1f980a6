"""Which model really answered."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import Answer, Deployment, Price, Router, Text, Usage
from interlock.catalog import load_cards
from interlock.engine.attempting.served import ServedModels
from interlock.testing import scripted_router

CARDS = {card.id: card for card in load_cards()}


def deployment(name: str, card: str = "openai/gpt-5.5", price: Price | None = None) -> Deployment:
    return Deployment(id="d", card=CARDS[card], provider="openai", region="us", name=name, price=price)


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("gpt-4o", "gpt-4o-2024-08-06"),
        ("gpt-4", "gpt-4-0613"),
        ("claude-sonnet-4-0", "claude-sonnet-4-20250514"),
        ("claude-3-opus-latest", "claude-3-opus-20240229"),
        ("anthropic/claude-sonnet-4.6", "anthropic/claude-4.6-sonnet-20260217"),
        ("eu.anthropic.claude-4-opus-v1:0", "claude-4-opus-20260101"),
        ("gemini-2.5-flash", "models/gemini-2.5-flash-preview-09-2025"),
        ("smollm2-135m", "SmolLM2-135M-Instruct-Q4_K_M.gguf"),
        ("meta-llama/Llama-4-Ultra-FP8", "llama-4-ultra"),
        ("default", "openai/gpt-5.5"),
        ("gpt-5.5", ""),
    ],
)
def test_another_way_to_write_a_name_is_the_same_model(asked: str, answered: str) -> None:
    assert not ServedModels(CARDS.values()).look(deployment(asked), answered).substituted


@pytest.mark.parametrize(
    ("asked", "answered"),
    [
        ("gpt-5.5", "gpt-5.5-mini"),
        ("gpt-5.5", "gpt-5"),
        ("gpt-4o", "gpt-4"),
        ("deepseek-reasoner", "deepseek-v4-flash"),
        ("claude-opus-4-8", "claude-sonnet-5"),
        ("llama-3.3-70b", "llama-3.3-8b"),
    ],
)
def test_another_model_is_told_from_the_one_asked_for(asked: str, answered: str) -> None:
    assert ServedModels(()).look(deployment(asked), answered).substituted


def test_what_answered_sets_the_price() -> None:
    served = ServedModels(CARDS.values())
    found = served.look(deployment("gpt-5.5"), "claude-4-opus-20260101")
    claude = CARDS["anthropic/claude-4-opus"].price
    assert found.price is not None
    assert claude is not None
    assert (found.price.input, found.price.output) == (claude.input, claude.output)
    assert served.look(deployment("gpt-5.5"), "gpt-7").price is None
    own = Price(input=1, output=2)
    assert ServedModels(()).look(deployment("gpt-5.5", price=own), "gpt-7").price == own


@given(st.text())
def test_any_name_is_compared(name: str) -> None:
    served = ServedModels(CARDS.values())
    assert served.look(deployment("gpt-5.5"), name) == served.look(deployment("gpt-5.5"), name)


def _router(served: str) -> Router:
    answer = Answer(
        parts=(Text("done"),),
        finish_reason="stop",
        served_model=served,
        usage=Usage(input_tokens=1_000_000, output_tokens=0),
    )
    return scripted_router({"a": [answer]}, deployments={"a": {"model": "openai/gpt-5.5"}})


async def test_a_substitute_keeps_the_card_and_is_priced_as_itself(caplog: pytest.LogCaptureFixture) -> None:
    claude = CARDS["anthropic/claude-4-opus"].price
    assert claude is not None
    response = await _router("claude-4-opus").complete("hi")
    (attempt,) = response.record.attempts
    assert (response.model, response.served_model) == ("openai/gpt-5.5", "claude-4-opus")
    assert attempt.substituted
    assert attempt.cost == response.cost == pytest.approx(claude.input)
    assert "answered by claude-4-opus" in caplog.text


async def test_a_substitute_that_nobody_knows_has_no_price() -> None:
    response = await _router("gpt-7").complete("hi")
    assert response.cost is None
    assert response.record.attempts[0].substituted


async def test_the_model_asked_for_raises_no_event(caplog: pytest.LogCaptureFixture) -> None:
    response = await _router("gpt-5.5-2026-04-01").complete("hi")
    assert not response.record.attempts[0].substituted
    assert not caplog.text
