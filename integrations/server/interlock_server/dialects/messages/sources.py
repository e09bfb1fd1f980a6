"""Images and documents of a body."""

from interlock import Document, Image, RequestError, Text
from interlock_server.dialects.media import bytes_of
from interlock_server.dialects.reading import Fields

_CACHE = "cache_control"
_IMAGE = frozenset({"type", "source", _CACHE})
_DOCUMENT = frozenset({"type", "source", "title", "context", "citations", _CACHE})
_SOURCE = frozenset({"type", "media_type", "data", "url", "file_id", "content"})
_PDF = "application/pdf"


def image_in(block: object, path: str) -> Image:
    """The picture of an image block."""
    source = _source(Fields(block, path, _IMAGE), ("base64", "url"))
    kind = source.text("type")
    if kind == "base64":
        media_type = source.text("media_type")
        return Image(data=_data(source), media_type=media_type.lower() if media_type else None)
    return Image(url=_url(source))


def document_in(block: object, path: str) -> list[Document | Text]:
    """The file of a document block, behind its context where it has one."""
    fields = Fields(block, path, _DOCUMENT)
    cites = fields.inner("citations", frozenset({"enabled"}))
    if cites is not None and cites.flag("enabled"):
        raise cites.wrong(
            "enabled", "answers through a router cite no documents; leave it out, or ask for quotes in words"
        )
    name = fields.text("title") or None
    found: list[Document | Text] = []
    if context := fields.text("context"):
        found.append(Text(context))
    found.append(_document(_source(fields, ("base64", "text", "url", "content")), name))
    return found


def _document(source: Fields, name: str | None) -> Document:
    kind = source.text("type")
    if kind == "url":
        return Document(url=_url(source), media_type=_PDF, name=name)
    if kind == "base64":
        return Document(data=_data(source), media_type=source.text("media_type") or _PDF, name=name)
    text = source.needed_text("data") if kind == "text" else _content(source)
    return Document(data=text.encode("utf-8", "replace"), media_type="text/plain", name=name)


def _content(source: Fields) -> str:
    """Texts that a client has divided itself, which matters for citations alone."""
    given = source.get("content")
    if isinstance(given, str):
        return given
    texts = []
    for at, each in enumerate(source.listed("content") or ()):
        block = Fields(each, f"{source.at('content')}.{at}", frozenset({"type", "text", "citations", _CACHE}))
        if block.text("type") != "text":
            raise block.wrong("type", "only text may stand here; send a picture as a block of its own")
        texts.append(block.needed_text("text"))
    return "\n".join(texts)


def _source(block: Fields, kinds: tuple[str, ...]) -> Fields:
    source = block.inner("source", _SOURCE)
    if source is None:
        raise block.wrong("source", "expected an object, not nothing")
    if source.get("type") == "file":
        raise source.wrong("type", "ids of files are read under the operator's key; send the bytes or a URL")
    if source.one_of("type", kinds) is None:
        raise source.wrong("type", f"expected one of {', '.join(kinds)}, not nothing")
    return source


def _data(source: Fields) -> bytes:
    return bytes_of(source.needed_text("data"), source.at("data"))


def _url(source: Fields) -> str:
    url = source.needed_text("url")
    if not url.lower().startswith(("https://", "http://")):
        raise RequestError("expected a URL that begins with https://", key=source.at("url"))
    return url
