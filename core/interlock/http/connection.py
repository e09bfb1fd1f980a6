"""Kept connections that give a call its own answer or none.

An HTTP/1.1 answer does not say which request it belongs to; only its place on the connection does. So what
comes while nothing is asked, or beyond the end of an answer, ends the connection, and a connection is looked
at once more just before a request is written to it. docs/decisions/transport.md says what no check can see.
"""

import asyncio
import functools
import select
import sys
from typing import Any

import aiohttp
import yarl
from aiohttp.client_proto import ResponseHandler

from interlock.logs import redacting_logger
from interlock.types.permit import Permit

if sys.platform == "linux":
    import fcntl
    import termios

    _NONE = bytes(4)  # 0, as the system gives a number

_log = redacting_logger("interlock.http")
# Within a few round trips it is known that a connection was at its end. A server that hangs up later than
# that had the request.
_STALE = 1.0
_ERRORS = 400


class Stale(aiohttp.ClientConnectionError):
    """A connection that had been used before was at its end, and not a byte has come in answer.

    `written` says whether the request had gone out on it.
    """

    def __init__(self, *, written: bool) -> None:
        super().__init__()
        self.written = written


class Late(aiohttp.ClientConnectionError):
    """The permit's deadline had passed as the request was to be written, and nothing was."""


class Lost(aiohttp.ClientConnectionError):
    """The connection ended or failed. Unlike aiohttp's own errors of that, it has nothing sent again."""


class Unasked(aiohttp.ClientConnectionError):
    """Bytes came that cannot be the answer to this request."""


class KeptConnector(aiohttp.TCPConnector):
    """`distrusted` is filled with the hosts that sent what nobody had asked for."""

    def __init__(self, distrusted: set[str], **options: Any) -> None:
        super().__init__(**options)
        self._factory = functools.partial(Connection, self._loop, distrusted)  # type: ignore[assignment] # one of its kind


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
        self._line: _Line | None = None  # once it is used again
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
        if self._requests > 1:
            transport = self.transport
            if transport is None or transport.is_closing() or self.writing_paused:
                return Stale(written=False)
            if self._line is None:
                self._line = _Line(transport)
            if self._line.has_news():
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
            if not self._asking:
                self._break_off()  # type: ignore[unreachable] # its end was among what was parsed
                return
            data = data[-1:]
        super().data_received(data)

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
            payload.on_eof(self._answered)
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

    def set_exception(self, exc: BaseException, *cause: BaseException) -> None:
        # Methods that it takes for harmless, PUT and DELETE among them, aiohttp would send once more.
        if isinstance(exc, (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError)):
            exc = Lost()
        super().set_exception(exc, *cause)

    def _is_early(self) -> bool:
        return not self._asking or self._loop.time() - self._asked_at < _STALE

    def _answered(self) -> None:
        """The answer's end has come."""
        self._asking = False

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
        transport, line = self.transport, self._line
        return (
            transport is not None
            and line is not None
            and (transport.get_write_buffer_size() > 0 or line.has_unconfirmed())
        )


class _Line:
    """What the system knows of a connection. For a transport that is open."""

    __slots__ = ("_descriptor", "_poll")

    def __init__(self, transport: asyncio.Transport) -> None:
        self._descriptor: int = transport.get_extra_info("socket").fileno()
        self._poll = None
        if hasattr(select, "poll"):
            self._poll = select.poll()
            self._poll.register(self._descriptor, select.POLLIN)

    def has_news(self) -> bool:
        """Whether bytes, or the connection's end, wait to be read."""
        if self._poll is None:  # Windows
            return bool(select.select([self._descriptor], [], [], 0)[0])
        return bool(self._poll.poll(0))

    def has_unconfirmed(self) -> bool:
        """Whether the other end's system has bytes to acknowledge; False where that cannot be asked."""
        if sys.platform != "linux":  # pragma: no cover
            return False
        try:
            return fcntl.ioctl(self._descriptor, termios.TIOCOUTQ, _NONE) != _NONE
        except OSError:
            return False
