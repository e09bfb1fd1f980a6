"""One process of the server, whether it is the only one or a worker: signals, reloads and its end."""

import asyncio
import contextlib
import signal
import socket
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import AsyncExitStack, asynccontextmanager
from pathlib import Path
from typing import Any, Final

from interlock import InterlockError
from interlock.logs import redact
from interlock_server.operation.collecting import settle
from interlock_server.operation.lifeline import Order, Word, lines_of
from interlock_server.operation.lines import Lines
from interlock_server.operation.service import Service
from interlock_server.operation.serving import Serving
from interlock_server.operation.watching import Watched

LOOKING: Final = 0.5
"""Seconds between two looks at the files of the configuration."""


class Process:
    """Serves a `service` on a socket until a signal, or an order, says to stop."""

    def __init__(self, service: Service, lines: Lines) -> None:
        self._service, self._lines = service, lines
        self._serving = Serving(service.app, grace=lambda: service.grace, draining=service.drain)
        self._reloading = asyncio.Lock()
        self._tasks: set[asyncio.Task[object]] = set()

    @property
    def grace(self) -> float:
        """Seconds that answers under way may take once it is told to stop."""
        return self._service.grace

    async def alone(self, listening: socket.socket, ready: Callable[[], None]) -> signal.Signals | None:
        """Be the only one; `ready` is called when it serves. What stopped it."""

        def changed() -> None:
            self._begin(self.reload())

        loop = asyncio.get_running_loop()
        if hasattr(signal, "SIGHUP"):
            loop.add_signal_handler(signal.SIGHUP, changed)
        async with self._beside(self._watch(changed)):
            return await self._serve(listening, ready)

    async def worker(
        self, listening: socket.socket, place: int, orders: int, say: Callable[[Word], None]
    ) -> None:
        """Be one of several: obey what comes out of the pipe `orders`, and answer by `say`. The first one
        looks at the files for all.
        """
        async with AsyncExitStack() as stack:
            await stack.enter_async_context(self._beside(self._obey(orders, say)))
            if place == 0:
                watching = self._watch(lambda: say(Word.CHANGED))
                await stack.enter_async_context(self._beside(watching))
            await self._serve(listening, lambda: say(Word.READY))

    async def reload(self) -> bool:
        """Whether the service serves now what its configuration says; otherwise the lines say why not."""
        async with self._reloading:
            try:
                await self._service.reload()
            except Exception as error:  # noqa: BLE001 - whatever happens, what is served goes on
                known = isinstance(error, InterlockError)
                why = redact(str(error)) if known else f"loading it ended in {type(error).__name__}"
                self._lines.say("refused", f"the configuration stays as it was: {why}", why=why)
                return False
            settle()
            self._lines.say("reloaded", "the configuration was loaded anew")
            return True

    async def _serve(self, listening: socket.socket, ready: Callable[[], None]) -> signal.Signals | None:
        self._serving.begun = ready
        await self._service.start()
        settle()
        try:
            await self._serving.serve([listening])
        finally:
            await self._service.aclose()
        return self._serving.stopped_by

    async def _obey(self, orders: int, say: Callable[[Word], None]) -> None:
        async for line in lines_of(orders):
            if line == Order.STOP:
                self._serving.stop()
            elif line == Order.RELOAD:
                # Beside it, for an order to stop must not wait for a configuration.
                self._begin(self._reload_and_say(say))
        if not self._serving.should_exit:
            self._serving.stop()

    async def _reload_and_say(self, say: Callable[[Word], None]) -> None:
        say(Word.RELOADED if await self.reload() else Word.REFUSED)

    async def _watch(self, changed: Callable[[], None]) -> None:
        watched = Watched(self._service.files())
        while True:
            await asyncio.sleep(LOOKING)
            found: list[Path] = []
            while now := await asyncio.to_thread(watched.changed):
                # Whoever writes a file may not have come to its end.
                found += now
                await asyncio.sleep(LOOKING)
            if found:
                changed()
            watched.follow(self._service.files())

    def _begin(self, what: Coroutine[Any, Any, object]) -> None:
        self._tasks.add(task := asyncio.ensure_future(what))
        task.add_done_callback(self._tasks.discard)

    @asynccontextmanager
    async def _beside(self, what: Coroutine[Any, Any, None]) -> AsyncIterator[None]:
        task = asyncio.ensure_future(what)
        try:
            yield
        finally:
            task.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await task
