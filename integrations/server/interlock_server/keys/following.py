"""Something that is looked at again and again while a server runs."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress

from interlock.logs import redacting_logger

_log = redacting_logger("interlock.server.keys")


class Following:
    """Calls `look` now, and `every` so many seconds after it has ended. What it raises is logged by its kind,
    and ends nothing.
    """

    def __init__(self, look: Callable[[], Awaitable[None]], every: float) -> None:
        self._look = look
        self._every = every
        self._task: asyncio.Task[None] | None = None

    async def start(self) -> None:
        """Begin, once the first look has ended. A second call changes nothing."""
        if self._task is None:
            await self._once()
            self._task = asyncio.create_task(self._follow())

    async def aclose(self) -> None:
        """End it. May be called twice."""
        task, self._task = self._task, None
        if task is not None:
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task

    async def _follow(self) -> None:
        while True:
            await asyncio.sleep(self._every)
            await self._once()

    async def _once(self) -> None:
        try:
            await self._look()
        except Exception as error:  # noqa: BLE001 - keys must be followed whatever happens
            _log.error("keys cannot be followed: %s", type(error).__name__)
