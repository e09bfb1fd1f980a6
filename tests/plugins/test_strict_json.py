"""What JSON does not allow is no answer, whoever sends it, and in whatever pieces."""

import json
from typing import Any

import pytest

from event_stream import event
from every_dialect import DIALECTS, Dialect
from interlock import ProtocolError
from interlock.http import HttpReply

BAD = [
    '{"n": NaN}',
    '{"n": [1, -Infinity]}',
    '{"n": 1, "n": 2}',
    '{"n": {"deep": [{"a": 1, "a": 1}]}}',
    '{"n": 1e999}',
]
GOOD = '{"n": 1.5, "deep": [{"a": null}, {"a": 2}]}'
BY_NAME = {dialect.name: dialect for dialect in DIALECTS}


def plain(name: str, arguments: str) -> str:
    """A whole answer that calls a tool."""
    if name == "anthropic":
        answer: Any = {
            "type": "message",
            "role": "assistant",
            "model": "m",
            "content": [{"type": "tool_use", "id": "toolu_1", "name": "look", "input": "HERE"}],
            "stop_reason": "tool_use",
            "usage": {"input_tokens": 1, "output_tokens": 1},
        }
    elif name == "google":
        part = {"functionCall": {"name": "look", "args": "HERE"}}
        answer = {"candidates": [{"content": {"role": "model", "parts": [part]}, "finishReason": "STOP"}]}
    elif name == "bedrock":
        use = {"toolUse": {"toolUseId": "t1", "name": "look", "input": "HERE"}}
        answer = {"output": {"message": {"role": "assistant", "content": [use]}}, "stopReason": "tool_use"}
    elif name == "responses":
        answer = responded(arguments)
    else:
        call = {"id": "c1", "type": "function", "function": {"name": "look", "arguments": arguments}}
        message = {"role": "assistant", "content": None, "tool_calls": [call]}
        answer = {"model": "m", "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}
    return json.dumps(answer).replace('"HERE"', arguments)


def responded(arguments: str) -> dict[str, Any]:
    item = {"type": "function_call", "id": "fc_1", "call_id": "c1", "name": "look", "arguments": arguments}
    return {"object": "response", "model": "m", "status": "completed", "output": [item]}


def streamed(name: str, arguments: str) -> bytes:
    """The same as a stream."""
    half = len(arguments) // 2
    pieces = (arguments[:half], arguments[half:])
    if name == "anthropic":
        events: list[Any] = [
            {"type": "message_start", "message": {"role": "assistant", "model": "m", "content": []}},
            {
                "type": "content_block_start",
                "index": 0,
                "content_block": {"type": "tool_use", "id": "toolu_1", "name": "look", "input": {}},
            },
            *(
                {
                    "type": "content_block_delta",
                    "index": 0,
                    "delta": {"type": "input_json_delta", "partial_json": piece},
                }
                for piece in pieces
            ),
            {"type": "content_block_stop", "index": 0},
            {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 1}},
            {"type": "message_stop"},
        ]
        return b"".join(f"event: {e['type']}\ndata: {json.dumps(e)}\n\n".encode() for e in events)
    if name == "google":
        return f"data: {plain(name, arguments)}\n\n".encode()
    if name == "bedrock":
        start = {"contentBlockIndex": 0, "start": {"toolUse": {"toolUseId": "t1", "name": "look"}}}
        return b"".join(
            [
                event("messageStart", {"role": "assistant"}),
                event("contentBlockStart", start),
                *(
                    event(
                        "contentBlockDelta", {"contentBlockIndex": 0, "delta": {"toolUse": {"input": piece}}}
                    )
                    for piece in pieces
                ),
                event("contentBlockStop", {"contentBlockIndex": 0}),
                event("messageStop", {"stopReason": "tool_use"}),
                event("metadata", {"usage": {"inputTokens": 1, "outputTokens": 1}}),
            ]
        )
    if name == "responses":
        item = responded(arguments)["output"][0]
        at = {"output_index": 0, "item_id": "fc_1"}
        events = [
            {"type": "response.created", "response": {"model": "m", "status": "in_progress", "output": []}},
            {"type": "response.output_item.added", **at, "item": item | {"arguments": ""}},
            *({"type": "response.function_call_arguments.delta", **at, "delta": piece} for piece in pieces),
            {"type": "response.function_call_arguments.done", **at, "arguments": arguments},
            {"type": "response.output_item.done", **at, "item": item},
            {"type": "response.completed", "response": responded(arguments)},
        ]
        return b"".join(f"data: {json.dumps(e)}\n\n".encode() for e in events)
    first = {"index": 0, "id": "c1", "type": "function", "function": {"name": "look", "arguments": pieces[0]}}
    rest = {"index": 0, "function": {"arguments": pieces[1]}}
    deltas = [{"role": "assistant", "tool_calls": [first]}, {"tool_calls": [rest]}, {}]
    chunks = [
        {"model": "m", "choices": [{"index": 0, "delta": d, "finish_reason": None if d else "tool_calls"}]}
        for d in deltas
    ]
    return b"".join(f"data: {json.dumps(chunk)}\n\n".encode() for chunk in chunks) + b"data: [DONE]\n\n"


def read(dialect: Dialect, arguments: str, *, stream: bool) -> Any:
    from interlock.fold import folded

    if not stream:
        return dialect.read(plain(dialect.name, arguments))
    decoder = dialect.codec.decoder(dialect.call())
    return folded([*decoder.feed(streamed(dialect.name, arguments)), *decoder.close()], dialect.name)


dialects = pytest.mark.parametrize("dialect", BY_NAME.values(), ids=BY_NAME)
ways = pytest.mark.parametrize("stream", [False, True], ids=["plain", "streamed"])


@dialects
@ways
@pytest.mark.parametrize("arguments", BAD)
def test_arguments_that_are_no_json_are_no_call(dialect: Dialect, arguments: str, stream: bool) -> None:
    with pytest.raises(ProtocolError):
        read(dialect, arguments, stream=stream)


@dialects
@ways
def test_arguments_as_they_should_be(dialect: Dialect, stream: bool) -> None:
    (call,) = read(dialect, GOOD, stream=stream).tool_calls
    assert call.arguments == json.loads(GOOD)


@dialects
@pytest.mark.parametrize("code", ["utf-16", "utf-16-le", "utf-32"])
def test_an_answer_in_another_encoding_is_none(dialect: Dialect, code: str) -> None:
    text = plain(dialect.name, GOOD)
    with pytest.raises(ProtocolError):
        dialect.codec.decode(dialect.call(), HttpReply(status=200, headers={}, body=text.encode(code)))
    marked = HttpReply(status=200, headers={}, body=text.encode("utf-8-sig"))
    assert dialect.codec.decode(dialect.call(), marked).tool_calls
