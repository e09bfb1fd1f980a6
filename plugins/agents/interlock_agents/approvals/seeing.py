"""Texts as a person may read them without being deceived by what cannot be seen."""

import json
import re
from datetime import UTC, datetime
from typing import Any

_BREAKS = "\n\t"
_UNUSUAL = re.compile(r"[^\x20-\x7e]")


def seen(text: str, *, lines: bool = False) -> str:
    """What would not be seen, would move the cursor, or would turn the text around, as escapes.

    With `lines`, what breaks and indents them stays.
    """
    allowed = _BREAKS if lines else ""

    def escaped(found: re.Match[str]) -> str:
        each = found[0]
        return each if each.isprintable() or each in allowed else json.dumps(each)[1:-1]

    return _UNUSUAL.sub(escaped, text)


def moment(seconds: float | None) -> str:
    """A time in UTC, to the second; empty for none."""
    if seconds is None:
        return ""
    try:
        return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M:%S UTC")
    except (OverflowError, ValueError, OSError):
        return "beyond all calendars"


def spread(value: Any) -> str:
    """A JSON value over several lines, its names in order."""
    return json.dumps(value, ensure_ascii=False, indent=2, sort_keys=True)


def seen_json(value: Any) -> str:
    """The same as `seen` has texts."""
    return seen(spread(value), lines=True)


def cut(text: str, most: int, *, lines: bool = False) -> tuple[str, int]:
    """The beginning of the text as it is seen, of at most so many characters, and how many are left out."""
    return seen(text[:most], lines=lines), max(0, len(text) - most)
