"""A log in memory that fails, hangs or is slow when it is told to."""

import asyncio
import threading
from collections.abc import Callable, Iterable, Sequence

from interlock import StoreError, hookimpl
from interlock.protocols import DurableLog, LogKind
from interlock.types.logs import LogCall, LogEntry

Trouble = Callable[[Sequence[LogEntry]], "float | None"]


def of_kind(*kinds: str, seconds: float = 0.0, after: int = 0) -> Trouble:
    """Trouble with an append that holds an entry of these kinds, but for the first so many: it fails, or is
    kept waiting for so long.
    """
    left = after

    def trouble(entries: Sequence[LogEntry]) -> float | None:
        nonlocal left
        found = sum(entry.kind in kinds for entry in entries)
        if not found:
            return None
        left -= 1
        return None if left >= 0 else seconds

    return trouble


class ShakyLog:
    """A plugin, its kind of log and the log, all in one.

    Attributes:
        entries: what is durable, but for how it was opened.
        opened: the entries of that kind.
        appends: how many have been begun.
        begun: once one has been.
        trouble: None lets an append through, 0 has it fail, more has it take so many seconds.
    """

    api = 1
    name = "shaky"
    schemes: tuple[str, ...] = ("shaky",)

    def __init__(self, trouble: Trouble | None = None) -> None:
        self.entries: list[LogEntry] = []
        self.opened: list[LogEntry] = []
        self.appends = 0
        self.begun = threading.Event()
        self.trouble: Trouble = trouble or (lambda _: None)

    @hookimpl
    def interlock_logs(self) -> Iterable[LogKind]:
        return [self]

    def open(self, call: LogCall) -> DurableLog:
        del call
        return self

    async def append(self, entries: Sequence[LogEntry]) -> None:
        self.appends += 1
        self.begun.set()
        seconds = self.trouble(entries)
        if seconds == 0.0:
            raise StoreError("the disk is full")
        if seconds is not None:
            await asyncio.sleep(seconds)
        known = {entry.id for entry in (*self.entries, *self.opened)}
        for entry in entries:
            if entry.id not in known:
                (self.opened if entry.kind == "opened" else self.entries).append(entry)

    async def aclose(self) -> None:
        pass

    @property
    def kinds(self) -> list[str]:
        return [entry.kind for entry in self.entries]

    def of(self, kind: str) -> list[LogEntry]:
        return [entry for entry in self.entries if entry.kind == kind]


class SealingLog(ShakyLog):
    """One that says that it seals, and keeps everything, so that tests see what it is told."""

    seals = True
