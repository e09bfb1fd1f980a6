"""Images, audio and documents in this dialect, or a refusal that names the part."""

import base64
from typing import Any

from interlock.errors import InvalidRequest
from interlock.types.messages import Audio, Document, Image, Media
from interlock_openai.vendors import Vendor

_MAGIC = (
    (b"\x89PNG", "image/png"),
    (b"\xff\xd8\xff", "image/jpeg"),
    (b"GIF8", "image/gif"),
    (b"%PDF", "application/pdf"),
    (b"ID3", "audio/mpeg"),
    (b"\xff\xfb", "audio/mpeg"),
)
_AUDIO = {"x-wav": "wav", "wave": "wav", "vnd.wave": "wav", "mpeg": "mp3", "mpga": "mp3"}
_TEXTUAL = (
    "application/json",
    "application/xml",
    "application/yaml",
    "application/x-yaml",
    "application/toml",
)


def refused(vendor: Vendor, what: str, why: str) -> InvalidRequest:
    return InvalidRequest(f"{vendor.name} cannot take {what}: {why}", code="unsupported_part")


def image(part: Image, vendor: Vendor) -> dict[str, Any]:
    if not vendor.images:
        raise refused(vendor, "an image", "it reads text alone")
    if part.file_id is not None:
        raise refused(vendor, "an image by file id", "give its bytes or a URL")
    if part.url is not None and not vendor.image_urls:
        raise refused(vendor, "an image by URL", "give its bytes")
    spec = {"url": part.url if part.url is not None else _data_url(part, vendor, "image")}
    if part.detail is not None:
        if part.detail not in ("auto", "low", "high"):
            raise refused(vendor, f"an image of detail {part.detail!r}", "use auto, low or high")
        spec["detail"] = part.detail
    return {"type": "image_url", "image_url": spec}


def audio(part: Audio, vendor: Vendor) -> dict[str, Any]:
    if vendor.audio == "none":
        raise refused(vendor, "audio", "it has no such part")
    if part.file_id is not None:
        raise refused(vendor, "audio by file id", "give its bytes")
    if vendor.audio == "string":
        return {"type": "input_audio", "input_audio": part.url if part.data is None else _base64(part.data)}
    if part.data is None:
        raise refused(vendor, "audio by URL", "give its bytes")
    kind = _media_type(part, vendor, "audio").partition("/")[2]
    form = _AUDIO.get(kind, kind)
    if form not in ("wav", "mp3"):
        raise refused(vendor, f"audio of type {part.media_type}", "use audio/wav or audio/mpeg")
    return {"type": "input_audio", "input_audio": {"data": _base64(part.data), "format": form}}


def document(part: Document, vendor: Vendor) -> dict[str, Any]:
    """A file part; a text document is text for every vendor, because none but a few read files."""
    if part.data is not None and _is_text(part.media_type):
        return {"type": "text", "text": _as_text(part, part.data)}
    if vendor.documents == "none":
        raise refused(vendor, "a document", "it reads none; send its text")
    if part.url is not None and not vendor.document_urls:
        raise refused(vendor, "a document by URL", "give its bytes")
    if vendor.documents == "file":
        return {"type": "file", "file": _file(part, vendor)}
    if part.file_id is not None:
        raise refused(vendor, "a document by file id", "give a URL")
    if vendor.documents == "document_url":
        url = part.url if part.url is not None else _data_url(part, vendor, "document")
        return {"type": "document_url", "document_url": url} | (
            {"document_name": part.name} if part.name else {}
        )
    if part.url is None:
        raise refused(vendor, "a document's bytes", "give a URL that it can fetch")
    return {"type": "file_url", "file_url": {"url": part.url}}


def _file(part: Document, vendor: Vendor) -> dict[str, str]:
    if part.file_id is not None:
        return {"file_id": part.file_id}
    data = part.url if part.url is not None else _data_url(part, vendor, "document")
    return {"filename": part.name or "document.pdf", "file_data": data}


def _as_text(part: Document, data: bytes) -> str:
    name = part.name or "document"
    return f"Content of {name}:\n\n{data.decode('utf-8', errors='replace')}"


def _is_text(media_type: str | None) -> bool:
    kind = (media_type or "").partition(";")[0].strip().lower()
    return kind.startswith("text/") or kind in _TEXTUAL


def _data_url(part: Media, vendor: Vendor, what: str) -> str:
    return f"data:{_media_type(part, vendor, what)};base64,{_base64(part.data or b'')}"


def _base64(data: bytes) -> str:
    return base64.b64encode(data).decode("ascii")


def _media_type(part: Media, vendor: Vendor, what: str) -> str:
    if part.media_type:
        return part.media_type
    data = part.data or b""
    for magic, media_type in _MAGIC:
        if data.startswith(magic):
            return media_type
    if data[:4] == b"RIFF":
        return {b"WEBP": "image/webp", b"WAVE": "audio/wav"}.get(data[8:12], "application/octet-stream")
    raise refused(vendor, f"{what} of unknown type", "set media_type")
