"""A document's schemas as JSON schemas that stand alone and stay small, for models and to check arguments.

References are written out as deep as there is room, cycles end in a schema that takes anything, `allOf` is
merged, and `oneOf` becomes `anyOf`, for what is left out of branches may make several fit. A shortened schema
takes whatever the whole one takes, and more.
"""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from math import isfinite
from typing import Any, Final

from interlock.fencing import escaped
from interlock_openapi.document import Document, mapping, sequence, text

LARGEST: Final = 6_000
"""Characters of an operation's whole schema."""

_TYPES: Final = frozenset(("object", "array", "string", "number", "integer", "boolean", "null"))
_BRANCHES = 6
_ENUM = 40
_PARTS = 64  # of an allOf, those in it included
_FORMAT = 40  # characters
_PATTERN = 80  # characters
_ODD: Final = re.compile(r"\[\[|--|&&|\|\||~~|\\[^dDsSwWbBnrt\W_]|\(\?")
_TAG: Final = re.compile(r"</?[a-zA-Z][^<>]{0,200}>")


@dataclass(frozen=True, slots=True)
class Room:
    """How much of a schema is written out: levels, schemas, and characters of each description."""

    depth: int
    schemas: int
    description: int


ROOMS: Final = (
    Room(8, 200, 200),
    Room(6, 120, 120),
    Room(5, 80, 80),
    Room(4, 60, 60),
    Room(3, 50, 40),
    Room(2, 40, 40),
    Room(1, 40, 20),
    Room(1, 24, 0),
)


class Writer:
    """Writes schemas out within one room. `starved` says whether the schemas that it may write did not do."""

    def __init__(self, document: Document, room: Room) -> None:
        self._document = document
        self._room = room
        self._left = room.schemas
        self.starved = False

    def write(self, node: Any, depth: int = 0, within: tuple[int, ...] = ()) -> dict[str, Any]:
        """`within` holds the ids of the nodes that are being written, so that cycles end."""
        self._left -= 1
        if not isinstance(node, dict):
            return {}
        if self._left < 0:
            self.starved = True
            return {}
        if id(node) in within:
            return {}
        within = (*within, id(node))
        whole = self._document.whole(node)
        if whole is not node:
            if id(whole) in within:
                return {}
            within = (*within, id(whole))
        whole = self._merged(whole)
        found = _scalars(whole, self._room.description)
        self._shape(found, whole, depth, within)
        self._branches(found, whole, depth, within)
        if whole.get("nullable") is True:
            _nullable(found)
        return found

    def _shape(
        self, found: dict[str, Any], whole: Mapping[str, Any], depth: int, within: tuple[int, ...]
    ) -> None:
        properties = mapping(whole.get("properties"))
        if properties and found.get("type", "object") == "object":
            found["type"] = "object"
        deep = depth >= self._room.depth
        if properties and not deep:
            self._properties(found, whole, properties, depth, within)
        extra = whole.get("additionalProperties")
        if (
            extra is False
            and len(found.get("properties", ())) == len(properties)
            and not whole.get("_merged")
        ):
            found["additionalProperties"] = False
        elif isinstance(extra, dict) and extra and not deep:
            found["additionalProperties"] = self.write(extra, depth + 1, within)
        if "items" in whole and found.get("type", "array") == "array" and not deep:
            found.setdefault("type", "array")
            found["items"] = self.write(whole["items"], depth + 1, within)

    def _properties(
        self,
        found: dict[str, Any],
        whole: Mapping[str, Any],
        properties: Mapping[str, Any],
        depth: int,
        within: tuple[int, ...],
    ) -> None:
        asked = {each for each in sequence(whole.get("required")) if isinstance(each, str)}
        needed = [name for name in properties if name in asked]
        written: dict[str, Any] = {}
        for name in (*needed, *(name for name in properties if name not in asked)):
            if self._left <= 0:
                self.starved = True
                break
            node = properties[name]
            if node is False or self._document.whole(node).get("readOnly") is True:
                continue
            written[name] = self.write(node, depth + 1, within)
        found["properties"] = {name: written[name] for name in properties if name in written}
        if required := [name for name in needed if name in written]:
            found["required"] = required

    def _branches(
        self, found: dict[str, Any], whole: Mapping[str, Any], depth: int, within: tuple[int, ...]
    ) -> None:
        for key in ("oneOf", "anyOf"):
            nodes = sequence(whole.get(key))
            if not nodes or "anyOf" in found:
                continue
            if depth >= self._room.depth or len(nodes) > _BRANCHES:
                continue
            branches = [self.write(node, depth + 1, within) for node in nodes]
            branches = [each for at, each in enumerate(branches) if each not in branches[:at]]
            if all(branches):
                found["anyOf"] = branches

    def _merged(self, whole: Mapping[str, Any]) -> Mapping[str, Any]:
        """With its allOf in it."""
        if not sequence(whole.get("allOf")):
            return whole
        merged: dict[str, Any] = {}
        properties: dict[str, Any] = {}
        required: list[Any] = []
        parts = list(self._parts(whole))
        for part in parts:
            for key, value in part.items():
                if key not in ("allOf", "properties", "required"):
                    merged.setdefault(key, value)
            for name, node in mapping(part.get("properties")).items():
                properties.setdefault(name, node)
            required += sequence(part.get("required"))
        if properties:
            merged["properties"] = properties
        if required:
            merged["required"] = required
        merged["_merged"] = True
        return merged

    def _parts(self, whole: Mapping[str, Any]) -> Iterable[Mapping[str, Any]]:
        waiting: list[Any] = [whole]
        seen: set[int] = set()
        while waiting and len(seen) < _PARTS:
            node = waiting.pop(0)
            part = self._document.whole(node)
            if id(node) in seen:
                continue
            seen.add(id(node))
            yield part
            waiting += sequence(part.get("allOf"))


def size(value: Any) -> int:
    """Characters of it as compact JSON."""
    return len(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def plain(value: Any, *, most: int = 200) -> Any:
    """A value that JSON can hold and that is short; None for any other."""
    if isinstance(value, str):
        return text(value) if len(value) <= most else None
    if isinstance(value, bool) or value is None:
        return value
    if isinstance(value, int):
        return value if abs(value) < 1 << 63 else None
    return value if isinstance(value, float) and isfinite(value) else None


def shortened(said: Any, most: int) -> str:
    """Text of a document's in one line, without tags of HTML, with what nobody would see written out."""
    words = escaped(_TAG.sub(" ", text(said)[: 4 * most + 200])).split()
    line = " ".join(words)
    return line if len(line) <= most else f"{line[: max(0, most - 1)].rstrip()}…"


def _nullable(found: dict[str, Any]) -> None:
    kind = found.get("type")
    if isinstance(kind, str):
        found["type"] = [kind, "null"]
    if "enum" in found and None not in found["enum"]:
        found["enum"] = [*found["enum"], None]
    if "anyOf" in found:
        found["anyOf"] = [*found["anyOf"], {"type": "null"}]


def _type(said: Any) -> Any:
    if said == "file":
        return "string"
    if isinstance(said, list):
        kinds = list(dict.fromkeys(each for each in said if isinstance(each, str) and each in _TYPES))
        return kinds if len(kinds) > 1 else (kinds[0] if kinds else None)
    return said if isinstance(said, str) and said in _TYPES else None


def _scalars(whole: Mapping[str, Any], description: int) -> dict[str, Any]:
    """What a schema says but for the schemas in it, as far as it is well-formed."""
    found: dict[str, Any] = {}
    if (kind := _type(whole.get("type"))) is not None:
        found["type"] = kind
    said = shortened(whole.get("description") or whole.get("title"), description) if description else ""
    if said:
        found["description"] = said
    if isinstance(form := whole.get("format"), str) and form.isascii() and len(form) <= _FORMAT:
        found["format"] = form
    _values(found, whole)
    _limits(found, whole)
    return found


def _values(found: dict[str, Any], whole: Mapping[str, Any]) -> None:
    values = sequence(whole.get("enum"))
    if values and all(isinstance(each, str | int | float | bool | None) for each in values):
        kept = [plain(each) for each in values]
        kept = [each for at, each in enumerate(kept) if _index(kept, each) == at]
        if len(kept) <= _ENUM and (None not in kept or None in values):
            found["enum"] = kept
        elif len(kept) > _ENUM:
            few = ", ".join(str(each) for each in kept[:8])
            found["description"] = f"{found.get('description', '')} One of {len(kept)}, such as {few}".strip()
    if isinstance(whole.get("const"), str | int | float | bool) and plain(whole["const"]) is not None:
        found["const"] = plain(whole["const"])
    default = plain(whole.get("default"), most=60)
    if default is not None:
        found["default"] = default


def _index(values: list[Any], value: Any) -> int:
    return next(at for at, each in enumerate(values) if each == value and type(each) is type(value))


def _limits(found: dict[str, Any], whole: Mapping[str, Any]) -> None:
    for key in ("minLength", "maxLength", "minItems", "maxItems"):
        value = whole.get(key)
        if isinstance(value, int) and not isinstance(value, bool) and 0 <= value < 1 << 53:
            found[key] = value
    for key, strict in (("minimum", "exclusiveMinimum"), ("maximum", "exclusiveMaximum")):
        for name in (key, strict):
            value = plain(whole.get(name))
            if isinstance(value, int | float) and not isinstance(value, bool):
                found[strict if whole.get(strict) is True and name == key else name] = value
    if (
        isinstance(pattern := whole.get("pattern"), str)
        and 0 < len(pattern) <= _PATTERN
        and _is_regex(pattern)
    ):
        found["pattern"] = text(pattern)


def _is_regex(pattern: str) -> bool:
    """Whether it means the same wherever it is read, as far as that is easily seen."""
    if _ODD.search(pattern):
        return False
    try:
        re.compile(pattern)
    except (re.error, RecursionError, OverflowError):
        return False
    return True
