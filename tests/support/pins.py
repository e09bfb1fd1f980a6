"""Vendors that can be told to keep a request in a place, for tests: rows say so of real ones alone."""

from collections.abc import Mapping
from typing import Any

from interlock import Router
from interlock.testing import Received, Reply

US = {"us": {"inference_geo": "us", "provider": {"data_collection": "deny", "zdr": True}}}


def told_to_stay(
    router: Router, *names: str, pins: Mapping[str, Mapping[str, Any]] = US, region: str = "global"
) -> Router:
    """The router, some of its deployments processing anywhere unless their vendors are told where."""
    for name in names:
        object.__setattr__(router.deployments[name], "pins", pins)
        object.__setattr__(router.deployments[name], "region", region)
    return router


def stays(body: Mapping[str, Any], pins: Mapping[str, Any] = US["us"]) -> bool:
    """Whether a body has what keeps it there."""
    return all(
        stays(body.get(name) or {}, value) if isinstance(value, Mapping) else body.get(name) == value
        for name, value in pins.items()
    )


_OPENAI = {"choices": [{"index": 0, "message": {"content": "ok"}, "finish_reason": "stop"}]}
_OPENAI_EVENT = {"choices": [{"index": 0, "delta": {"content": "ok"}, "finish_reason": "stop"}]}
_CLAUDE = {
    "type": "message",
    "role": "assistant",
    "content": [{"type": "text", "text": "ok"}],
    "stop_reason": "end_turn",
}
_GEMINI = {"candidates": [{"content": {"parts": [{"text": "ok"}]}, "finishReason": "STOP"}]}
_CONVERSE = {
    "output": {"message": {"role": "assistant", "content": [{"text": "ok"}]}},
    "stopReason": "end_turn",
}


def chat(received: Received) -> Reply:
    """What a vendor of OpenAI's dialect says."""
    streamed = received.json().get("stream")
    return Reply.events(_OPENAI_EVENT, "[DONE]") if streamed else Reply.json(_OPENAI)


def messages(received: Received) -> Reply:
    """What Anthropic says."""
    if not received.json().get("stream"):
        return Reply.json(_CLAUDE)
    return Reply.events(
        {"type": "message_start", "message": {"model": "m", "usage": {}}},
        {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
        {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "ok"}},
        {"type": "content_block_stop", "index": 0},
        {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {}},
        {"type": "message_stop"},
    )


def _generate(received: Received) -> Reply:
    return Reply.events(_GEMINI) if "stream" in received.path else Reply.json(_GEMINI)


STREAMING = {
    "openai-compatible": chat,
    "vllm": chat,
    "openrouter": chat,
    "anthropic": messages,
    "google": _generate,
}
"""By provider, what its vendor answers."""

VENDORS = {**STREAMING, "bedrock": lambda received: Reply.json(_CONVERSE)}
