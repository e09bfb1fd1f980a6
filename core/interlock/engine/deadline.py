"""Time limits around awaiting somebody else."""

import asyncio
from collections.abc import Callable
from types import TracebackType

from interlock.errors import InterlockError

PATIENCE = 0.1
"""Seconds that whoever was cancelled is given to tidy up, before it is cancelled again."""


class Deadline:
    """Cancels the current task's wait once a limit has passed, and turns that into the limit's own error.

    One timer serves any number of limits one after another: arming again moves the limit and leaves the
    timer, which looks at the limit when it fires. That makes a limit for each chunk of a stream cost next to
    nothing.

    A limit that has passed before its wait begins is raised at once, whatever there is to be had by then;
    but for the first wait, which always begins.

    Whoever goes on waiting after a cancellation is cancelled again. What it raises instead of the
    cancellation changes nothing: a limit that has passed has passed, and a caller who left has left.

    `left` says whether somebody else had cancelled the task when the last wait ended in an exception; `time`
    is the loop's clock, by which limits are.
    """

    __slots__ = (
        "_cancelling", "_due", "_error", "_fired", "_handle", "_loop", "_task", "_waited", "left", "time",
    )  # fmt: skip

    def __init__(self) -> None:
        self._loop = asyncio.get_running_loop()
        self.time = self._loop.time
        self._handle: asyncio.TimerHandle | None = None
        self._task: asyncio.Task[object] | None = None
        self._due = 0.0
        self._cancelling = 0
        self._fired = 0
        self._waited = False
        self.left = False
        self._error: Callable[[], InterlockError] | None = None

    def until(self, due: float, error: Callable[[], InterlockError]) -> "Deadline":
        """Limit what `with` encloses to the loop's time `due`; `error` makes the error to raise."""
        self._due, self._error = due, error
        return self

    def __enter__(self) -> None:
        task = asyncio.current_task(self._loop)
        if task is None:
            raise RuntimeError("a limit needs a running task")
        # Whoever finds what it waits for lying there never waits, and so no timer could end it.
        if self._waited and self._error is not None and self.time() >= self._due:
            raise self._error()
        self._waited = True
        self._task, self._fired, self._cancelling = task, 0, task.cancelling()
        if self._handle is None or self._handle.when() > self._due:
            self._schedule()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        task, self._task = self._task, None
        if task is None or (kind is None and not self._fired):
            return
        for _ in range(self._fired):
            task.uncancel()
        if kind is None or not issubclass(kind, (Exception, asyncio.CancelledError)):
            return
        # Somebody else may have cancelled the task as well; then theirs is the cancellation that counts.
        self.left = task.cancelling() > self._cancelling
        if self.left:
            if kind is not asyncio.CancelledError and _answers_cancellation(error):
                raise asyncio.CancelledError from error
        elif self._fired and self._error is not None:
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
        now = self.time()
        if now < self._due:
            self._schedule()
            return
        self._fired += 1
        self._handle = self._loop.call_at(now + PATIENCE, self._fire)
        self._task.cancel()


def _answers_cancellation(error: BaseException | None) -> bool:
    """Whether an error came of a cancellation. Some libraries leave theirs on the count."""
    while error is not None:
        if isinstance(error, asyncio.CancelledError):
            return True
        error = error.__context__
    return False
