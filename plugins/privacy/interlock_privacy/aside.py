"""Work in steps, each in a thread, so that a detector that takes its time keeps nobody from the loop."""

import asyncio
from collections.abc import Generator
from typing import Final, TypeVar
from weakref import WeakKeyDictionary

from interlock.http import aside

__all__ = ["Turns"]

T = TypeVar("T")
_AT_ONCE: Final = 2  # a loop's threads are for others too, and a model serves one at a time


class Turns:
    """So many steps at once of each event loop, in the order in which they were asked for."""

    def __init__(self) -> None:
        self._loops: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Semaphore] = WeakKeyDictionary()

    async def take(self, work: Generator[None, None, T]) -> T:
        """What the work returns or raises."""
        loop = asyncio.get_running_loop()
        turn = self._loops.setdefault(loop, asyncio.Semaphore(_AT_ONCE))
        ended: list[T] = []
        while not ended:
            async with turn:
                await aside(_step, work, ended)
        return ended[0]


def _step(work: Generator[None, None, T], ended: list[T]) -> None:
    try:
        next(work)
    except StopIteration as end:
        ended.append(end.value)
