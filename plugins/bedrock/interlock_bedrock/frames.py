"""Amazon's event stream: binary frames out of bytes that come in any pieces.

The checks are those of botocore's EventStreamBuffer, which takes longer for one frame than a whole chunk of a
stream may. Its parser of headers is used as it is, once for each set of headers: a stream repeats a handful.
"""

import struct
from collections.abc import Iterator
from typing import Any
from zlib import crc32

from interlock.errors import AnswerTooLarge, ProtocolError
from interlock.types.models import LARGEST_ANSWER

_PRELUDE = struct.Struct("!III")  # length of the frame, length of its headers, checksum of both
_CHECKSUM = 4
_SMALLEST = _PRELUDE.size + _CHECKSUM
_MOST_KINDS = 64

Frame = tuple[dict[str, Any], bytes]


class Frames:
    """Gives (headers, payload) of every frame that is whole. Raises ProtocolError for what is none, and
    AnswerTooLarge for one of more than `limit` bytes.
    """

    __slots__ = ("_data", "_headers", "_limit")

    def __init__(self, limit: int = LARGEST_ANSWER) -> None:
        self._limit = limit
        self._data = bytearray()
        self._headers: dict[bytes, dict[str, Any]] = {}

    @property
    def is_open(self) -> bool:
        """Whether a frame has begun and not ended."""
        return bool(self._data)

    def feed(self, data: bytes) -> Iterator[Frame]:
        if self._data:
            self._data += data
            data = bytes(self._data) if self._has_whole_frame() else b""
            if not data:
                return
        at, size = 0, len(data)
        while size - at >= _PRELUDE.size:
            length, headers, checksum = _PRELUDE.unpack_from(data, at)
            self._check(data[at : at + 8], length, headers, checksum)
            end = at + length
            if end > size:
                break
            (whole,) = struct.unpack_from("!I", data, end - _CHECKSUM)
            if crc32(data[at : end - _CHECKSUM]) != whole:
                raise ProtocolError("the stream is corrupt: a frame's checksum is wrong")
            body = at + _PRELUDE.size + headers
            kind = self._parsed(data[at + _PRELUDE.size : body])
            payload = data[body : end - _CHECKSUM]
            at = end
            yield kind, payload
        self._data = bytearray(data[at:])

    def _has_whole_frame(self) -> bool:
        """Whether it is worth to copy what is there; a frame in a thousand pieces is copied once."""
        if len(self._data) < _PRELUDE.size:
            return False
        length, headers, checksum = _PRELUDE.unpack_from(self._data)
        self._check(bytes(self._data[:8]), length, headers, checksum)
        return len(self._data) >= int(length)

    def _parsed(self, raw: bytes) -> dict[str, Any]:
        known = self._headers.get(raw)
        if known is None:
            known = _headers(raw)
            if len(self._headers) < _MOST_KINDS:
                self._headers[raw] = known
        return known

    def _check(self, raw: bytes, length: int, headers: int, checksum: int) -> None:
        if length < _SMALLEST + headers:
            raise ProtocolError("the stream is no event stream")
        if crc32(raw) != checksum:
            raise ProtocolError("the stream is corrupt: the checksum of a frame's head is wrong")
        if length > self._limit:
            raise AnswerTooLarge.than(self._limit)


def _headers(raw: bytes) -> dict[str, Any]:
    from botocore.eventstream import EventStreamHeaderParser, ParserError  # noqa: PLC0415 - loads botocore

    try:
        parsed: dict[str, Any] = EventStreamHeaderParser().parse(raw)
    except (ParserError, struct.error, KeyError, IndexError, ValueError) as error:
        raise ProtocolError(f"the headers of a frame cannot be read: {type(error).__name__}") from None
    return parsed
