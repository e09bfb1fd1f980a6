"""The plugin against Interlock's rules for providers."""

from importlib.metadata import entry_points
from typing import Any, ClassVar

from interlock.http import HttpProvider
from interlock.testing import ProviderConformance, Reply
from interlock_anthropic import FACTS, LIMITS, Messages, interlock_providers

USED = {"input_tokens": 12, "output_tokens": 5}
THOUGHT = {"type": "thinking", "thinking": "A greeting is asked for.", "signature": "sig"}
HELLO = {"type": "text", "text": "Hello, wide wörld."}
CALL = {"type": "tool_use", "id": "toolu_1", "name": "get_weather", "input": {"city": "Paris", "days": 2}}


def message(reason: str, *blocks: dict[str, Any]) -> dict[str, Any]:
    return {
        "id": "msg_1",
        "type": "message",
        "role": "assistant",
        "model": "claude",
        "content": list(blocks),
        "stop_reason": reason,
        "usage": USED,
    }


def streamed(reason: str, *blocks: tuple[dict[str, Any], list[dict[str, Any]]]) -> Reply:
    head = message(reason) | {"stop_reason": None, "usage": USED | {"output_tokens": 1}}
    events: list[dict[str, Any]] = [{"type": "message_start", "message": head}]
    for index, (start, deltas) in enumerate(blocks):
        events.append({"type": "content_block_start", "index": index, "content_block": start})
        events.extend({"type": "content_block_delta", "index": index, "delta": delta} for delta in deltas)
        events.append({"type": "content_block_stop", "index": index})
    events.append({"type": "message_delta", "delta": {"stop_reason": reason}, "usage": {"output_tokens": 5}})
    return Reply.events(*events, {"type": "message_stop"})


def failure(status: int, kind: str) -> Reply:
    return Reply.json({"type": "error", "error": {"type": kind, "message": "no"}}, status=status)


HELLO_PIECES = (
    {"type": "text", "text": ""},
    [{"type": "text_delta", "text": "Hello,"}, {"type": "text_delta", "text": " wide wörld."}],
)


class TestClaude(ProviderConformance):
    provider = HttpProvider(FACTS, Messages())
    has_tools = has_images = has_reasoning = True
    replies: ClassVar = {
        "text": Reply.json(message("end_turn", HELLO)),
        "text_streamed": streamed("end_turn", HELLO_PIECES),
        "tool_call": Reply.json(message("tool_use", CALL)),
        "tool_call_streamed": streamed(
            "tool_use",
            (
                {**CALL, "input": {}},
                [
                    {"type": "input_json_delta", "partial_json": piece}
                    for piece in ('{"city": "Pa', 'ris", ', '"days": 2}')
                ],
            ),
        ),
        "reasoning": Reply.json(message("end_turn", THOUGHT, HELLO)),
        "reasoning_streamed": streamed(
            "end_turn",
            (
                {"type": "thinking", "thinking": "", "signature": ""},
                [
                    {"type": "thinking_delta", "thinking": "A greeting"},
                    {"type": "thinking_delta", "thinking": " is asked for."},
                    {"type": "signature_delta", "signature": "sig"},
                ],
            ),
            HELLO_PIECES,
        ),
        "invalid": failure(400, "invalid_request_error"),
        "unauthorised": failure(401, "authentication_error"),
        "forbidden": failure(403, "permission_error"),
        "unknown_model": failure(404, "not_found_error"),
        "failing": failure(500, "api_error"),
        "overloaded": failure(529, "overloaded_error"),
    }


def test_the_plugin_enters_under_its_name() -> None:
    [entry] = entry_points(group="interlock", name="anthropic")
    assert entry.load().interlock_providers is interlock_providers
    [provider] = interlock_providers()
    assert provider.facts is FACTS


def test_every_limit_says_what_happens_instead() -> None:
    assert all(feature and happens for feature, happens in LIMITS)
    assert len({feature for feature, _ in LIMITS}) == len(LIMITS)
