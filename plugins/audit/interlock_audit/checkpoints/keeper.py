"""The thread that has checkpoints made when they are due, and brings them to their sinks."""

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from interlock import StoreError
from interlock.logs import redacting_logger
from interlock_audit.chaining import Heads
from interlock_audit.checkpoints.sinks import Sink

_log = redacting_logger("interlock.audit")
_AGAIN = 10.0  # seconds until a sink that failed is tried again


@dataclass(frozen=True, slots=True, kw_only=True)
class Made:
    """A checkpoint, and what it anchors."""

    line: str
    heads: Heads


class Signs(Protocol):
    """Whose checkpoints they are."""

    def checkpoint(self) -> Made | None:
        """A new one, or None when there is nothing new.

        Raises:
            StoreError: the database does not take it.
        """
        ...

    def anchored(self, made: Made) -> None:
        """It has arrived outside. Raises StoreError."""
        ...

    def sink_failed(self, name: str, problem: str) -> None:
        """It has not, for the first time since one has. Raises StoreError."""
        ...


class Keeper:
    """Nobody waits for it but whoever closes the log."""

    def __init__(self, signs: Signs, sinks: Sequence[Sink], *, every: int, seconds: float) -> None:
        self._signs = signs
        self._sinks = sinks
        self._every = every
        self._seconds = seconds
        self._changed = threading.Condition()
        self._entries = 0  # since the last checkpoint
        self._due: float | None = None
        self._stopping = False
        self._owed: dict[str, Made] = {}
        self._thread: threading.Thread | None = None

    def wrote(self, entries: int) -> None:
        """So many were appended."""
        with self._changed:
            self._entries += entries
            if self._due is None:
                self._due = time.monotonic() + self._seconds
                self._changed.notify()
            if self._entries >= self._every:
                self._changed.notify()
            if self._thread is None:
                self._start()

    def finish(self, seconds: float) -> None:
        """Have a last checkpoint made, and wait so long for it to arrive."""
        with self._changed:
            self._stopping = True
            self._changed.notify()
        if self._thread is None:
            self._serve()
            return
        self._thread.join(seconds)
        if self._thread.is_alive():
            _log.warning("a checkpoint is still on its way; the next process's will cover it")

    def _start(self) -> None:
        thread = threading.Thread(target=self._serve, name="interlock-audit-checkpoints", daemon=True)
        try:
            thread.start()
        except RuntimeError:  # the interpreter is on its way out: `finish` does it
            return
        self._thread = thread

    def _serve(self) -> None:
        while True:
            with self._changed:
                while not (self._stopping or self._is_due()):
                    self._changed.wait(self._pause())
                    if self._owed:
                        break
                stopping = self._stopping
                if stopping or self._is_due():
                    self._entries, self._due = 0, None
                    due = True
                else:
                    due = False
            if due:
                self._make()
            self._deliver()
            if stopping:
                return

    def _is_due(self) -> bool:
        return self._entries >= self._every or (self._due is not None and time.monotonic() >= self._due)

    def _pause(self) -> float | None:
        waits = [_AGAIN] if self._owed else []
        if self._due is not None:
            waits.append(max(0.0, self._due - time.monotonic()))
        return min(waits, default=None)

    def _make(self) -> None:
        try:
            made = self._signs.checkpoint()
        except StoreError as error:
            _log.warning("no checkpoint could be made: %s", error.message)
            with self._changed:
                self._due = time.monotonic() + self._seconds
            return
        if made is not None:
            if self._sinks:
                self._new(made)
            else:
                self._arrived(made)

    def _new(self, made: Made) -> None:
        for sink in self._sinks:
            self._put(sink, made, first=sink.name not in self._owed)

    def _deliver(self) -> None:
        for sink in self._sinks:
            made = self._owed.get(sink.name)
            if made is not None:
                self._put(sink, made, first=False)

    def _put(self, sink: Sink, made: Made, *, first: bool) -> None:
        try:
            sink.put(made.line)
        except Exception as error:  # noqa: BLE001 - whatever becomes of one, the thread goes on
            self._owed[sink.name] = made
            if first:
                problem = error.message if isinstance(error, StoreError) else type(error).__name__
                _log.warning("a checkpoint did not arrive, and is sent again: %s", problem)
                self._told(sink.name, problem)
            return
        self._owed.pop(sink.name, None)
        self._arrived(made)

    def _arrived(self, made: Made) -> None:
        try:
            self._signs.anchored(made)
        except StoreError as error:
            _log.warning("where a checkpoint went was not kept: %s", error.message)

    def _told(self, name: str, problem: str) -> None:
        try:
            self._signs.sink_failed(name, problem)
        except StoreError as error:
            _log.warning("that a checkpoint did not arrive was not kept: %s", error.message)
