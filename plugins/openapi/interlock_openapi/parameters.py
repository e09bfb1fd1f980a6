"""What an operation takes beside a body: where each value goes and in which style it is written."""

import json
import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any, Final, Literal

from interlock_openapi.document import Document, Operation, mapping, sequence, text
from interlock_openapi.effects import READING, names_a_key

Place = Literal["path", "query", "header", "cookie"]
_PLACES: Final = ("path", "query", "header", "cookie")
_STYLES: Final[Mapping[str, str]] = {"path": "simple", "query": "form", "header": "simple", "cookie": "form"}
_FORMATS: Final[Mapping[str, tuple[str, bool]]] = {
    "csv": ("", False),
    "ssv": ("spaceDelimited", False),
    "tsv": ("tabDelimited", False),
    "pipes": ("pipeDelimited", False),
    "multi": ("form", True),
}
# Who asks, and how the request is framed, is not the model's to say.
_OURS: Final = frozenset(
    (
        *("accept", "content-type", "authorization", "host", "content-length", "transfer-encoding", "te"),
        *("connection", "cookie", "proxy-authorization", "upgrade", "trailer", "expect", "content-encoding"),
    )
)
_TOKEN: Final = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
_MEDIA: Final = re.compile(r"[!-~]+/[ -~]+")
_STRANGE: Final = re.compile(r"[^a-zA-Z0-9_]+")
_BRACES: Final = re.compile(r"\{([+#./;?&]?)([^{}]*)\}")
_WIDTH = 64


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameter:
    """One parameter.

    Attributes:
        argument: what a model calls it.
        name: what the service calls it.
        json: its value is written as JSON, in no style.
        reserved: characters such as `/` stay as they are.
    """

    argument: str
    name: str
    place: Place
    style: str
    explode: bool
    required: bool
    json: bool = False
    reserved: bool = False
    schema: Mapping[str, Any] = field(default_factory=dict, repr=False)
    description: str = field(default="", repr=False)

    @property
    def at(self) -> tuple[str, str]:
        """Its place and name, in lower case where that makes no difference."""
        return self.place, self.name.lower() if self.place == "header" else self.name

    @property
    def is_key(self) -> bool:
        """Whether it takes a key that names the effect."""
        return self.place in ("header", "query") and names_a_key(self.name, self.description)


def parameters_of(document: Document, operation: Operation, taken: Iterable[str] = ()) -> Sequence[Parameter]:
    """Those of the path, then of the method; one that stands at both is the method's. Without bodies."""
    found: dict[tuple[str, str], Mapping[str, Any]] = {}
    for node in (*sequence(operation.item.get("parameters")), *sequence(operation.node.get("parameters"))):
        said = document.whole(node)
        name, place = text(said.get("name")), said.get("in")
        if name and isinstance(place, str) and place in _PLACES and _may_be(name, place):
            found[place, name.lower() if place == "header" else name] = said
    there = [(name, sign) for sign, name in _BRACES.findall(operation.path)]
    found = {at: said for at, said in found.items() if at[0] != "path" or at[1] in dict(there)}
    asked = {name for _, name in _BRACES.findall(operation.path.partition("?")[2])}
    for name, _ in there:
        if name in asked and ("query", name) in found:
            continue
        found.setdefault(("path", name), {"name": name, "in": "path", "schema": {"type": "string"}})
    names = _arguments(found, taken)
    reserved = {name for name, sign in there if sign == "+"}
    return [_parameter(document, said, at, names[at], reserved) for at, said in found.items()]


def framing_of(document: Document, operation: Operation, header: str) -> str:
    """The value of a header that is not the model's to say, where the document demands one."""
    nodes = (*sequence(operation.item.get("parameters")), *sequence(operation.node.get("parameters")))
    for said in map(document.whole, nodes):
        if said.get("in") == "header" and text(said.get("name")).lower() == header and said.get("required"):
            node = _schema(document, said, None)
            values = (
                *sequence(node.get("enum")),
                node.get("default"),
                said.get("example"),
                node.get("example"),
            )
            return next((each for each in map(text, values) if _MEDIA.fullmatch(each)), "application/json")
    return ""


def body_nodes(document: Document, operation: Operation) -> Sequence[Mapping[str, Any]]:
    """Of Swagger 2, what stands in the body or in a form."""
    nodes = (*sequence(operation.item.get("parameters")), *sequence(operation.node.get("parameters")))
    found = {}
    for said in map(document.whole, nodes):
        if said.get("in") in ("body", "formData"):
            found[said["in"], text(said.get("name"))] = said
    return list(found.values())


def key_of(operation: Operation, parameters: Sequence[Parameter]) -> Parameter | None:
    """The parameter by which a repeated request is known; None where nothing changes, or there is none."""
    return None if operation.method in READING else next((each for each in parameters if each.is_key), None)


def template_of(path: str) -> str:
    """The path with nothing but names in its braces."""
    return _BRACES.sub(lambda found: f"{{{found[2]}}}", path)


def _may_be(name: str, place: str) -> bool:
    if place not in ("header", "cookie"):
        return True
    return bool(_TOKEN.fullmatch(name)) and not (place == "header" and name.lower() in _OURS)


def _arguments(
    found: Mapping[tuple[str, str], Mapping[str, Any]], taken: Iterable[str]
) -> Mapping[tuple[str, str], str]:
    """What each is called: by its name, with its place before it where two would be called the same."""
    plain = {at: _STRANGE.sub("_", text(said["name"])).strip("_") or "value" for at, said in found.items()}
    counts = Counter([*plain.values(), *taken])
    named: dict[tuple[str, str], str] = {}
    for each, name in plain.items():
        named[each] = name if counts[name] == 1 and len(name) <= _WIDTH else f"{each[0]}_{name}"
    again = Counter([*named.values(), *taken])
    for each, name in named.items():
        if again[name] > 1 or len(name) > _WIDTH:
            mark = sha256(f"{each[0]}/{each[1]}".encode("utf-8", "replace")).hexdigest()[:8]
            named[each] = f"{name[: _WIDTH - 9]}_{mark}"
    return named


def _parameter(
    document: Document,
    said: Mapping[str, Any],
    at: tuple[str, str],
    argument: str,
    reserved: set[str],
) -> Parameter:
    place: Any = at[0]
    name = text(said.get("name"))
    content = next(iter(mapping(said.get("content")).items()), None)
    style, explode = _style(said, place)
    return Parameter(
        argument=argument,
        name=name,
        place=place,
        style=style,
        explode=explode,
        required=place == "path" or said.get("required") is True,
        json=content is not None and "json" in content[0],
        reserved=said.get("allowReserved") is True or (place == "path" and name in reserved),
        schema=_schema(document, said, content),
        description=text(said.get("description")),
    )


def _schema(
    document: Document, said: Mapping[str, Any], content: tuple[str, Any] | None
) -> Mapping[str, Any]:
    if content is not None:
        return mapping(document.whole(content[1]).get("schema"))
    if isinstance(said.get("schema"), dict):
        return mapping(said["schema"])
    return {} if "schema" in said or document.swagger is False else _loose(said)


def _loose(said: Mapping[str, Any]) -> Mapping[str, Any]:
    """Of Swagger 2, the parameter itself is its schema."""
    kept = {key: value for key, value in said.items() if key not in ("name", "in", "required", "description")}
    return kept if isinstance(said.get("type"), str) else {}


def _style(said: Mapping[str, Any], place: str) -> tuple[str, bool]:
    usual = _STYLES[place]
    form = said.get("collectionFormat")
    if "type" in said and "schema" not in said:
        style, explode = _FORMATS.get(form if isinstance(form, str) else "csv", ("", False))
        return style or usual, explode
    named, exploded = said.get("style"), said.get("explode")
    style = named if isinstance(named, str) else usual
    explode = exploded if isinstance(exploded, bool) else style in ("form", "deepObject")
    return style, explode


def dumped(value: Any) -> str:
    """As compact JSON."""
    return json.dumps(value, ensure_ascii=False, separators=(",", ":"), allow_nan=False)
