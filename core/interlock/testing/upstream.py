"""A vendor's server for tests: on 127.0.0.1, doing what it is told, however rude."""

import asyncio
import json
import socket
import struct
import threading
from collections import deque
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from enum import Enum
from types import TracebackType
from typing import Any, Self

_GRACE = 5.0


class End(Enum):
    """How a reply ends badly: a reset, a close in the middle, or silence until the client leaves."""

    RESET = "reset"
    CUT = "cut"
    SILENCE = "silence"


Piece = bytes | float | End


@dataclass(frozen=True, slots=True, kw_only=True)
class Reply:
    """What the upstream does with one request.

    Attributes:
        pieces: bytes are sent at once, numbers are seconds of silence, an `End` is the last one.
        delay: seconds before the status line.
        status: None sends no status line and no headers: the pieces are all there is.
    """

    status: int | None = 200
    headers: Mapping[str, str] = field(default_factory=dict)
    pieces: tuple[Piece, ...] = ()
    delay: float = 0.0

    @classmethod
    def json(cls, value: Any, *, status: int = 200, headers: Mapping[str, str] | None = None) -> Self:
        """A whole body of JSON."""
        body = json.dumps(value).encode()
        return cls(
            status=status, headers={"content-type": "application/json", **(headers or {})}, pieces=(body,)
        )

    @classmethod
    def events(cls, *events: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Self:
        """Server-sent events: text as it is, mappings and lists as JSON; all else is as in `pieces`."""
        pieces = tuple(_event(event) for event in events)
        return cls(
            status=status, headers={"content-type": "text/event-stream", **(headers or {})}, pieces=pieces
        )

    @classmethod
    def lines(cls, *values: Any, status: int = 200, headers: Mapping[str, str] | None = None) -> Self:
        """Newline-delimited JSON, a piece for each value."""
        pieces = tuple(json.dumps(value).encode() + b"\n" for value in values)
        kind = {"content-type": "application/x-ndjson"}
        return cls(status=status, headers={**kind, **(headers or {})}, pieces=pieces)

    @classmethod
    def raw(cls, *pieces: Piece, kind: str, status: int = 200) -> Self:
        """Any other body, such as XML, and its content type."""
        return cls(status=status, headers={"content-type": kind}, pieces=pieces)

    @property
    def body(self) -> bytes:
        """Every byte that it sends after the headers."""
        return b"".join(piece for piece in self.pieces if isinstance(piece, bytes))


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """A request as it arrived. Header names are in lower case; `path` holds the query too."""

    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    def json(self) -> Any:
        """The body as JSON. Raises ValueError for what is none."""
        return json.loads(self.body)


Answerer = Reply | Callable[[Received], Reply]


class Upstream:
    """A loopback HTTP server in a thread of its own, for code on any loop or none. A context manager.

    Each request takes the next reply of the script, or `always` when the script is used up. A request for
    which there is neither is answered with 501, and remembered for `assert_done`. What a callable raises is
    raised at the end of the `with` block.

    Attributes:
        requests: everything that arrived, in order.
        unscripted: how many requests found no reply.
    """

    def __init__(self, *script: Answerer, always: Answerer | None = None) -> None:
        self.requests: list[Received] = []
        self.unscripted = 0
        self.always = always
        self._script: deque[Answerer] = deque(script)
        self._open = 0
        self._changed = threading.Condition()
        self._socket: socket.socket | None = None
        self._thread: threading.Thread | None = None
        self._loop: asyncio.AbstractEventLoop | None = None
        self._stop: asyncio.Event | None = None
        self._mistakes: list[Exception] = []
        self.port = 0

    @property
    def url(self) -> str:
        """Its root, without a slash at the end; inside the `with` block."""
        return f"http://127.0.0.1:{self.port}"

    def reply(self, *replies: Answerer) -> None:
        """Add to the script."""
        self._script.extend(replies)

    def wait_for_requests(self, count: int, timeout: float = _GRACE) -> None:
        """Wait, at most `timeout` seconds, until `count` requests have arrived."""
        self._wait(lambda: len(self.requests) >= count, timeout, f"{count} requests have arrived")

    def wait_until_idle(self, timeout: float = _GRACE) -> None:
        """Wait, at most `timeout` seconds, until every client has its answer or has left."""
        self._wait(lambda: self._open == 0, timeout, "every client has its answer or has left")

    def assert_done(self) -> None:
        """Raise AssertionError when replies are left over, or requests found none."""
        if self.unscripted or self._script:
            raise AssertionError(
                f"{len(self._script)} scripted replies were not asked for, "
                f"{self.unscripted} of {len(self.requests)} requests found no reply"
            )

    def __enter__(self) -> Self:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # else each piece waits for an ACK
        self.port = self._socket.getsockname()[1]
        started = threading.Event()
        self._thread = threading.Thread(
            target=lambda: asyncio.run(self._serve(started)), name="upstream", daemon=True
        )
        self._thread.start()
        started.wait(_GRACE)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._thread is not None and self._loop is not None and self._stop is not None:
            self._loop.call_soon_threadsafe(self._stop.set)
            self._thread.join(_GRACE)
        if error is None and self._mistakes:
            raise self._mistakes[0]

    def _wait(self, met: Callable[[], bool], timeout: float, what: str) -> None:
        with self._changed:
            if not self._changed.wait_for(met, timeout):
                raise AssertionError(f"after {timeout:g} s it is still not so that {what}")

    async def _serve(self, started: threading.Event) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        tasks: set[asyncio.Task[None]] = set()

        def connected(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            task = asyncio.create_task(self._converse(reader, writer))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        server = await asyncio.start_server(connected, sock=self._socket)
        started.set()
        await self._stop.wait()
        server.close()
        for task in tuple(tasks):
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)

    async def _converse(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            with suppress(ConnectionError, asyncio.IncompleteReadError):
                while await self._exchange(reader, writer):
                    pass
                writer.close()
                await writer.wait_closed()
        except Exception as error:  # noqa: BLE001 - a mistake in the script must not pass for the server's
            self._mistakes.append(error)
        finally:
            writer.transport.abort()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """One request and its reply. Returns whether the connection may serve another."""
        received = await _read(reader)
        if received is None:
            return False
        try:
            return await _send(self._arrived(received), reader, writer)
        finally:
            with self._changed:
                self._open -= 1
                self._changed.notify_all()

    def _arrived(self, received: Received) -> Reply:
        with self._changed:
            self.requests.append(received)
            self._open += 1
            answerer = self._script.popleft() if self._script else self.always
            if answerer is None:
                self.unscripted += 1
                answerer = Reply.json({"error": "the test has no reply for this request"}, status=501)
            self._changed.notify_all()
        return answerer if isinstance(answerer, Reply) else answerer(received)


async def _read(reader: asyncio.StreamReader) -> Received | None:
    try:
        head = await reader.readuntil(b"\r\n\r\n")
    except asyncio.IncompleteReadError:
        return None
    first, *lines = head.decode("latin-1").split("\r\n")[:-2]
    method, path, _ = first.split(" ", 2)
    headers = {
        name.strip().lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)
    }
    if headers.get("transfer-encoding", "").lower() == "chunked":
        body = b"".join([chunk async for chunk in _chunks(reader)])
    else:
        body = await reader.readexactly(int(headers.get("content-length", "0")))
    return Received(method=method, path=path, headers=headers, body=body)


async def _chunks(reader: asyncio.StreamReader) -> AsyncIterator[bytes]:
    while size := int(await reader.readuntil(b"\r\n"), 16):
        yield (await reader.readexactly(size + 2))[:-2]
    await reader.readuntil(b"\r\n")


async def _send(reply: Reply, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    if not await _pause(reply.delay, reader):
        return False
    chunked = _head(reply, writer)
    for piece in reply.pieces:
        if isinstance(piece, End):
            return await _end(piece, reader, writer)
        if isinstance(piece, bytes):
            if piece:
                writer.write(b"%x\r\n%b\r\n" % (len(piece), piece) if chunked else piece)
            await writer.drain()
        elif not await _pause(piece, reader):
            return False
    if chunked:
        writer.write(b"0\r\n\r\n")
    await writer.drain()
    return reply.status is not None


def _head(reply: Reply, writer: asyncio.StreamWriter) -> bool:
    """Write what comes before the body. Returns whether the body goes out in chunks."""
    if reply.status is None:
        return False
    headers = {name.lower(): value for name, value in reply.headers.items()}
    chunked = len(reply.pieces) != 1 or not isinstance(reply.pieces[0], bytes)
    if "content-length" in headers:
        chunked = False
    elif chunked and reply.pieces:
        headers["transfer-encoding"] = "chunked"
    else:
        chunked = False
        headers["content-length"] = str(len(reply.body))
    lines = [f"HTTP/1.1 {reply.status} Scripted", *(f"{name}: {value}" for name, value in headers.items())]
    writer.write("\r\n".join([*lines, "", ""]).encode("latin-1"))
    return chunked


async def _pause(seconds: float, reader: asyncio.StreamReader) -> bool:
    """Stay silent. Returns False, at once, when the client has left."""
    if seconds <= 0:
        return True
    try:
        return await asyncio.wait_for(reader.read(1), seconds) != b""
    except TimeoutError:
        return True


async def _end(end: End, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
    await writer.drain()
    if end is End.SILENCE:
        await reader.read(1)
    elif end is End.RESET:
        # With a linger time of nothing, closing sends a reset instead of the orderly end.
        raw = writer.get_extra_info("socket")
        raw.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
    return False


def _event(event: Any) -> Piece:
    if isinstance(event, (bytes, float, int, End)):
        return event
    data = event if isinstance(event, str) else json.dumps(event)
    return "".join(f"data: {line}\n" for line in data.split("\n")).encode() + b"\n"
