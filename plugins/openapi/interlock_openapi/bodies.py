"""What an operation's body is, and how a value is written into one: JSON, a form, parts, or as it is."""

import base64
import binascii
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final
from urllib.parse import quote

from interlock_openapi.document import Document, Operation, mapping, sequence, text
from interlock_openapi.effects import names_a_key
from interlock_openapi.parameters import body_nodes, dumped
from interlock_openapi.styles import Unwritable, nested, scalar

ARGUMENT: Final = "body"
_FORM: Final = "application/x-www-form-urlencoded"
_PARTS: Final = "multipart/form-data"
FILE: Final[Mapping[str, Any]] = {
    "type": "object",
    "description": "A file: its content as `text`, or as `base64`.",
    "properties": {"filename": {"type": "string"}, "text": {"type": "string"}, "base64": {"type": "string"}},
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    """What is sent beside the parameters.

    Attributes:
        media: its type.
        schema: as it stands in the document.
        encoding: of a form's fields.
        key: the field at its top that takes a key that names the effect; empty where there is none.
        files: the fields at its top that are files.
    """

    media: str
    schema: Mapping[str, Any] = field(repr=False)
    required: bool
    encoding: Mapping[str, Any] = field(default_factory=dict, repr=False)
    key: str = ""
    files: tuple[str, ...] = ()

    @property
    def is_json(self) -> bool:
        return _is_json(self.media)

    @property
    def is_parted(self) -> bool:
        return self.media == _PARTS

    @property
    def is_form(self) -> bool:
        return self.media in (_FORM, _PARTS)

    def write(self, value: Any) -> tuple[bytes, str]:
        """The bytes, and their type. Raises Unwritable for a value that none can be made of."""
        if self.is_json:
            return _utf8(dumped(value)), self.media
        if self.is_form and not isinstance(value, Mapping):
            raise Unwritable(f"{ARGUMENT} must be an object: it is a form")
        if self.media == _FORM:
            pairs = (pair for name, each in value.items() for pair in self._field(name, each))
            return "&".join(f"{name}={each}" for name, each in pairs).encode("ascii"), self.media
        if self.media == _PARTS:
            return _parted(value, self.files)
        return content(value), self.media

    def _field(self, name: str, value: Any) -> Iterable[tuple[str, str]]:
        said = mapping(self.encoding.get(name))
        plain = quote(name, safe="")
        if "json" in text(said.get("contentType")):
            yield plain, quote(dumped(value), safe="")
        elif isinstance(value, Mapping):
            yield from nested(plain, value)
        elif isinstance(value, list | tuple):
            if (
                any(isinstance(each, Mapping | list | tuple) for each in value)
                or said.get("style") == "deepObject"
            ):
                yield from nested(plain, value)
            elif said.get("explode") is False:
                yield plain, quote(",".join(map(scalar, value)), safe="")
            else:
                yield from ((plain, quote(scalar(each), safe="", errors="replace")) for each in value)
        else:
            yield plain, quote(scalar(value), safe="", errors="replace")


def body_of(document: Document, operation: Operation) -> Body | None:
    """The body in the form that is easiest to write; None where the operation takes none."""
    if document.swagger:
        return _swagger(document, operation)
    said = document.whole(operation.node.get("requestBody"))
    types = mapping(said.get("content"))
    if not types:
        return None
    media = min(types, key=lambda each: (_ease(each), each))
    node = document.whole(types[media])
    return _made(
        document, media, mapping(node.get("schema")), said.get("required") is True, node.get("encoding")
    )


def _swagger(document: Document, operation: Operation) -> Body | None:
    nodes = body_nodes(document, operation)
    consumes = [
        each
        for each in sequence(operation.node.get("consumes")) or sequence(document.root.get("consumes"))
        if isinstance(each, str)
    ]
    fields = [node for node in nodes if node.get("in") == "formData"]
    if fields:
        media = _PARTS if _PARTS in consumes or any(each.get("type") == "file" for each in fields) else _FORM
        properties = {text(each.get("name")): dict(each, required=None) for each in fields}
        required = [text(each.get("name")) for each in fields if each.get("required") is True]
        schema = {"type": "object", "properties": properties, "required": required}
        return _made(document, media, schema, bool(required), None)
    if not nodes:
        return None
    media = min(consumes, key=lambda each: (_ease(each), each), default="application/json")
    return _made(document, media, mapping(nodes[0].get("schema")), nodes[0].get("required") is True, None)


def _made(document: Document, media: str, schema: Mapping[str, Any], required: bool, encoding: Any) -> Body:
    media = text(media).partition(";")[0].strip().lower()
    media = "application/json" if media in ("*/*", "", "application/*") else media
    whole = document.whole(schema)
    properties = mapping(whole.get("properties"))
    key = next((name for name in properties if _takes_key(document, name, properties[name])), "")
    files = [name for name in properties if is_file(document, properties[name])]
    return Body(
        media=media,
        schema=schema,
        required=required,
        encoding=mapping(encoding),
        key=key,
        files=tuple(files) if media == _PARTS else (),
    )


def is_file(document: Document, node: Any) -> bool:
    """Whether a field holds bytes."""
    said = document.whole(node)
    if said.get("type") == "array":
        return (
            is_file(document, document.whole(said.get("items"))) if said.get("items") is not node else False
        )
    return said.get("type") == "file" or said.get("format") == "binary"


def content(value: Any) -> bytes:
    """A body, or a part of one, as it is: text, or a file's content."""
    if isinstance(value, Mapping) and ("base64" in value or "text" in value):
        if isinstance(said := value.get("base64"), str):
            try:
                return base64.b64decode(said, validate=True)
            except (binascii.Error, ValueError):
                raise Unwritable("base64: it is none") from None
        return _utf8(scalar(value.get("text")))
    return _utf8(scalar(value))


def _takes_key(document: Document, name: str, node: Any) -> bool:
    said = document.whole(node)
    return names_a_key(name, text(said.get("description"))) and said.get("type", "string") == "string"


def _ease(media: str) -> int:
    plain = media.partition(";")[0].strip().lower()
    order = ("application/json", _FORM, _PARTS)
    if plain in order:
        return (0, 2, 3)[order.index(plain)]
    if _is_json(plain):
        return 1
    return 4 if plain.startswith("text/") else 5


def _is_json(media: str) -> bool:
    return media == "application/json" or media.endswith("+json")


def _parted(value: Mapping[str, Any], files: tuple[str, ...]) -> tuple[bytes, str]:
    parts: list[tuple[str, bytes]] = []
    for name, each in value.items():
        for one in each if isinstance(each, list | tuple) else (each,):
            head = f'form-data; name="{_quoted(name)}"'
            if name in files:
                said = one.get("filename") if isinstance(one, Mapping) else None
                head += (
                    f'; filename="{_quoted(scalar(said) or name)}"\r\nContent-Type: application/octet-stream'
                )
                parts.append((head, content(one)))
            elif isinstance(one, Mapping | list):
                parts.append((f"{head}\r\nContent-Type: application/json", _utf8(dumped(one))))
            else:
                parts.append((head, _utf8(scalar(one))))
    digest = sha256(b"".join(body for _, body in parts)).hexdigest()
    edge = f"interlock-{digest[:32]}"
    whole = b"".join(
        f"--{edge}\r\nContent-Disposition: {head}\r\n\r\n".encode() + body + b"\r\n" for head, body in parts
    )
    return whole + f"--{edge}--\r\n".encode(), f"{_PARTS}; boundary={edge}"


def _quoted(name: str) -> str:
    """As browsers write a field's name."""
    name = name.encode("utf-8", "replace").decode()
    return name.replace('"', "%22").replace("\r", "%0D").replace("\n", "%0A")


def _utf8(value: str) -> bytes:
    return value.encode("utf-8", "replace")
