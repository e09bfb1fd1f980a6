"""Images, audio and documents in this dialect, or a refusal that names the part."""

from typing import Any

from interlock.errors import InvalidRequest
from interlock.http.payload import base64_of, media_type_of, text_of_document
from interlock.types.messages import Audio, Document, Image, Media
from interlock_openai.vendors import Vendor

_AUDIO = {"x-wav": "wav", "wave": "wav", "vnd.wave": "wav", "mpeg": "mp3", "mpga": "mp3"}


def refused(vendor: Vendor, what: str, why: str) -> InvalidRequest:
    return InvalidRequest(f"{vendor.name} cannot take {what}: {why}", code="unsupported_part")


def image(part: Image, vendor: Vendor) -> dict[str, Any]:
    if not vendor.images:
        raise refused(vendor, "an image", "it reads text alone")
    if part.file_id is not None:
        raise refused(vendor, "an image by file id", "give its bytes or a URL")
    if part.url is not None and not vendor.image_urls:
        raise refused(vendor, "an image by URL", "give its bytes")
    spec = {"url": part.url if part.url is not None else data_url(part, vendor, "image")}
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
        return {"type": "input_audio", "input_audio": part.url if part.data is None else base64_of(part.data)}
    if part.data is None:
        raise refused(vendor, "audio by URL", "give its bytes")
    kind = _media_type(part, vendor, "audio").partition("/")[2]
    form = _AUDIO.get(kind, kind)
    if form not in ("wav", "mp3"):
        raise refused(vendor, f"audio of type {part.media_type}", "use audio/wav or audio/mpeg")
    return {"type": "input_audio", "input_audio": {"data": base64_of(part.data), "format": form}}


def document(part: Document, vendor: Vendor) -> dict[str, Any]:
    """A file part; a text document is text for every vendor, because none but a few read files."""
    words = text_of_document(part)
    if words is not None:
        return {"type": "text", "text": f"Content of {part.name or 'document'}:\n\n{words}"}
    if vendor.documents == "none":
        raise refused(vendor, "a document", "it reads none; send its text")
    if part.url is not None and not vendor.document_urls:
        raise refused(vendor, "a document by URL", "give its bytes")
    if vendor.documents == "file":
        return {"type": "file", "file": _file(part, vendor)}
    if part.file_id is not None:
        raise refused(vendor, "a document by file id", "give a URL")
    if vendor.documents == "document_url":
        url = part.url if part.url is not None else data_url(part, vendor, "document")
        return {"type": "document_url", "document_url": url} | (
            {"document_name": part.name} if part.name else {}
        )
    if part.url is None:
        raise refused(vendor, "a document's bytes", "give a URL that it can fetch")
    return {"type": "file_url", "file_url": {"url": part.url}}


def _file(part: Document, vendor: Vendor) -> dict[str, str]:
    if part.file_id is not None:
        return {"file_id": part.file_id}
    data = part.url if part.url is not None else data_url(part, vendor, "document")
    return {"filename": part.name or "document.pdf", "file_data": data}


def data_url(part: Media, vendor: Vendor, what: str) -> str:
    return f"data:{_media_type(part, vendor, what)};base64,{base64_of(part.data or b'')}"


def _media_type(part: Media, vendor: Vendor, what: str) -> str:
    media_type = media_type_of(part)
    if media_type is None:
        raise refused(vendor, f"{what} of unknown type", "set media_type")
    return media_type
