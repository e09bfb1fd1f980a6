"""Undoes a reply's content-encoding, piece by piece."""

import zlib
from collections.abc import Iterator

from interlock.errors import ProtocolError

ACCEPTED = "gzip, deflate"
_PIECE = 16 * 1024
# A stream of events shrinks to a hundredth at the very best; whoever sends less and means more means harm.
_MOST_FOR_ONE = 100
_FREE = 4 * 1024 * 1024
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
        self._taken = self._given = 0

    def feed(self, data: bytes) -> Iterator[bytes]:
        """Pieces may be empty. Raises ProtocolError for what is damaged, or swells to more than any answer
        would.
        """
        for part in cut(data, _PIECE):  # each step copies what is left of its part
            self._taken += len(part)
            yield from self._inflated(part)

    def _inflated(self, data: bytes) -> Iterator[bytes]:
        while data:
            if self._inflate.eof:
                if not self._gzip:
                    raise ProtocolError("bytes follow the end of the compressed answer")
                self._inflate = zlib.decompressobj(_GZIP)  # gzip allows several members, one after another
            piece = self._step(data)
            data = self._inflate.unconsumed_tail or self._inflate.unused_data
            self._given += len(piece)
            if self._given > _FREE + _MOST_FOR_ONE * self._taken:
                raise ProtocolError(
                    f"the compressed answer swells to more than {_MOST_FOR_ONE} times its size"
                )
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


def cut(data: bytes, size: int) -> Iterator[bytes]:
    """`data` in pieces of that size."""
    return (data[at : at + size] for at in range(0, len(data), size))


def encoding_of(headers: dict[str, str]) -> str:
    """The reply's content-encoding in lower case; empty when there is none."""
    value = headers.get("content-encoding")
    if value is None:
        return ""
    value = value.strip().lower()
    return "" if value == "identity" else value
