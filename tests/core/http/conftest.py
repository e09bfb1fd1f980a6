"""A loopback server whose every connection follows a script, down to the byte."""

import asyncio
import contextlib
import socket
import ssl
import struct
from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import trustme

from interlock.http import HttpClient, HttpReply, HttpRequest, Permit, origin_of
from interlock.types.models import LARGEST_ANSWER, Destination, Network, Timeouts


@dataclass(frozen=True, slots=True, kw_only=True)
class Seen:
    """A request as it arrived; header names in lower case."""

    line: str
    headers: dict[str, str]
    body: bytes


class Connection:
    """The server's end of one connection."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self.reader, self.writer = reader, writer

    async def request(self) -> Seen | None:
        """None when the client has hung up."""
        try:
            head = await self.reader.readuntil(b"\r\n\r\n")
        except (asyncio.IncompleteReadError, ConnectionError):
            return None
        line, *rows = head.decode("latin-1").rstrip().split("\r\n")
        headers = {name.lower(): value.strip() for name, _, value in (row.partition(":") for row in rows)}
        body = await self.reader.readexactly(int(headers.get("content-length", 0)))
        return Seen(line=line, headers=headers, body=body)

    async def send(self, *pieces: bytes) -> None:
        for piece in pieces:
            self.writer.write(piece)
            await self.writer.drain()
            if len(pieces) > 1:
                await asyncio.sleep(0.005)  # so that each piece is a packet of its own

    async def gone(self) -> None:
        """Return when the client has closed the connection."""
        with contextlib.suppress(ConnectionError):
            while await self.reader.read(65536):
                pass

    def reset(self) -> None:
        plain = self.writer.get_extra_info("socket")
        plain.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        self.writer.transport.abort()


Script = Callable[[Connection], Awaitable[None]]


@dataclass(kw_only=True)
class Upstream:
    url: str
    connections: int = 0
    seen: list[Seen] = field(default_factory=list)
    reached: asyncio.Event = field(default_factory=asyncio.Event)  # set at the first connection
    gone: asyncio.Event = field(default_factory=asyncio.Event)  # set when a script has run to its end

    @property
    def origin(self) -> str:
        return origin_of(self.url)


def reply(body: bytes = b"ok", *, status: str = "200 OK", headers: str = "") -> bytes:
    return f"HTTP/1.1 {status}\r\ncontent-length: {len(body)}\r\n{headers}\r\n".encode() + body


def chunk(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


CHUNKED = b"HTTP/1.1 200 OK\r\ncontent-type: text/event-stream\r\ntransfer-encoding: chunked\r\n\r\n"


@pytest.fixture
async def serve() -> AsyncIterator[Callable[..., Awaitable[Upstream]]]:
    """A function that starts a server with a script; bytes for a script answer every request."""
    servers: list[asyncio.Server] = []
    tasks: set[asyncio.Task[None]] = set()
    connections: list[Connection] = []

    async def start(script: Script | bytes, tls: ssl.SSLContext | None = None) -> Upstream:
        upstream = Upstream(url="")

        async def answer(connection: Connection) -> None:
            while (seen := await connection.request()) is not None:
                upstream.seen.append(seen)
                await connection.send(script)  # type: ignore[arg-type] # only used when it is bytes

        async def follow(connection: Connection) -> None:
            try:
                await (answer if isinstance(script, bytes) else script)(connection)
                upstream.gone.set()
            except ConnectionError:
                upstream.gone.set()
            finally:
                connection.writer.close()

        def accept(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            upstream.connections += 1
            upstream.reached.set()
            connections.append(Connection(reader, writer))
            task = asyncio.get_running_loop().create_task(follow(connections[-1]))
            tasks.add(task)
            task.add_done_callback(tasks.discard)

        server = await asyncio.start_server(accept, "127.0.0.1", 0, ssl=tls)
        servers.append(server)
        scheme, host = ("http", "127.0.0.1") if tls is None else ("https", "localhost")
        upstream.url = f"{scheme}://{host}:{server.sockets[0].getsockname()[1]}/v1/chat/completions"
        return upstream

    yield start
    for task in list(tasks):
        task.cancel()
    await asyncio.gather(*tasks, return_exceptions=True)
    for connection in connections:
        connection.writer.transport.abort()
    for server in servers:
        server.close()
        await server.wait_closed()
    await asyncio.sleep(0)


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture
def bundle(authority, tmp_path) -> str:
    path = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(path)
    return str(path)


@pytest.fixture
def server_tls(authority) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert("localhost").configure_cert(context)
    return context


HERE = Destination(id="here", region="us")


class Kit:
    """A client, and calls through it with everything filled in that a test does not care about."""

    reply = staticmethod(reply)
    chunk = staticmethod(chunk)
    chunked = CHUNKED

    def __init__(self) -> None:
        self.client = HttpClient()

    def call(
        self,
        url: str,
        *,
        body: bytes = b"{}",
        headers: dict[str, str] | None = None,
        permit: Permit | None = None,
        network: Network | None = None,
        connect: float = 2.0,
        extra: dict[str, str] | None = None,
        largest: int = LARGEST_ANSWER,
    ) -> tuple[HttpRequest, Permit, Destination]:
        """The arguments of `send` and `stream`."""
        return (
            HttpRequest(url=url, body=body, headers=headers or {}),
            permit or Permit(deployment="here", origin=origin_of(url)),
            replace(
                HERE,
                network=network or Network(),
                timeouts=Timeouts(connect=connect),
                headers=extra or {},
                largest_answer=largest,
            ),
        )

    async def send(self, url: str, **how: Any) -> HttpReply:
        return await self.client.send(*self.call(url, **how))

    def stream(self, url: str, **how: Any) -> Any:
        return self.client.stream(*self.call(url, **how))


@pytest.fixture
async def kit() -> AsyncIterator[Kit]:
    kit = Kit()
    yield kit
    await kit.client.aclose()


@pytest.fixture
def nobody() -> str:
    """The URL of a port that nobody listens at."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{probe.getsockname()[1]}/v1/chat"
