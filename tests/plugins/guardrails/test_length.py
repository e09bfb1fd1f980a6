"""Requests and answers of a length that their user wants."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chunked import Says, at, every, router_over
from interlock import (
    BlockedAnswer,
    ConfigError,
    GuardrailError,
    InterlockError,
    Message,
    Router,
    StreamInterrupted,
)
from interlock.testing.guarded import ModelDouble, inspected, let_go
from interlock.types.messages import Text
from interlock.types.response import Answer
from interlock_guardrails import Bounds, Length, LengthOptions
from interlock_guardrails.length.counting import amount
from interlock_guardrails.length.options import UNITS

WORDS = [
    "one ",
    "two, ",
    "three. ",
    "Vier? ",
    "don't ",
    "3.14 ",
    "雨が降る。",
    "好 ",
    "\n\n",
    "!",
    " ",
    "привет ",
    "नमस्ते। ",
]


@pytest.mark.parametrize(
    ("text", "words", "sentences"),
    [
        ("", 0, 0),
        ("Rain.", 1, 1),
        ("It's a well-known 3.14, isn't it?", 6, 1),
        ("First. Second! Third?", 3, 3),
        ("She said “go.” Then she went.", 6, 2),
        ("A heading\n\nand a text", 5, 2),
        ("今天下雨。明天晴。", 7, 2),
        ("Привет, мир. Как дела?", 4, 2),
        ("नमस्ते। आप कैसे हैं?", 4, 2),
        ("...", 0, 0),
    ],
)
def test_words_and_sentences_are_counted(text, words, sentences):
    assert (amount(text, "words"), amount(text, "sentences")) == (words, sentences)


@given(text=st.text(), more=st.text())
def test_more_text_is_never_less(text, more):
    for unit in UNITS:
        assert amount(text + more, unit) >= amount(text, unit)


@settings(max_examples=300, deadline=None)
@given(
    text=st.lists(st.sampled_from(WORDS), max_size=30).map("".join),
    cuts=st.lists(st.integers(0, 200), max_size=12),
    unit=st.sampled_from(UNITS),
    bounds=st.tuples(st.integers(0, 30), st.integers(0, 30)).map(sorted),
)
def test_a_stream_is_stopped_where_the_whole_would_be(text, cuts, unit, bounds):
    told = Bounds(**{f"min_{unit}": bounds[0], f"max_{unit}": bounds[1]})
    guardrail = Length().configured(LengthOptions(answer=told))
    parts = (Text(text),) if text else ()
    verdict = inspected(guardrail, Answer(parts=parts, finish_reason="stop"), ModelDouble("")).verdict
    if verdict.action == "pass":
        assert let_go(guardrail, at(*cuts)(text), None) == text
    elif verdict.category == "too_short":
        assert not let_go(guardrail, at(*cuts)(text), None, final=False)
    else:
        assert let_go(guardrail, at(*cuts)(text), None) is None


def test_what_leaves_of_a_stream_that_is_stopped_keeps_to_the_bound():
    says = Says(text="word " * 400, cut=every(7))
    guardrails = {"length": {"answer": {"max_words": 100}}}
    with router_over(says, guardrails=guardrails, rescue="raise") as router:
        left = []
        with pytest.raises(StreamInterrupted) as caught, router.stream_sync("Go on") as stream:
            for chunk in stream:
                left.append(chunk.text)
    assert 0 < len("".join(left).split()) <= 100
    assert "more than 100 words" in str(caught.value.__cause__)


def test_another_deployment_answers_where_the_first_says_too_much():
    guardrails = {"length": {"answer": {"max_sentences": 1}}}
    with router_over(
        Says(text="It rains. It pours."), Says(text="It rains."), guardrails=guardrails
    ) as router:
        assert router.complete_sync("Weather?").text == "It rains."


def test_what_is_too_short_is_no_answer():
    with router_over(Says(text="Yes."), guardrails={"length": {"answer": {"min_words": 2}}}) as router:
        with pytest.raises(BlockedAnswer, match="the answer has fewer than 2 words"):
            router.complete_sync("Is it raining?")
        with pytest.raises(InterlockError), router.stream_sync("Is it raining?") as stream:
            assert not any(chunk.text for chunk in stream)


def test_a_request_counts_what_its_user_said_last():
    messages = [Message("user", "one two three"), Message("assistant", "four"), Message("user", "five")]
    bounds = {"request": {"max_words": 2}}
    with router_over(Says(text="Yes."), guardrails={"length": bounds}) as router:
        assert router.complete_sync(messages).text == "Yes."
        with pytest.raises(GuardrailError, match="the request has more than 2 words"):
            router.complete_sync("one two three")
    counted = {"length": bounds | {"counted": "all"}}
    with router_over(Says(text="Yes."), guardrails=counted) as router, pytest.raises(GuardrailError):
        router.complete_sync(messages)


def test_flagged_leaves_and_is_recorded():
    guardrails = {"length": {"answer": {"max_words": 1}, "action": "flag"}}
    with router_over(Says(text="It rains.", cut=every(2)), guardrails=guardrails) as router:
        with router.stream_sync("Weather?") as stream:
            assert "".join(chunk.text for chunk in stream) == "It rains."
        assert stream.response is not None
        assert [each.category for each in stream.response.record.guardrails] == ["too_long"]


def test_tool_calls_are_no_answer_yet():
    says = Says(text="Let me see.", arguments={})
    tool = {"name": "send", "parameters": {"type": "object", "properties": {}}}
    with router_over(says, guardrails={"length": {"answer": {"min_words": 50}}}) as router:
        assert router.complete_sync("Go", tools=[tool]).tool_calls


@pytest.mark.parametrize(
    ("options", "complaint"),
    [
        ({}, "guardrails.length: bounds nothing"),
        ({"answer": {}}, "guardrails.length.answer: says no bound"),
        ({"answer": {"max_word": 3}}, "guardrails.length.answer.max_word: .*Did you mean 'max_words'"),
        ({"answer": {"max_words": -1}}, "guardrails.length.answer.max_words: -1 is below 0"),
        (
            {"answer": {"min_words": 3, "max_words": 2}},
            "guardrails.length.answer.min_words: 3 is above max_words, 2",
        ),
        ({"answer": {"max_words": "many"}}, "guardrails.length.answer.max_words: expected a whole number"),
    ],
)
def test_a_bound_that_makes_no_sense_is_refused(options, complaint):
    with pytest.raises(ConfigError, match=complaint):
        Router.from_config({"guardrails": {"length": options}})
