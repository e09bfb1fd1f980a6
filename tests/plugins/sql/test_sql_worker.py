"""The thread in which drivers block."""

import asyncio
import threading

import pytest

from interlock_sql.worker import Worker


async def test_work_is_done_in_order_in_one_thread_of_its_own() -> None:
    worker = Worker("test")
    seen: list[int] = []
    threads = await asyncio.gather(
        *(worker.run(lambda n=n: (seen.append(n), threading.get_ident())[1]) for n in range(20))
    )
    assert seen == list(range(20))
    assert len({*threads}) == 1
    assert threading.get_ident() not in threads
    worker.stop()


async def test_what_work_raises_is_raised_to_whoever_waits() -> None:
    worker = Worker("test")
    with pytest.raises(ZeroDivisionError):
        await worker.run(lambda: 1 // 0)
    assert await worker.run(lambda: "on it goes") == "on it goes"
    worker.stop()


async def test_a_stopped_thread_ends_and_another_is_started() -> None:
    worker = Worker("ends")
    first = await worker.run(threading.current_thread)
    worker.stop()
    first.join(10)
    assert not first.is_alive()
    assert not worker.busy
    assert await worker.run(threading.current_thread) is not first
    worker.stop()
    worker.stop()


async def test_work_that_is_cancelled_before_it_begins_is_left_out() -> None:
    worker = Worker("test")
    gate = threading.Event()
    done: list[str] = []
    first = asyncio.create_task(worker.run(gate.wait))
    second = asyncio.create_task(worker.run(lambda: done.append("second")))
    await asyncio.sleep(0)
    second.cancel()
    with pytest.raises(asyncio.CancelledError):
        await second
    gate.set()
    await first
    await worker.run(lambda: done.append("third"))
    assert done == ["third"]
    worker.stop()


async def test_where_no_thread_can_be_started_the_work_is_done_here(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(_: threading.Thread) -> None:
        raise RuntimeError("can't start new thread at interpreter shutdown")

    monkeypatch.setattr(threading.Thread, "start", refuse)
    worker = Worker("test")
    assert await worker.run(threading.current_thread) is threading.current_thread()
    worker.stop()
