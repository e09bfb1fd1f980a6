"""What Google's server sends, for Interlock's conformance kit."""

from typing import Any, ClassVar

from interlock import Usage
from interlock.testing import ProviderConformance, Reply
from interlock_google import interlock_providers

_USED = {"promptTokenCount": 12, "candidatesTokenCount": 3, "thoughtsTokenCount": 2, "totalTokenCount": 17}
_CACHED = {"promptTokenCount": 112, "candidatesTokenCount": 5, "cachedContentTokenCount": 100}
_HELLO = {"text": "Hello, wide wörld."}
_PIECES = ({"text": "Hello,"}, {"text": " wide wörld."})
_CALL = {"functionCall": {"name": "get_weather", "args": {"city": "Paris", "days": 2}}}
_HALF = {"functionCall": {"name": "get_weather", "willContinue": True, "args": {"city": "Par"}}}
_THOUGHT = {"text": "A greeting is asked for.", "thought": True}
_SOURCES = {
    "groundingChunks": [{"web": {"uri": "https://example.org/source", "title": "A source"}}],
    "groundingSupports": [
        {"segment": {"startIndex": 7, "endIndex": 19, "text": "wide wörld."}, "groundingChunkIndices": [0]}
    ],
}
_ERROR = {"error": {"code": 503, "message": "The model is overloaded.", "status": "UNAVAILABLE"}}


def _piece(*parts: dict[str, Any], usage: Any = None, **candidate: Any) -> dict[str, Any]:
    content = {"role": "model", "parts": list(parts)}
    counted = {} if usage == {} else {"usageMetadata": _USED if usage is None else usage}
    head = {"modelVersion": "model-1", "responseId": "r1"}
    return {"candidates": [{"content": content, "index": 0, **candidate}], **counted, **head}


def _whole(*parts: dict[str, Any], end: str = "STOP", usage: Any = None, **candidate: Any) -> Reply:
    return Reply.json(_piece(*parts, usage=usage, finishReason=end, **candidate))


def _streamed(*parts: dict[str, Any], end: str = "STOP", usage: Any = None, **candidate: Any) -> Reply:
    before = (_piece(part, usage=usage) for part in parts[:-1])
    return Reply.events(*before, _piece(parts[-1], usage=usage, finishReason=end, **candidate))


def _failed(code: int, status: str) -> Reply:
    return Reply.json(
        {"error": {"code": code, "message": "no", "status": status, "details": []}},
        status=code,
        headers={"retry-after": "7"} if code == 429 else {},  # noqa: PLR2004 - too many requests
    )


class Gemini(ProviderConformance):
    provider = next(iter(interlock_providers()))
    has_tools = has_images = has_reasoning = has_output = True
    usage = Usage(input_tokens=12, output_tokens=5, reasoning=2)
    cached_usage = Usage(input_tokens=112, output_tokens=5, cache_read=100)
    replies: ClassVar = {
        "text": _whole(_HELLO),
        "text_streamed": _streamed(*_PIECES),
        "tool_call": _whole(_CALL),
        "tool_call_streamed": _streamed(_CALL),
        "cut_tool_call": _whole(_HALF, end="MAX_TOKENS"),
        "cut_tool_call_streamed": _streamed(_HALF, end="MAX_TOKENS"),
        "reasoning": _whole(_THOUGHT, _HELLO),
        "reasoning_streamed": _streamed(_THOUGHT, *_PIECES),
        "output": _whole({"text": '{"city": "Paris", "days": 2}'}),
        "output_streamed": _streamed({"text": '{"city": "Pa'}, {"text": 'ris", "days": 2}'}),
        "citations": _whole(_HELLO, groundingMetadata=_SOURCES),
        "citations_streamed": _streamed(*_PIECES, groundingMetadata=_SOURCES),
        "refusal": _whole({"text": "Hello,"}, end="SAFETY"),
        "refusal_streamed": _streamed({"text": "Hel"}, {"text": "lo,"}, end="SAFETY"),
        "no_usage": _whole(_HELLO, usage={}),
        "no_usage_streamed": _streamed(*_PIECES, usage={}),
        "cached": _whole(_HELLO, usage=_CACHED),
        "cached_streamed": _streamed(*_PIECES, usage=_CACHED),
        "error_inside": Reply.json(_ERROR),
        "error_inside_streamed": Reply.events(_piece(_PIECES[0]), _ERROR),
        "invalid": _failed(400, "INVALID_ARGUMENT"),
        "unauthorised": _failed(401, "UNAUTHENTICATED"),
        "forbidden": _failed(403, "PERMISSION_DENIED"),
        "unknown_model": _failed(404, "NOT_FOUND"),
        "rate_limited": _failed(429, "RESOURCE_EXHAUSTED"),
        "failing": _failed(500, "INTERNAL"),
        "overloaded": _failed(503, "UNAVAILABLE"),
    }
