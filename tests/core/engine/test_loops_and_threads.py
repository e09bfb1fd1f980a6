"""Several event loops and threads, with everything on that a router shares between calls."""

import asyncio
import threading

import pytest

from interlock import InterlockError, Unavailable
from interlock.testing import Step, scripted_router
from memory_health import Memory


def test_two_loops_one_after_another_share_records_health_and_load(tmp_path):
    memory = Memory()
    router = scripted_router(
        {"a": [Unavailable("503"), "one", "two", "three"]},
        plugins=[memory],
        health={"shared": "memory://here"},
        records=f"sqlite:///{tmp_path / 'records.db'}",
        load={"max_concurrency": 1, "balance": "least_busy"},
        retries={"max": 1},
    )

    async def calls():
        return [each.text for each in await asyncio.gather(*(router.complete("Hello") for _ in range(2)))]

    assert set(asyncio.run(calls())) == {"one", "two"}
    assert asyncio.run(router.complete("Hello")).text == "three"
    asyncio.run(router.aclose())
    assert len(router.records) == 3
    assert (router.wiring.writer.lost, router.wiring.writer.idle) == (0, True)
    (place,) = memory.places.values()
    assert sum(told.change.successes for told in place.log if told.change.task is None) == 3
    router.close_sync()


def test_what_the_garbage_collector_ends_while_a_lock_is_held_waits_for_no_lock(tmp_path):
    """An abandoned call leaves its record from a finaliser, in the middle of anything."""
    router = scripted_router({"a": ["fine"]}, records=f"sqlite:///{tmp_path / 'records.db'}")
    router.complete_sync("Hello")
    wiring = router.wiring

    def finalise():
        with wiring.writer._lock, wiring.bridge._lock, wiring.records._lock:
            wiring.records.put(wiring.records.last)

    thread = threading.Thread(target=finalise, daemon=True)
    thread.start()
    thread.join(5)
    assert not thread.is_alive()
    router.close_sync()


def test_a_call_whose_router_is_closed_meanwhile_ends_in_a_typed_error():
    began = threading.Event()

    async def wait(call):
        began.set()
        await asyncio.sleep(60)

    router = scripted_router({"a": [wait]})
    ended = []

    def call():
        with pytest.raises(InterlockError, match="closed before") as caught:
            router.complete_sync("Hello")
        ended.append(caught.value)

    thread = threading.Thread(target=call)
    thread.start()
    began.wait(5)
    router.close_sync()
    thread.join(5)
    assert ended
    assert router.records[-1].cancelled == "CancelledError"


def test_calls_in_threads_never_meet_a_loop_that_is_being_closed():
    router = scripted_router({"a": [Step("fine")] * 400})
    ended = []

    def calls():
        for _ in range(50):
            try:
                ended.append(router.complete_sync("Hello").text)
            except InterlockError as error:
                ended.append(str(error))

    threads = [threading.Thread(target=calls) for _ in range(4)]
    for thread in threads:
        thread.start()
    for _ in range(20):
        router.wiring.bridge.close()
    for thread in threads:
        thread.join(30)
    router.close_sync()
    assert len(ended) == 200
    assert set(ended) <= {"fine", "the router was closed before the call had ended"}
