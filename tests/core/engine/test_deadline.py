import asyncio

import pytest

from interlock.engine.deadline import Deadline
from interlock.errors import AnswerTimeout, FirstTokenTimeout


def late():
    return AnswerTimeout("late")


async def test_a_wait_past_its_limit_raises_the_limits_own_error():
    deadline = Deadline()
    with pytest.raises(AnswerTimeout), deadline.until(asyncio.get_running_loop().time() + 0.01, late):
        await asyncio.sleep(5)
    assert not asyncio.current_task().cancelling()


async def test_a_wait_within_its_limit_returns():
    deadline = Deadline()
    with deadline.until(asyncio.get_running_loop().time() + 5, late):
        await asyncio.sleep(0)
    deadline.close()


async def test_one_watch_serves_limits_one_after_another():
    deadline, loop = Deadline(), asyncio.get_running_loop()
    for _ in range(3):
        with deadline.until(loop.time() + 0.05, late):
            await asyncio.sleep(0.02)
    with (
        pytest.raises(FirstTokenTimeout),
        deadline.until(loop.time() + 0.01, lambda: FirstTokenTimeout("now")),
    ):
        await asyncio.sleep(5)


async def test_the_time_between_two_limits_does_not_count():
    deadline, loop = Deadline(), asyncio.get_running_loop()
    with deadline.until(loop.time() + 0.02, late):
        await asyncio.sleep(0)
    await asyncio.sleep(0.05)
    with deadline.until(loop.time() + 0.5, late):
        await asyncio.sleep(0)
    deadline.close()


async def test_a_cancellation_from_outside_stays_one():
    async def wait():
        with Deadline().until(asyncio.get_running_loop().time() + 5, late):
            await asyncio.sleep(5)

    task = asyncio.create_task(wait())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_sooner_limit_after_a_later_one_is_kept():
    deadline, loop = Deadline(), asyncio.get_running_loop()
    with deadline.until(loop.time() + 60, late):
        await asyncio.sleep(0)
    with pytest.raises(AnswerTimeout), deadline.until(loop.time() + 0.01, late):
        await asyncio.sleep(5)


async def test_a_limit_that_has_passed_lets_no_further_wait_begin():
    deadline, loop = Deadline(), asyncio.get_running_loop()
    with deadline.until(loop.time() + 5, late):
        pass
    with pytest.raises(FirstTokenTimeout), deadline.until(loop.time(), lambda: FirstTokenTimeout("now")):
        pytest.fail("the wait began")
    deadline.close()
