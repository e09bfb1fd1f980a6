"""The conformance kit over Converse, and recorded exchanges through a whole router."""

import asyncio
import json
from pathlib import Path
from typing import Any, ClassVar
from urllib.parse import unquote

import pytest

from event_stream import event, events_of, exception
from interlock import InterlockError, Router
from interlock.testing import ProviderConformance, Reply, Upstream
from interlock.types.response import Usage
from interlock_bedrock import interlock_providers

WIRE = Path(__file__).parents[4] / "shared" / "wire" / "bedrock"
FILES = sorted(WIRE.glob("*.json"))
EVENTS = {"content-type": "application/vnd.amazon.eventstream"}
CALL = {"toolUse": {"toolUseId": "t1", "name": "get_weather", "input": {"city": "Paris", "days": 2}}}
THOUGHT = {"reasoningContent": {"reasoningText": {"text": "A greeting is asked for.", "signature": "c2ln"}}}
HELLO = {"text": "Hello, wide wörld."}


def answer(*content: Any, stop: str = "end_turn") -> dict[str, Any]:
    return {
        "output": {"message": {"role": "assistant", "content": list(content)}},
        "stopReason": stop,
        "usage": {"inputTokens": 10, "cacheReadInputTokens": 2, "outputTokens": 5, "totalTokens": 17},
        "metrics": {"latencyMs": 3},
    }


def streamed(told: dict[str, Any]) -> Reply:
    return Reply(headers=EVENTS, pieces=tuple(event(name, each) for name, each in events_of(told)))


def failed(status: int, code: str) -> Reply:
    headers = {"x-amzn-errortype": code} | ({"retry-after": "7"} if status == 429 else {})
    return Reply.json({"message": "no"}, status=status, headers=headers)


ANSWER = {"toolUse": {"toolUseId": "t1", "name": "final_answer", "input": {"city": "Paris", "days": 2}}}
SOURCE = {"title": "A", "location": {"web": {"url": "https://example.org/source"}}}
CITED = {"citationsContent": {"content": [HELLO], "citations": [SOURCE]}}
UNCOUNTED = {key: value for key, value in answer(HELLO).items() if key != "usage"}
CACHED = {"inputTokens": 12, "cacheReadInputTokens": 100, "outputTokens": 5, "totalTokens": 117}
FIRST = {"contentBlockIndex": 0}


class TestBedrock(ProviderConformance):
    provider = next(iter(interlock_providers()))
    has_tools = True
    has_images = True
    has_reasoning = True
    has_output = True
    usage = Usage(input_tokens=12, output_tokens=5, cache_read=2)
    replies: ClassVar = {
        "text": Reply.json(answer(HELLO)),
        "text_streamed": streamed(answer(HELLO)),
        "tool_call": Reply.json(answer(CALL, stop="tool_use")),
        "tool_call_streamed": streamed(answer(CALL, stop="tool_use")),
        "reasoning": Reply.json(answer(THOUGHT, HELLO)),
        "reasoning_streamed": streamed(answer(THOUGHT, HELLO)),
        "output": Reply.json(answer(ANSWER, stop="tool_use")),
        "output_streamed": streamed(answer(ANSWER, stop="tool_use")),
        "cut_tool_call": Reply.json(answer({"toolUse": {**CALL["toolUse"], "input": {}}}, stop="max_tokens")),
        "cut_tool_call_streamed": Reply(
            headers=EVENTS,
            pieces=(
                event("contentBlockStart", {**FIRST, "start": {"toolUse": {"toolUseId": "t1", "name": "x"}}}),
                event("contentBlockDelta", {**FIRST, "delta": {"toolUse": {"input": '{"city": "Pa'}}}),
                event("contentBlockStop", FIRST),
                event("messageStop", {"stopReason": "max_tokens"}),
                event("metadata", {"usage": answer()["usage"]}),
            ),
        ),
        "citations": Reply.json(answer(CITED)),
        "citations_streamed": streamed(answer(CITED)),
        "refusal": Reply.json(answer({"text": "Sorry."}, stop="guardrail_intervened")),
        "refusal_streamed": streamed(answer({"text": "Sorry."}, stop="guardrail_intervened")),
        "no_usage": Reply.json(UNCOUNTED),
        "no_usage_streamed": streamed(UNCOUNTED),
        "cached": Reply.json({**answer(HELLO), "usage": CACHED}),
        "cached_streamed": streamed({**answer(HELLO), "usage": CACHED}),
        "error_inside": Reply.json({"__type": "ThrottlingException", "message": "no"}),
        "error_inside_streamed": Reply(
            headers=EVENTS,
            pieces=(
                event("contentBlockDelta", {**FIRST, "delta": {"text": "Hello,"}}),
                exception("throttlingException", {"message": "no"}),
            ),
        ),
        "invalid": failed(400, "ValidationException"),
        "unauthorised": failed(403, "UnrecognizedClientException"),
        "forbidden": failed(403, "AccessDeniedException"),
        "unknown_model": failed(404, "ResourceNotFoundException"),
        "rate_limited": failed(429, "ThrottlingException"),
        "failing": failed(500, "InternalServerException"),
        "overloaded": failed(503, "ServiceUnavailableException"),
    }


@pytest.mark.skipif(not FILES, reason="the recorded exchanges are not on this machine")
def test_every_exchange_through_a_router() -> None:
    with Upstream() as upstream:
        for path in FILES:
            recorded = json.loads(path.read_text("utf-8"))
            response = recorded["response"]
            body = response["body"]
            told = json.loads(body) if isinstance(body, str) else body
            name = unquote(recorded["request"]["uri"].split("/model/")[1].rsplit("/", 1)[0])
            asyncio.run(_replay(upstream, name, response["status"], told))
    assert len(upstream.requests) == 2 * len(FILES)


async def _replay(upstream: Upstream, name: str, status: int, told: dict[str, Any]) -> None:
    deployment = {"id": "there", "model": "anthropic/claude-4-opus", "provider": "bedrock", "region": "us"}
    reached = {**deployment, "name": name, "base_url": upstream.url, "api_key": "bedrock-key"}
    async with Router.from_config({"deployments": [reached], "retries": {"max": 0}}) as router:
        upstream.reply(Reply.json(told, status=status))
        upstream.reply(streamed(told) if status == 200 else Reply.json(told, status=status))
        if status != 200:
            with pytest.raises(InterlockError):
                await router.complete("hello")
            with pytest.raises(InterlockError):
                [chunk async for chunk in router.stream("hello")]
            return
        response = await router.complete("hello")
        content = told["output"]["message"]["content"]
        assert response.text == "".join(block.get("text", "") for block in content)
        assert response.usage.output_tokens == told["usage"]["outputTokens"]
        async with router.stream("hello") as stream:
            text = "".join([chunk.text async for chunk in stream])
        assert text == response.text
        whole = stream.response
        assert whole is not None
        assert (whole.message, whole.usage, whole.finish_reason, whole.extra) == (
            response.message,
            response.usage,
            response.finish_reason,
            response.extra,
        )
