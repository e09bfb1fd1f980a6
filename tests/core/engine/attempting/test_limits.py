"""A call's total holds whoever has the turn when it passes."""

import asyncio
import time

import pytest

from interlock import Delta, Router, TotalTimeout, hookimpl
from interlock.assembly import assemble
from interlock.protocols import ProviderFacts
from interlock.testing import Upstream
from interlock.testing.upstream import Reply

TOTAL = 0.3
AMPLE = 15.0
"""Seconds in which a call with that total has ended even on a machine with other things to do."""


class Endless:
    """A provider that always has the next delta at hand, and so never waits."""

    api = 1
    facts = ProviderFacts(name="endless", region="local", in_process=True, needs_key=False)

    def __init__(self, delta):
        self.delta = delta
        self.open = 0

    async def complete(self, call):
        raise NotImplementedError

    async def stream(self, call):
        self.open += 1
        try:
            while True:
                yield self.delta
        finally:
            self.open -= 1

    @hookimpl
    def interlock_providers(self):
        return [self]


def router(provider, **config):
    deployments = [{"id": "a", "model": "openai/gpt-5.5", "provider": "endless"}]
    config = {"deployments": deployments, "timeouts": {"total": TOTAL}, **config}
    return Router(assemble(config, plugins=[provider], environ={}))


async def at_once():
    return None


async def next_turn():
    await asyncio.sleep(0)


async def soon():
    await asyncio.sleep(0.005)


@pytest.mark.parametrize("pause", [at_once, next_turn, soon])
@pytest.mark.parametrize(
    "delta", [Delta("x"), Delta(reasoning="x"), Delta(), Delta(id="1")], ids=["text", "thought", "life", "id"]
)
async def test_a_stream_that_never_waits_ends_at_its_total(pause, delta):
    provider = Endless(delta)
    began = time.monotonic()
    async with router(provider) as routed:
        with pytest.raises(TotalTimeout):
            async for _ in routed.stream("hello", rescue="raise"):
                await pause()
    assert TOTAL <= time.monotonic() - began < AMPLE
    assert provider.open == 0


async def test_other_tasks_have_their_turn_meanwhile():
    turns = 0

    async def others():
        nonlocal turns
        while True:
            await asyncio.sleep(0)
            turns += 1

    async with router(Endless(Delta("x"))) as routed:
        task = asyncio.create_task(others())
        with pytest.raises(TotalTimeout):
            async for _ in routed.stream("hello"):
                pass
        task.cancel()
    assert turns > 20


@pytest.mark.parametrize("seconds", [0.0, 0.005])
def test_a_synchronous_stream_ends_at_its_total(seconds):
    provider = Endless(Delta("x"))
    began = time.monotonic()
    routed = router(provider)
    with pytest.raises(TotalTimeout):
        for _ in routed.stream_sync("hello"):
            time.sleep(seconds)
    routed.close_sync()
    assert TOTAL <= time.monotonic() - began < AMPLE
    assert provider.open == 0


async def test_a_consumer_that_comes_back_after_the_total_is_told_so():
    async with router(Endless(Delta("x"))) as routed:
        stream = routed.stream("hello")
        await anext(stream)
        await asyncio.sleep(TOTAL)
        with pytest.raises(TotalTimeout):
            await anext(stream)


async def test_an_answer_that_was_whole_by_then_is_handed_over():
    async with router(Endless(Delta("x", finish_reason="stop"))) as routed:
        stream = routed.stream("hello")
        assert (await anext(stream)).text == "x"
        await asyncio.sleep(TOTAL)
        assert [chunk.response.text async for chunk in stream] == ["x"]


@pytest.mark.parametrize("pause", [at_once, next_turn, soon])
async def test_an_upstream_that_goes_on_sending_ends_at_the_total(pause):
    event = {"choices": [{"index": 0, "delta": {"content": "word "}}]}
    reply = Reply.events(*[event, 0.0] * 2_000, *[piece for _ in range(400) for piece in (event, 0.01)])
    with Upstream(always=reply) as upstream:
        config = {
            "deployments": [
                {
                    "id": "a",
                    "model": "openai/gpt-5.5",
                    "provider": "openai-compatible",
                    "base_url": f"{upstream.url}/v1",
                    "region": "eu",
                    "api_key": "k",
                }
            ],
            "timeouts": {"total": TOTAL},
        }
        began = time.monotonic()
        async with Router(assemble(config, environ={})) as routed:
            with pytest.raises(TotalTimeout):
                async for _ in routed.stream("hello", rescue="raise"):
                    await pause()
    assert TOTAL <= time.monotonic() - began < AMPLE
