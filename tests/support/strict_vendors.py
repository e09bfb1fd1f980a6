"""Loopback vendors of chat completions that refuse what the real ones are known to refuse."""

from collections.abc import Callable
from typing import Any

from interlock.testing import Received, Reply

Body = dict[str, Any]
Rule = Callable[[Body], str | None]
_SAMPLING = ("temperature", "top_p", "presence_penalty", "frequency_penalty", "logprobs", "top_logprobs")
PROOF = {"google": {"thought_signature": "U0lH"}}


def call(name: str, **beside: Any) -> Body:
    return {"id": "c1", "type": "function", "function": {"name": name, "arguments": '{"a": 1}'}, **beside}


def answer(
    body: Body,
    *,
    content: str | None = "ok",
    calls: list[Body] | None = None,
    beside: Body | None = None,
) -> Reply:
    finish = "tool_calls" if calls else "stop"
    message: Body = {"role": "assistant", "content": content, **(beside or {})}
    if calls:
        message["tool_calls"] = calls
    if not body.get("stream"):
        choice = {"index": 0, "message": message, "finish_reason": finish}
        return Reply.json({"id": "x", "model": "m", "choices": [choice]})
    if calls:
        message["tool_calls"] = [{"index": at, **each} for at, each in enumerate(calls)]
    steps = [{"delta": message, "finish_reason": None}, {"delta": {}, "finish_reason": finish}]
    return Reply.events(*({"id": "x", "choices": [{"index": 0, **step}]} for step in steps), "[DONE]")


def refusal(message: str, param: str | None = None) -> Reply:
    error = {"message": message, "type": "invalid_request_error", "param": param, "code": None}
    return Reply.json({"error": error}, status=400)


def strict(rule: Rule) -> Callable[[Received], Reply]:
    """A server that answers what the rule lets pass: with a call where tools are there and none was made."""

    def serve(received: Received) -> Reply:
        body = received.json()
        if (complaint := rule(body)) is not None:
            return refusal(complaint)
        called = any("tool_calls" in message for message in body["messages"])
        wants = body.get("tools") and not called
        return answer(body, content=None, calls=[call("look")]) if wants else answer(body)

    return serve


def reasoning_gpt(*efforts: str, unasked: bool, tools: bool) -> Rule:
    """GPT-5.1 and later; `tools` says whether they go with reasoning."""

    def rule(body: Body) -> str | None:
        effort = body.get("reasoning_effort", "medium" if unasked else "none")
        if effort not in ("none", *efforts):
            return f"Unsupported value: 'reasoning_effort' does not support '{effort}' with this model."
        if effort == "none":
            return None
        if body.get("tools") and not tools:
            return "Function tools with reasoning_effort are not supported in /v1/chat/completions."
        found = [name for name in _SAMPLING if name in body]
        return f"Unsupported value: '{found[0]}' is not supported with this model." if found else None

    return rule


def always_reasoning(*efforts: str) -> Rule:
    def rule(body: Body) -> str | None:
        if body.get("reasoning_effort", "low") not in efforts:
            return "Unsupported value: 'reasoning_effort'"
        found = [name for name in _SAMPLING if name in body]
        return f"Unsupported parameter: '{found[0]}' is not supported with this model." if found else None

    return rule


def kimi(body: Body) -> str | None:
    if body.get("temperature", 1) != 1:
        return "invalid temperature: only 1 is allowed for this model"
    for at, message in enumerate(body["messages"]):
        if message.get("tool_calls") and not message.get("reasoning_content"):
            return f"reasoning_content is missing in assistant tool call message at index {at}"
    return None


def deepseek(body: Body) -> str | None:
    if body.get("thinking", {}).get("type") != "disabled":
        if body.get("tool_choice") not in (None, "auto", "none"):
            return "Thinking mode does not support this tool_choice"
        if body.get("reasoning_effort", "high") not in ("low", "medium", "high", "max"):
            return "unknown variant of reasoning_effort"
    return None


def alibaba(body: Body) -> str | None:
    if body.get("enable_thinking"):
        if not body.get("stream"):
            return "parameter.enable_thinking must be set to false for non-streaming calls"
        if "response_format" in body:
            return "Json mode response is not supported when enable_thinking is true"
        if body.get("tool_choice") not in (None, "auto", "none"):
            return (
                "The tool_choice parameter does not support being set to required or object in thinking mode"
            )
    return None


def mistral(body: Body) -> str | None:
    return "reasoning_effort is not enabled for this model" if "reasoning_effort" in body else None


def zhipu(body: Body) -> str | None:
    return None if 0 <= body.get("temperature", 0) <= 1 else "temperature must be between 0 and 1"


def gemini(received: Received) -> Reply:
    """Gemini 3 behind chat completions: what stood on a call must stand there again."""
    body = received.json()
    past = [made for message in body["messages"] for made in message.get("tool_calls") or []]
    if any(made.get("extra_content") != PROOF for made in past):
        return refusal("Function call is missing a thought_signature in functionCall parts.")
    return answer(body) if past else answer(body, content=None, calls=[call("look", extra_content=PROOF)])
