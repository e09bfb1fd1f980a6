"""Images and documents in this dialect, or a refusal that names the part and the way out."""

from typing import Any

from interlock.http.payload import base64_of, media_type_of, text_of_document
from interlock.types.messages import Document, Image, Media
from interlock_anthropic.vendor import refused

_IMAGES = ("image/jpeg", "image/png", "image/gif", "image/webp")
_PDF = "application/pdf"


def image(part: Image) -> dict[str, Any]:
    if part.data is None:
        return {"type": "image", "source": _elsewhere(part)}
    media_type = media_type_of(part)
    if media_type == "image/jpg":
        media_type = "image/jpeg"
    if media_type is None:
        raise refused("an image of unknown type", "set media_type")
    if media_type not in _IMAGES:
        raise refused(f"an image of type {media_type}", "use JPEG, PNG, GIF or WebP")
    source = {"type": "base64", "media_type": media_type, "data": base64_of(part.data)}
    return {"type": "image", "source": source}


def document(part: Document) -> dict[str, Any]:
    """PDF by bytes, URL or file id; text by bytes."""
    encoded: dict[str, Any] = {"type": "document", "source": _document(part)}
    if part.name:
        encoded["title"] = part.name
    return encoded


def _document(part: Document) -> dict[str, Any]:
    if part.url is not None and part.media_type not in (None, _PDF):
        raise refused(f"a document of type {part.media_type} by URL", "give its bytes; it fetches PDF alone")
    if part.data is None:
        return _elsewhere(part)
    words = text_of_document(part)
    if words is not None:
        if not words.strip():
            raise refused("a document without a word", "leave it out")
        return {"type": "text", "media_type": "text/plain", "data": words}
    media_type = media_type_of(part)
    if media_type is None:
        raise refused("a document of unknown type", "set media_type")
    if media_type != _PDF:
        raise refused(f"a document of type {media_type}", "use PDF or plain text")
    return {"type": "base64", "media_type": _PDF, "data": base64_of(part.data)}


def _elsewhere(part: Media) -> dict[str, Any]:
    if part.file_id is not None:
        return {"type": "file", "file_id": part.file_id}
    return {"type": "url", "url": part.url}
