"""Connections that do not say in time, or within bounds, what they want."""

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol

_TIME: Final = 15.0
"""Seconds for the head of a request, from its first byte, or from the beginning of a connection."""
_LONGEST: Final = 64 * 1024
"""Bytes of a head, within one read."""
_TOO_LONG: Final = (
    b"HTTP/1.1 431 Request Header Fields Too Large\r\nconnection: close\r\ncontent-length: 0\r\n\r\n"
)


class Connection(HttpToolsProtocol):
    """uvicorn's own, which waits for a head for ever and keeps however much of it comes."""

    _due: asyncio.TimerHandle | None = None
    _read = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]  # as uvicorn has it
        super().connection_made(transport)
        self._begin()

    def connection_lost(self, exc: Exception | None) -> None:
        self._end()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._due is not None:
            self._read += len(data)
            if self._read > _LONGEST and not self.transport.is_closing():
                self._end()
                self.transport.write(_TOO_LONG)
                self.transport.close()

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._end()
        self._begin()

    def on_headers_complete(self) -> None:
        self._end()
        super().on_headers_complete()

    def _begin(self) -> None:
        self._read = 0
        self._due = self.loop.call_later(_TIME, self._late)

    def _end(self) -> None:
        if self._due is not None:
            self._due.cancel()
            self._due = None

    def _late(self) -> None:
        self._due = None
        # Answers to what was asked before still go out.
        if self.cycle is None or self.cycle.response_complete:
            self.transport.close()
