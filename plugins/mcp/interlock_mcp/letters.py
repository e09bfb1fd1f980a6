"""What is written to a server, one after another, in a thread: nobody's loop waits for a full pipe."""

import threading
from collections.abc import Callable
from concurrent.futures import Future, InvalidStateError
from contextlib import suppress
from dataclasses import dataclass, field
from math import inf
from queue import SimpleQueue
from typing import Any, Protocol

from interlock import ConnectionFailed, InterlockError, TotalTimeout
from interlock.types.clocks import elapsed
from interlock_mcp.failing import NotSent


class Pipe(Protocol):
    """Where bytes go: a process's unbuffered input."""

    def write(self, data: Any, /) -> int | None: ...


@dataclass(slots=True, eq=False)
class Letter:
    """A message on its way. `outcome` is what is known of a request in the end; a notification has none.

    `deadline` is on the clock of `elapsed`; after it, the message does not leave.
    """

    data: bytes = field(repr=False)
    deadline: float = inf
    outcome: "Future[Any]" = field(default_factory=Future)
    begun: bool = False
    dropped: bool = False

    def fail(self, error: Exception) -> None:
        """Its outcome, unless there is one already."""
        with suppress(InvalidStateError):
            self.outcome.set_exception(error)

    def settle(self, value: Any) -> None:
        """Its outcome, unless there is one already."""
        with suppress(InvalidStateError):
            self.outcome.set_result(value)


class Letterbox:
    """Writes letters in their order. `broken` is called in its thread when the pipe takes no more."""

    def __init__(self, pipe: Pipe, name: str, broken: Callable[[InterlockError], None]) -> None:
        self._pipe = pipe
        self._name = name
        self._broken = broken
        self._lock = threading.Lock()
        self._queue: SimpleQueue[Letter | None] = SimpleQueue()
        self._closed: InterlockError | None = None
        threading.Thread(target=self._work, name=f"mcp-{name}-writes", daemon=True).start()

    def post(self, letter: Letter) -> None:
        """Raises NotSent where nothing can be written any more."""
        with self._lock:
            if self._closed is not None:
                raise NotSent(self._closed)
            self._queue.put(letter)

    def drop(self, letter: Letter) -> bool:
        """Whether it will never leave, and nothing of it has."""
        with self._lock:
            letter.dropped = True
            return not letter.begun

    def close(self, error: InterlockError) -> None:
        """Take no more. What waits is told that it was not sent."""
        with self._lock:
            if self._closed is None:
                self._closed = error
                self._queue.put(None)

    def _work(self) -> None:
        while (letter := self._queue.get()) is not None:
            if not self._begins(letter):
                continue
            try:
                self._write(letter.data)
            except (OSError, ValueError):
                error = ConnectionFailed(f"the server {self._name!r} reads no more")
                self.close(error)
                self._broken(error)
                letter.fail(error)
        while not self._queue.empty():
            left = self._queue.get()
            if left is not None:
                self._begins(left)

    def _begins(self, letter: Letter) -> bool:
        """Whether it leaves; looked at in the step before it does."""
        with self._lock:
            if self._closed is not None:
                error = self._closed
            elif letter.dropped or elapsed() >= letter.deadline:
                error = TotalTimeout(f"the time was over before anything was sent to {self._name}")
            else:
                letter.begun = True
                return True
        letter.fail(NotSent(error))
        return False

    def _write(self, data: bytes) -> None:
        rest = memoryview(data)
        while rest:
            rest = rest[self._pipe.write(rest) or 0 :]
