"""What differs between two definitions of a tool: in a few words, and line by line."""

import difflib
import json
from collections.abc import Iterator
from typing import Any

from interlock.fencing import escaped
from interlock_mcp.definitions import Definition

_AROUND = 40


def between(before: Definition, now: Definition) -> str:
    """Which parts differ, and how the first text among them does."""
    old, new = before.plain, now.plain
    parts = [key for key in sorted({*old, *new}) if _written(old.get(key)) != _written(new.get(key))]
    text = next(
        (key for key in parts if isinstance(old.get(key), str) and isinstance(new.get(key), str)), None
    )
    shown = "" if text is None else f" ({_at_the_first(old[text], new[text])})"
    return " and ".join(parts) + shown


def lines(before: Definition | None, now: Definition) -> Iterator[str]:
    """A unified difference of both, written as JSON, with what nobody would see written out."""
    old = [] if before is None else _lines(before)
    for line in difflib.unified_diff(old, _lines(now), "pinned", "offered", lineterm=""):
        yield escaped(line)


def _lines(definition: Definition) -> list[str]:
    return json.dumps(definition.plain, ensure_ascii=False, indent=2, sort_keys=True).splitlines()


def _written(value: Any) -> str:
    return json.dumps(value, sort_keys=True)


def _at_the_first(old: str, new: str) -> str:
    """A piece of each text, from shortly before they part."""
    pairs = enumerate(zip(old, new, strict=False))
    start = next((at for at, (one, other) in pairs if one != other), min(len(old), len(new)))
    begin = max(0, start - _AROUND // 2)
    pieces = [escaped(text[begin : start + _AROUND]).replace("\n", " ") for text in (old, new)]
    return " → ".join(f"“{'…' if begin else ''}{piece}…”" for piece in pieces)
