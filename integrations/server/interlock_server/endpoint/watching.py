"""Notices a client that leaves, and one that no longer takes what it is sent."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import suppress
from types import TracebackType
from typing import Self

from interlock_server.endpoint.connection import Connection
from interlock_server.endpoint.exchange import ClientLeft

# Seconds.
_QUIET = 15.0
_STALLED = 60.0
_LOOK = 1.0  # seconds, the least between two looks


class Watch:
    """While its block runs, the client's leaving cancels what runs in it; the block then ends in ClientLeft.

    The body must have been read to its end.
    """

    __slots__ = ("_connection", "_left", "_task")

    def __init__(self, connection: Connection | None) -> None:
        """`connection` is the client's; without one, nobody tells."""
        self._connection = connection
        self._left = False
        self._task = asyncio.current_task()

    def __enter__(self) -> Self:
        if self._connection is not None:
            if self._connection.lost:
                raise ClientLeft
            self._connection.watch(self.leave)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._connection is not None:
            self._connection.watch(None)
        if self._left and self._task is not None:
            self._task.uncancel()
            if isinstance(error, asyncio.CancelledError):
                raise ClientLeft from None

    def leave(self) -> None:
        """As if the client had left."""
        if not self._left and self._task is not None:
            self._left = True
            self._task.cancel()


class Heartbeat:
    """While its block runs, `beat` is called whenever nothing was sent for some seconds; and when what is
    sent is not taken for a minute, `stalled` is.
    """

    def __init__(self, beat: Callable[[], Awaitable[None]], stalled: Callable[[], None]) -> None:
        self._beat, self._stalled = beat, stalled
        self._loop = asyncio.get_running_loop()
        self._last = self._loop.time()
        self._sending = False
        self._timer: asyncio.TimerHandle | None = None
        self._beating: asyncio.Task[None] | None = None

    async def __aenter__(self) -> Self:
        self._timer = self._loop.call_later(_QUIET, self._look)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._timer is not None:
            self._timer.cancel()
        if self._beating is not None:
            self._beating.cancel()
            with suppress(asyncio.CancelledError):
                await self._beating

    async def sending(self, send: Awaitable[None]) -> None:
        """Send something."""
        self._sending, self._last = True, self._loop.time()
        try:
            await send
        finally:
            self._sending, self._last = False, self._loop.time()

    def _look(self) -> None:
        quiet = self._loop.time() - self._last
        if self._sending and quiet >= _STALLED:
            self._stalled()
            return
        if not self._sending and quiet >= _QUIET and (self._beating is None or self._beating.done()):
            self._beating = self._loop.create_task(self._told())
        self._timer = self._loop.call_later(max(_QUIET - quiet, _LOOK), self._look)

    async def _told(self) -> None:
        await self.sending(self._beat())
