"""Something that is made once, for whoever needs it at the same time, on whichever loop."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from typing import Generic, TypeVar

T = TypeVar("T")


class _GivenUp(Exception):
    """Whoever was making it was cancelled: somebody else may."""


class Once(Generic[T]):
    """Holds what was made last. Event loops and threads may share it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._cell: Future[T] | None = None

    @property
    def made(self) -> T | None:
        """None where there is none, or not yet."""
        cell = self._cell
        return cell.result() if cell is not None and cell.done() and cell.exception() is None else None

    async def get(self, make: Callable[[], Awaitable[T]], good: Callable[[T], bool]) -> T:
        """The one that was made, as long as it is `good`, or a new one. What `make` raises, everybody who
        waits for it is told.
        """
        while True:
            with self._lock:
                cell = self._cell
                mine = cell is None or (cell.done() and not good(cell.result()))
                if mine:
                    cell = self._cell = Future()
                    cell.set_running_or_notify_cancel()  # so that no one who waits cancels it for all
            if cell is None or mine:
                return await self._make(cell or Future(), make)
            try:
                return await asyncio.wrap_future(cell)
            except _GivenUp:
                continue

    def forget(self, what: T) -> None:
        """Have it made anew by whoever needs it next, unless somebody has already."""
        with self._lock:
            if self.made is what:
                self._cell = None

    async def _make(self, cell: "Future[T]", make: Callable[[], Awaitable[T]]) -> T:
        try:
            made = await make()
        except BaseException as error:
            with self._lock:
                self._cell = None
            cell.set_exception(error if isinstance(error, Exception) else _GivenUp())
            raise
        cell.set_result(made)
        return made
