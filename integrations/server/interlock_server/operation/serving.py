"""One process of the server: an application on sockets, from the first connection until it has drained."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import Callable, Iterator
from typing import Final

import uvicorn

from interlock_server.endpoint.running import configured
from interlock_server.operation.heads import HeadLimits
from interlock_server.operation.service import App

KEPT_ALIVE: Final = 75  # seconds; longer than the minute after which balancers drop an idle connection
_SETTLING: Final = 2.0  # seconds for what was cancelled to write its record
_STOPPING: Final = (signal.SIGINT, signal.SIGTERM)


class Serving(uvicorn.Server):
    """A server whose first signal lets answers under way end, and whose second one breaks them off.

    After the grace they are broken off as well. Then `serve` returns; the caller still has its loop.
    `begun` is called once connections are taken.
    """

    def __init__(
        self,
        app: App,
        *,
        grace: Callable[[], float],
        draining: Callable[[], None] | None = None,
    ) -> None:
        """`grace` says how many seconds there are when it begins to drain, which `draining` is told."""
        super().__init__(_configured(app))
        self._grace, self._draining = grace, draining
        self.begun: Callable[[], None] | None = None
        self.stopped_by: signal.Signals | None = None

    def stop(self, by: signal.Signals | None = None) -> None:
        """Begin to drain; asked once more, end at once."""
        self.stopped_by = self.stopped_by or by
        if self.should_exit:
            self.force_exit = True
            self._break_off()
            return
        seconds = self._grace()
        self.config.timeout_graceful_shutdown = seconds  # type: ignore[assignment]  # parts of one serve as well
        if self._draining is not None:
            self._draining()
        self.should_exit = True

    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """On the loop, so that what a signal changes is seen in between two steps; and nothing is raised
        again once all has ended well.
        """
        loop = asyncio.get_running_loop()
        for each in _STOPPING:
            loop.add_signal_handler(each, self.stop, each)
        try:
            yield
        finally:
            for each in _STOPPING:
                loop.remove_signal_handler(each)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Take connections."""
        await super().startup(sockets)
        if self.begun is not None:
            self.begun()

    async def serve(self, sockets: list[socket.socket] | None = None) -> None:
        """Until it is stopped and everything has ended."""
        await super().serve(sockets)
        left = [task for task in self.server_state.tasks if not task.done()]
        if left:
            self._break_off()
            await asyncio.wait(left, timeout=_SETTLING)

    def _break_off(self) -> None:
        for task in list(self.server_state.tasks):
            task.cancel()
        for connection in list(self.server_state.connections):
            if connection.transport is not None:
                connection.transport.abort()


def _configured(app: App) -> uvicorn.Config:
    config = configured(app)
    config.http = HeadLimits
    config.timeout_keep_alive = KEPT_ALIVE
    return config
