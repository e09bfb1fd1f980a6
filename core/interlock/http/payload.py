"""For codecs: reading JSON that may be anything, and writing media that may be unknown."""

import base64
import json
from typing import Any

from interlock.errors import ProtocolError
from interlock.types.messages import Document, Media

_MOST = 10**12
_EXCERPT = 80
_MAGIC = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
)
_RIFF = {b"WEBP": "image/webp", b"WAVE": "audio/wav"}
_TEXTUAL = frozenset(
    {
        "application/json",
        "application/xml",
        "application/yaml",
        "application/x-yaml",
        "application/toml",
    }
)


def parse_object(data: bytes | str, what: str) -> dict[str, Any]:
    """A JSON object, or ProtocolError: it says in a word what came instead, and never repeats the content."""
    try:
        payload = json.loads(data)
    except (ValueError, RecursionError):
        raise ProtocolError(f"{what} is {_kind_of(data)}, not JSON") from None
    if not isinstance(payload, dict):
        raise ProtocolError(f"{what} is JSON, but no object")
    return payload


def _kind_of(data: bytes | str) -> str:
    head = data[:_EXCERPT].strip()
    if not head:
        return "empty"
    if head[:1] in (b"<", "<"):
        return "a web page"
    return "cut or garbled" if head[:1] in (b"{", "{") else "text"


def count_of(value: Any) -> int | None:
    """A number of tokens, or None for anything that cannot be one."""
    if isinstance(value, int) and not isinstance(value, bool) and 0 <= value <= _MOST:
        return value
    return None


def text_of(value: Any) -> str:
    return value if isinstance(value, str) else ""


def optional_text(value: Any) -> str | None:
    return value if isinstance(value, str) and value else None


def media_type_of(part: Media) -> str | None:
    """What the part says it is, else what its first bytes say, else None."""
    if part.media_type:
        return part.media_type
    data = part.data or b""
    for magic, media_type in _MAGIC:
        if data.startswith(magic):
            return media_type
    return _RIFF.get(data[8:12]) if data[:4] == b"RIFF" else None


def base64_of(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def text_of_document(part: Document) -> str | None:
    """The words of a document that is plain text; None for any other."""
    kind = (part.media_type or "").partition(";")[0].strip().lower()
    if part.data is None or not (kind.startswith("text/") or kind in _TEXTUAL):
        return None
    return part.data.decode("utf-8", errors="replace")
