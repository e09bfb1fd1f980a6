"""Texts as a person may read them without being deceived by what cannot be seen."""

import json
from datetime import UTC, datetime
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


def moment(seconds: float | None) -> str:
    """A time in UTC, to the second; empty for none."""
    if seconds is None:
        return ""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return "beyond all calendars"


def seen_json(value: Any) -> str:
    """A JSON value over several lines, its names in order, as `seen` has texts."""
    return seen(json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True), lines=True)


def seen_line(value: Any) -> str:
    """A JSON value in one line, as `seen` has texts."""
    return seen(json.dumps(value, ensure_ascii=False, sort_keys=True))


def cut(text: str, most: int) -> tuple[str, int]:
    """The beginning of the text, at most so many characters, and how many are left out."""
    return text[:most], max(0, len(text) - most)
