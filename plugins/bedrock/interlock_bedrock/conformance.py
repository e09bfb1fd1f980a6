"""What Amazon's server sends, for Interlock's conformance kit."""

import json
import struct
from collections.abc import Mapping
from typing import Any, ClassVar
from zlib import crc32

from interlock import Usage
from interlock.testing import ProviderConformance, Reply
from interlock_bedrock import interlock_providers

_EVENTS = {"content-type": "application/vnd.amazon.eventstream"}
_USED = {"inputTokens": 10, "cacheReadInputTokens": 2, "outputTokens": 5, "totalTokens": 17}
_CACHED = {"inputTokens": 12, "cacheReadInputTokens": 100, "outputTokens": 5, "totalTokens": 117}
_HELLO = {"text": "Hello, wide wörld."}
_HELLO_PIECES = ({"text": "Hello,"}, {"text": " wide wörld."})
_ARGUMENTS = {"city": "Paris", "days": 2}
_ARGUMENT_PIECES = ('{"city": "Pa', 'ris", "days"', ": 2}")
_THOUGHT = {"reasoningText": {"text": "A greeting is asked for.", "signature": "c2ln"}}
_THOUGHT_PIECES = ({"text": "A greeting "}, {"text": "is asked for."}, {"signature": "c2ln"})
_SOURCE = {"title": "A source", "location": {"web": {"url": "https://example.org/source"}}}
_ANSWER_TOOL = "final_answer"

_Events = list[tuple[str, dict[str, Any]]]


def _frame(headers: Mapping[str, str], payload: Any) -> bytes:
    """A frame of the event stream; a header is its name, 7 for text, and the text, with their lengths."""
    body = json.dumps(payload).encode()
    head = b"".join(
        struct.pack("!B", len(name)) + name.encode() + struct.pack("!BH", 7, len(value)) + value.encode()
        for name, value in headers.items()
    )
    prelude = struct.pack("!II", len(head) + len(body) + 16, len(head))
    message = prelude + struct.pack("!I", crc32(prelude)) + head + body
    return message + struct.pack("!I", crc32(message))


def _event(name: str, payload: Any) -> bytes:
    return _frame({":message-type": "event", ":event-type": name}, payload)


def _whole(*content: Any, stop: str = "end_turn", usage: dict[str, int] | None = _USED) -> Reply:
    counted = {} if usage is None else {"usage": usage}
    message = {"role": "assistant", "content": list(content)}
    return Reply.json({"output": {"message": message}, "stopReason": stop, **counted})


def _streamed(*blocks: _Events, stop: str = "end_turn", usage: dict[str, int] | None = _USED) -> Reply:
    frames = [_event("messageStart", {"role": "assistant"})]
    for index, block in enumerate(blocks):
        at = {"contentBlockIndex": index}
        frames += [_event(name, {**at, **payload}) for name, payload in block]
        frames.append(_event("contentBlockStop", at))
    frames.append(_event("messageStop", {"stopReason": stop}))
    frames.append(_event("metadata", {} if usage is None else {"usage": usage}))
    return Reply(headers=_EVENTS, pieces=tuple(frames))


def _deltas(*deltas: Any) -> _Events:
    return [("contentBlockDelta", {"delta": delta}) for delta in deltas]


def _use(name: str, arguments: dict[str, Any]) -> dict[str, Any]:
    return {"toolUse": {"toolUseId": "tooluse_1", "name": name, "input": arguments}}


def _use_pieces(name: str, *pieces: str) -> _Events:
    start = {"start": {"toolUse": {"toolUseId": "tooluse_1", "name": name}}}
    return [("contentBlockStart", start), *_deltas(*({"toolUse": {"input": piece}} for piece in pieces))]


def _failed(status: int, code: str) -> Reply:
    headers = {"x-amzn-errortype": code} | ({"retry-after": "7"} if code == "ThrottlingException" else {})
    return Reply.json({"message": "no"}, status=status, headers=headers)


_SAID = _deltas(*_HELLO_PIECES)
_THROTTLED = {":message-type": "exception", ":exception-type": "throttlingException"}


class Converse(ProviderConformance):
    provider = next(iter(interlock_providers()))
    has_tools = has_images = has_reasoning = has_output = True
    usage = Usage(input_tokens=12, output_tokens=5, cache_read=2)
    replies: ClassVar = {
        "text": _whole(_HELLO),
        "text_streamed": _streamed(_SAID),
        "tool_call": _whole(_use("get_weather", _ARGUMENTS), stop="tool_use"),
        "tool_call_streamed": _streamed(_use_pieces("get_weather", *_ARGUMENT_PIECES), stop="tool_use"),
        "cut_tool_call": _whole(_use("get_weather", {"city": "Par"}), stop="max_tokens"),
        "cut_tool_call_streamed": _streamed(
            _use_pieces("get_weather", '{"city": "Pa', 'r"}'), stop="max_tokens"
        ),
        "reasoning": _whole({"reasoningContent": _THOUGHT}, _HELLO),
        "reasoning_streamed": _streamed(
            _deltas(*({"reasoningContent": piece} for piece in _THOUGHT_PIECES)), _SAID
        ),
        "output": _whole(_use(_ANSWER_TOOL, _ARGUMENTS), stop="tool_use"),
        "output_streamed": _streamed(_use_pieces(_ANSWER_TOOL, *_ARGUMENT_PIECES), stop="tool_use"),
        "citations": _whole({"citationsContent": {"content": [_HELLO], "citations": [_SOURCE]}}),
        "citations_streamed": _streamed(_SAID + _deltas({"citation": _SOURCE})),
        "refusal": _whole({"text": "Sorry."}, stop="guardrail_intervened"),
        "refusal_streamed": _streamed(_deltas({"text": "Sorry."}), stop="guardrail_intervened"),
        "no_usage": _whole(_HELLO, usage=None),
        "no_usage_streamed": _streamed(_SAID, usage=None),
        "cached": _whole(_HELLO, usage=_CACHED),
        "cached_streamed": _streamed(_SAID, usage=_CACHED),
        "error_inside": Reply.json({"__type": "ThrottlingException", "message": "no"}),
        "error_inside_streamed": Reply(
            headers=_EVENTS,
            pieces=(
                _event("contentBlockDelta", {"contentBlockIndex": 0, "delta": _HELLO_PIECES[0]}),
                _frame(_THROTTLED, {"message": "no"}),
            ),
        ),
        "invalid": _failed(400, "ValidationException"),
        "unauthorised": _failed(403, "UnrecognizedClientException"),
        "forbidden": _failed(403, "AccessDeniedException"),
        "unknown_model": _failed(404, "ResourceNotFoundException"),
        "rate_limited": _failed(429, "ThrottlingException"),
        "failing": _failed(500, "InternalServerException"),
        "overloaded": _failed(503, "ServiceUnavailableException"),
    }
