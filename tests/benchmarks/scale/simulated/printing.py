"""Rows for people."""

from collections.abc import Iterable, Mapping
from typing import Any


def table(rows: Iterable[Mapping[str, Any]]) -> str:
    """In Markdown, its columns those of all rows."""
    found = list(rows)
    columns = list(dict.fromkeys(name for row in found for name in row))
    lines = [columns, ["---"] * len(columns)]
    lines += [[_said(row.get(name)) for name in columns] for row in found]
    return "\n".join(f"| {' | '.join(line)} |" for line in lines)


def _said(value: Any) -> str:
    if value is None:
        return "–"
    return f"{value:,}" if isinstance(value, int) else str(value)
