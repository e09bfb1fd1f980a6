"""Records on their way out: no call waits for them or fails of them, and a normal exit loses none."""

import asyncio
import gc
import json
import logging
import os
import subprocess
import sys
import textwrap
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from typing import Any

import pytest

from interlock import Record, StoreError, Unavailable
from interlock.engine import writer as writing
from interlock.engine.bridge import Bridge
from interlock.engine.log_writer import LogWriter
from interlock.engine.record_writer import RecordWriter
from interlock.testing import scripted_router
from interlock.testing.records import sample_record
from interlock.types.logs import LogEntry
from interlock.types.stores import PruneCall


class Shelf:
    """A store in memory that does as it is told: `before` is run ahead of every put and may raise."""

    api = 1
    name = "shelf"

    def __init__(self) -> None:
        self.batches: list[list[str]] = []
        self.pruned: list[PruneCall] = []
        self.surplus = 0
        self.opened = self.closed = 0
        self.before: Callable[[Sequence[Record]], Any] = lambda _: None

    def open(self) -> Any:
        self.opened += 1
        return self

    @property
    def ids(self) -> list[str]:
        return [name for batch in self.batches for name in batch]

    async def put(self, records: Sequence[Record]) -> None:
        waits = self.before(records)
        if waits is not None:
            await waits
        self.batches.append([record.id for record in records])

    async def prune(self, call: PruneCall) -> int:
        self.pruned.append(call)
        removed, self.surplus = min(self.surplus, 500), max(0, self.surplus - 500)
        return removed

    async def aclose(self) -> None:
        self.closed += 1


class Stuck:
    """A log that never answers."""

    api = 1
    name = "stuck"
    asked = 0

    async def append(self, entries: Sequence[LogEntry]) -> None:
        type(self).asked += 1
        await asyncio.sleep(60)

    async def aclose(self) -> None:
        """Nothing is open."""


@pytest.fixture(autouse=True)
def _quick(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing, "_LINGER", 0.005)
    monkeypatch.setattr(writing, "PATIENCE", 3.0)


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


@pytest.fixture
def bridge() -> Any:
    bridge = Bridge()
    yield bridge
    bridge.close()


def finish(writer: RecordWriter) -> None:
    writer.close_soon().result(10)


def until(met: Callable[[], object]) -> None:
    due = time.monotonic() + 10
    while not met():
        assert time.monotonic() < due, "it did not come to that"
        time.sleep(0.002)


def names(*numbers: int) -> list[str]:
    return [sample_record(number).id for number in numbers]


def test_records_are_written_together_and_in_order(shelf: Shelf, bridge: Bridge) -> None:
    writer = RecordWriter(shelf.open, bridge)
    for number in range(1_200):
        writer.put(sample_record(number))
    finish(writer)
    assert shelf.ids == names(*range(1_200))
    assert max(map(len, shelf.batches)) <= 500
    assert (writer.lost, writer.idle, shelf.closed) == (0, True, 1)


def test_they_are_written_without_anybody_closing_anything(shelf: Shelf, bridge: Bridge) -> None:
    writer = RecordWriter(shelf.open, bridge)
    writer.put(sample_record(1))
    until(lambda: shelf.ids == names(1))
    writer.put(sample_record(2))
    until(lambda: shelf.ids == names(1, 2))
    finish(writer)
    assert shelf.opened == 1


def test_a_store_with_nothing_to_do_is_closed_and_opened_again(
    shelf: Shelf, bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing.Writer, "idle_after", 0.01)
    writer = RecordWriter(shelf.open, bridge)
    writer.put(sample_record(1))
    until(lambda: writer.idle)
    assert (shelf.opened, shelf.closed) == (1, 1)
    writer.put(sample_record(2))
    until(lambda: shelf.closed == 2)
    assert shelf.ids == names(1, 2)


def test_many_threads_hand_over_at_once(shelf: Shelf, bridge: Bridge) -> None:
    writer = RecordWriter(shelf.open, bridge)

    def work(start: int) -> None:
        for number in range(start, start + 200):
            writer.put(sample_record(number))

    threads = [threading.Thread(target=work, args=(200 * index,)) for index in range(10)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    finish(writer)
    assert sorted(shelf.ids) == names(*range(2_000))


def test_what_a_store_refuses_waits_and_is_written_later(
    shelf: Shelf, bridge: Bridge, caplog: pytest.LogCaptureFixture
) -> None:
    down = True

    def refuse(_: Sequence[Record]) -> None:
        if down:
            raise StoreError("the disk is full")

    shelf.before = refuse
    writer = RecordWriter(shelf.open, bridge)
    for number in range(20):
        writer.put(sample_record(number))
    until(lambda: writer.problem)
    down = False
    finish(writer)
    assert sorted(shelf.ids) == names(*range(20))
    assert writer.lost == 0
    assert "records cannot be written, and wait: the disk is full" in caplog.text
    assert "records are written again" in caplog.text


def test_one_that_cannot_be_kept_does_not_hold_up_the_rest(shelf: Shelf, bridge: Bridge) -> None:
    def refuse(records: Sequence[Record]) -> None:
        if any(record.id == names(3)[0] for record in records):
            raise ValueError("a strange one")

    shelf.before = refuse
    writer = RecordWriter(shelf.open, bridge)
    for number in range(8):
        writer.put(sample_record(number))
    until(lambda: len(shelf.ids) == 7)
    finish(writer)
    assert sorted(shelf.ids) == names(0, 1, 2, 4, 5, 6, 7)
    assert writer.lost == 1


def test_a_full_buffer_drops_what_is_new_and_says_so(
    shelf: Shelf, bridge: Bridge, caplog: pytest.LogCaptureFixture
) -> None:
    gate = threading.Event()

    async def block() -> None:
        await asyncio.get_running_loop().run_in_executor(None, gate.wait)

    shelf.before = lambda _: block()
    writer = RecordWriter(shelf.open, bridge, room=5)
    for number in range(17):
        writer.put(sample_record(number))
    assert writer.lost == 12
    gate.set()
    finish(writer)
    assert shelf.ids == names(0, 1, 2, 3, 4)
    assert [record.getMessage() for record in caplog.records if "lost" in record.getMessage()] == [
        "1 records lost: the store does not keep up",
        "10 records lost: the store does not keep up",
    ]


def test_closing_gives_up_on_a_store_that_refuses_everything(
    shelf: Shelf, bridge: Bridge, caplog: pytest.LogCaptureFixture
) -> None:
    def refuse(_: Sequence[Record]) -> None:
        raise StoreError("no such server")

    shelf.before = refuse
    writer = RecordWriter(shelf.open, bridge)
    writer.put(sample_record(1))
    finish(writer)
    assert (writer.lost, writer.idle, writer.problem) == (1, True, "no such server")
    assert "1 records lost: no such server" in caplog.text


def test_closing_gives_up_on_a_store_that_hangs(
    shelf: Shelf, bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "PATIENCE", 0.05)
    shelf.before = lambda _: asyncio.sleep(60)
    writer = RecordWriter(shelf.open, bridge)
    writer.put(sample_record(1))
    finish(writer)
    assert (writer.lost, writer.idle, shelf.closed) == (1, True, 1)
    shelf.before = lambda _: None
    writer.put(sample_record(2))
    finish(writer)
    assert shelf.ids == names(2)


def test_whoever_waits_for_a_place_that_hangs_is_told_when_it_is_given_up(
    shelf: Shelf, bridge: Bridge, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(writing, "PATIENCE", 0.05)
    shelf.before = lambda _: asyncio.sleep(60)
    records, log = RecordWriter(shelf.open, bridge), LogWriter(Stuck, bridge)
    waiters = [records.hand(sample_record(1)), log.hand([LogEntry(kind="sent")])]
    until(lambda: shelf.opened and Stuck.asked)
    waiters += [records.hand(sample_record(2)), log.hand([LogEntry(kind="ended")])]
    for writer in (records, log):
        writer.close_soon().result(10)
    for waiter in waiters:
        with pytest.raises(StoreError, match="took longer than"):
            waiter.result(5)


def test_old_records_are_removed_step_by_step_between_writes(shelf: Shelf, bridge: Bridge) -> None:
    shelf.surplus = 1_300
    writer = RecordWriter(shelf.open, bridge, keep=7, seconds=60.0)
    writer.put(sample_record(1))
    until(lambda: len(shelf.pruned) == 4)
    finish(writer)
    assert shelf.surplus == 0
    assert {call.keep for call in shelf.pruned} == {7}
    assert all(call.before is not None and time.time() - call.before < 120 for call in shelf.pruned)


def test_little_that_is_kept_is_pruned_often(shelf: Shelf, bridge: Bridge) -> None:
    writer = RecordWriter(shelf.open, bridge, keep=5)
    for number in range(1, 4):
        writer.put(sample_record(number))
        until(lambda: writer.idle)
        until(lambda written=number: len(shelf.pruned) >= written)  # type: ignore[misc]
    finish(writer)


def test_a_store_that_cannot_prune_still_keeps(shelf: Shelf, bridge: Bridge) -> None:
    async def fail(call: PruneCall) -> int:
        raise StoreError("not allowed")

    shelf.prune = fail  # type: ignore[method-assign]
    writer = RecordWriter(shelf.open, bridge)
    writer.put(sample_record(1))
    finish(writer)
    assert shelf.ids == names(1)


class Kind:
    api = 1
    name = "shelf"
    schemes = ("shelf",)

    def __init__(self, shelf: Shelf) -> None:
        self.shelf = shelf

    def open(self, call: Any) -> Any:
        return self.shelf.open()


def offering(shelf: Shelf) -> Any:
    from interlock import hookimpl

    class Plugin:
        @hookimpl
        def interlock_stores(self) -> list[Any]:
            return [Kind(shelf)]

    return Plugin()


async def test_a_router_hands_every_call_over_and_closes_with_all_written(shelf: Shelf) -> None:
    router = scripted_router(
        {"a": ["one", Unavailable("x"), "three"]}, records="shelf://", plugins=[offering(shelf)]
    )
    async with router:
        await router.complete("hi")
        with pytest.raises(Unavailable):
            await router.complete("hi")
        async with router.stream("hi") as stream:
            async for _ in stream:
                pass
    assert shelf.ids == [record.id for record in router.records]
    assert len(shelf.ids) == 3
    router.close_sync()


def test_two_loops_and_a_thread_share_one_store(shelf: Shelf) -> None:
    router = scripted_router({"a": ["x"] * 30}, records="shelf://", plugins=[offering(shelf)])

    async def calls() -> None:
        await asyncio.gather(*(router.complete("hi") for _ in range(10)))

    threads = [threading.Thread(target=lambda: asyncio.run(calls())) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(10):
        router.complete_sync("hi")
    for thread in threads:
        thread.join()
    asyncio.run(router.aclose())
    assert sorted(shelf.ids) == sorted(record.id for record in router.records)
    assert len(shelf.ids) == 30
    router.close_sync()


async def test_a_store_that_is_down_fails_no_call(shelf: Shelf, caplog: pytest.LogCaptureFixture) -> None:
    def refuse(_: Sequence[Record]) -> None:
        raise ConnectionError("postgresql://user:secret@host")

    shelf.before = refuse
    async with scripted_router({"a": ["x"]}, records="shelf://", plugins=[offering(shelf)]) as router:
        assert (await router.complete("hi")).text == "x"
    assert "ConnectionError" in caplog.text
    assert "secret" not in caplog.text
    router.close_sync()


def test_a_forgotten_router_still_writes_and_then_goes(shelf: Shelf, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(writing.Writer, "idle_after", 0.01)
    router = scripted_router({"a": ["x"]}, records="shelf://", plugins=[offering(shelf)])
    router.complete_sync("hi")
    gone = weakref.ref(router.wiring.writer)
    del router
    gc.collect()
    until(lambda: shelf.closed)
    until(lambda: gc.collect() is not None and gone() is None)
    assert len(shelf.ids) == 1


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_writes_its_own_records_and_not_its_parents() -> None:
    told = script(
        """
        router.complete_sync("hi")
        child = os.fork()
        if child == 0:
            router.complete_sync("hi")
            router.complete_sync("hi")
            router.close_sync()
            sys.stdout.flush()
            os._exit(0)
        os.waitpid(child, 0)
        """
    )
    assert sorted(len(ids) for ids in by_process(told).values()) == [1, 2]


@pytest.mark.parametrize(
    "code",
    [
        'router.complete_sync("hi")',
        'asyncio.run(router.complete("hi"))',
        'router.complete_sync("hi"); sys.exit(0)',
        'print("".join(c.text for c in router.stream_sync("hi")), file=sys.stderr)',
        'threading.Thread(target=lambda: router.complete_sync("hi")).start()',
    ],
)
def test_a_normal_exit_loses_nothing(code: str) -> None:
    told = script(code)
    assert [len(ids) for ids in by_process(told).values()] == [1]


def test_an_error_that_ends_the_program_loses_nothing() -> None:
    told = script('router.complete_sync("hi"); raise ZeroDivisionError', code=1)
    assert [len(ids) for ids in by_process(told).values()] == [1]


def test_children_of_multiprocessing_lose_nothing() -> None:
    told = script(
        """
        import multiprocessing

        def work():
            router.complete_sync("hi")

        child = multiprocessing.get_context("fork").Process(target=work)
        child.start()
        child.join()
        """
    )
    assert [len(ids) for ids in by_process(told).values()] == [1]


_PRELUDE = """
import asyncio, json, os, sys, threading
from interlock import hookimpl
from interlock.testing import scripted_router

class Shelf:
    api, name, schemes = 1, "shelf", ("shelf",)
    def open(self, call):
        return self
    async def put(self, records):
        print(json.dumps([os.getpid(), [record.id for record in records]]), flush=True)
    async def prune(self, call):
        return 0
    async def find(self, query): ...
    async def get(self, id): ...
    async def aclose(self): ...

class Plugin:
    @hookimpl
    def interlock_stores(self):
        return [Shelf()]

router = scripted_router({"a": ["x"] * 9}, records="shelf://", plugins=[Plugin()])
"""


def script(body: str, *, code: int = 0) -> str:
    """What a program of its own prints, which is what its store is given."""
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", _PRELUDE + textwrap.dedent(body)],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == code, done.stderr
    return done.stdout


def by_process(told: str) -> dict[int, set[str]]:
    found: dict[int, set[str]] = {}
    for line in told.splitlines():
        process, ids = json.loads(line)
        assert not found.setdefault(process, set()) & set(ids), "written twice"
        found[process] |= set(ids)
    return found


def test_nothing_is_logged_without_need(
    shelf: Shelf, bridge: Bridge, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG, "interlock.records")
    writer = RecordWriter(shelf.open, bridge)
    writer.put(sample_record(1))
    finish(writer)
    assert not caplog.records


def test_who_waits_for_a_record_is_told_once_the_store_has_it(shelf: Shelf, bridge: Bridge) -> None:
    writer = RecordWriter(shelf.open, bridge)
    writer.put(sample_record(1))
    writer.hand(sample_record(2)).result(10)
    assert shelf.ids == names(1, 2)
    finish(writer)


def test_who_waits_for_a_record_is_told_at_once_that_the_store_fails_and_the_record_stays(
    shelf: Shelf, bridge: Bridge
) -> None:
    def fail(_: Sequence[Record]) -> None:
        raise StoreError("the disk is full")

    writer = RecordWriter(shelf.open, bridge)
    shelf.before = fail
    with pytest.raises(StoreError, match="the disk is full"):
        writer.hand(sample_record(1)).result(10)
    shelf.before = lambda _: None
    writer.hand(sample_record(2)).result(10)
    assert sorted(shelf.ids) == sorted(names(1, 2))
    assert writer.lost == 0
    finish(writer)


def test_a_record_for_which_there_is_no_room_is_not_waited_for(shelf: Shelf, bridge: Bridge) -> None:
    gate = threading.Event()
    shelf.before = lambda _: asyncio.to_thread(gate.wait)
    writer = RecordWriter(shelf.open, bridge, room=1)
    waits = writer.hand(sample_record(1))
    with pytest.raises(StoreError, match="1 records wait for the store already"):
        writer.hand(sample_record(2)).result(10)
    assert (waits.done(), writer.lost) == (False, 1)
    gate.set()
    waits.result(10)
    finish(writer)
