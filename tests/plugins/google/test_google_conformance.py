"""The conformance kit over the Gemini API."""

from typing import Any, ClassVar

from interlock.testing import ProviderConformance, Reply
from interlock.types.response import Usage
from interlock_google import interlock_providers

USAGE = {"promptTokenCount": 12, "candidatesTokenCount": 3, "thoughtsTokenCount": 2, "totalTokenCount": 17}
CALL = {"functionCall": {"name": "get_weather", "args": {"city": "Paris", "days": 2}}}
THOUGHT = {"text": "A greeting is asked for.", "thought": True}


def piece(*parts: dict[str, Any], **candidate: Any) -> dict[str, Any]:
    content = {"role": "model", "parts": list(parts)}
    return {
        "candidates": [{"content": content, "index": 0, **candidate}],
        "usageMetadata": USAGE,
        "modelVersion": "model-1",
        "responseId": "r1",
    }


def whole(*parts: dict[str, Any]) -> Reply:
    return Reply.json(piece(*parts, finishReason="STOP"))


def streamed(*parts: dict[str, Any]) -> Reply:
    return Reply.events(*(piece(part) for part in parts[:-1]), piece(parts[-1], finishReason="STOP"))


def failed(code: int, status: str, *details: dict[str, Any]) -> Reply:
    error = {"code": code, "message": "no", "status": status, "details": list(details)}
    return Reply.json({"error": error}, status=code, headers={"retry-after": "7"} if code == 429 else {})


class TestGoogle(ProviderConformance):
    provider = next(iter(interlock_providers()))
    has_tools = True
    has_images = True
    has_reasoning = True
    usage = Usage(input_tokens=12, output_tokens=5, reasoning=2)
    replies: ClassVar = {
        "text": whole({"text": "Hello, wide wörld."}),
        "text_streamed": streamed({"text": "Hello,"}, {"text": " wide wörld."}),
        "tool_call": whole(CALL),
        "tool_call_streamed": streamed(CALL),
        "reasoning": whole(THOUGHT, {"text": "Hello, wide wörld."}),
        "reasoning_streamed": streamed(THOUGHT, {"text": "Hello, wide"}, {"text": " wörld."}),
        "invalid": failed(400, "INVALID_ARGUMENT"),
        "unauthorised": failed(401, "UNAUTHENTICATED"),
        "forbidden": failed(403, "PERMISSION_DENIED"),
        "unknown_model": failed(404, "NOT_FOUND"),
        "rate_limited": failed(429, "RESOURCE_EXHAUSTED"),
        "failing": failed(500, "INTERNAL"),
        "overloaded": failed(503, "UNAVAILABLE"),
    }
