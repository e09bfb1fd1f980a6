"""What differs between two definitions of a tool: in a few words, and line by line."""

import difflib
import json
from collections.abc import Iterator, Mapping
from itertools import zip_longest
from typing import Any

from interlock.fencing import escaped
from interlock.types.canonical import canonical
from interlock_mcp.definitions import Definition

_AROUND = 40
_DEEP = 100  # characters of a path, from its end
_MOST = 3
_ABSENT = object()
Part = tuple[str, Any, Any]


def between(before: Definition, now: Definition) -> str:
    """Where they differ, by the path in the definition, and how: of the first three parts that do."""
    parts = list(_parts("", before.plain, now.plain))
    told = [f"{_place(path)} ({_how(old, new)})" for path, old, new in parts[:_MOST]]
    more = len(parts) - len(told)
    return " and ".join([*told, f"{more} more"] if more else told)


def lines(before: Definition | None, now: Definition) -> Iterator[str]:
    """A unified difference of both, written as JSON, with what nobody would see written out."""
    old = [] if before is None else _lines(before)
    for line in difflib.unified_diff(old, _lines(now), "pinned", "offered", lineterm=""):
        yield escaped(line)


def _lines(definition: Definition) -> list[str]:
    return json.dumps(definition.plain, ensure_ascii=False, indent=2, sort_keys=True).splitlines()


def _parts(path: str, old: Any, new: Any) -> Iterator[Part]:
    """The smallest parts that differ, with their paths. What is not there on one side is `_ABSENT`."""
    if isinstance(old, Mapping) and isinstance(new, Mapping):
        for key in sorted({*old, *new}):
            inner = f"{path}.{key}" if path else key
            yield from _parts(inner, old.get(key, _ABSENT), new.get(key, _ABSENT))
    elif isinstance(old, list) and isinstance(new, list):
        for at, (one, other) in enumerate(zip_longest(old, new, fillvalue=_ABSENT)):
            yield from _parts(f"{path}[{at}]", one, other)
    elif _ABSENT in (old, new) or canonical(old) != canonical(new):
        yield path, old, new


def _place(path: str) -> str:
    shown = escaped(path[-_DEEP:]).replace("\n", " ")
    return f"…{shown}" if len(path) > _DEEP else shown


def _how(old: Any, new: Any) -> str:
    if isinstance(old, str) and isinstance(new, str):
        return _at_the_first(old, new)
    return " → ".join("nothing" if each is _ABSENT else _shortened(_written(each)) for each in (old, new))


def _written(value: Any) -> str:
    return f"“{value}”" if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _shortened(text: str) -> str:
    shown = escaped(text[:_AROUND]).replace("\n", " ")
    return f"{shown}…" if len(text) > _AROUND else shown


def _at_the_first(old: str, new: str) -> str:
    """A piece of each text, from shortly before they part, and the characters there that look like others."""
    pairs = enumerate(zip(old, new, strict=False))
    start = next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))
    begin = max(0, start - _AROUND // 2)
    pieces = []
    for text in (old, new):
        piece = escaped(text[begin : start + _AROUND]).replace("\n", " ")
        whole = start + _AROUND >= len(text)
        pieces.append(
            f"“{'…' if begin else ''}{piece}{'' if whole else '…'}”{_named(text[start : start + 1])}"
        )
    return " → ".join(pieces)


def _named(character: str) -> str:
    """A character outside ASCII by its number, since it may look like one of another script."""
    return "" if character.isascii() else f" with U+{ord(character):04X}"
