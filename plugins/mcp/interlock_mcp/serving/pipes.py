"""Standard input and output as the streams of the SDK's server. Nothing else reaches either."""

import asyncio
import os
import queue
import threading
from collections.abc import AsyncIterator, Callable, Coroutine
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any, Self

import anyio
from anyio.streams.memory import MemoryObjectReceiveStream, MemoryObjectSendStream
from mcp.shared.message import SessionMessage
from mcp.types import ErrorData, JSONRPCError
from mcp_types import INVALID_REQUEST, PARSE_ERROR, jsonrpc_message_adapter
from pydantic import ValidationError

from interlock import AnswerTooLarge
from interlock_mcp.lines import Lines

LARGEST = 8 * 1024 * 1024
"""Bytes of one message."""
_PIECE = 64 * 1024
_LEAVING = 2.0
Incoming = MemoryObjectReceiveStream[SessionMessage | Exception]
Outgoing = MemoryObjectSendStream[SessionMessage]


@asynccontextmanager
async def pipes() -> AsyncIterator[tuple[Incoming, Outgoing]]:
    """As long as it lasts, whatever else is printed goes to standard error, and whoever else reads finds
    nothing. The first stream ends when standard input does.
    """
    with _Claimed() as claimed:
        to_server, incoming = anyio.create_memory_object_stream[SessionMessage | Exception]()
        outgoing, from_server = anyio.create_memory_object_stream[SessionMessage]()
        writer = _Writer(claimed.output)
        async with anyio.create_task_group() as tasks:
            tasks.start_soon(_write, from_server, writer)
            _Reader(claimed.input, to_server, writer).start()
            yield incoming, outgoing
            await outgoing.aclose()
            with anyio.move_on_after(_LEAVING, shield=True):
                await writer.drained()
            tasks.cancel_scope.cancel()


async def _write(messages: MemoryObjectReceiveStream[SessionMessage], writer: "_Writer") -> None:
    async with messages:
        async for each in messages:
            await writer.write(each.message.model_dump_json(by_alias=True, exclude_unset=True).encode())


@dataclass(slots=True)
class _Claimed:
    """The two descriptors, out of reach of whatever prints."""

    input: int = -1
    output: int = -1

    def __enter__(self) -> Self:
        self.input, self.output = os.dup(0), os.dup(1)
        nothing = os.open(os.devnull, os.O_RDONLY)
        os.dup2(nothing, 0)
        os.close(nothing)
        os.dup2(2, 1)
        return self

    def __exit__(self, *_: object) -> None:
        # Neither copy is closed: a thread may wait on it still, and another file must not get its number.
        os.dup2(self.input, 0)
        os.dup2(self.output, 1)


class _Reader(threading.Thread):
    """Reads in a thread that holds nothing up: a pipe that nobody writes to must not keep the process."""

    def __init__(
        self, input_: int, to_server: MemoryObjectSendStream[SessionMessage | Exception], writer: "_Writer"
    ) -> None:
        super().__init__(name="interlock-mcp-stdin", daemon=True)
        self._input = input_
        self._to_server = to_server
        self._writer = writer
        self._loop = asyncio.get_running_loop()

    def run(self) -> None:
        lines = Lines(LARGEST)
        with suppress(RuntimeError, asyncio.CancelledError, OSError):  # the loop has ended, or the pipe
            while piece := os.read(self._input, _PIECE):
                try:
                    found = lines.feed(piece)
                except AnswerTooLarge:
                    self._wait(self._writer.write(_error(INVALID_REQUEST, f"more than {LARGEST} bytes")))
                    break
                for line in found:
                    self._wait(self._take(line))
        with suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._to_server.close)

    def _wait(self, coroutine: Coroutine[Any, Any, None]) -> None:
        asyncio.run_coroutine_threadsafe(coroutine, self._loop).result()

    async def _take(self, line: bytes) -> None:
        try:
            message = jsonrpc_message_adapter.validate_json(line, by_name=False)
        except ValidationError as error:
            broken = any(each["type"] == "json_invalid" for each in error.errors(include_input=False))
            code, words = (PARSE_ERROR, "Parse error") if broken else (INVALID_REQUEST, "Invalid request")
            await self._writer.write(_error(code, words))
            return
        with suppress(anyio.BrokenResourceError, anyio.ClosedResourceError):
            await self._to_server.send(SessionMessage(message))


class _Writer:
    """Writes lines in a thread, one after another; who writes waits until it has been taken."""

    def __init__(self, output: int) -> None:
        self._output = output
        self._waiting: queue.SimpleQueue[tuple[bytes, Callable[[], None]]] = queue.SimpleQueue()
        self._last: asyncio.Future[None] | None = None
        self._loop = asyncio.get_running_loop()
        threading.Thread(target=self._run, name="interlock-mcp-stdout", daemon=True).start()

    async def write(self, line: bytes) -> None:
        done = self._last = self._loop.create_future()

        def taken() -> None:
            if not done.done():
                done.set_result(None)

        self._waiting.put((line + b"\n", taken))
        await done

    async def drained(self) -> None:
        """Until what was last to be written has been, or nobody waits for it any more."""
        if self._last is not None:
            await asyncio.wait([self._last])

    def _run(self) -> None:
        gone = False
        while True:
            line, taken = self._waiting.get()
            view = memoryview(line)
            try:
                while view and not gone:
                    view = view[os.write(self._output, view) :]
            except OSError:  # whoever read has gone
                gone = True
            try:
                self._loop.call_soon_threadsafe(taken)
            except RuntimeError:  # so has the loop
                return


def _error(code: int, message: str) -> bytes:
    error = JSONRPCError(jsonrpc="2.0", id=None, error=ErrorData(code=code, message=message))
    return error.model_dump_json(by_alias=True, exclude_unset=True).encode()
