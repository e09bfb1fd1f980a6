"""Undoes a reply's content-encoding, piece by piece."""

import zlib
from collections.abc import Iterator

from interlock.errors import ProtocolError

ACCEPTED = "gzip, deflate"
_PIECE = 64 * 1024
_ZLIB, _GZIP, _RAW = 15, 31, -15


class Inflater:
    """One reply's body, in pieces that are small whatever the compression ratio."""

    def __init__(self, encoding: str) -> None:
        """`encoding` is the header's value; ProtocolError when it is none that we asked for."""
        self._gzip = encoding in ("gzip", "x-gzip")
        if not self._gzip and encoding != "deflate":
            raise ProtocolError(f"the answer is encoded as {encoding[:40]!r}, which was not asked for")
        self._inflate = zlib.decompressobj(_GZIP if self._gzip else _ZLIB)
        self._started = False

    def feed(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._inflate.eof:
                if not self._gzip:
                    raise ProtocolError("bytes follow the end of the compressed answer")
                self._inflate = zlib.decompressobj(_GZIP)  # gzip allows several members, one after another
            piece = self._step(data)
            data = self._inflate.unconsumed_tail or self._inflate.unused_data
            if piece:
                yield piece

    def close(self) -> None:
        """Raise ProtocolError if the compressed data has not ended."""
        if self._started and not self._inflate.eof:
            raise ProtocolError("the compressed answer was cut short")

    def _step(self, data: bytes) -> bytes:
        try:
            return self._inflate.decompress(data, _PIECE)
        except zlib.error:
            # Some servers say deflate and send it without the zlib wrapper.
            if self._gzip or self._started:
                raise ProtocolError("the compressed answer is damaged") from None
        finally:
            self._started = True
        self._inflate = zlib.decompressobj(_RAW)
        return self._step(data)


def encoding_of(headers: dict[str, str]) -> str:
    """The reply's content-encoding in lower case; empty when there is none."""
    value = headers.get("content-encoding")
    if value is None:
        return ""
    value = value.strip().lower()
    return "" if value == "identity" else value
