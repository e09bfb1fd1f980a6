"""A stream for code without a loop: one task on the bridge fills a bounded queue."""

import asyncio
import threading
from collections import deque
from collections.abc import AsyncGenerator, Iterator
from types import TracebackType
from typing import Self

from interlock.engine.bridge import Bridge
from interlock.errors import InterlockError
from interlock.types.response import Chunk, Response

_AHEAD = 64  # chunks


class SyncStream:
    """An answer in steps: iterate over it, in a `with` block or without.

    `response` is None until the last chunk, and then the whole answer. Leaving early closes the socket.
    """

    def __init__(self, bridge: Bridge, chunks: AsyncGenerator[Chunk]) -> None:
        self.response: Response | None = None
        self._bridge = bridge  # it must outlive its router as long as somebody reads
        self._queue = queue = _Queue()
        self._pump = bridge.submit(lambda: _fill(queue, chunks))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __iter__(self) -> Iterator[Chunk]:
        return self

    def __next__(self) -> Chunk:
        chunk = self._queue.get()
        if chunk.response is not None:
            self.response = chunk.response
        return chunk

    def close(self) -> None:
        self._queue.end(None, discard=True)
        self._pump.cancel()

    def __del__(self) -> None:
        # The pump knows the queue and not the stream, so that a stream that nobody holds any more ends here.
        pump = getattr(self, "_pump", None)
        if pump is not None:
            pump.cancel()


class _Queue:
    """Between the bridge's loop, which puts, and one thread, which gets."""

    def __init__(self) -> None:
        self._loop: asyncio.AbstractEventLoop | None = None  # that of `put`
        self._changed = threading.Condition()
        self._chunks: deque[Chunk] = deque()
        self._failure: BaseException | None = None
        self._ended = False
        self._room = asyncio.Event()

    def get(self) -> Chunk:
        with self._changed:
            while not self._chunks and not self._ended:
                self._changed.wait()
            if not self._chunks:
                failure, self._failure = self._failure, None
                raise failure or StopIteration
            chunk = self._chunks.popleft()
            if len(self._chunks) == _AHEAD // 2 and not self._ended and self._loop is not None:
                self._loop.call_soon_threadsafe(self._room.set)
        return chunk

    async def put(self, chunk: Chunk) -> None:
        with self._changed:
            if self._ended:
                return
            self._chunks.append(chunk)
            self._changed.notify()
            full = len(self._chunks) >= _AHEAD
            if full:
                self._loop = asyncio.get_running_loop()
                self._room.clear()
        if full:
            await self._room.wait()

    def end(self, failure: BaseException | None, *, discard: bool = False) -> None:
        """The first call counts. What was put before can still be got, unless it is discarded."""
        with self._changed:
            if discard:
                self._chunks.clear()
            if not self._ended:
                self._ended, self._failure = True, failure
            self._changed.notify_all()


async def _fill(queue: _Queue, chunks: AsyncGenerator[Chunk]) -> None:
    failure: BaseException | None = None
    try:
        async for chunk in chunks:
            await queue.put(chunk)
    except asyncio.CancelledError:
        failure = InterlockError("the stream's router was closed before its end")
        raise
    except BaseException as error:  # noqa: BLE001 - the consumer's thread raises it
        failure = error
    finally:
        await chunks.aclose()
        queue.end(failure)
