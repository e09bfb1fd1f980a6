"""Images, sounds, videos and documents as Converse blocks, or a refusal that names the part."""

import re
from typing import Any

from interlock.errors import InvalidRequest
from interlock.http.payload import base64_of, media_type_of, text_of_document
from interlock.types.messages import Audio, Document, Image, Media

Block = dict[str, Any]

_IMAGES = {"png": "png", "jpeg": "jpeg", "jpg": "jpeg", "gif": "gif", "webp": "webp"}
_SOUNDS = "mp3 opus wav aac flac mp4 ogg m4a mpga pcm webm mka x-aac"
_AUDIO = {
    **{kind: kind for kind in _SOUNDS.split()},
    "mpeg": "mp3",
    "x-wav": "wav",
    "wave": "wav",
    "vnd.wave": "wav",
    "x-m4a": "m4a",
    "x-flac": "flac",
    "l16": "pcm",
    "x-matroska": "mka",
}
_VIDEO = {
    "mp4": "mp4",
    "quicktime": "mov",
    "mov": "mov",
    "x-matroska": "mkv",
    "matroska": "mkv",
    "webm": "webm",
    "x-flv": "flv",
    "mpeg": "mpeg",
    "mpg": "mpg",
    "x-ms-wmv": "wmv",
    "3gpp": "three_gp",
}
_OFFICE = "application/vnd.openxmlformats-officedocument"
_DOCUMENTS = {
    "application/pdf": "pdf",
    "application/x-pdf": "pdf",
    "application/msword": "doc",
    f"{_OFFICE}.wordprocessingml.document": "docx",
    "application/vnd.ms-excel": "xls",
    f"{_OFFICE}.spreadsheetml.sheet": "xlsx",
    "text/csv": "csv",
    "application/csv": "csv",
    "text/html": "html",
    "text/markdown": "md",
    "text/x-markdown": "md",
}
_FILES = "pdf csv doc docx xls xlsx html txt md"
_ENDINGS = {**{kind: kind for kind in _FILES.split()}, "htm": "html"}
_LONGEST_NAME = 190  # of 200: a number may follow


def refused(what: str, why: str) -> InvalidRequest:
    return InvalidRequest(f"bedrock cannot take {what}: {why}", code="unsupported_part")


def image(part: Image) -> Block:
    subtype = _kind(part, "image").partition("/")[2]
    form = _IMAGES.get(subtype)
    if form is None:
        raise refused(f"an image of type {part.media_type}", "use PNG, JPEG, GIF or WebP")
    return {"image": {"format": form, "source": _source(part, "an image")}}


def audio(part: Audio) -> Block:
    form = _AUDIO.get(_kind(part, "audio").partition("/")[2])
    if form is None:
        raise refused(f"audio of type {part.media_type}", "use WAV, MP3, FLAC, OGG or AAC")
    return {"audio": {"format": form, "source": _source(part, "audio")}}


def document(part: Document, names: "Names") -> Block:
    """A document, or a video: our types have no part of its own for it."""
    kind = _kind(part, "a document")
    if kind.startswith("video/"):
        form = _VIDEO.get(kind.removeprefix("video/"))
        if form is None:
            raise refused(f"a video of type {part.media_type}", "use MP4, MOV, MKV or WebM")
        return {"video": {"format": form, "source": _source(part, "a video")}}
    form = _DOCUMENTS.get(kind) or ("txt" if _is_text(part, kind) else None)
    if form is None:
        raise refused(f"a document of type {part.media_type}", "use PDF, text, CSV, HTML, Word or Excel")
    return {
        "document": {"format": form, "name": names.take(part.name), "source": _source(part, "a document")}
    }


class Names:
    """The names of a request's documents: of few characters, and none twice, as the vendor wants them."""

    __slots__ = ("_taken",)

    def __init__(self) -> None:
        self._taken: set[str] = set()

    def take(self, name: str | None) -> str:
        plain = re.sub(r"[^a-zA-Z0-9()\[\]-]+", " ", (name or "").rpartition("/")[2])
        plain = " ".join(plain.split())[:_LONGEST_NAME].strip() or "Document"
        free, number = plain, 2
        while free in self._taken:
            free, number = f"{plain} {number}", number + 1
        self._taken.add(free)
        return free


def _kind(part: Media, what: str) -> str:
    """The MIME type, from the part, its bytes, or its name."""
    kind = (media_type_of(part) or "").partition(";")[0].strip().lower()
    if kind:
        return kind
    ending = (part.name or part.url or "").rpartition(".")[2].lower()
    if isinstance(part, Image) and ending in _IMAGES:
        return f"image/{ending}"
    if isinstance(part, Audio) and ending in _AUDIO:
        return f"audio/{ending}"
    if isinstance(part, Document) and ending in _ENDINGS:
        form = _ENDINGS[ending]
        return next((kind for kind, known in _DOCUMENTS.items() if known == form), "text/plain")
    if isinstance(part, Document) and ending in _VIDEO:
        return f"video/{ending}"
    if part.data is None:
        _source(part, what)  # a web address is refused for being one, before its type is missed
    raise refused(f"{what} of unknown type", "set media_type")


def _is_text(part: Document, kind: str) -> bool:
    return kind.startswith("text/") or text_of_document(part) is not None


def _source(part: Media, what: str) -> Block:
    if part.data is not None:
        if not part.data:
            raise refused(f"{what} without bytes", "leave the part out")
        return {"bytes": base64_of(part.data)}
    if part.url is not None and part.url.startswith("s3://"):
        return {"s3Location": {"uri": part.url}}
    if part.url is not None:
        raise refused(f"{what} by URL", "give its bytes, or an s3:// address")
    raise refused(f"{what} by file id", "give its bytes")
