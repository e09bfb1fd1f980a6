"""What callers know of a request beyond its text: taken wherever they may say it."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import BudgetExceeded, Request, Router
from interlock.requests.hints import hinted
from interlock.testing import scripted_router

KNOWN = {"estimated_tokens": 85_000}


@pytest.mark.parametrize(
    "options",
    [
        KNOWN,
        {"metadata": KNOWN},
        {"metadata": {"estimated_tokens": "85000"}},
        {"metadata": {"estimated_tokens": 85_000.0}},
        {"metadata": {"estimated_tokens": 3}, "estimated_tokens": 85_000},
    ],
)
def test_a_length_that_the_caller_knows_counts(options):
    with Router.from_config({"models": [{"id": "openai/gpt-5.5", "context_window": 50_000}]}) as router:
        decision = router.decide("Summarise what I attach.", **options)
        assert (decision.task, decision.input_tokens) == ("long_document", 85_000)
        assert router.count_tokens("Summarise what I attach.", **options) == 85_000
        excluded = router.decide("x", model="openai/gpt-5.5", **options).excluded["openai/gpt-5.5"]
    assert "85,000 tokens; its context window holds 50,000" in excluded


def test_a_length_below_what_is_seen_changes_nothing():
    router = scripted_router({"a": []})
    seen = router.decide("word " * 1_000).input_tokens
    assert seen > 900
    assert router.decide("word " * 1_000, estimated_tokens=5).input_tokens == seen


async def test_a_budget_counts_the_length_that_was_told():
    router = scripted_router({"a": ["ok"]}, budgets=[{"id": "few", "tokens": 50_000, "per": "day"}])
    with pytest.raises(BudgetExceeded):
        await router.complete("x", estimated_tokens=85_000)
    await router.complete("x")


@pytest.mark.parametrize("options", [{"tools_available": True}, {"metadata": {"tools_available": True}}])
def test_tools_that_will_come_make_a_task_agentic(options):
    router = scripted_router({"a": []})
    prompt = "Book the meeting room for Monday, then invite the team."
    with_tools = router.decide(prompt, **options)
    assert "tools are offered" in with_tools.evidence
    assert with_tools.task == "agentic_tool_use"
    assert "tools are offered" not in router.decide(prompt, tools_available=False).evidence


async def test_numbers_and_truths_are_kept_as_text():
    router = scripted_router({"a": ["ok"]})
    given = {"customer": 42, "share": 0.5, "trial": True, "note": "about 8k"}
    record = (await router.complete("x", metadata=given)).record
    assert record.metadata == {"customer": "42", "share": "0.5", "trial": "true", "note": "about 8k"}


@given(st.dictionaries(st.sampled_from(["estimated_tokens", "tools_available", "x"]), st.text()))
def test_any_text_is_taken_and_none_is_misread(metadata):
    request = hinted(Request("x", metadata=metadata))
    assert request.metadata == metadata
    assert request.estimated_tokens is None or request.estimated_tokens >= 0
