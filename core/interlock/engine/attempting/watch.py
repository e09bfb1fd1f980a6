"""Time limits around awaiting somebody else."""

import asyncio
from collections.abc import Callable
from types import TracebackType

from interlock.errors import InterlockError


class Watch:
    """Cancels the current task's wait once a limit has passed, and turns that into the limit's own error.

    One timer serves any number of limits one after another: arming again moves the limit and leaves the
    timer,
    which looks at the limit when it fires. That makes a limit for each chunk of a stream cost next to
    nothing.
    """

    __slots__ = ("_cancelling", "_due", "_error", "_expired", "_handle", "_loop", "_task")

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self._handle: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[object] | None = None
        self._due = 0.0
        self._cancelling = 0
        self._expired = False
        self._error: Callable[[], InterlockError] | None = None

    def until(self, due: float, error: Callable[[], InterlockError]) -> "Watch":
        """Limit what `with` encloses to the loop's time `due`; `error` makes the error to raise."""
        self._due, self._error = due, error
        return self

    def __enter__(self) -> None:
        task = asyncio.current_task()
        if task is None:
            raise RuntimeError("a limit needs a running task")
        self._task, self._expired, self._cancelling = task, False, task.cancelling()
        if self._handle is None or self._handle.when() > self._due:
            self._schedule()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        task, self._task = self._task, None
        if not self._expired or task is None:
            return
        # Somebody else may have cancelled the task as well; then theirs is the cancellation that counts.
        if task.uncancel() <= self._cancelling and kind is asyncio.CancelledError and self._error is not None:
            raise self._error() from error

    def close(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
            self._handle = None

    def _schedule(self) -> None:
        if self._handle is not None:
            self._handle.cancel()
        self._handle = self._loop.call_at(self._due, self._fire)

    def _fire(self) -> None:
        self._handle = None
        if self._task is None:
            return
        if self._loop.time() < self._due:
            self._schedule()
            return
        self._expired = True
        self._task.cancel()
