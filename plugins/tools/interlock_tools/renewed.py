"""Values that a service gives for a while: tokens of access, sessions."""

import asyncio
import threading
from collections.abc import Awaitable, Callable
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

T = TypeVar("T")


class Renewed(Generic[T]):
    """One value that is fetched by the first who needs it, and then had by all, until somebody drops it.

    Those who need it at the same moment on one event loop wait for one fetch; if that fails, or whoever
    fetches is cancelled, the next one of them tries.
    """

    def __init__(self) -> None:
        self._value: T | None = None
        self._guard = threading.Lock()
        self._locks: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()

    async def get(self, fetch: Callable[[], Awaitable[T]], usable: Callable[[T], bool] = lambda _: True) -> T:
        """The value, fetched where there is none that is `usable`. Raises what `fetch` does."""
        if (value := self._value) is not None and usable(value):
            return value
        async with self._lock():
            if (value := self._value) is not None and usable(value):
                return value
            self._value = value = await fetch()
            return value

    def drop(self, stale: Callable[[T], bool]) -> None:
        """The service does not take the value any more, if it is still the `stale` one; a later one stays."""
        with self._guard:
            if self._value is not None and stale(self._value):
                self._value = None

    def _lock(self) -> asyncio.Lock:
        with self._guard:
            return self._locks.setdefault(asyncio.get_running_loop(), asyncio.Lock())
