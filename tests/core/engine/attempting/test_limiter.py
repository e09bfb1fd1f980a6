"""Places at a gate: never more than its limit, first come, first served, none lost however it is left."""

import asyncio
import gc
import os
import threading
from contextlib import suppress

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from interlock.engine.attempting.limiter import Limiter
from interlock.testing import FakeClock


def forever():
    return asyncio.get_running_loop().time() + 60


async def hold(limiter, due=None):
    """A place beyond the gate, or None."""
    place = limiter.enter()
    if place is None:
        return None
    return place if await limiter.wait(place, forever() if due is None else due) else None


async def turn():
    for _ in range(3):
        await asyncio.sleep(0)


async def test_as_many_as_the_limit_are_let_through_and_the_rest_in_order():
    limiter, order = Limiter(2, 10), []

    async def attempt(number):
        place = await hold(limiter)
        order.append(number)
        await turn()
        assert limiter.inside <= 2
        limiter.leave(place)

    await asyncio.gather(*(attempt(number) for number in range(12)))
    assert order == list(range(12))
    assert (limiter.inside, limiter.waiting) == (0, 0)


async def test_when_the_queue_is_full_nobody_waits():
    limiter = Limiter(1, 1)
    first = await hold(limiter)
    second = limiter.enter()
    assert second.future is not None
    assert limiter.enter() is None
    limiter.leave(first)
    assert await limiter.wait(second, forever())


async def test_without_a_queue_nobody_waits():
    limiter = Limiter(1, 0)
    assert await hold(limiter)
    assert limiter.enter() is None


async def test_nobody_overtakes_those_who_wait():
    limiter = Limiter(1, 5)
    first = await hold(limiter)
    second = limiter.enter()
    limiter.leave(first)
    third = limiter.enter()
    assert third.future is not None, "the place belongs to the one that waited"
    assert await limiter.wait(second, forever())
    limiter.leave(second)
    assert await limiter.wait(third, forever())


async def test_a_wait_ends_when_it_is_due():
    limiter = Limiter(1, 5)
    first = await hold(limiter)
    assert await hold(limiter, due=asyncio.get_running_loop().time() + 0.01) is None
    assert limiter.waiting == 0
    limiter.leave(first)
    assert await hold(limiter)


@pytest.mark.parametrize("granted", [False, True])
async def test_whoever_is_cancelled_keeps_no_place(granted):
    limiter = Limiter(1, 5)
    first = await hold(limiter)
    task = asyncio.create_task(hold(limiter))
    await turn()
    if granted:
        limiter.leave(first)
    task.cancel()
    with suppress(asyncio.CancelledError):
        await task
    if not granted:
        limiter.leave(first)
    await turn()
    assert (limiter.inside, limiter.waiting) == (0, 0)


async def test_leaving_twice_frees_one_place():
    limiter = Limiter(2, 5)
    first, _ = await hold(limiter), await hold(limiter)
    limiter.leave(first)
    limiter.leave(first)
    assert limiter.inside == 1


async def test_the_wait_ahead_is_estimated_from_the_last_attempts():
    clock = FakeClock()
    limiter = Limiter(2, 5, clock)
    assert limiter.retry_after is None
    place = await hold(limiter)
    clock.advance(4)
    limiter.leave(place)
    assert limiter.retry_after == 2.0


@settings(deadline=None, max_examples=40)
@given(
    st.integers(1, 3),
    st.integers(0, 4),
    st.lists(st.sampled_from(["finish", "cancel", "late", "at once"]), min_size=1, max_size=25),
    st.randoms(use_true_random=False),
)
def test_no_place_is_lost_whatever_becomes_of_attempts(limit, queue, ends, random):
    async def run():
        limiter = Limiter(limit, queue)

        async def attempt(end):
            due = asyncio.get_running_loop().time() + (0.001 if end == "late" else 60)
            place = await hold(limiter, due)
            assert limiter.inside <= limit
            assert limiter.waiting <= queue
            if place is not None:
                try:
                    if end != "at once":
                        await asyncio.sleep(random.random() / 1_000)
                finally:
                    limiter.leave(place)

        tasks = [asyncio.create_task(attempt(end)) for end in ends]
        for task, end in zip(tasks, ends, strict=True):
            await asyncio.sleep(0)
            if end == "cancel":
                task.cancel()
        for done in await asyncio.gather(*tasks, return_exceptions=True):
            assert done is None or isinstance(done, asyncio.CancelledError)
        assert (limiter.inside, limiter.waiting) == (0, 0)
        assert await hold(limiter)

    asyncio.run(run())


def test_loops_in_several_threads_share_a_gate():
    limiter, inside, most, through = Limiter(3, 1_000), set(), [], []

    async def attempt(name):
        place = await hold(limiter)
        inside.add(name)
        most.append(len(inside))
        await asyncio.sleep(0)
        inside.discard(name)
        limiter.leave(place)
        through.append(name)

    async def many(thread):
        async with asyncio.timeout(20):
            await asyncio.gather(*(attempt((thread, number)) for number in range(100)))

    threads = [threading.Thread(target=lambda at=at: asyncio.run(many(at))) for at in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(through) == 400
    assert max(most) <= 3
    assert (limiter.inside, limiter.waiting) == (0, 0)


def test_a_loop_that_dies_takes_no_place_along():
    limiter = Limiter(2, 5)
    dead = asyncio.new_event_loop()
    tasks = [dead.create_task(hold(limiter)) for _ in range(4)]
    dead.run_until_complete(turn())
    assert (limiter.inside, limiter.waiting) == (2, 2)
    dead.close()

    async def another():
        return await hold(limiter, asyncio.get_running_loop().time() + 1)

    assert asyncio.run(another())
    for task in tasks:
        task._log_destroy_pending = False  # a loop closed by hand is what this test is about


def test_a_place_given_to_a_loop_that_dies_goes_to_the_next():
    limiter = Limiter(1, 5)
    dead, alive = asyncio.new_event_loop(), asyncio.new_event_loop()
    first = dead.run_until_complete(hold(limiter))
    waiting = dead.create_task(hold(limiter))
    dead.run_until_complete(turn())
    next_one = alive.create_task(hold(limiter))
    alive.run_until_complete(turn())
    dead.close()
    limiter.leave(first)
    assert alive.run_until_complete(asyncio.wait_for(next_one, 1))
    alive.close()
    waiting._log_destroy_pending = False


async def test_an_abandoned_attempt_is_collected_and_its_place_comes_back():
    limiter = Limiter(1, 5)

    async def abandoned():
        place = await hold(limiter)
        try:
            await asyncio.Event().wait()
        finally:
            limiter.leave(place)

    coroutine = abandoned()
    coroutine.send(None)
    assert limiter.inside == 1
    del coroutine
    gc.collect()
    assert limiter.inside == 0


async def test_a_collection_in_the_middle_of_the_gate_s_own_work_does_not_stop_it():
    limiter = Limiter(5, 100)

    class Cycle:
        def __init__(self):
            self.itself = self
            self.place = limiter.enter()

        def __del__(self):
            limiter.leave(self.place)

    thresholds = gc.get_threshold()
    gc.set_threshold(1)
    try:
        for _ in range(300):
            Cycle()
    finally:
        gc.set_threshold(*thresholds)
    gc.collect()
    assert (limiter.inside, limiter.waiting) == (0, 0)


@pytest.mark.skipif(not hasattr(os, "fork"), reason="needs fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_begins_with_every_place_free():
    limiter = Limiter(1, 0)

    async def busy():
        return await hold(limiter)

    asyncio.run(busy())
    limiter._lock.acquire()  # as if another thread were at work in the moment of the fork
    child = os.fork()
    if child == 0:
        try:
            code = 0 if asyncio.run(busy()) is not None else 1
        except BaseException:  # noqa: BLE001 - the child must end here whatever happens
            code = 2
        os._exit(code)
    limiter._lock.release()
    _, status = os.waitpid(child, 0)
    assert os.waitstatus_to_exitcode(status) == 0
    assert limiter.inside == 1
