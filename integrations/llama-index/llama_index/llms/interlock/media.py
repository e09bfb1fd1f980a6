"""Pictures, sounds and documents: LlamaIndex's blocks and Interlock's parts, each out of the other."""

import base64
import binascii
from typing import Any

from llama_index.core.base.llms.types import AudioBlock, DocumentBlock, ImageBlock

from interlock import Audio, Document, Image, RequestError

Media = Image | Audio | Document
MediaBlock = ImageBlock | AudioBlock | DocumentBlock

_UNTITLED = "input_document"  # what core calls a document that was given no title
_EXTENSIONS = {"mpeg": "mp3", "x-wav": "wav", "wave": "wav"}  # an audio block is named by extension


def is_on_disk(block: object) -> bool:
    return isinstance(block, MediaBlock) and block.path is not None


def as_media(block: MediaBlock, key: str) -> Media:
    """The block's bytes or its address. An address is the vendor's to open: nothing is fetched here.

    Raises:
        RequestError: the block is empty, or its file cannot be read.
    """
    source, kind = _address(str(block.url), key) if block.url else ({"data": _bytes(block, key)}, None)
    if isinstance(block, ImageBlock):
        return Image(**source, media_type=block.image_mimetype or kind, detail=block.detail)
    if isinstance(block, AudioBlock):
        return Audio(**source, media_type=f"audio/{block.format}" if block.format else kind)
    name = None if block.title == _UNTITLED else block.title
    return Document(**source, media_type=block.document_mimetype or kind, name=name)


def as_block(part: Media) -> MediaBlock | None:
    """A block that holds the part; None for a vendor's file id, for which core has no block."""
    if part.file_id is not None:
        return None
    # Core takes bytes that happen to be valid base64 for base64, so that is what it is given.
    data = None if part.data is None else base64.b64encode(part.data)
    if isinstance(part, Image):
        return ImageBlock(image=data, url=part.url, image_mimetype=part.media_type, detail=part.detail)
    if isinstance(part, Audio):
        subtype = (part.media_type or "").partition("/")[2].partition(";")[0]
        return AudioBlock(audio=data, url=part.url, format=_EXTENSIONS.get(subtype, subtype) or None)
    return DocumentBlock(data=data, url=part.url, title=part.name, document_mimetype=part.media_type)


def _bytes(block: MediaBlock, key: str) -> bytes:
    try:
        if isinstance(block, ImageBlock):
            data = block.resolve_image().read()
        elif isinstance(block, AudioBlock):
            data = block.resolve_audio().read()
        else:
            data = block.resolve_document().read()
    except (OSError, ValueError) as error:
        raise RequestError(f"the block cannot be read: {error}", key=key) from None
    return bytes(data)


def _address(url: str, key: str) -> tuple[dict[str, Any], str | None]:
    """A data URL becomes bytes, so that a vendor without URLs can take it too, and says their type."""
    if not url.startswith("data:"):
        return {"url": url}, None
    head, comma, payload = url[5:].partition(",")
    kind, _, encoding = head.partition(";")
    if not comma or "base64" not in encoding:
        raise RequestError("expected data:<type>;base64,<data>", key=key)
    try:
        return {"data": base64.b64decode(payload, validate=True)}, kind or None
    except (binascii.Error, ValueError) as error:
        raise RequestError(f"this is not base64: {error}", key=key) from None
