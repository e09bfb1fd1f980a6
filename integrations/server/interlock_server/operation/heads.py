"""Heads of requests that never end, in bytes or in time, are not waited for."""

import asyncio
from typing import Final

from interlock_server.endpoint.connection import Connected

LARGEST: Final = 64 * 1024
"""Bytes of a request's line and headers."""

SLOWEST: Final = 30.0
"""Seconds from a connection, or the first byte of a later request, to the end of the headers."""

_REFUSED: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\ncontent-length: 0\r\nconnection: close\r\n\r\n"
)


class HeadLimits(Connected):
    """uvicorn's protocol, which reads whatever comes, with these limits."""

    _timer: asyncio.TimerHandle | None = None
    _bytes = 0
    _begun = True

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
        if self._begun:
            self._bytes += len(data)
        super().data_received(data)
        if not self._begun or self.transport.is_closing():
            return
        if self._bytes > LARGEST:
            self.transport.write(_REFUSED)
            self.transport.close()
        elif self._timer is None:
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

    def _done(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
