"""The one way out: sends what a permit covers, and gives back replies or typed errors."""

import asyncio
import contextlib
import importlib
import ssl
import sys
import threading
from collections.abc import AsyncGenerator, Callable, Iterable, Iterator, Mapping
from types import TracebackType
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from interlock.errors import AnswerTooLarge, ConnectionFailed, ConnectTimeout, PermitError, ProtocolError
from interlock.forks import anew
from interlock.http import faults
from interlock.http.aside import aside
from interlock.http.inflate import ACCEPTED, Inflater, cut, encoding_of
from interlock.http.pins import holds
from interlock.http.proxies import Proxies
from interlock.http.tls import context_for
from interlock.types.json_reader import SMALL
from interlock.types.models import Destination, Network, Unprinted
from interlock.types.permit import Permit
from interlock.types.wire import HttpReply, HttpRequest

if TYPE_CHECKING:
    from interlock.http.transport import Transport, TransportReply

_TRANSPORT = "interlock.http.transport"
# Bytes that are given at once, and after which the loop's other tasks have a turn: a body that is there
# already never waits, nor does one that comes out of a few compressed bytes.
_PIECE = 16 * 1024
_STEP = 32  # what a piece without a byte counts as
# What vendors say of an error is a few hundred bytes long.
_LARGEST_ERROR = 64 * 1024
# Bytes that take milliseconds to copy.
_LARGE = 1024 * 1024
_OURS = {"accept": "*/*", "user-agent": "interlock"}
# The transport states these from the body itself; a second opinion would let a server read two requests in
# one.
_FRAMING = ("content-length", "transfer-encoding")

_NOTHING: Iterator[bytes] = iter(())
_Arguments = tuple[HttpRequest, Permit, Destination]
_Added = Callable[[Destination], Mapping[str, str]]

# A forked child must not touch what its parent's loops own: closing it would speak on the parent's
# connections.
_INHERITED: list[object] = []


class HttpClient:
    """One for each Router, shared by every event loop and thread.

    Connections belong to the loop that opened them, and close with it: `asyncio.run` needs no `aclose` before
    its end. Both verbs raise ProviderError for what goes wrong on the way, PermitError for what the permit
    does not cover, and ConfigError for network settings that cannot be used, at the first send that needs
    them. Only the time to connect is limited here; whoever calls cancels, and cancelling closes the socket.
    Redirects are never followed.
    """

    def __init__(
        self,
        *,
        added: _Added | None = None,
        observe: Callable[[str, Mapping[str, str]], None] | None = None,
    ) -> None:
        """`added` gives headers for each send to a destination, beside those of the request and the
        destination. `observe` is given the destination's id and the headers of each reply, whatever its
        status, and raises nothing.
        """
        self._added = added
        self._observe = observe
        self._lock = threading.Lock()
        self._pools: dict[asyncio.AbstractEventLoop, _Pool] = {}
        anew(self._start_anew)

    async def warm(self, networks: Iterable[Network]) -> None:
        """Load what a first send through each of these would have to wait for; nothing is connected."""
        for network in networks:
            if self._transport(network) is None:
                await self._new_transport(network)

    async def send(self, request: HttpRequest, permit: Permit, destination: Destination) -> HttpReply:
        """The whole reply, whatever its status but 3xx; see `StreamReply.read`."""
        reply = await self._open(request, permit, destination, ACCEPTED)
        try:
            return await reply.read()
        finally:
            await reply.aclose()

    def stream(self, request: HttpRequest, permit: Permit, destination: Destination) -> "_Streaming":
        """An asynchronous context manager that gives a StreamReply; leaving it closes the socket."""
        return _Streaming(self, request, permit, destination)

    async def aclose(self) -> None:
        """Close the connections of every loop; those of other running loops close on these, soon after.

        May be called again; a later send opens new connections.
        """
        here = asyncio.get_running_loop()
        with self._lock:
            pools, self._pools = self._pools, {}
        for loop, pool in pools.items():
            if loop is not here:
                pool.close_from_outside()
        if here in pools:
            await pools[here].aclose()

    def close_soon(self) -> None:
        """Have every loop close its own connections. For when nobody is left who could wait for it."""
        for pool in list(self._pools.values()):
            pool.close_from_outside()

    async def _open(
        self, request: HttpRequest, permit: Permit, destination: Destination, encodings: str
    ) -> "StreamReply":
        if permit.pins and not await _pinned(request, permit):
            raise PermitError(f"the permit for {permit.deployment} covers no request without its pins")
        transport = self._transport(destination.network)
        if transport is None:
            transport = await self._new_transport(destination.network)
        headers = _merged(request, destination, encodings)
        if self._added is not None and (added := self._added(destination)):
            headers = Unprinted({**added, **headers})
        permit.check(request.url)
        permit.used += 1
        try:
            arrival = await transport.open(request, permit, headers, destination.timeouts.connect)
        except (ConnectionFailed, ConnectTimeout) as error:
            if error.unsent and not permit.resent:
                permit.used -= 1
            raise
        if self._observe is not None:
            self._observe(destination.id, arrival.headers)
        if 300 <= arrival.status < 400:  # noqa: PLR2004 - HTTP's own numbers
            arrival.close()
            raise _redirected(arrival)
        return StreamReply(arrival, destination.largest_answer)

    def _transport(self, network: Network) -> "Transport | None":
        pool = self._pools.get(asyncio.get_running_loop())
        return None if pool is None else pool.transports.get(network)

    async def _new_transport(self, network: Network) -> "Transport":
        # Loading the HTTP library and the certificates takes longer than a loop may stand still.
        tls = await aside(_prepare, network)
        transport = self._transport(network)
        if transport is None:
            from interlock.http.transport import Transport  # noqa: PLC0415 - not when interlock is imported

            transport = self._pool().transports[network] = Transport(Proxies(network), tls)
        return transport

    def _pool(self) -> "_Pool":
        """The running loop's. Forgets the pools of loops that are closed."""
        here = asyncio.get_running_loop()
        with self._lock:
            self._pools = {loop: pool for loop, pool in self._pools.items() if not loop.is_closed()}
            if here not in self._pools:
                self._pools[here] = _Pool(here)
            return self._pools[here]

    def _start_anew(self) -> None:
        """In the child of a fork, where the connections are the parent's."""
        _INHERITED.append(self._pools)
        self._pools = {}
        self._lock = threading.Lock()


class _Pool:
    """One loop's wires, by network. Used on that loop only, but for `close_from_outside`."""

    __slots__ = ("_closing", "_keeper", "_loop", "transports")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._closing: asyncio.Task[None] | None = None
        self.transports: dict[Network, Transport] = {}
        # A loop closes its asynchronous generators before it ends (asyncio.run does), and so this one's
        # `finally` is the place that needs nobody to remember it. The first step makes the loop know the
        # generator.
        self._keeper = _close_at_the_end(self.transports)
        with contextlib.suppress(StopIteration):
            self._keeper.asend(None).send(None)

    async def aclose(self) -> None:
        await _close_all(self.transports)
        # The generator has nothing left to do; if the loop is ending it at this moment, it runs already.
        with contextlib.suppress(RuntimeError):
            await self._keeper.aclose()

    def close_from_outside(self) -> None:
        try:
            self._loop.call_soon_threadsafe(self._close_soon)
        except RuntimeError:
            return  # the loop has closed, and its connections with it

    def _close_soon(self) -> None:
        self._closing = self._loop.create_task(self.aclose())

    def __del__(self) -> None:
        # A loop that was closed by hand has run no `finally`. Closing a wire then has nothing left to wait
        # for.
        if self._loop.is_closed():
            closing = _close_all(self.transports)
            try:
                closing.send(None)
            except (StopIteration, RuntimeError):
                return
            closing.close()


async def _close_at_the_end(transports: "dict[Network, Transport]") -> AsyncGenerator[None, None]:
    try:
        yield
    finally:
        await _close_all(transports)


async def _close_all(transports: "dict[Network, Transport]") -> None:
    # One whose closing is cancelled stays, for the loop's end to close.
    for network, transport in list(transports.items()):
        await transport.aclose()
        transports.pop(network, None)


def _prepare(network: Network) -> ssl.SSLContext:
    if _TRANSPORT not in sys.modules:
        importlib.import_module(_TRANSPORT)
    return context_for(network)


class StreamReply:
    """A reply whose body comes as it is read: `async for` gives its decompressed bytes, once.

    Pieces are small, and between them other tasks have their turn, however much there is to be had at once.
    `limit` is how many bytes `read` gives; who reads piece by piece counts for itself.

    Attributes:
        status: never 3xx.
        headers: names in lower case.
    """

    __slots__ = ("_arrival", "_encoding", "_inflater", "_limit", "_ready", "_worked", "headers", "status")

    def __init__(self, arrival: "TransportReply", limit: int) -> None:
        self._arrival = arrival
        self._limit = limit
        self._encoding = encoding_of(arrival.headers) if "content-encoding" in arrival.headers else ""
        self._inflater: Inflater | None = None
        self._ready = _NOTHING
        self._worked = 0
        self.status = arrival.status
        self.headers: Mapping[str, str] = arrival.headers

    def __aiter__(self) -> "StreamReply":
        return self

    async def __anext__(self) -> bytes:
        while True:
            piece = next(self._ready, None)
            if piece is None:
                piece = await self._arrival.piece()
                if not piece:
                    if self._inflater is not None:
                        self._inflater.close()
                    raise StopAsyncIteration
                if self._encoding or len(piece) > _PIECE:
                    self._ready = self._inflated(piece) if self._encoding else cut(piece, _PIECE)
                    continue
            self._worked += len(piece) + _STEP
            if self._worked >= _PIECE:
                self._worked = 0
                await asyncio.sleep(0)
            if piece:
                return piece

    async def read(self) -> HttpReply:
        """What is left of the body; of an error's, no more than the first 64 KiB.

        Raises AnswerTooLarge when it is larger than the destination's `largest_answer`.
        """
        body = self._at_hand()
        if body is None:
            body = await self._gathered()
        return HttpReply(status=self.status, headers=self.headers, body=body)

    def _at_hand(self) -> bytes | None:
        """What is left of a short body whose end has come, so that nothing has to be waited for."""
        if self._encoding or self._ready is not _NOTHING:
            return None
        return self._arrival.whole(min(self._limit, _PIECE))

    async def _gathered(self) -> bytes:
        pieces: list[bytes] = []
        size = 0
        failed = self.status >= 400  # noqa: PLR2004 - HTTP's own number
        async for piece in self:
            pieces.append(piece)
            size += len(piece)
            if failed and size >= _LARGEST_ERROR:
                pieces[-1] = piece[: len(piece) + _LARGEST_ERROR - size]
                break
            if size > self._limit and not failed:
                raise AnswerTooLarge.than(self._limit)
        if size <= _LARGE:
            return pieces[0] if len(pieces) == 1 else b"".join(pieces)
        return await aside(b"".join, pieces)  # which lets other threads go on meanwhile

    async def aclose(self) -> None:
        """Close its connection, unless it was read to its end. May be called twice."""
        self._arrival.close()

    def _inflated(self, data: bytes) -> Iterator[bytes]:
        if self._inflater is None:
            self._inflater = Inflater(self._encoding)
        return self._inflater.feed(data)


class _Streaming:
    __slots__ = ("_arguments", "_client", "_reply")

    def __init__(self, client: HttpClient, *arguments: *_Arguments) -> None:
        self._client = client
        self._arguments = arguments
        self._reply: StreamReply | None = None

    async def __aenter__(self) -> StreamReply:
        # A compressor holds back what it has not filled a block with, so a stream is asked for as it is.
        self._reply = await self._client._open(*self._arguments, "identity")  # noqa: SLF001 - one mechanism
        return self._reply

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._reply is not None:
            await self._reply.aclose()


async def _pinned(request: HttpRequest, permit: Permit) -> bool:
    if len(request.body) > SMALL:
        return await aside(holds, request.body, permit.pins)
    return holds(request.body, permit.pins)


def _merged(request: HttpRequest, destination: Destination, encodings: str) -> dict[str, str]:
    """The destination's headers over the request's over our own, names in lower case."""
    headers = Unprinted({**_OURS, "accept-encoding": encodings})
    if destination.login is not None:
        headers["authorization"] = destination.login.reveal()
    for source in (request.headers, destination.headers):
        for name, value in source.items():
            lowered = name.lower()
            if not (text := name + value).isascii() or not text.isprintable():
                raise faults.unsendable(f"the header {lowered!a} holds what HTTP cannot carry")
            if lowered not in _FRAMING:
                headers[lowered] = value
    return headers


def _redirected(arrival: "TransportReply") -> ProtocolError:
    try:
        host = urlsplit(arrival.headers.get("location", "")).hostname
    except ValueError:
        host = None
    return ProtocolError(
        f"redirects are not followed: {arrival.status} to {host or 'the same host'}; give the final base_url",
        status=arrival.status,
    )
