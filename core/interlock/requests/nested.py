"""The texts inside data of any depth: JSON values, JSON schemas, and texts that are JSON themselves.

Nothing here recurses, and what holds no new text stays the object that it was.
"""

import json
import re
from collections.abc import Callable, Iterator, Mapping
from json.decoder import scanstring  # type: ignore[attr-defined] # not in the stubs
from typing import Any, Final, Literal

See = Callable[[str, bool], str]
"""Is shown a text and whether another may stand there; gives the text that shall. Asked in the order in which
the texts stand in the data.
"""

# What stands in a place: any JSON; the same whose own keys a program reads; the same of which it reads every
# key; what it reads altogether; a schema or a list of such; schemas by their names.
Kind = Literal["data", "extra", "fields", "fixed", "schema", "named"]

_BELOW: Final[Mapping[Kind, Kind]] = {"named": "schema", "extra": "data"}
LONG_NUMBER: Final = 1_000_000
"""Whole numbers of so many digits may be somebody's: they are shown, and become text where one is given."""

_OPEN: Final = frozenset({"data", "extra", "fields"})
_TYPES = frozenset({"object", "array", "string", "integer", "number", "boolean", "null"})
_SCHEMA_WORDS = (
    "items additionalItems prefixItems anyOf oneOf allOf not if then else contains additionalProperties "
    "propertyNames unevaluatedItems unevaluatedProperties contentSchema"
)
_NAMED_WORDS = "properties patternProperties $defs definitions dependentSchemas dependencies"
_VALUE_WORDS = "enum const default examples example title description $comment"
_READ_WORDS = (
    "type format pattern required dependentRequired discriminator contentMediaType contentEncoding $ref $id "
    "$schema $anchor $dynamicRef $dynamicAnchor $recursiveRef $recursiveAnchor $vocabulary minimum maximum "
    "exclusiveMinimum exclusiveMaximum multipleOf minLength maxLength minItems maxItems uniqueItems "
    "minContains maxContains minProperties maxProperties deprecated readOnly writeOnly nullable"
)
_SCHEMAS = frozenset(_SCHEMA_WORDS.split())
_NAMED = frozenset(_NAMED_WORDS.split())
_READ = frozenset(_READ_WORDS.split())
_KEYWORDS = _SCHEMAS | _NAMED | _READ | frozenset(_VALUE_WORDS.split())

# What of a JSON text is no string.
_BARE = re.compile(r"[\s,:{}\[\]]*")
_WORD = re.compile(r"-?[0-9][0-9.eE+-]*|true|false|null")
_LONG = re.compile(r"(?<![0-9.eE+-])-?[0-9]{7,}(?![0-9.eE])")


def walked(value: Any, kind: Kind, see: See) -> Any:
    """The value with the texts that `see` gives: a mapping stays one, a list a list, a tuple a tuple.

    Raises ValueError where two keys of a mapping would become one.
    """
    frames: list[_Frame] = []
    above: set[int] = set()
    while True:
        if isinstance(value, (Mapping, list, tuple, set, frozenset)) and id(value) not in above:
            frames.append(_Frame(value, kind, see))
            above.add(id(value))
        else:
            value = _leaf(value, kind, see)
            if not frames:
                return value
            frames[-1].add(value)
        while (step := frames[-1].step()) is None:
            frame = frames.pop()
            above.discard(id(frame.source))
            whole = frame.whole()
            if not frames:
                return whole
            frames[-1].add(whole)
        value, kind = step


class _Frame:
    """A container that the walk is in, and what has become of its members so far."""

    __slots__ = ("_changed", "_keys", "_kind", "_left", "_made", "_now", "_see", "source")

    def __init__(self, source: Any, kind: Kind, see: See) -> None:
        self.source = source
        self._kind = kind
        self._see = see
        self._changed = False
        self._keys: list[Any] = []
        self._made: list[Any] = []
        self._now: Any = None
        self._left: Iterator[Any] = iter(source.items() if isinstance(source, Mapping) else source)

    def step(self) -> tuple[Any, Kind] | None:
        """The next member and its kind; None when there is none."""
        try:
            member = next(self._left)
        except StopIteration:
            return None
        if not isinstance(self.source, Mapping):
            self._now = member
            return member, self._kind
        key, self._now = member
        self._keys.append(self._key(key))
        return self._now, _kind_of(self._kind, key)

    def _key(self, key: Any) -> Any:
        if not isinstance(key, str) or not key or (self._kind == "schema" and key in _KEYWORDS):
            return key
        new = self._see(key, self._kind == "data")
        if new is not key:
            self._changed = True
        return new

    def add(self, member: Any) -> None:
        self._made.append(member)
        if member is not self._now:
            self._changed = True

    def whole(self) -> Any:
        source = self.source
        if not self._changed:
            return source
        if isinstance(source, Mapping):
            made = dict(zip(self._keys, self._made, strict=True))
            if len(made) != len(self._keys):
                raise ValueError("two keys of a mapping may not become one")
            return made
        for kind in (list, tuple, frozenset):
            if isinstance(source, kind):
                return kind(self._made)
        return set(self._made)


def _kind_of(kind: Kind, key: Any) -> Kind:
    """What stands under a key of such a mapping."""
    if kind != "schema":
        return _BELOW.get(kind, kind)
    if key in _SCHEMAS:
        return "schema"
    if key in _NAMED:
        return "named"
    return "fixed" if key in _READ else "fields"


def _leaf(value: Any, kind: Kind, see: See) -> Any:
    if isinstance(value, str):
        if not value or (kind == "fixed" and value in _TYPES):
            return value
        return see(value, kind in _OPEN)
    if type(value) is int and kind in _OPEN and not -LONG_NUMBER < value < LONG_NUMBER:
        digits = _digits(value)
        new = see(digits, True)
        return value if new is digits else new
    return value


def _digits(number: int) -> str:
    try:
        return str(number)
    except ValueError:  # of more digits than Python writes
        return hex(number)


def in_json(text: str, see: See) -> str | None:
    """A text that is JSON: its strings, as they read once decoded, and its long numbers are seen; whatever
    is not rewritten stays as it stands, letter for letter. None for any other text.
    """
    literals = _literals(text)
    if literals is None:
        return None
    made: list[str] = []
    end = 0
    for start, stop, said in literals:
        new = see(said, True)
        if new is not said:
            made += (text[end:start], json.dumps(new, ensure_ascii=False))
            end = stop
    return "".join([*made, text[end:]]) if made else text


def _literals(text: str) -> list[tuple[int, int, str]] | None:
    """Where the strings and long numbers of a JSON text begin and end, and what they say.

    Whether the text is JSON is seen by its signs and words alone: reading its strings takes no more.
    """
    if text.lstrip()[:1] not in ("{", "["):
        return None
    found: list[tuple[int, int, str]] = []
    bare: list[str] = []
    end = 0
    while True:
        start = text.find('"', end)
        between = text[end : start if start >= 0 else len(text)]
        bare.append(between)
        found += [(end + each.start(), end + each.end(), each.group()) for each in _LONG.finditer(between)]
        if start < 0:
            break
        try:
            said, end = scanstring(text, start + 1, False)
        except ValueError:
            return None
        if said:
            found.append((start, end, said))
    return None if _BARE.fullmatch(_WORD.sub("", " ".join(bare))) is None else found
