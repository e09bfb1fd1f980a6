"""Texts as a person may read them without being deceived by what cannot be seen."""

import json
from typing import Any

_ALLOWED = frozenset("\n\t")


def seen(text: str, *, lines: bool = False) -> str:
    """What would not be seen, would move the cursor, or would turn the text around, as escapes.

    With `lines`, what breaks and indents them stays.
    """
    if text.isprintable():
        return text
    return "".join(
        each if each.isprintable() or (lines and each in _ALLOWED) else json.dumps(each)[1:-1]
        for each in text
    )


def seen_json(value: Any) -> str:
    """A JSON value over several lines, its names in order, as `seen` has texts."""
    return seen(json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True), lines=True)


def cut(text: str, most: int) -> tuple[str, int]:
    """The beginning of the text, at most so many characters, and how many are left out."""
    return text[:most], max(0, len(text) - most)
