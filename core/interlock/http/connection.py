"""Kept connections that give a call its own answer or none.

An HTTP/1.1 answer does not say which request it belongs to; only its place on the connection does. So what
comes while nothing is asked, or beyond the end of an answer, ends the connection, and a connection is looked
at once more just before a request is written to it. docs/decisions/transport.md says what no check can see.
"""

import asyncio
import functools
import select
import sys
import types
from collections.abc import Callable, Coroutine, Generator
from contextvars import ContextVar
from typing import Any

import aiohttp
import yarl
from aiohttp.client_proto import ResponseHandler

from interlock.logs import redacting_logger
from interlock.types.permit import Permit

if sys.platform == "linux":
    import fcntl
    import struct
    import termios

_log = redacting_logger("interlock.http")
# Within a few round trips it is known that a connection was at its end. A server that hangs up later than
# that had the request.
_STALE = 1.0
_ERRORS = 400
_EAGER = sys.version_info >= (3, 12)
# Bytes of a body that an idle connection takes without being waited for.
_AT_ONCE = 16 * 1024

DUE: ContextVar[Permit | None] = ContextVar("DUE", default=None)
"""The permit of the request that is being sent, where it has a deadline. aiohttp hands nothing of ours on."""


class Stale(aiohttp.ClientConnectionError):
    """A connection that had been used before was at its end, and not a byte has come in answer.

    `written` says whether the request had gone out on it.
    """

    def __init__(self, *, written: bool) -> None:
        super().__init__()
        self.written = written


class Late(aiohttp.ClientConnectionError):
    """The permit's deadline had passed as the request was to be written, and nothing was."""


class Unasked(aiohttp.ClientConnectionError):
    """Bytes came that cannot be the answer to this request."""


class KeptConnector(aiohttp.TCPConnector):
    """`distrusted` is filled with the hosts that sent what nobody had asked for; `waiting` is how many
    requests wait for their answer to begin, and is its user's to count.
    """

    def __init__(self, distrusted: set[str], **options: Any) -> None:
        super().__init__(**options)
        self.waiting = 0
        self._factory = functools.partial(Connection, self._loop, distrusted)  # type: ignore[assignment] # one of its kind


class CheckedRequest(aiohttp.ClientRequest):
    """Goes out on a connection on which all is quiet; on any other it fails with Stale, unsent."""

    async def send(self, conn: Any) -> aiohttp.ClientResponse:
        protocol: Connection = conn.protocol
        protocol.prepare(self.url, DUE.get())
        if not self.body and (fault := protocol.ask()):
            raise fault
        return await super().send(conn)

    def write_bytes(
        self, writer: Any, conn: Any, content_length: int | None = None
    ) -> Coroutine[Any, Any, None]:
        # With a body, this writes all of the request. aiohttp awaits it in a task, which before Python 3.12
        # begins a turn of the loop later. A request that is alone need not wait for that; among others it is
        # cheaper to send several in one turn.
        work = self._write(writer, conn, content_length)
        small = content_length is not None and content_length <= _AT_ONCE
        alone = conn._connector.waiting == 1  # noqa: SLF001 - aiohttp shows it in no other way
        return work if _EAGER or not (small and alone) or conn.protocol.writing_paused else _begun(work)

    async def _write(self, writer: Any, conn: Any, content_length: int | None) -> None:
        protocol: Connection = conn.protocol
        if fault := protocol.ask():
            protocol.set_exception(fault)
        else:
            await super().write_bytes(writer, conn, content_length)


def _begun(work: Coroutine[Any, Any, None]) -> Coroutine[Any, Any, None]:
    """What is left of some work whose first step is taken now."""
    try:
        waits_for = work.send(None)
    except StopIteration:
        return _nothing()
    return _rest(work, waits_for)


async def _nothing() -> None:
    pass


@types.coroutine
def _rest(work: Coroutine[Any, Any, None], waits_for: Any) -> Generator[Any, Any, None]:
    yield waits_for
    yield from work


class Connection(ResponseHandler):
    """One connection: requests and their answers, one after another."""

    def __init__(self, loop: asyncio.AbstractEventLoop, distrusted: set[str]) -> None:
        super().__init__(loop)
        self._distrusted = distrusted
        self._url: yarl.URL | None = None
        self._due: Permit | None = None
        self._requests = 0
        self._asked_at = 0.0
        self._written = False
        self._asking = False  # from a request until the end of its answer
        self._poll: Callable[[], bool] | None = None
        self._heard = False  # a byte has come since
        self._answer: aiohttp.StreamReader | None = None
        self._paused_by_reader = False

    def set_response_params(self, **params: Any) -> None:
        """Aiohttp's word that an answer is to be read next."""
        self._requests += 1
        self._asking = True
        self._heard = False
        self._answer = None
        super().set_response_params(**params)

    def prepare(self, url: yarl.URL, due: Permit | None = None) -> None:
        """Until `ask`, nothing is asked."""
        self._url = url
        self._due = due
        self._asking = False
        self._written = False

    def ask(self) -> Stale | Late | None:
        """Call in the step that writes the request, which must not be written if this gives a fault."""
        if self._due is not None and self._due.is_late:
            return Late()
        transport = self.transport
        if self._requests > 1:
            if transport is None or transport.is_closing():
                return Stale(written=False)
            if self._poll is None:
                self._poll = _poll_of(transport)
            if self._poll():
                return Stale(written=False)
        self._asking = True
        self._written = True
        self._asked_at = self._loop.time()
        return None

    def data_received(self, data: bytes) -> None:
        if not data:  # what aiohttp had put aside, if anything, is to be parsed
            super().data_received(data)
            return
        if not self._asking:
            self._break_off()
            return
        self._heard = True
        # The last byte goes alone: an answer that ends before it was followed by something, whatever that is.
        if len(data) > 1:
            super().data_received(data[:-1])
            if self._is_answered():
                self._break_off()
                return
            data = data[-1:]
        super().data_received(data)
        self._asking = not self._is_answered()

    def feed_data(self, data: Any, size: int = 0) -> None:
        message, payload = data
        if message.code < 200 and message.code != 101:  # noqa: PLR2004 - HTTP's own numbers
            super().feed_data(data, size)
        elif self._answer is not None:
            self._break_off()
        elif self._requests > 1 and message.code < _ERRORS and self._under_way():
            self.set_exception(Unasked())
            self._break_off()
        else:
            self._answer = payload
            super().feed_data(data, size)

    def pause_reading(self) -> None:
        # What lies behind a reader that is slower than the server is parsed later, in one piece.
        self._paused_by_reader = True
        self.force_close()
        super().pause_reading()

    def resume_reading(self, *how: Any, **more: Any) -> None:
        # aiohttp calls it for each piece that is read, and parses nothing each time.
        if self._paused_by_reader:
            self._paused_by_reader = False
            super().resume_reading(*how, **more)

    def connection_lost(self, exc: BaseException | None) -> None:
        if self._requests > 1 and not self._heard and self._is_early():
            self.set_exception(Stale(written=self._written))
        super().connection_lost(exc)

    def _is_early(self) -> bool:
        return not self._asking or self._loop.time() - self._asked_at < _STALE

    def _is_answered(self) -> bool:
        return self._answer is not None and self._answer.is_eof()

    def _break_off(self) -> None:
        """End the connection, and the answer too if it may have been the one that nobody had asked for."""
        self._asking = False
        host = "" if self._url is None else f"{self._url.host}:{self._url.port}"
        if host and host not in self._distrusted:
            self._distrusted.add(host)
            _log.warning("%s sent what nobody asked for; connections to it are no longer kept", host)
        if self._requests > 1 and self._answer is not None:
            self._answer.set_exception(Unasked())
        self.force_close()
        if self.transport is not None:
            self.transport.abort()

    def _under_way(self) -> bool:
        """Whether part of the request has not reached the other end yet; its answer would confirm that."""
        transport = self.transport
        return transport is not None and (
            transport.get_write_buffer_size() > 0 or _unconfirmed(transport) > 0
        )


def _poll_of(transport: asyncio.Transport) -> Callable[[], bool]:
    """What says whether bytes, or the connection's end, wait to be read. For a transport that is open."""
    descriptor = transport.get_extra_info("socket").fileno()
    if not hasattr(select, "poll"):  # pragma: no cover - Windows
        return lambda: bool(select.select([descriptor], [], [], 0)[0])
    poll = select.poll()
    poll.register(descriptor, select.POLLIN)
    return lambda: bool(poll.poll(0))


def _unconfirmed(transport: asyncio.Transport) -> int:
    """How many bytes the other end's system has not acknowledged; 0 where that cannot be asked."""
    if sys.platform != "linux":  # pragma: no cover
        return 0
    descriptor = transport.get_extra_info("socket").fileno()
    try:
        return int(struct.unpack("i", fcntl.ioctl(descriptor, termios.TIOCOUTQ, b"\0" * 4))[0])
    except OSError:
        return 0
