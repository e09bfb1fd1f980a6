"""Calls that are counted once: what a stretch of time came to is kept when it is over, and not counted again.

Hours are counted from records, and days from hours, when they are first asked for. Whatever changes the
records of such a stretch afterwards has it forgotten, in the same transaction, and it is counted anew.
"""

from collections.abc import Iterable, Sequence
from dataclasses import fields
from math import ceil, floor, isfinite
from typing import Any, Final

from sqlalchemy import Connection, Select, delete, func, insert, literal, select, text

from interlock.types.stores import CallTally, TallyQuery
from interlock_sql.rows import LATE
from interlock_sql.rows import text as fitting
from interlock_sql.tables import tallied, tallies
from interlock_sql.tallies import tally_of, tallying

HOUR: Final = 3_600
DAY: Final = 86_400
_SPAN: Final = 400 * DAY  # what began longer ago is counted each time
_LOCK: Final = 0x1A7E_210D
_KEYS: Final = ("task", "deployment", "label")
SUMS: Final = tuple(each.name for each in fields(CallTally) if each.name not in {"at", *_KEYS})
"""What is counted, by the names of the tallies' fields."""
_MANY: Final = 500


def kind_of(query: TallyQuery) -> str:
    """What the query counts by, as the tables have it."""
    return "" if query.label is None else f"={fitting(query.label)}"


def over(query: TallyQuery, oldest: float, newest: float, now: float) -> tuple[int, int]:
    """When the whole hours begin and end that the query asks for, that are over and that have records. They
    end where they begin, or before, when there are none, and when the query's parts are no whole hours.
    """
    if query.every % HOUR:
        return 0, 0
    begin = max(oldest, now - _SPAN, oldest if query.since is None else query.since)
    end = min(newest + HOUR, now - 2 * LATE, now if query.until is None else query.until)
    return ceil(begin / HOUR) * HOUR, floor(end / HOUR) * HOUR


def missing(connection: Connection, kind: str, every: int, begin: int, end: int) -> list[int]:
    """When those parts begin, between two times, that have not been counted."""
    known = set(connection.execute(_between(tallied, kind, every, begin, end, tallied.c.part)).scalars())
    return [part * every for part in range(begin // every, end // every) if part not in known]


def alone(connection: Connection, *, counting: bool) -> None:
    """Have nobody change old records while somebody counts them, until the transaction ends. In SQLite one
    writes at a time anyway.
    """
    if connection.dialect.name == "postgresql":
        how = "" if counting else "_shared"
        connection.execute(text(f"SELECT pg_advisory_xact_lock{how}(:key)"), {"key": _LOCK})


def count_hours(connection: Connection, query: TallyQuery, begin: int, end: int) -> None:
    """Count those hours, of which none has been counted, by what the query counts by."""
    asked = TallyQuery(every=HOUR, since=begin, until=end, label=query.label)
    found = tallying(asked, connection.dialect.name).subquery()
    sums = [func.coalesce(found.c[name], 0) for name in SUMS]
    whole = select(*_columns(found.c, sums), literal(HOUR), literal(kind_of(query)))
    _keep(connection, whole, [(HOUR, kind_of(query), part) for part in range(begin // HOUR, end // HOUR)])


def count_day(connection: Connection, kind: str, begin: int) -> None:
    """Count a day of which every hour has been counted, and the day itself has not."""
    sums = [func.sum(tallies.c[name]) for name in SUMS]
    keys = [tallies.c[name] for name in _KEYS]
    columns = [literal(begin // DAY), *keys, *sums, literal(DAY), literal(kind)]
    hours = _between(tallies, kind, HOUR, begin, begin + DAY, *columns)
    _keep(connection, hours.group_by(*keys), [(DAY, kind, begin // DAY)])


def kept(connection: Connection, query: TallyQuery, every: int, begin: int, end: int) -> list[CallTally]:
    """What was counted in parts of `every` seconds between two times, as the query wants it."""
    if begin >= end:
        return []
    part = (tallies.c.part * every // query.every).label("part")
    keys = [part, *(tallies.c[name] for name in _KEYS)]
    sums = [func.sum(tallies.c[name]).label(name) for name in SUMS]
    asked = _between(tallies, kind_of(query), every, begin, end, *keys, *sums).group_by(*keys)
    return [tally_of(row, query) for row in connection.execute(asked)]


def forget(connection: Connection, moments: Iterable[float]) -> None:
    """Forget what was counted of the stretches with these moments."""
    told = {moment for moment in moments if isfinite(moment)}
    for every in (HOUR, DAY):
        parts = sorted({floor(moment / every) for moment in told})
        for at in range(0, len(parts), _MANY):
            for table in (tallied, tallies):
                chosen = table.c.part.in_(parts[at : at + _MANY])
                connection.execute(delete(table).where(table.c.every == every, chosen))


def _columns(found: Any, sums: list[Any]) -> list[Any]:
    return [found.part, *(found[name] for name in _KEYS), *sums]


def _between(table: Any, kind: str, every: int, begin: int, end: int, *columns: Any) -> Select[Any]:
    return select(*columns).where(
        table.c.every == every,
        table.c.by == kind,
        table.c.part >= begin // every,
        table.c.part < end // every,
    )


def _keep(connection: Connection, counted: Select[Any], parts: Sequence[tuple[int, str, int]]) -> None:
    connection.execute(insert(tallies).from_select(["part", *_KEYS, *SUMS, "every", "by"], counted))
    told = [{"every": every, "by": kind, "part": part} for every, kind, part in parts]
    connection.execute(insert(tallied), told)
