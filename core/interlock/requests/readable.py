"""What can be read of parts that are no plain text: documents that are text inside, and proofs."""

import base64
import binascii
import re
from dataclasses import replace
from typing import Final, TypeVar

from interlock.types.messages import Audio, Document, Image

M = TypeVar("M", bound=Image | Audio | Document)

_TEXTUAL: Final = re.compile(r"text/.*|.*[/+-](json|xml|yaml|toml|csv|javascript|x-sh|sql)", re.DOTALL)
_UNSAID: Final = frozenset({"", "application/octet-stream"})
_NO_TEXT: Final = (b"%PDF", b"GIF8", b"RIFF", b"ID3")
# Signatures of most vendors: nobody but their maker reads them.
_OPAQUE: Final = re.compile(r"[A-Za-z0-9+/_.:=-]*")


def is_opaque(signature: str) -> bool:
    return _OPAQUE.fullmatch(signature) is not None


def words_in(part: Image | Audio | Document) -> str | None:
    """The text of a part whose bytes are text; None for pictures, sounds and what only a program can open."""
    kind, data = (part.media_type or "", part.data) if part.url is None else _opened(part.url)
    kind = kind.partition(";")[0].strip().lower()
    if data is None:
        return None
    if _TEXTUAL.fullmatch(kind):
        return data.decode("utf-8", errors="replace")
    if kind not in _UNSAID or data.startswith(_NO_TEXT) or b"\0" in data:
        return None
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError:
        return None


def with_words(part: M, words: str) -> M:
    """The part with another text inside, as UTF-8."""
    data = words.encode("utf-8", errors="replace")
    if part.url is None:
        return replace(part, data=data)
    head = part.url.partition(",")[0]
    return replace(part, url=f"{head},{base64.b64encode(data).decode('ascii')}")


def address_of(url: str) -> str:
    """What of a URL can be read: all of it, and of one that holds its data in base64 what stands before."""
    return url if _base64_in(url) is None else url.partition(",")[0]


def _opened(url: str) -> tuple[str, bytes | None]:
    """The media type and bytes of a URL that holds its data itself."""
    payload = _base64_in(url)
    if payload is None:
        return "", None
    try:
        return url[5:].partition(";")[0] or "text/plain", base64.b64decode(payload)
    except (binascii.Error, ValueError):
        return "", None


def _base64_in(url: str) -> str | None:
    head, comma, payload = url.partition(",")
    return payload if comma and head[:5].lower() == "data:" and head.lower().endswith(";base64") else None
