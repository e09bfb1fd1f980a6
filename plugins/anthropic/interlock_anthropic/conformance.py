"""What Anthropic's server sends, for Interlock's conformance kit."""

from typing import Any, ClassVar

from interlock import Usage
from interlock.testing import ProviderConformance, Reply
from interlock_anthropic import interlock_providers

_USED = {"input_tokens": 12, "output_tokens": 5}
_CACHED = {
    "input_tokens": 4,
    "cache_creation_input_tokens": 8,
    "cache_read_input_tokens": 100,
    "output_tokens": 5,
}
_HELLO = {"type": "text", "text": "Hello, wide wörld."}
_HELLO_PIECES = (
    {"type": "text", "text": ""},
    [{"type": "text_delta", "text": "Hello,"}, {"type": "text_delta", "text": " wide wörld."}],
)
_ARGUMENTS = '{"city": "Paris", "days": 2}'
_CALL = {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Paris", "days": 2}}
_THOUGHT = {"type": "thinking", "thinking": "A greeting is asked for.", "signature": "sig"}
_THOUGHT_PIECES = (
    {"type": "thinking", "thinking": "", "signature": ""},
    [
        {"type": "thinking_delta", "thinking": "A greeting"},
        {"type": "thinking_delta", "thinking": " is asked for."},
        {"type": "signature_delta", "signature": "sig"},
    ],
)
_SOURCE = {
    "type": "web_search_result_location",
    "url": "https://example.org/source",
    "title": "A source",
    "encrypted_index": "index",
    "cited_text": "hello",
}
_ERROR = {"type": "error", "error": {"type": "overloaded_error", "message": "Overloaded"}}
_Block = tuple[dict[str, Any], list[dict[str, Any]]]


def _message(reason: str, *blocks: dict[str, Any], usage: Any = None) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": list(blocks),
        "stop_reason": reason,
        "usage": _USED if usage is None else usage,
    }


def _whole(reason: str, *blocks: dict[str, Any], usage: Any = None) -> Reply:
    return Reply.json(_message(reason, *blocks, usage=usage))


def _events(reason: str, *blocks: _Block, usage: Any = None) -> list[dict[str, Any]]:
    head = _message(reason, usage=usage) | {"stop_reason": None}
    head["usage"] = head["usage"] and head["usage"] | {"output_tokens": 1}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": head}]
    for index, (start, deltas) in enumerate(blocks):
        events.append({"type": "content_block_start", "index": index, "content_block": start})
        events.extend({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas)
        events.append({"type": "content_block_stop", "index": index})
    counted = {} if usage == {} else {"output_tokens": 5}
    events.append({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": counted})
    return [*events, {"type": "message_stop"}]


def _streamed(reason: str, *blocks: _Block, usage: Any = None) -> Reply:
    return Reply.events(*_events(reason, *blocks, usage=usage))


def _pieces(call: dict[str, Any], *pieces: str) -> _Block:
    deltas = [{"type": "input_json_delta", "partial_json": piece} for piece in pieces]
    return {**call, "input": {}}, deltas


def _failed(status: int, kind: str) -> Reply:
    return Reply.json({"type": "error", "error": {"type": kind, "message": "no"}}, status=status)


class Claude(ProviderConformance):
    """A model whose answers can be bound to a schema."""

    provider = next(iter(interlock_providers()))
    model = "claude-opus-4-8"
    has_tools = has_images = has_reasoning = has_output = True
    cached_usage = Usage(input_tokens=112, output_tokens=5, cache_read=100, cache_write=8)
    replies: ClassVar = {
        "text": _whole("end_turn", _HELLO),
        "text_streamed": _streamed("end_turn", _HELLO_PIECES),
        "tool_call": _whole("tool_use", _CALL),
        "tool_call_streamed": _streamed("tool_use", _pieces(_CALL, '{"city": "Pa', 'ris", ', '"days": 2}')),
        "cut_tool_call": _whole("max_tokens", {**_CALL, "input": {"city": "Par"}}),
        "cut_tool_call_streamed": _streamed("max_tokens", _pieces(_CALL, '{"city": "Pa', 'ris", ')),
        "reasoning": _whole("end_turn", _THOUGHT, _HELLO),
        "reasoning_streamed": _streamed("end_turn", _THOUGHT_PIECES, _HELLO_PIECES),
        "output": _whole("end_turn", {"type": "text", "text": _ARGUMENTS}),
        "output_streamed": _streamed(
            "end_turn",
            (
                {"type": "text", "text": ""},
                [{"type": "text_delta", "text": piece} for piece in (_ARGUMENTS[:9], _ARGUMENTS[9:])],
            ),
        ),
        "citations": _whole("end_turn", {**_HELLO, "citations": [_SOURCE]}),
        "citations_streamed": _streamed(
            "end_turn",
            (
                {"type": "text", "text": "", "citations": []},
                [{"type": "citations_delta", "citation": _SOURCE}, *_HELLO_PIECES[1]],
            ),
        ),
        "refusal": _whole("refusal", {"type": "text", "text": "Hello,"}),
        "refusal_streamed": _streamed(
            "refusal", ({"type": "text", "text": ""}, [{"type": "text_delta", "text": "Hello,"}])
        ),
        "no_usage": _whole("end_turn", _HELLO, usage={}),
        "no_usage_streamed": _streamed("end_turn", _HELLO_PIECES, usage={}),
        "cached": _whole("end_turn", _HELLO, usage=_CACHED),
        "cached_streamed": _streamed("end_turn", _HELLO_PIECES, usage=_CACHED),
        "error_inside": Reply.json(_ERROR),
        "error_inside_streamed": Reply.events(*_events("end_turn", _HELLO_PIECES)[:3], _ERROR),
        "invalid": _failed(400, "invalid_request_error"),
        "unauthorised": _failed(401, "authentication_error"),
        "unpaid": _failed(402, "billing_error"),
        "forbidden": _failed(403, "permission_error"),
        "unknown_model": _failed(404, "not_found_error"),
        "too_large": _failed(413, "request_too_large"),
        "failing": _failed(500, "api_error"),
        "overwhelmed": _failed(529, "overloaded_error"),
    }


_ANSWER = {**_CALL, "name": "final_answer"}


class ClaudeWithoutSchemas(Claude):
    """An older model: structured output is asked for as a tool's arguments."""

    model = "claude-3-7-sonnet-20250219"
    replies: ClassVar = {
        **Claude.replies,
        "output": _whole("tool_use", _ANSWER),
        "output_streamed": _streamed("tool_use", _pieces(_ANSWER, _ARGUMENTS[:9], _ARGUMENTS[9:])),
    }


KITS = (Claude, ClaudeWithoutSchemas)
