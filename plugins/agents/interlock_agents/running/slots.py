"""How many calls of a run are under way at once, and word of the next one that is settled."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from types import TracebackType


class Slots:
    """Lets so many in at once."""

    def __init__(self, most: int) -> None:
        self._free = asyncio.Semaphore(most)
        self._holding = 0
        self._settled = asyncio.Event()

    async def __aenter__(self) -> None:
        await self._free.acquire()

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._free.release()

    @contextmanager
    def holding(self) -> Iterator[None]:
        """Encloses what is done between holding what a call may cost and settling what it has."""
        self._holding += 1
        try:
            yield
        finally:
            self._holding -= 1
            self._settled.set()
            self._settled = asyncio.Event()

    async def one_settles(self) -> bool:
        """True once one of those that hold something has settled; False at once where nobody does."""
        if not self._holding:
            return False
        await self._settled.wait()
        return True
