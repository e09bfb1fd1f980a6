"""An event loop on which waiting takes no time."""

import asyncio
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


class InstantLoop(asyncio.SelectorEventLoop):
    """Its time stands still while anybody has something to do, and then jumps to the next timer."""

    def __init__(self) -> None:
        super().__init__()
        self._now = 0.0

    def time(self) -> float:
        return self._now

    def _run_once(self) -> None:
        if not self._ready and self._scheduled:
            self._now = max(self._now, self._scheduled[0].when())
        super()._run_once()


def run(main: Coroutine[Any, Any, T]) -> T:
    """As `asyncio.run`, but for the time that it takes."""
    with asyncio.Runner(loop_factory=InstantLoop) as runner:
        return runner.run(main)
