"""Streams whose dialect marks their end: what is done with a connection after it."""

import pytest

from interlock import Router
from interlock.testing import End, Reply, Upstream

CHUNK = {
    "id": "1",
    "model": "m",
    "choices": [{"index": 0, "delta": {"content": "Whole."}, "finish_reason": "stop"}],
}
ANTHROPIC = (
    {"type": "message_start", "message": {"id": "1", "model": "m", "usage": {"input_tokens": 1}}},
    {"type": "content_block_start", "index": 0, "content_block": {"type": "text", "text": ""}},
    {"type": "content_block_delta", "index": 0, "delta": {"type": "text_delta", "text": "Whole."}},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 1}},
    {"type": "message_stop"},
)
DIALECTS = {
    "openai-compatible": ("openai/gpt-5.5", (CHUNK, "[DONE]")),
    "anthropic": ("anthropic/claude-4-opus", ANTHROPIC),
}


class Counting(Upstream):
    connections = 0

    async def _converse(self, reader, writer):
        self.connections += 1
        await super()._converse(reader, writer)


def routed(upstream, provider):
    version = "" if provider == "anthropic" else "/v1"
    part = {"id": "d", "model": DIALECTS[provider][0], "provider": provider, "name": "m", "region": "us"}
    limits = {"between_tokens": 10_000, "first_token": 30, "total": 30}
    address = {"base_url": f"{upstream.url}{version}", "api_key": "k"}
    return Router.from_config({"deployments": [part | address], "timeouts": limits, "retries": {"max": 0}})


async def read(router):
    async with router.stream("Hello") as stream:
        return "".join([chunk.text async for chunk in stream])


@pytest.mark.parametrize("provider", DIALECTS)
@pytest.mark.parametrize("tail", [End.SILENCE, End.RESET, 0.01])
async def test_an_answer_that_says_that_it_is_over_is_not_waited_for(provider, tail):
    with Upstream(Reply.events(*DIALECTS[provider][1], tail)) as upstream:
        async with routed(upstream, provider) as router:
            assert await read(router) == "Whole."


@pytest.mark.parametrize("provider", DIALECTS)
async def test_a_connection_that_ends_its_reply_in_time_serves_again(provider):
    events = DIALECTS[provider][1]
    with Counting(Reply.events(*events), Reply.events(*events, 0.005), Reply.events(*events)) as upstream:
        async with routed(upstream, provider) as router:
            assert [await read(router) for _ in range(3)] == ["Whole."] * 3
    assert upstream.connections == 1
