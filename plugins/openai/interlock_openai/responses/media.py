"""Images and documents in this dialect, or a refusal that names the part. It has no place for audio."""

from typing import Any

from interlock.http.payload import text_of_document
from interlock.types.messages import Document, Image
from interlock_openai.media import data_url, refused
from interlock_openai.vendors import Vendor

_DETAILS = ("auto", "low", "high", "original")


def image(part: Image, vendor: Vendor) -> dict[str, Any]:
    if not vendor.images:
        raise refused(vendor, "an image", "it reads text alone")
    if part.url is not None and not vendor.image_urls:
        raise refused(vendor, "an image by URL", "give its bytes")
    if part.detail is not None and part.detail not in _DETAILS:
        raise refused(vendor, f"an image of detail {part.detail!r}", f"use {', '.join(_DETAILS)}")
    spec = {"type": "input_image", "detail": part.detail or "auto"}
    if part.file_id is not None:
        return {**spec, "file_id": part.file_id}
    return {**spec, "image_url": part.url if part.url is not None else data_url(part, vendor, "image")}


def document(part: Document, vendor: Vendor) -> dict[str, Any]:
    """A file; a text document is text for every vendor."""
    words = text_of_document(part)
    if words is not None:
        return text(f"Content of {part.name or 'document'}:\n\n{words}")
    if vendor.documents == "none":
        raise refused(vendor, "a document", "it reads none; send its text")
    if part.file_id is not None:
        return {"type": "input_file", "file_id": part.file_id}
    if part.url is not None:
        return {"type": "input_file", "file_url": part.url}
    data = data_url(part, vendor, "document")
    return {"type": "input_file", "filename": part.name or "document.pdf", "file_data": data}


def text(words: str) -> dict[str, Any]:
    return {"type": "input_text", "text": words}
