"""Images, audio and documents in this dialect, or a refusal that names the part."""

import base64
import binascii
import mimetypes
from typing import Any

from interlock.errors import InvalidRequest
from interlock.http.payload import base64_of, media_type_of, text_of_document
from interlock.types.messages import Document, Media

_SAME = {
    "audio/x-wav": "audio/wav",
    "audio/wave": "audio/wav",
    "audio/vnd.wave": "audio/wav",
    "image/jpg": "image/jpeg",
}
_URIS = ("https://", "http://", "gs://")


def refused(what: str, why: str) -> InvalidRequest:
    return InvalidRequest(f"google cannot take {what}: {why}", code="unsupported_part")


def encode(part: Media, base_url: str) -> dict[str, Any]:
    """A part of the vendor's. `base_url` completes the ids of files in the vendor's own store."""
    if isinstance(part, Document) and (text := text_of_document(part)) is not None:
        return {"text": f"Content of {part.name or 'document'}:\n\n{text}"}
    if part.data is not None:
        return _inline(part, part.data, media_type_of(part))
    if part.file_id is not None:
        return _stored(part, part.file_id, base_url)
    url = part.url or ""
    if url.startswith("data:"):
        data, media_type = _from_data_url(part, url)
        return _inline(part, data, part.media_type or media_type)
    media_type = part.media_type or mimetypes.guess_type(url.partition("?")[0])[0]
    return _file(url, media_type)


def _inline(part: Media, data: bytes, media_type: str | None) -> dict[str, Any]:
    if not media_type:
        raise refused(f"{_name(part)} of unknown type", "set media_type")
    return {"inlineData": {"mimeType": _SAME.get(media_type, media_type), "data": base64_of(data)}}


def _stored(part: Media, file_id: str, base_url: str) -> dict[str, Any]:
    if file_id.startswith("files/"):
        return _file(f"{base_url.rstrip('/')}/{file_id}", part.media_type)
    if file_id.startswith(_URIS):
        return _file(file_id, part.media_type)
    raise refused(
        f"{_name(part)} by the id {file_id!r}", "give files/… of its own store, a URL, or the bytes"
    )


def _file(uri: str, media_type: str | None) -> dict[str, Any]:
    return {
        "fileData": {"fileUri": uri} | ({"mimeType": _SAME.get(media_type, media_type)} if media_type else {})
    }


def _from_data_url(part: Media, url: str) -> tuple[bytes, str | None]:
    head, _, payload = url[len("data:") :].partition(",")
    media_type, _, encoding = head.partition(";")
    try:
        if "base64" not in encoding:
            raise ValueError
        return base64.b64decode(payload, validate=True), media_type or None
    except (ValueError, binascii.Error):
        raise refused(
            f"{_name(part)} by this data URL", "give data:<type>;base64,<data>, or the bytes"
        ) from None


def _name(part: Media) -> str:
    return {"Image": "an image", "Audio": "audio", "Document": "a document"}.get(type(part).__name__, "media")
