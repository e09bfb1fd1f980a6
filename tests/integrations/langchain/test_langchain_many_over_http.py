"""Many callers at once over real connections, each through a deployment that answers 500."""

import asyncio
import threading
from concurrent.futures import ThreadPoolExecutor

import pytest

from langchain_interlock import ChatInterlock
from langchain_standard import configuration

GREETING = "Hello, how may I help you today?"


@pytest.fixture
def model(upstream):
    model = ChatInterlock(config=configuration(upstream.url, "anthropic", fallback=True))
    yield model
    model.router.close_sync()


async def test_hundreds_of_calls_and_streams_on_one_loop(model, upstream):
    async def streamed() -> str:
        return "".join([chunk.text async for chunk in model.astream("Hello.")])

    async def plain() -> str:
        return (await model.ainvoke("Hello.")).text

    told = await asyncio.gather(*(streamed() if n % 3 == 0 else plain() for n in range(300)))
    assert told == [GREETING] * 300
    assert len(upstream.seen) == 300
    assert upstream.broken
    await model.router.aclose()


def test_two_hundred_threads(model, upstream):
    ready = threading.Barrier(200)

    def one(n: int) -> str:
        ready.wait()
        if n % 2:
            return "".join(chunk.text for chunk in model.stream("Hello."))
        return str(model.invoke("Hello.").text)

    with ThreadPoolExecutor(200) as pool:
        assert list(pool.map(one, range(200))) == [GREETING] * 200
    assert len(upstream.seen) == 200
