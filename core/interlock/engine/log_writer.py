"""Entries on their way to the log: many calls' in one append, and whoever waits is told how it went."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from typing import Any

from interlock.engine.bridge import Bridge
from interlock.engine.writer import ROOM, Writer
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

    def __init__(
        self,
        open_: Callable[[], DurableLog],
        bridge: Bridge,
        *,
        opened: Callable[[], Mapping[str, Any]] | None = None,
        room: int = ROOM,
    ) -> None:
        """`opened` gives the facts of the entry that comes first, in each process."""
        self._facts = opened
        super().__init__(open_, bridge, room=room)

    def _begin(self) -> None:
        super()._begin()
        self._pressed = 0  # of those that wait, how many somebody waits for
        self._opened = False

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
            if not self._opened:
                self._open_with(entries)
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
        with self._lock:
            if not self._opened:
                self._open_with(entries)
        for entry in entries:
            self.put(QueuedEntry(entry))

    def _open_with(self, entries: Sequence[LogEntry]) -> None:
        """Before these, which are the first."""
        self._opened = True
        if self._facts is not None and entries:
            opened = LogEntry(kind="opened", at=min(entry.at for entry in entries), facts=self._facts())
            self._waiting.append(QueuedEntry(opened))

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

    def _give_up(self) -> None:
        with self._lock:
            super()._give_up()
            self._opened = False  # it may be among what was lost

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
