"""What guardrails seal is on no wire, in any dialect, and comes back in text, thoughts and tool calls."""

import json
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import pytest

from guards_at_work import Accounts
from interlock import Message, Router, ToolCall, ToolResult
from interlock.testing import Received, Reply, Upstream

NUMBER = "ACC-123456"
SEALED = "<ACCOUNT_1>"
SAID = f'It is {SEALED}, not "<ACCOUNT_2>" <'
GIVEN = f'It is {NUMBER}, not "<ACCOUNT_2>" <'
ARGUMENTS = {"said": SAID, SEALED: [f"\\{SEALED}\n"]}
ECHO = {"name": "echo", "description": f"as for {NUMBER}", "parameters": {"type": "object", "properties": {}}}


def cut(text: str, size: int) -> Iterator[str]:
    return (text[at : at + size] for at in range(0, len(text), size))


def _chat(**delta: Any) -> dict[str, Any]:
    return {"id": "1", "choices": [{"index": 0, "delta": delta}]}


def chat(size: int) -> Sequence[Any]:
    def call(**function: Any) -> dict[str, Any]:
        return _chat(tool_calls=[{"index": 0, "id": "c1", "function": function}])

    return [
        *(_chat(reasoning_content=piece) for piece in cut(SAID, size)),
        *(_chat(content=piece) for piece in cut(SAID, size)),
        call(name="echo", arguments=""),
        *(call(arguments=piece) for piece in cut(json.dumps(ARGUMENTS), size)),
        {"id": "1", "choices": [{"index": 0, "delta": {}, "finish_reason": "tool_calls"}]},
        "[DONE]",
    ]


def completion() -> Any:
    call = {"id": "c1", "type": "function", "function": {"name": "echo", "arguments": json.dumps(ARGUMENTS)}}
    message = {"role": "assistant", "content": SAID, "reasoning_content": SAID, "tool_calls": [call]}
    return {"id": "1", "choices": [{"index": 0, "message": message, "finish_reason": "tool_calls"}]}


def claude(size: int) -> Sequence[Any]:
    def block(at: int, begun: dict[str, Any], kind: str, key: str, text: str) -> Iterator[Any]:
        yield {"type": "content_block_start", "index": at, "content_block": begun}
        for piece in cut(text, size):
            yield {"type": "content_block_delta", "index": at, "delta": {"type": kind, key: piece}}
        yield {"type": "content_block_stop", "index": at}

    usage = {"input_tokens": 1, "output_tokens": 1}
    use = {"type": "tool_use", "id": "c1", "name": "echo", "input": {}}
    return [
        {"type": "message_start", "message": {"id": "1", "role": "assistant", "content": [], "usage": usage}},
        *block(0, {"type": "thinking", "thinking": "", "signature": ""}, "thinking_delta", "thinking", SAID),
        *block(1, {"type": "text", "text": ""}, "text_delta", "text", SAID),
        *block(2, use, "input_json_delta", "partial_json", json.dumps(ARGUMENTS)),
        {"type": "message_delta", "delta": {"stop_reason": "tool_use"}, "usage": {"output_tokens": 9}},
        {"type": "message_stop"},
    ]


def message() -> Any:
    content = [
        {"type": "thinking", "thinking": SAID, "signature": ""},
        {"type": "text", "text": SAID},
        {"type": "tool_use", "id": "c1", "name": "echo", "input": ARGUMENTS},
    ]
    usage = {"input_tokens": 1, "output_tokens": 1}
    return {"id": "1", "role": "assistant", "content": content, "stop_reason": "tool_use", "usage": usage}


def _candidate(*parts: Any, **more: Any) -> dict[str, Any]:
    return {"candidates": [{"content": {"role": "model", "parts": list(parts)}, **more}]}


_FUNCTION_CALL = {"functionCall": {"id": "c1", "name": "echo", "args": ARGUMENTS}}


def gemini(size: int) -> Sequence[Any]:
    return [
        *(_candidate({"text": piece, "thought": True}) for piece in cut(SAID, size)),
        *(_candidate({"text": piece}) for piece in cut(SAID, size)),
        _candidate(_FUNCTION_CALL, finishReason="STOP"),
    ]


def content() -> Any:
    return _candidate({"text": SAID, "thought": True}, {"text": SAID}, _FUNCTION_CALL, finishReason="STOP")


@dataclass(frozen=True)
class Vendor:
    model: str
    plain: Callable[[], Any]
    events: Callable[[int], Sequence[Any]]
    base: str = ""


VENDORS = {
    "openai": Vendor("zhipu/glm-5.2", completion, chat, "/v1"),
    "anthropic": Vendor("anthropic/claude-4-opus", message, claude),
    "google": Vendor("google/gemini-2.5-ultra", content, gemini),
}
CONVERSATION = [
    Message("system", f"You know {NUMBER}."),
    Message("user", NUMBER),
    Message("assistant", (ToolCall(id="c0", name="echo", arguments={"said": NUMBER, NUMBER: 1}),)),
    Message("tool", (ToolResult(id="c0", content=json.dumps({"of": NUMBER})),)),
    Message("user", f"Is it {NUMBER}?"),
]


def shape(response: Any) -> Any:
    (call,) = response.tool_calls
    return response.text, response.reasoning, call.name, dict(call.arguments)


@pytest.mark.parametrize("size", [1, 2, 3, 5, 7])
@pytest.mark.parametrize("provider", VENDORS)
def test_no_piece_of_what_is_sealed_leaves_and_it_comes_back_whole(provider: str, size: int) -> None:
    vendor = VENDORS[provider]

    def answer(received: Received) -> Reply:
        body = received.json()
        if body.get("stream") or "stream" in received.path:
            return Reply.events(*vendor.events(size))
        return Reply.json(vendor.plain())

    with Upstream(always=answer) as upstream:
        here = {"id": "d", "model": vendor.model, "provider": provider, "name": "m", "region": "local"}
        key = {"api_key": "k", "base_url": upstream.url + vendor.base}
        with Router.from_config({"deployments": [here | key]}, plugins=[Accounts()]) as router:
            options: Any = {"tools": [ECHO], "settings": {"user": NUMBER}}
            plain = router.complete_sync(CONVERSATION, **options)
            with router.stream_sync(CONVERSATION, **options) as stream:
                chunks = list(stream)
    assert shape(plain) == (GIVEN, GIVEN, "echo", {"said": GIVEN, NUMBER: [f"\\{NUMBER}\n"]})
    assert shape(stream.response) == shape(plain)
    assert "".join(chunk.text for chunk in chunks) == GIVEN
    assert "".join(chunk.reasoning for chunk in chunks) == GIVEN
    said = [each.arguments for chunk in chunks for each in chunk.tool_call_deltas]
    assert json.loads("".join(said)) == dict(plain.tool_calls[0].arguments)
    assert len(upstream.requests) == 2
    for received in upstream.requests:
        assert NUMBER not in received.body.decode() + received.path + repr(received.headers)
        assert received.body.decode().count("ACCOUNT_1") > len(CONVERSATION)
