"""The answer that most members give."""

import asyncio
import json
from collections.abc import Sequence
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


def vote(*answers: Answer | str, output: Output | None = None, weights: Sequence[float] = ()) -> Ruling:
    members = tuple(
        Panelist(label=label, answer=say(answer) if isinstance(answer, str) else answer, weight=weight)
        for label, answer, weight in zip(ascii_uppercase, answers, weights or [1.0] * 26, strict=False)
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


def test_who_weighs_more_than_the_others_together_wins() -> None:
    ruling = vote("Rome", "Paris", "Paris", weights=[2.5, 1, 1])
    assert (ruling.chosen, ruling.dissent, ruling.contested) == (("A",), ("B", "C"), False)
    assert ruling.agreement == pytest.approx(2.5 / 4.5)
    assert vote("Rome", "Paris", "Paris", weights=[1.5, 1, 1]).chosen == ("B", "C")


def test_a_tie_by_weight_is_one_however_floats_add_up() -> None:
    ruling = vote("Rome", "Paris", "Paris", weights=[0.3, 0.1, 0.2])
    assert (ruling.chosen, ruling.contested, ruling.agreement) == (("A",), True, pytest.approx(0.5))


def test_weights_count_field_by_field_and_numbers_as_numbers() -> None:
    answers = ('{"n": 1, "city": "Rome"}', '{"n": 1.0, "city": "Paris"}', '{"n": 2, "city": "paris"}')
    ruling = vote(*answers, output=OUTPUT, weights=[3, 1, 1])
    assert ruling.chosen == ("A",)
    assert ruling.scores == {"A": pytest.approx(0.7), "B": pytest.approx(0.6), "C": pytest.approx(0.3)}


def test_the_order_of_fields_is_no_difference_and_a_missing_one_is() -> None:
    answers = ('{"a": 1, "b": true}', '{"b": true, "a": 1.0}', '{"a": 1}')
    assert vote(*answers, output=OUTPUT).dissent == ("C",)
    assert vote(*answers[::2], output=OUTPUT).contested


def test_calls_of_tools_are_compared_by_name_and_arguments() -> None:
    ruling = vote(ask_tool(1, what="A"), ask_tool(2, what="b", n=1), ask_tool(3, n=1.0, what="B"), "No tool.")
    assert (ruling.chosen, ruling.answer) == (("B", "C"), None)


@given(st.lists(st.tuples(st.sampled_from("abc"), st.floats(1e-3, 1e6)), min_size=2, max_size=26))
def test_no_weight_makes_an_agreement_of_more_than_all(given: list[tuple[str, float]]) -> None:
    ruling = vote(*(answer for answer, _ in given), weights=[weight for _, weight in given])
    assert 0 < (ruling.agreement or 0) <= 1
    behind = {letter: sum(w for answer, w in given if answer == letter) for letter, _ in given}
    assert behind[given["ABCDEFGHIJKLMNOPQRSTUVWXYZ".index(ruling.chosen[0])][0]] == pytest.approx(
        max(behind.values())
    )


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
