"""Calls and results that do not match are put right, or refused by name, before any vendor is asked."""

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from every_dialect import DIALECTS, Dialect
from interlock import Message, RequestError, Text, ToolCall, ToolResult
from interlock.requests.pairing import paired
from interlock.testing import scripted_providers, scripted_router
from interlock.types.request import Request

ASK = Message("user", "What is it?")


def called(*ids: str) -> Message:
    return Message("assistant", [ToolCall(id=id_, name="f", arguments={}) for id_ in ids])


def result(*ids: str, said: str = "22") -> Message:
    return Message("tool", [ToolResult(id=id_, name="f", content=said) for id_ in ids])


def sent(*messages: Message) -> tuple[Message, ...]:
    router = scripted_router({"a": ["yes"]})
    router.complete_sync(list(messages))
    [provider] = scripted_providers(router)
    return provider.calls[0].request.messages


@pytest.mark.parametrize(
    ("messages", "expected"),
    [
        ([ASK, called("a"), result("a"), result("a")], [ASK, called("a"), result("a")]),
        ([ASK, called("a"), result("a"), result("a", said="23")], [ASK, called("a"), result("a", said="23")]),
        (
            [ASK, called("a", "b"), result("b"), result("a")],
            [ASK, called("a", "b"), result("b"), result("a")],
        ),
        (
            [ASK, called("a", "b"), result("a"), ASK, result("b")],
            [ASK, called("a", "b"), result("a", "b"), ASK],
        ),
        (
            [ASK, called("a"), Message("system", "Hm."), result("a")],
            [ASK, called("a"), result("a"), Message("system", "Hm.")],
        ),
        (
            [ASK, called("a"), Message("user", [Text("Here."), *result("a").parts])],
            [ASK, called("a"), result("a"), Message("user", [Text("Here.")])],
        ),
        (
            [ASK, called("0"), result("0"), called("0"), result("0", said="23")],
            [ASK, called("0"), result("0"), called("0"), result("0", said="23")],
        ),
        (
            [ASK, called("0", "0"), result("0"), result("0", said="23")],
            [ASK, called("0", "0"), result("0"), result("0", said="23")],
        ),
    ],
)
def test_every_call_has_one_result_right_behind_it(messages: list[Message], expected: list[Message]) -> None:
    assert sent(*messages) == tuple(expected)


@pytest.mark.parametrize(
    ("messages", "words"),
    [
        ([ASK, called("a", "b"), result("a"), ASK], r"messages\.1: the tool call 'b' of f has no result"),
        ([ASK, called("a")], r"messages\.1: the tool call 'a' of f has no result"),
        ([ASK, called("0"), called("0"), result("0")], r"messages\.1: the tool call '0'"),
        ([result("a"), ASK], r"messages\.0: a result for the tool call 'a', which no turn before it makes"),
    ],
)
def test_what_cannot_be_put_right_is_refused_by_its_id_before_anybody_is_asked(
    messages: list[Message], words: str
) -> None:
    router = scripted_router({"a": ["yes"]})
    with pytest.raises(RequestError, match=words):
        router.complete_sync(messages)
    with pytest.raises(RequestError, match=words):
        router.stream_sync(messages).__enter__()
    assert not scripted_providers(router)[0].calls


@pytest.mark.parametrize("dialect", DIALECTS, ids=lambda dialect: dialect.name)
def test_in_every_dialect_a_repeated_result_goes_out_once(dialect: Dialect) -> None:
    messages = paired((ASK, called("call_a"), result("call_a"), result("call_a", said="23")))
    body = json.loads(dialect.codec.encode(dialect.call(Request(messages)), stream=False).body)
    kinds = [kind for kind, _ in dialect.ids(body)]
    assert kinds == ["call", "result"]
    assert "23" in json.dumps(body)
    assert '"22"' not in json.dumps(body)


@given(data=st.data())
def test_any_order_of_results_is_put_right_and_what_is_right_is_left_alone(data: Any) -> None:
    turns = data.draw(st.lists(st.integers(1, 3), min_size=1, max_size=4))
    right, mixed = [ASK], [ASK]
    for turn, count in enumerate(turns):
        ids = [f"{turn}-{number}" for number in range(count)]
        right += [called(*ids), result(*ids), ASK]
        results = [result(id_) for id_ in ids] + [
            result(id_) for id_ in data.draw(st.lists(st.sampled_from(ids)))
        ]
        mixed += [called(*ids), *data.draw(st.permutations([*results, ASK]))]
    assert paired(tuple(right)) == tuple(right)
    once = paired(tuple(mixed))
    assert paired(once) is once
    ids = [[part.id for part in message.parts if isinstance(part, ToolResult)] for message in once]
    assert sorted(id_ for group in ids for id_ in group) == sorted(
        f"{turn}-{number}" for turn, count in enumerate(turns) for number in range(count)
    )
    for at, message in enumerate(once):
        if calls := {call.id for call in message.tool_calls}:
            behind = set(ids[at + 1])
            assert behind <= calls
            assert behind  # a result comes first, whatever else was said
