"""A stream keeps to its total however slowly it is read, and however much there is to be had at once."""

import asyncio
import time

import pytest

from interlock import InterlockError, StreamInterrupted, TotalTimeout
from interlock.testing import Reply, Upstream
from langchain_interlock import ChatInterlock

WORD = {"id": "c", "model": "m", "choices": [{"index": 0, "delta": {"content": "word "}}]}
TOTAL = 0.3
PAUSE = 0.02
WORDS = 1_000  # would take twenty seconds to read


@pytest.fixture
def model():
    with Upstream(always=Reply.events(*[WORD] * WORDS, 600.0)) as vendor:
        deployment = {"id": "a", "model": "openai/gpt-5.5", "provider": "openai-compatible", "region": "eu"}
        deployment |= {"base_url": f"{vendor.url}/v1", "api_key": "k"}
        model = ChatInterlock(
            config={"deployments": [deployment], "timeouts": {"total": TOTAL}, "retries": {"max": 0}}
        )
        yield model
        model.router.close_sync()


def _is_too_late(error: InterlockError) -> bool:
    causes = (error, error.__cause__, error.__context__)
    return any(isinstance(each, TotalTimeout) for each in causes)


def test_a_synchronous_stream(model):
    began, read = time.perf_counter(), 0
    with pytest.raises((TotalTimeout, StreamInterrupted)) as caught:
        for _ in model.stream("x"):
            read += 1
            time.sleep(PAUSE)
    assert _is_too_late(caught.value)
    assert read < WORDS / 2
    assert time.perf_counter() - began < 10


async def test_an_asynchronous_stream(model):
    began, read = time.perf_counter(), 0
    with pytest.raises((TotalTimeout, StreamInterrupted)) as caught:
        async for _ in model.astream("x"):
            read += 1
            await asyncio.sleep(PAUSE)
    assert _is_too_late(caught.value)
    assert read < WORDS / 2
    assert time.perf_counter() - began < 10
