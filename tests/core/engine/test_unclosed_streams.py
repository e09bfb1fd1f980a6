"""A stream whose answer is finished and whose connection stays open."""

import asyncio

import pytest

from interlock import BetweenTokensTimeout, Delta, Usage
from interlock.testing import scripted_router

LIMITS = {"between_tokens": 0.2, "total": 20}


class NeverCloses:
    """A provider in process that says its deltas and then nothing, for as long as it is let."""

    def __init__(self, provider, deltas):
        self.api, self.facts, self.deltas, self.left = 1, provider.facts, deltas, False

    async def complete(self, call):
        raise NotImplementedError

    async def stream(self, call):
        try:
            for delta in self.deltas:
                yield delta
            await asyncio.sleep(60)
        finally:
            self.left = True


def router_of(*deltas):
    router = scripted_router({"a": []}, timeouts=LIMITS)
    provider = NeverCloses(router.wiring.offers.providers["a"], deltas)
    router.wiring.offers.providers["a"] = provider
    return router, provider


async def test_a_finished_answer_does_not_wait_for_its_connection_to_close():
    usage = Usage(input_tokens=3, output_tokens=2)
    router, provider = router_of(Delta("All said."), Delta(finish_reason="stop", usage=usage))
    async with router.stream("Go") as stream:
        text = "".join([chunk.text async for chunk in stream])
    assert text == "All said."
    assert (stream.response.text, stream.response.usage) == (text, usage)
    assert [attempt.error for attempt in stream.response.record.attempts] == [None]
    assert provider.left


async def test_an_unfinished_one_is_still_a_failure():
    router, provider = router_of(Delta("Not all"))
    with pytest.raises(Exception, match="could take its place") as caught:
        async with router.stream("Go") as stream:
            assert "".join([chunk.text async for chunk in stream]) == "Not all"
    assert isinstance(caught.value.__cause__, BetweenTokensTimeout)
    assert caught.value.partial.text == "Not all"
    assert provider.left
