"""The conformance kit over the plainest vendor, one that thinks aloud, and one with addresses of its own."""

from typing import Any, ClassVar

from interlock.testing import ProviderConformance, Reply
from interlock_openai import interlock_providers

PROVIDERS = {provider.facts.name: provider for provider in interlock_providers()}
USAGE = {"prompt_tokens": 12, "completion_tokens": 5, "total_tokens": 17}
ARGUMENTS = '{"city": "Paris", "days": 2}'


def whole(finish: str = "stop", **message: Any) -> Reply:
    choice = {
        "index": 0,
        "message": {"role": "assistant", "content": None, **message},
        "finish_reason": finish,
    }
    return Reply.json({"id": "c1", "model": "model-1", "choices": [choice], "usage": USAGE})


def streamed(*deltas: dict[str, Any], finish: str = "stop") -> Reply:
    head = {"id": "c1", "model": "model-1"}
    steps = [{"index": 0, "delta": delta, "finish_reason": None} for delta in deltas]
    steps.append({"index": 0, "delta": {}, "finish_reason": finish})
    return Reply.events(
        *(head | {"choices": [step]} for step in steps), head | {"choices": [], "usage": USAGE}, "[DONE]"
    )


def call(arguments: str, **rest: Any) -> dict[str, Any]:
    function = {"name": "get_weather", "arguments": arguments}
    return {"tool_calls": [{"index": 0, "id": "call_1", "type": "function", "function": function, **rest}]}


class Rules(ProviderConformance):
    has_tools = True
    has_images = True
    replies: ClassVar = {
        "text": whole(content="Hello, wide wörld."),
        "text_streamed": streamed({"role": "assistant", "content": "Hello,"}, {"content": " wide wörld."}),
        "tool_call": whole("tool_calls", **call(ARGUMENTS)),
        "tool_call_streamed": streamed(
            call(ARGUMENTS[:9]),
            {"tool_calls": [{"index": 0, "function": {"arguments": ARGUMENTS[9:]}}]},
            finish="tool_calls",
        ),
    }


class TestOpenAI(Rules):
    provider = PROVIDERS["openai"]


class TestAzure(Rules):
    provider = PROVIDERS["azure"]


class TestDeepSeek(Rules):
    provider = PROVIDERS["deepseek"]
    has_reasoning = True
    replies: ClassVar = {
        **Rules.replies,
        "reasoning": whole(content="Hello, wide wörld.", reasoning_content="A greeting is asked for."),
        "reasoning_streamed": streamed(
            {"reasoning_content": "A greeting "},
            {"reasoning_content": "is asked for."},
            {"content": "Hello, wide wörld."},
        ),
    }
