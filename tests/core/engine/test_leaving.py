"""A call that its caller leaves has not failed, however it is left; nor has what lost a race."""

import asyncio
import gc

import pytest

from interlock import InterlockError
from interlock.testing import Step, scripted_router

SLOW = {"a": [Step("One two three", between=30)], "b": [Step("Else.", delay=30)]}
HANGS = {name: [Step("Late.", delay=30)] for name in "ab"}
EVERY = {"after": 0.01, "at_least": 0.01, "budget": 1.0}


async def cancelled(doing):
    task = asyncio.ensure_future(doing)
    await asyncio.sleep(0.06)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def a_call(router):
    await cancelled(router.complete("Hello"))


async def a_deadline(router):
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.06):
            await router.complete("Hello")


async def a_stream_that_waits(router):
    await cancelled(anext(router.stream("Hello")))


async def a_stream_in_a_group(router):
    async def read():
        async for _ in router.stream("Hello"):
            await asyncio.sleep(30)

    async def fail():
        await asyncio.sleep(0.06)
        raise ZeroDivisionError

    with pytest.raises(ExceptionGroup):
        async with asyncio.TaskGroup() as group:
            group.create_task(read())
            group.create_task(fail())


async def a_stream_broken_off(router):
    async for _ in router.stream("Hello"):
        break
    gc.collect()
    await asyncio.sleep(0.01)


async def a_stream_closed(router):
    async with router.stream("Hello") as stream:
        await anext(stream)


async def a_synchronous_stream(router):
    def read():
        with router.stream_sync("Hello") as stream:
            next(iter(stream))

    await asyncio.to_thread(read)
    for _ in range(1_000):  # its loop is another one
        if not len(router.records):
            await asyncio.sleep(0.01)


WAITING = [a_call, a_deadline, a_stream_that_waits]
READING = [a_stream_in_a_group, a_stream_broken_off, a_stream_closed, a_synchronous_stream]


@pytest.mark.parametrize(
    ("leave", "script", "options"),
    [
        *((way, HANGS, {}) for way in WAITING),
        *((way, HANGS, {"hedge": EVERY}) for way in WAITING),
        *((way, SLOW, {}) for way in READING),
    ],
)
async def test_what_is_left_is_no_error(leave, script, options):
    router = scripted_router(script, **options)
    await leave(router)
    (record,) = router.records
    assert (record.outcome, record.error, record.deployment) == ("left", None, None)
    assert record.cancelled in ("CancelledError", "GeneratorExit")
    assert [each.deployment for each in record.attempts] == (["a", "b"] if options else ["a"])
    for attempt in record.attempts:
        assert (attempt.outcome, attempt.error) == ("left", None)
        assert attempt.cancelled == "left by the caller"


async def test_what_ends_otherwise_is_not_left():
    router = scripted_router({"a": [ValueError("a bug"), "Hello."]}, retries={"max": 0})
    with pytest.raises(InterlockError):
        await router.complete("Hello")
    await router.complete("Hello")
    failed, answered = router.records
    assert (failed.outcome, failed.error, failed.cancelled) == ("error", "ProtocolError", None)
    assert (answered.outcome, answered.error, answered.cancelled) == ("answer", None, None)
    assert [failed.attempts[0].outcome, answered.attempts[0].outcome] == ["error", "answer"]


async def test_a_lost_race_is_no_error():
    router = scripted_router({"a": [Step("Late.", delay=30)], "b": [Step("Quick.")]}, hedge=EVERY)
    record = (await router.complete("Hello")).record
    assert record.outcome == "answer"
    lost, won = record.attempts
    assert (lost.outcome, lost.error, lost.cancelled) == ("lost", None, "lost the race to b")
    assert (won.outcome, won.error, won.cancelled) == ("answer", None, None)
