"""The world of a company's books, whose tools the modules beside it add."""

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field

from interlock_evaluation.worlds.world import Refused, World

WORLD: Final = World(name="financial_audit", folder=Path(__file__).parent)
PAGE: Final = 40
"""Rows of one answer."""

Date = Annotated[str, Field(description="As 2025-12-31; left out, there is no limit.")]
Offset = Annotated[int, Field(ge=0, description="How many rows to leave out at the beginning.")]
Row = Mapping[str, Any]


def page(rows: Iterable[Row], offset: int) -> dict[str, Any]:
    """Rows from `offset` on, how many there are altogether, and where to go on."""
    found = [*rows]
    end = offset + PAGE
    return {
        "rows": found[offset:end],
        "total": len(found),
        "next_offset": end if end < len(found) else None,
    }


def dated(rows: Iterable[Row], key: str, since: str, until: str) -> list[Row]:
    """Rows whose date lies in the limits, both included. Raises Refused for a limit that is no date."""
    for limit in (since, until):
        if limit and not _is_date(limit):
            raise Refused(f"{limit!r:.40} is no date; it is written as 2025-12-31", reason="invalid")
    return [row for row in rows if (not since or row[key] >= since) and (not until or row[key] <= until)]


def fitting(rows: Iterable[Row], **wanted: str) -> list[Row]:
    """Rows that have these values, of which empty ones do not count."""
    return [row for row in rows if all(value in ("", row[key]) for key, value in wanted.items())]


def _is_date(text: str) -> bool:
    parts = text.split("-")
    lengths = [len(each) for each in parts]
    return lengths == [4, 2, 2] and all(each.isascii() and each.isdigit() for each in parts)
