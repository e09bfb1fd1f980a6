"""Heads of requests that never end, in bytes or in time, are not waited for; nor are the tails of others."""

import asyncio
import sys
from typing import Any, Final

import httptools

from interlock_server.endpoint.connection import Connected

LARGEST: Final = 64 * 1024
"""Bytes of a request's line and headers, and of what may stand between and behind the pieces of a body."""

SLOWEST: Final = 30.0
"""Seconds from a connection, or the first byte of a later request, to the end of the headers; and from the
first byte that comes when a request has been answered and none begins, to the next one's.
"""

_REFUSED: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
)


class _Unheard:
    """Where headers go that come behind a body: a proxy that has checked a head has not checked them."""

    def append(self, header: tuple[bytes, bytes]) -> None:
        pass


_UNHEARD: Any = _Unheard()


class HeadLimits(Connected):
    """uvicorn's protocol, which reads whatever comes, with these limits. A request that offers to go on in
    another protocol is answered in this one.
    """

    _timer: asyncio.TimerHandle | None = None
    _bytes = 0  # since a head ended, or a piece of a body
    _begun = True
    _offered: int | None = None  # where in what came the head of a request ends that offers an upgrade

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as in uvicorn
        """Begin to wait for the first head."""
        super().connection_made(transport)
        self._timer = self.loop.call_later(SLOWEST, transport.close)

    def connection_lost(self, exc: Exception | None) -> None:
        """Wait no longer."""
        self._done()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Read what came, unless a head that is too long is still without its end."""
        self._bytes += len(data)
        super().data_received(data)
        while self._offered is not None:
            data, self._offered = self._plain_head() + data[self._offered :], None
            self.parser = httptools.HttpRequestParser(self)
            self.parser.set_dangerous_leniencies(lenient_data_after_close=True)  # as in uvicorn
            super().data_received(data)
        if self._bytes > LARGEST:
            self._refuse()
        elif self._timer is None and not self._answering and not self.transport.is_closing():
            self._timer = self.loop.call_later(SLOWEST, self.transport.close)

    def on_message_begin(self) -> None:
        """A request begins."""
        super().on_message_begin()
        self._begun = True

    def on_headers_complete(self) -> None:
        """Its head is whole."""
        if self._timer is not None:  # most heads come in one piece, and are waited for no longer
            self._done()
        self._bytes, self._begun = 0, False
        super().on_headers_complete()
        self.headers = _UNHEARD

    def on_body(self, body: bytes) -> None:
        """A piece of its body has come."""
        self._bytes = 0
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        """Say that what came is no request; but never within an answer, nor in the place of one."""
        if self._owes_answers:
            self.cycle.keep_alive = False
        else:
            super().send_400_response(msg)

    def handle_websocket_upgrade(self) -> None:
        """The parser has stopped behind the head of a request that offers any upgrade, and the rest would
        count as another protocol's, or as the next request.
        """
        stopped = sys.exception()
        if isinstance(stopped, httptools.HttpParserUpgrade):
            self._offered = stopped.args[0]

    def _should_upgrade(self) -> bool:
        """Asked of a request that offers one. What CONNECT asks for is refused like any other path."""
        return bool(self.scope["method"] != "CONNECT")

    def _plain_head(self) -> bytes:
        """The head of a request without its offer."""
        version = self.parser.get_http_version().encode()
        lines = [b"%b %b HTTP/%b" % (self.scope["method"].encode(), self.url, version)]
        lines += [b"%b: %b" % each for each in self.scope["headers"] if each[0] != b"upgrade"]
        return b"\r\n".join([*lines, b"", b""])

    @property
    def _answering(self) -> bool:
        """Whether a head is whole, and its request without the end of its answer."""
        return not self._begun and self.cycle is not None and not self.cycle.response_complete

    @property
    def _owes_answers(self) -> bool:
        """Whether requests that came whole wait for their answers, or for the rest of them."""
        cycle = self.cycle
        if cycle is None or cycle.response_complete:
            return False
        return bool(self.pipeline) or cycle.response_started or not cycle.more_body

    def _refuse(self) -> None:
        if not self.transport.is_closing():
            if not self._owes_answers:
                self.transport.write(_REFUSED)
            self.transport.close()

    def _done(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
