import asyncio

import pytest

from interlock.engine.attempting.watch import Watch
from interlock.errors import AnswerTimeout, FirstTokenTimeout


def late():
    return AnswerTimeout("late")


async def test_a_wait_past_its_limit_raises_the_limits_own_error():
    watch = Watch()
    with pytest.raises(AnswerTimeout), watch.until(asyncio.get_running_loop().time() + 0.01, late):
        await asyncio.sleep(5)
    assert not asyncio.current_task().cancelling()


async def test_a_wait_within_its_limit_returns():
    watch = Watch()
    with watch.until(asyncio.get_running_loop().time() + 5, late):
        await asyncio.sleep(0)
    watch.close()


async def test_one_watch_serves_limits_one_after_another():
    watch, loop = Watch(), asyncio.get_running_loop()
    for _ in range(3):
        with watch.until(loop.time() + 0.05, late):
            await asyncio.sleep(0.02)
    with pytest.raises(FirstTokenTimeout), watch.until(loop.time() + 0.01, lambda: FirstTokenTimeout("now")):
        await asyncio.sleep(5)


async def test_the_time_between_two_limits_does_not_count():
    watch, loop = Watch(), asyncio.get_running_loop()
    with watch.until(loop.time() + 0.02, late):
        await asyncio.sleep(0)
    await asyncio.sleep(0.05)
    with watch.until(loop.time() + 0.5, late):
        await asyncio.sleep(0)
    watch.close()


async def test_a_cancellation_from_outside_stays_one():
    async def wait():
        with Watch().until(asyncio.get_running_loop().time() + 5, late):
            await asyncio.sleep(5)

    task = asyncio.create_task(wait())
    await asyncio.sleep(0.01)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_a_sooner_limit_after_a_later_one_is_kept():
    watch, loop = Watch(), asyncio.get_running_loop()
    with watch.until(loop.time() + 60, late):
        await asyncio.sleep(0)
    with pytest.raises(AnswerTimeout), watch.until(loop.time() + 0.01, late):
        await asyncio.sleep(5)


async def test_a_limit_that_has_passed_lets_no_further_wait_begin():
    watch, loop = Watch(), asyncio.get_running_loop()
    with watch.until(loop.time() + 5, late):
        pass
    with pytest.raises(FirstTokenTimeout), watch.until(loop.time(), lambda: FirstTokenTimeout("now")):
        pytest.fail("the wait began")
    watch.close()
