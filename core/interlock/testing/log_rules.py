"""What a log must keep to."""

import asyncio
import inspect
import os
import signal
import threading
import warnings
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import replace
from pathlib import Path
from typing import Any

from interlock.errors import StoreError
from interlock.protocols import API, DurableLog, LogKind, ReadableLog
from interlock.testing.finishing import T, finished
from interlock.testing.rules import Conformance, expect, expect_kind, fail, not_applicable
from interlock.types.logs import LogCall, LogEntry, LogQuery

_PATIENCE = 30.0
_AT_ONCE = 20
_CONFIRMED = 10
_PAGE = 7
_SUBJECT = "subject-74c1e0"
_PERSONAL = "personal-0b9d52"


class LogConformance(Conformance):
    """The rules for logs. A subclass gives `kind`, and `place`: the address of a new and empty place.

    Each rule opens a log, appends, closes it, and reads from one that is opened at the same place. Of a log
    that cannot be read here, a subclass overrides `entries`.

    Attributes:
        kind: what the plugin's hook offers.
    """

    kind: LogKind
    scenarios = frozenset({"fail"})

    def place(self) -> LogCall:
        """A new and empty place."""
        fail("there is no place to test at: define place(self), which returns LogCall(url=…)")

    def broken(self) -> LogCall:
        """A place that can be opened and not be written: a folder where a file should be, a server that is
        down.
        """
        fail("define broken(self), which returns LogCall(url=…) of a place that cannot be written")

    async def entries(self, place: LogCall) -> Sequence[LogEntry]:
        """All that is kept there, in the order in which it was appended."""
        log = self.kind.open(place)
        if not isinstance(log, ReadableLog):
            fail("the log has no `read`: define entries(self, place), which says what is kept there")
        try:
            found: list[LogEntry] = []
            ends: set[str] = set()
            query = LogQuery(limit=_PAGE)
            while page := await log.read(query):
                expect(len(page) <= _PAGE, f"a page of {_PAGE} holds {len(page)}")
                expect(not found or page[0].id != found[0].id, f"`after` starts over: {query}")
                found += page
                if page[-1].id in ends:
                    break  # an entry that is there twice leads back to where it was first
                ends.add(page[-1].id)
                query = LogQuery(limit=_PAGE, after=page[-1].id)
            return found
        finally:
            await log.aclose()

    def test_is_a_kind_of_log(self) -> None:
        """An instance with `api`, a `name`, `schemes` in lower case and an `open` that is not awaited."""
        expect_kind(self.kind, LogKind)

    def test_opens_a_log(self) -> None:
        """`open` gives a DurableLog, whose `append` and `aclose` are awaited."""
        log: Any = self.kind.open(self.place())
        expect(isinstance(log, DurableLog), f"{log!r} is no DurableLog: it needs api, name, append, aclose")
        expect(log.api == API, f"api is {log.api!r}; this version speaks {API}")
        expect(isinstance(log.name, str) and log.name, "name must be text")
        for name in ("append", "aclose"):
            waits = inspect.iscoroutinefunction(getattr(log, name))
            expect(waits, f"{name} must be a coroutine function")
        _finish(log.aclose)

    def test_keeps_entries_as_they_are_and_in_their_order(self) -> None:
        """Entries are read back equal, in the order in which they were appended."""
        entries = [*map(_entry, range(20)), _strange(), LogEntry(kind="bare")]

        async def use(log: DurableLog) -> None:
            await log.append([])
            await log.append(entries[:15])
            await log.append(entries[15:])

        kept = self._after(use)
        for wanted, found in zip(entries, kept, strict=False):
            expect(found == wanted, f"an entry changed:\n  appended: {wanted}\n  kept:     {found}")
        expect(len(kept) == len(entries), f"{len(entries)} entries were appended, and {len(kept)} are kept")

    def test_keeps_nothing_personal_in_the_open(self) -> None:
        """An entry's `subject` and `personal` are not kept, or sealed where the kind says `seals`; in no file
        of the place's folder does either stand.
        """
        entry, seals = _personal(), getattr(self.kind, "seals", False)
        expect(isinstance(seals, bool), f"seals is {seals!r}, and must be True or False")
        bare = replace(entry, subject=None, personal={})
        place = self.place()

        async def use(log: DurableLog) -> None:
            await log.append([entry])

        all_kept = self._after(use, place)
        expect(len(all_kept) == 1, f"one entry was appended, and {len(all_kept)} are kept")
        if (kept := all_kept[0]) != bare:
            expect(seals, "the log keeps `subject` or `personal`, and its kind does not say seals = True")
            expect(kept == entry, "what is read has a part of `subject` and `personal`")
        found = _files_with(place.folder, (_SUBJECT, _PERSONAL))
        expect(not found, f"`subject` or `personal` can be read in {', '.join(found)}")

    def test_keeps_once_what_is_appended_twice(self) -> None:
        """An entry whose id is there already is not kept a second time."""
        entries = [_entry(number) for number in range(12)]

        async def use(log: DurableLog) -> None:
            await log.append(entries[:8])
            await log.append(entries[4:])
            await log.append(entries)

        _same(entries, self._after(use))

    def test_keeps_what_is_appended_at_once(self) -> None:
        """Batches that are appended at once are all kept."""
        batches = [[_entry(10 * first + second) for second in range(3)] for first in range(_AT_ONCE)]

        async def use(log: DurableLog) -> None:
            await asyncio.gather(*(log.append(batch) for batch in batches))

        _same_set(sum(batches, []), self._after(use))  # noqa: RUF017 - twenty lists of three

    def test_serves_several_loops_and_threads(self) -> None:
        """Several threads, each with its own loop, append to one log; it keeps all, in the order of each."""
        place = self.place()
        log = self.kind.open(place)
        entries = [[_entry(100 * thread + number) for number in range(10)] for thread in range(3)]
        failures: list[BaseException] = []

        async def each(own: Sequence[LogEntry]) -> None:
            for entry in own:
                await log.append([entry])

        def run(own: Sequence[LogEntry]) -> None:
            try:
                _finish(lambda: each(own))
            except BaseException as error:  # noqa: BLE001 - raised below, where it is seen
                failures.append(error)

        threads = [threading.Thread(target=run, args=(own,)) for own in entries]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        _finish(log.aclose)
        if failures:
            raise failures[0]
        kept = _finish(lambda: self.entries(place))
        _same_set(sum(entries, []), kept)  # noqa: RUF017 - three lists of ten
        for own in entries:
            ids = {entry.id for entry in own}
            _same(own, [entry for entry in kept if entry.id in ids])

    def test_a_cancelled_append_loses_nothing_that_was_confirmed(self) -> None:
        """What an `append` confirmed is there once, though others were cancelled meanwhile."""
        confirmed: list[LogEntry] = []

        async def use(log: DurableLog) -> None:
            for number in range(_AT_ONCE):
                entry = _entry(number)
                appending = asyncio.ensure_future(log.append([entry]))
                for _ in range(number % 4):
                    await asyncio.sleep(0)
                if number % 2:
                    appending.cancel()
                with suppress(asyncio.CancelledError):
                    await appending
                    confirmed.append(entry)

        ids = [entry.id for entry in self._after(use)]
        for entry in confirmed:
            expect(ids.count(entry.id) == 1, f"{entry.id} was confirmed, and is there {ids.count(entry.id)}×")

    def test_a_killed_process_loses_nothing_that_was_confirmed(self) -> None:
        """What an `append` confirmed is there once, though its process was killed."""
        if not hasattr(os, "fork"):
            not_applicable("a process is made by a fork here, and this system has none")
        place = self.place()
        heard = _appended_until_killed(lambda: self.kind.open(place))
        kept = [entry.attempt for entry in _finish(lambda: self.entries(place))]
        expect(len(heard) >= _CONFIRMED, f"the process ended by itself, after {len(heard)} entries")
        for number in heard:
            expect(
                kept.count(number) == 1, f"entry {number} was confirmed, and is there {kept.count(number)}×"
            )

    def test_a_place_that_cannot_be_written_is_a_typed_error(self) -> None:
        """`append` raises StoreError where nothing can be written; it does not show the URL."""
        self.unless_it_cannot("fail")
        place = self.broken()
        try:
            log = self.kind.open(place)
        except StoreError as error:
            fail(f"open refuses it at once ({error}): `broken` is a place that fails when it is written")
        failure = _finish(lambda: _failure(log))
        what = f"append raised {type(failure).__name__}, and must raise StoreError"
        expect(isinstance(failure, StoreError), what)
        expect(place.url not in str(failure), "the error shows the URL, which may hold a password")

    def test_may_be_closed_twice_and_unused(self) -> None:
        """A second `aclose` changes nothing, and one without an entry does no harm."""

        async def twice(log: DurableLog) -> None:
            await log.append([_entry(0)])
            await log.aclose()

        self._after(twice)
        _finish(self.kind.open(self.place()).aclose)

    def _after(
        self, use: Callable[[DurableLog], Awaitable[None]], place: LogCall | None = None
    ) -> Sequence[LogEntry]:
        """What is kept at a new place after it was used and closed."""
        place = place or self.place()
        log = self.kind.open(place)

        async def go() -> None:
            try:
                await use(log)
            finally:
                await log.aclose()

        _finish(go)
        return _finish(lambda: self.entries(place))


def _finish(make: Callable[[], Awaitable[T]]) -> T:
    return finished(make, within=_PATIENCE, whose="the log")


async def _failure(log: DurableLog) -> BaseException | None:
    try:
        await log.append([_entry(0)])
    except Exception as error:  # noqa: BLE001 - which it is, is the finding
        return error
    finally:
        with suppress(StoreError):
            await log.aclose()
    return None


def _appended_until_killed(open_: Callable[[], DurableLog]) -> list[int]:
    """The numbers of the entries that a process had confirmed when it was killed."""
    reading, writing = os.pipe()
    with warnings.catch_warnings():
        # The child takes nothing along that another thread may have been about to change.
        warnings.simplefilter("ignore", DeprecationWarning)
        child = os.fork()
    if child == 0:
        try:
            asyncio.run(_append_for_ever(open_(), writing))
        finally:
            os._exit(1)
    os.close(writing)
    heard = b""
    with os.fdopen(reading, "rb", buffering=0) as pipe:
        while heard.count(b"\n") < _CONFIRMED and (more := pipe.read(4096)):
            heard += more
        with suppress(ProcessLookupError):
            os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        heard += pipe.read() or b""
    return [int(line) for line in heard.split()]


async def _append_for_ever(log: DurableLog, told: int) -> None:
    number = 0
    while True:
        await log.append([_entry(number)])
        os.write(told, b"%d\n" % number)
        number += 1


def _entry(number: int) -> LogEntry:
    facts = {"deployment": "first", "latency": 0.25, "excluded": {"second": "residency"}, "roles": ["hedge"]}
    return LogEntry(
        kind="attempt",
        at=1_700_000_000.5 + number,
        id=f"entry-{number:06}",
        call="call-1",
        run="run-1",
        step="plan",
        attempt=number,
        facts=facts,
    )


def _personal() -> LogEntry:
    entry = _entry(0)
    personal = {"name": _PERSONAL, "said": [_PERSONAL], "deeper": {_PERSONAL: {"of": _PERSONAL}}}
    return replace(entry, subject=_SUBJECT, personal=personal)


def _files_with(folder: Path, words: Sequence[str]) -> list[str]:
    """The files below a folder of a place's own that hold one of these words."""
    if folder == Path():
        return []  # wherever the tests run; the place is elsewhere
    files = sorted(path for path in folder.rglob("*") if path.is_file())
    return [path.name for path in files if any(word.encode() in path.read_bytes() for word in words)]


def _strange() -> LogEntry:
    name = "it's \"quoted\", 100 %; -- \n\t\u202e 名前 👩‍👩‍👧 '); DROP TABLE log;"
    return LogEntry(kind=name, at=1e10, id=name, facts={name: [name, None, True, -1.5, {"": {}}], "": []})


def _same(wanted: Sequence[LogEntry], kept: Sequence[LogEntry]) -> None:
    ids = [entry.id for entry in kept]
    expect(ids == [entry.id for entry in wanted], f"{len(wanted)} entries were appended; kept are {ids}")


def _same_set(wanted: Sequence[LogEntry], kept: Sequence[LogEntry]) -> None:
    ids = sorted(entry.id for entry in kept)
    due = sorted(entry.id for entry in wanted)
    expect(ids == due, f"{len(due)} entries were appended once, and {len(ids)} are kept")
