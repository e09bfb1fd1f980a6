"""Somebody else on the same event loop, who counts how often it is their turn."""

import asyncio
from types import TracebackType
from typing import Self


class Turns:
    """Takes every turn that it can have while it is entered; `count` says how many there were."""

    def __init__(self) -> None:
        self.count = 0

    def __enter__(self) -> Self:
        self._counting = asyncio.create_task(self._counted())
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._counting.cancel()

    async def _counted(self) -> None:
        while True:
            await asyncio.sleep(0)
            self.count += 1
