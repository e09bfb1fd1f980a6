"""The conformance kit over Converse, and recorded exchanges through a whole router."""

import asyncio
import json
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import pytest

from event_stream import event, events_of
from interlock import InterlockError, Router
from interlock.testing import Reply, Upstream
from interlock_bedrock.conformance import Converse

WIRE = Path(__file__).parents[4] / "shared" / "wire" / "bedrock"
FILES = sorted(WIRE.glob("*.json"))
EVENTS = {"content-type": "application/vnd.amazon.eventstream"}


def streamed(told: dict[str, Any]) -> Reply:
    return Reply(headers=EVENTS, pieces=tuple(event(name, each) for name, each in events_of(told)))


class TestBedrock(Converse):
    pass


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
        content = told["output"]["message"]["content"]
        called = dict.fromkeys(block["toolUse"]["name"] for block in content if "toolUse" in block)
        tools = [{"name": name} for name in called]
        response = await router.complete("hello", tools=tools)
        assert response.text == "".join(block.get("text", "") for block in content)
        assert response.usage.output_tokens == told["usage"]["outputTokens"]
        async with router.stream("hello", tools=tools) as stream:
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
