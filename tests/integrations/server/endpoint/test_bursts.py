"""Steps are taken without a pause where they need none, and end as they would with nothing between."""

import asyncio
from collections.abc import Awaitable, Callable

import pytest

from interlock_server.endpoint.bursts import taken, timely


class Between:
    """What is done before a step is waited for, some of it waiting as well."""

    def __init__(self, waits: Callable[[], Awaitable[object]] | None = None) -> None:
        self.times = 0
        self._waits = waits

    async def __call__(self) -> None:
        self.times += 1
        if self._waits is not None:
            await self._waits()


async def at_once() -> str:
    return "there"


async def soon() -> str:
    await asyncio.sleep(0)
    await asyncio.sleep(0.001)
    return "come"


async def test_what_is_there_is_given_with_nothing_done_before():
    between = Between()
    assert await taken(at_once(), between) == "there"
    assert between.times == 0


@pytest.mark.parametrize("waits", [None, lambda: asyncio.sleep(0), lambda: asyncio.sleep(0.002)])
async def test_before_what_is_waited_for_something_is_done_once(waits: Callable[[], Awaitable[object]]):
    between = Between(waits)
    assert await taken(soon(), between) == "come"
    assert between.times == 1


@pytest.mark.parametrize("while_", ["the step", "what is between"])
async def test_a_cancellation_ends_the_step_whatever_it_meets(while_: str):
    ended: list[str] = []
    reached = asyncio.Event()

    async def step() -> None:
        try:
            await asyncio.sleep(10)
        finally:
            await asyncio.sleep(0)  # as who closes a connection does
            ended.append("step")

    async def between() -> None:
        reached.set()
        if while_ == "what is between":
            await asyncio.sleep(10)

    async def work() -> None:
        await taken(step(), between)

    task = asyncio.create_task(work())
    await reached.wait()
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert ended == ["step"]


async def test_what_fails_between_fails_the_step_too():
    async def between() -> None:
        raise ConnectionError("gone")

    with pytest.raises(ConnectionError, match="gone"):
        await taken(soon(), between)


async def test_a_deadline_within_the_step_is_its_own():
    async def step() -> str:
        try:
            async with asyncio.timeout(0.01):
                await asyncio.sleep(10)
        except TimeoutError:
            await asyncio.sleep(0.001)
            return "late"
        return "never"

    assert await taken(step(), Between(lambda: asyncio.sleep(0.03))) == "late"


async def test_the_end_of_what_is_iterated_comes_through():
    async def nothing():
        return
        yield

    async def step() -> None:
        await anext(nothing())

    with pytest.raises(StopAsyncIteration):
        await taken(step(), Between())


async def within_a_blink(rest: Awaitable[str]) -> str:
    async with asyncio.timeout(0.02):
        return await rest


async def unasked(rest: Awaitable[str]) -> str:
    raise AssertionError("it need not be waited for")


async def test_a_limit_of_time_is_set_for_what_is_waited_for_alone():
    assert await timely(at_once(), unasked) == "there"
    assert await timely(soon(), within_a_blink) == "come"


async def test_who_does_not_come_in_time_is_told_so():
    ended = []

    async def never() -> str:
        try:
            await asyncio.sleep(30)
        finally:
            ended.append("never")
        return ""

    with pytest.raises(TimeoutError):
        await timely(never(), within_a_blink)
    assert ended == ["never"]


async def test_who_fails_while_being_waited_for_fails():
    async def fails() -> str:
        await asyncio.sleep(0)
        raise LookupError("no")

    with pytest.raises(LookupError):
        await timely(fails(), within_a_blink)
