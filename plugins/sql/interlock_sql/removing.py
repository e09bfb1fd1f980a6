"""Records on their way out, a few at a time: whoever writes waits for no more than a step."""

from collections.abc import Callable, Sequence
from math import floor
from sqlite3 import Connection as File
from typing import Any, Final

from interlock.types.stores import PruneCall

_STEP: Final = 1_000  # records that are removed at once
_WORTHWHILE: Final = 4  # the part of a file that is empty before it is made smaller
_LEAST: Final = 2_500  # pages
_PAGES: Final = 1_000  # given back at once
_COUNTED: Final = (3_600, 86_400)  # seconds, as `rollups` has them

_NEWEST: Final = "SELECT seconds, id FROM records ORDER BY seconds DESC, id DESC LIMIT 1 OFFSET ?"
_BEYOND: Final = "SELECT seconds, id FROM records WHERE (seconds, id) <= (?, ?) ORDER BY seconds, id LIMIT ?"
_BEFORE: Final = "SELECT seconds, id FROM records WHERE seconds < ? ORDER BY seconds, id LIMIT ?"
# By each database's name: how ids become one text in JSON, and rows again.
_GATHERED: Final = {"sqlite": "json_group_array(id)", "postgresql": "CAST(json_agg(id) AS text)"}
_GONE: Final = {
    "sqlite": "SELECT value FROM json_each(?)",
    "postgresql": "SELECT json_array_elements_text(CAST(? AS json))",
}
_OF_STRETCHES: Final = " OR ".join(["every = ? AND part <= ?"] * len(_COUNTED))

Asking = Callable[[str, Sequence[Any]], Sequence[Sequence[Any]]]
"""Runs a statement, in which a `?` stands for each of the values; the rows that it gives."""


class Remover:
    """Removes what may go. To find where the newest so many end takes a walk over all of them: it is done at
    first, and when a hundredth more has come.

    `database` is the name by which SQLAlchemy knows it.
    """

    def __init__(self, database: str) -> None:
        self._gathered, self._gone = _GATHERED[database], _GONE[database]
        self._come: int | None = None  # since the last walk
        self._beyond: Sequence[Any] | None = None  # the newest record that may go for its number

    def come(self, count: int) -> None:
        """So many records have come."""
        if self._come is not None:
            self._come += count

    def remove(self, ask: Asking, call: PruneCall) -> int:
        """Remove some of the oldest of what may go; how many. Called inside a transaction."""
        if call.keep is not None and (self._come is None or self._come > call.keep // 100):
            self._come, self._beyond = 0, next(iter(ask(_NEWEST, [call.keep])), None)
        count, until, gone = self._oldest(ask, self._beyond if call.keep is not None else None, call.before)
        if not count:
            self._beyond = None
            return 0
        # By their ids, which lead to each: a database may reckon that a third of all is older than a time.
        for table in ("attempts", "exclusions", "labels"):
            # The records would take these along, one after another.
            ask(f"DELETE FROM {table} WHERE record IN ({self._gone})", [gone])  # noqa: S608 - our own names
        ask(f"DELETE FROM records WHERE id IN ({self._gone})", [gone])  # noqa: S608 - a question mark alone
        _forget_until(ask, until)
        return int(count)

    def _oldest(self, ask: Asking, beyond: Sequence[Any] | None, before: float | None) -> Sequence[Any]:
        """How many go now, the time of the last, and their ids in one text: with each row that it fetches, a
        thread waits once more for its turn of the interpreter.
        """
        found: Sequence[Any] = (0, 0.0, "[]")
        # One after the other: an index leads to what one of them says, and not to either.
        if beyond is not None:
            (found,) = ask(self._all_of(_BEYOND), [*beyond, _STEP])
        if not found[0] and before is not None:
            (found,) = ask(self._all_of(_BEFORE), [before, _STEP])
        return found

    def _all_of(self, oldest: str) -> str:
        return f"SELECT count(*), max(seconds), {self._gathered} FROM ({oldest}) AS oldest"  # noqa: S608 - our own


def give_back(file: File) -> None:
    """Make SQLite's file a piece smaller, where much of it is empty and it was made so that it can be."""
    pages, free = (
        int(file.execute(f"PRAGMA {name}").fetchone()[0]) for name in ("page_count", "freelist_count")
    )
    if free > max(_LEAST, pages // _WORTHWHILE):
        for _ in range(min(_PAGES, free)):
            # The driver takes one step of a statement that has no columns, which gives back one page.
            file.execute("PRAGMA incremental_vacuum(1)")


def _forget_until(ask: Asking, moment: float) -> None:
    """Forget what was counted of everything up to that moment, and of the stretches that it is in."""
    parts = [value for every in _COUNTED for value in (every, floor(moment / every))]
    for table in ("tallied", "tallies"):
        ask(f"DELETE FROM {table} WHERE {_OF_STRETCHES}", parts)  # noqa: S608 - our own names
