"""Entries on their way to the log: many calls' in one append, and whoever waits is told how it went."""

import asyncio
import json
from collections.abc import Sequence
from concurrent.futures import Future

from interlock.engine.writer import Writer
from interlock.errors import StoreError
from interlock.protocols import API, DurableLog
from interlock.types.logs import LogEntry

_LONGEST = 30.0  # seconds for one append; a log that takes longer is asked anew


class QueuedEntry:
    """An entry, and who waits until it and all before it are in the log."""

    __slots__ = ("entry", "waiter")

    def __init__(self, entry: LogEntry, waiter: "Future[None] | None" = None) -> None:
        self.entry = entry
        self.waiter = waiter


class LogWriter(Writer[QueuedEntry, DurableLog]):
    """Appends a router's entries in the order in which they are handed over.

    When one append fails, everybody who waits is told so at once. Their entries stay and are tried again,
    like those that nobody waits for: a log may hold more than what was confirmed, never less.
    """

    api = API
    name = "log"
    what = "log entries"
    where = "log"
    ordered = True

    def _begin(self) -> None:
        super()._begin()
        self._pressed = 0  # of those that wait, how many somebody waits for

    async def append(self, entries: Sequence[LogEntry]) -> None:
        """As a log's own; from any loop.

        Raises:
            StoreError: they may not be in the log; or what one says is no plain values.
        """
        for entry in entries:
            _check(entry)
        if entries:
            await asyncio.wrap_future(self.hand(entries))

    def hand(self, entries: Sequence[LogEntry]) -> "Future[None]":
        """Hand entries over; done when they are in the log, or with a StoreError. From any thread.

        Cancelling it leaves the entries where they are.
        """
        waiter: Future[None] = Future()
        with self._lock:
            if self._room - len(self._waiting) < len(entries):
                waiter.set_exception(StoreError(self._full()))
                return waiter
            self._waiting.extend(map(QueuedEntry, entries))
            self._waiting[-1].waiter = waiter
            self._pressed += 1
            self._awake = True
        self._bridge.call_soon(self._wake)
        return waiter

    def leave(self, entries: Sequence[LogEntry]) -> None:
        """Hand over entries that nobody waits for."""
        for entry in entries:
            self.put(QueuedEntry(entry))

    def _full(self) -> str:
        return f"{len(self._waiting)} entries wait for the log already ({self.problem or 'it is too slow'})"

    def _pressing(self) -> bool:
        return self._pressed > 0

    async def _write(self, place: DurableLog, batch: Sequence[QueuedEntry]) -> None:
        try:
            async with asyncio.timeout(_LONGEST):
                await place.append([item.entry for item in batch])
        except TimeoutError:
            raise StoreError(f"the log took longer than {_LONGEST:g} s") from None

    async def _done(self, place: DurableLog, batch: Sequence[QueuedEntry]) -> None:  # noqa: ARG002 - as a writer's
        self._settle(batch, None)

    def _failed(self) -> None:
        with self._lock:
            waiting = tuple(self._waiting)
        self._settle(waiting, StoreError(self.problem))

    def _settle(self, items: Sequence[QueuedEntry], error: StoreError | None) -> None:
        for item in items:
            waiter, item.waiter = item.waiter, None
            if waiter is None:
                continue
            with self._lock:
                self._pressed -= 1
            if not waiter.set_running_or_notify_cancel():
                continue
            if error is None:
                waiter.set_result(None)
            else:
                waiter.set_exception(error)


def _check(entry: LogEntry) -> None:
    """Raises StoreError, which repeats no value."""
    for name in ("facts", "personal"):
        try:
            json.dumps(getattr(entry, name), allow_nan=False)
        except (TypeError, ValueError, RecursionError):
            raise StoreError(f"the {name} of the entry {entry.kind!r} are not what JSON has") from None
    if not isinstance(entry.subject, str | None):
        raise StoreError(f"the subject of the entry {entry.kind!r} is not text")
