"""Synchronous calls: one long-lived loop in a background thread, so that connections outlive a call."""

import asyncio
import atexit
import os
import threading
from collections import deque
from collections.abc import AsyncGenerator, Callable, Coroutine, Iterator
from types import TracebackType
from typing import Any, Self, TypeVar
from weakref import WeakSet

from interlock.types.response import Chunk, Response

T = TypeVar("T")
_QUEUE = 64  # chunks that a synchronous stream may be ahead of its consumer


class Bridge:
    """Runs coroutines on a loop of its own, for callers on any thread. Made anew after a fork."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread: threading.Thread | None = None
        self._pid = 0
        _BRIDGES.add(self)

    @property
    def running(self) -> bool:
        return self._loop is not None and self._pid == os.getpid()

    def run(self, make: Callable[[], Coroutine[Any, Any, T]]) -> T:
        """The coroutine's result. An interrupt in the waiting thread cancels the coroutine."""
        loop = self.loop()
        if threading.current_thread() is self._thread:
            raise RuntimeError(
                "a synchronous call from the bridge's own loop would wait for itself; use await"
            )
        future = asyncio.run_coroutine_threadsafe(make(), loop)
        try:
            return future.result()
        except BaseException:
            future.cancel()
            raise

    def loop(self) -> asyncio.AbstractEventLoop:
        with self._lock:
            if self._loop is None or self._pid != os.getpid():
                self._loop = asyncio.new_event_loop()
                self._pid = os.getpid()
                self._thread = threading.Thread(
                    target=_serve, args=(self._loop,), name="interlock-bridge", daemon=True
                )
                self._thread.start()
            return self._loop

    def close(self) -> None:
        """Stop the loop after what it is doing. A later call starts another."""
        with self._lock:
            loop, thread, pid = self._loop, self._thread, self._pid
            self._loop = self._thread = None
        if loop is None or thread is None or pid != os.getpid() or thread is threading.current_thread():
            return
        loop.call_soon_threadsafe(loop.stop)
        thread.join()


def _serve(loop: asyncio.AbstractEventLoop) -> None:
    asyncio.set_event_loop(loop)
    try:
        loop.run_forever()
    finally:
        tasks = asyncio.all_tasks(loop)
        for task in tasks:
            task.cancel()
        loop.run_until_complete(asyncio.gather(*tasks, return_exceptions=True))
        loop.run_until_complete(loop.shutdown_asyncgens())
        loop.close()


_BRIDGES: "WeakSet[Bridge]" = WeakSet()


@atexit.register
def _close_all() -> None:
    for bridge in list(_BRIDGES):
        bridge.close()


class SyncStream:
    """An answer in steps for code without a loop: iterate over it, in a `with` block or without.

    One task on the bridge reads ahead by a bounded number of chunks. Leaving early closes the socket.
    """

    def __init__(self, bridge: Bridge, chunks: AsyncGenerator[Chunk]) -> None:
        self.response: Response | None = None
        self._ready = threading.Condition()
        self._queue: deque[Chunk] = deque()
        self._failure: BaseException | None = None
        self._done = False
        self._room: asyncio.Event | None = None
        self._loop = bridge.loop()
        self._pump = asyncio.run_coroutine_threadsafe(self._fill(chunks), self._loop)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Chunk]:
        return self

    def __next__(self) -> Chunk:
        with self._ready:
            while not self._queue and not self._done:
                self._ready.wait()
            if not self._queue:
                failure, self._failure = self._failure, None
                if failure is not None:
                    raise failure
                raise StopIteration
            chunk = self._queue.popleft()
            room = self._room
            if room is not None and len(self._queue) == _QUEUE // 2:
                self._loop.call_soon_threadsafe(room.set)
        if chunk.response is not None:
            self.response = chunk.response
        return chunk

    def close(self) -> None:
        self._pump.cancel()
        with self._ready:
            self._queue.clear()
            self._done = True

    def __del__(self) -> None:
        pump = getattr(self, "_pump", None)
        if pump is not None:
            pump.cancel()

    async def _fill(self, chunks: AsyncGenerator[Chunk]) -> None:
        self._room = asyncio.Event()
        failure: BaseException | None = None
        try:
            async for chunk in chunks:
                with self._ready:
                    self._queue.append(chunk)
                    self._ready.notify()
                    full = len(self._queue) >= _QUEUE
                    if full:
                        self._room.clear()
                if full:
                    await self._room.wait()
        except BaseException as error:
            failure = error
            if isinstance(error, asyncio.CancelledError):
                raise
        finally:
            await chunks.aclose()
            with self._ready:
                self._failure = failure
                self._done = True
                self._ready.notify_all()
