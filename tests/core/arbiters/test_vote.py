"""The answer that most members give."""

import asyncio
import json
from string import ascii_uppercase

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock import Answer, Request, Text, ToolCall
from interlock.arbiters.vote import Vote
from interlock.protocols import ArbitrateCall, Panelist, Ruling
from interlock.types.request import Output

OUTPUT = Output(name="any", schema={"type": "object"}, build=lambda value: value)


def say(text: str) -> Answer:
    return Answer(parts=(Text(text),), finish_reason="stop")


def ask_tool(number: int, **arguments: object) -> Answer:
    call = ToolCall(id=f"call-{number}", name="find", arguments=arguments)
    return Answer(parts=(call,), finish_reason="tool_calls")


def vote(*answers: Answer | str, output: Output | None = None) -> Ruling:
    members = tuple(
        Panelist(label=label, answer=say(answer) if isinstance(answer, str) else answer)
        for label, answer in zip(ascii_uppercase, answers, strict=False)
    )
    return asyncio.run(Vote().arbitrate(ArbitrateCall(request=Request("?", output=output), members=members)))


def test_most_win_and_the_others_dissent() -> None:
    ruling = vote("Lyon", "Paris", "Rome", "Paris")
    assert ruling.chosen == ("B", "D")
    assert ruling.dissent == ("A", "C")
    assert (ruling.agreement, ruling.contested) == (0.5, False)
    assert ruling.scores == {"A": 0.25, "B": 0.5, "C": 0.25, "D": 0.5}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Paris", "  paris.\n"),
        ("yes, it is", "Yes,  it is!"),
        ("42", "42.0"),
        ("1,234.5", "1234.50"),
        ("-7", "-7.0."),
        ("1e3", "1000"),
        ("東京。", "東京"),
    ],
)
def test_form_is_no_difference(one: str, other: str) -> None:
    assert vote("something else", one, other).chosen == ("B", "C")


@pytest.mark.parametrize(
    ("one", "other"), [("42", "4.2"), ("1,5", "15"), ("12,34", "1234"), ("yes", "yes no"), ("", "0")]
)
def test_meaning_is_one(one: str, other: str) -> None:
    assert vote(one, other).contested


def test_a_tie_goes_by_the_order_of_the_members_and_says_so() -> None:
    ruling = vote("one", "two", "two", "one")
    assert (ruling.chosen, ruling.contested, ruling.agreement) == (("A", "D"), True, 0.5)


def test_structured_output_is_counted_field_by_field() -> None:
    whole = {"name": {"first": "Ada", "last": "Lovelace"}, "born": 1815, "tags": ["Maths", "poetry"]}
    other = {"name": {"first": "ada", "last": "Byron"}, "born": "1815", "tags": ["maths", "Poetry"]}
    wrong = {"name": {"first": "Ada", "last": "Lovelace"}, "born": 1851, "tags": []}
    ruling = vote(json.dumps(wrong), f"```json\n{json.dumps(whole)}\n```", json.dumps(other), output=OUTPUT)
    assert ruling.chosen == ("B",), "it agrees with somebody in every field"
    assert ruling.agreement == pytest.approx((1 + 2 / 3 + 2 / 3 + 2 / 3) / 4)


def test_the_order_of_fields_is_no_difference_and_a_missing_one_is() -> None:
    answers = ('{"a": 1, "b": true}', '{"b": true, "a": 1.0}', '{"a": 1}')
    assert vote(*answers, output=OUTPUT).dissent == ("C",)
    assert vote(*answers[::2], output=OUTPUT).contested


def test_calls_of_tools_are_compared_by_name_and_arguments() -> None:
    ruling = vote(ask_tool(1, what="A"), ask_tool(2, what="b", n=1), ask_tool(3, n=1.0, what="B"), "No tool.")
    assert (ruling.chosen, ruling.answer) == (("B", "C"), None)


texts = st.lists(st.sampled_from(["yes", "Yes.", "no", "NO", "1", "1.0", "", "{}", '{"a": [1]}']), min_size=2)


@given(texts, st.booleans())
def test_it_always_rules_on_somebody_and_the_same_again(answers: list[str], structured: bool) -> None:
    answers = answers[:26]
    output = OUTPUT if structured else None
    ruling = vote(*answers, output=output)
    assert ruling == vote(*answers, output=output)
    assert set(ruling.chosen) | set(ruling.dissent) == set(ruling.scores)
    assert not set(ruling.chosen) & set(ruling.dissent)
    assert 0 < (ruling.agreement or 0) <= 1
    assert ruling.contested == (
        sum(score == ruling.agreement for score in ruling.scores.values()) > len(ruling.chosen)
    )
