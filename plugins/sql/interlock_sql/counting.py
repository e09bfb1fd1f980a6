"""How a database answers what calls came to: from what has been counted, and from records for the rest."""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import AbstractContextManager, contextmanager
from dataclasses import replace
from itertools import groupby

from sqlalchemy import Connection, Engine, func, select

from interlock.types.stores import CallTally, TallyQuery
from interlock_sql import rollups
from interlock_sql.rollups import DAY, HOUR
from interlock_sql.tables import records
from interlock_sql.tallies import tally_of, tallying


def counted(
    engine: Engine, writing: Callable[[], AbstractContextManager[Connection]], query: TallyQuery
) -> list[CallTally]:
    """What the query counts together. What is over is counted once and kept, a day in a transaction.

    Raises:
        StoreError: it cannot be written.
    """
    with engine.connect() as connection:
        # Each in a question of its own, which an index answers at once.
        oldest, newest = (
            connection.execute(select(each(records.c.seconds))).scalar() for each in (func.min, func.max)
        )
    if oldest is None or newest is None:
        return []
    begin, end = rollups.over(query, oldest, newest, time.time())
    if begin >= end:
        with engine.connect() as connection:
            return from_records(connection, query)
    with engine.connect() as connection:
        lacking = _lacking(connection, query, begin, end)
    for day in lacking:
        with writing() as connection:
            _count(connection, query, max(day, begin), min(day + DAY, end))
    with _at_one_moment(engine) as connection:
        if _lacking(connection, query, begin, end):  # somebody changed them just now
            return from_records(connection, query)
        found = from_records(connection, replace(query, until=float(begin)))
        for stretch in _stretches(query, begin, end):
            found += rollups.kept(connection, query, *stretch)
        found += from_records(connection, replace(query, since=float(end)))
    return _merged(found)


def from_records(connection: Connection, query: TallyQuery) -> list[CallTally]:
    """The same, counted where the records lie."""
    statement = tallying(query, connection.dialect.name)
    return [tally_of(row, query) for row in connection.execute(statement)]


def _stretches(query: TallyQuery, begin: int, end: int) -> list[tuple[int, int, int]]:
    """Whole days where the query wants days, and hours for the rest: each with its beginning and end."""
    first, last = -(-begin // DAY) * DAY, end // DAY * DAY
    if query.every % DAY or first >= last:
        return [(HOUR, begin, end)]
    return [(HOUR, begin, first), (DAY, first, last), (HOUR, last, end)]


def _lacking(connection: Connection, query: TallyQuery, begin: int, end: int) -> list[int]:
    """The days, by when they begin, in which something has not been counted."""
    kind = rollups.kind_of(query)
    found = (rollups.missing(connection, kind, *stretch) for stretch in _stretches(query, begin, end))
    return sorted({part // DAY * DAY for parts in found for part in parts})


def _count(connection: Connection, query: TallyQuery, begin: int, end: int) -> None:
    """Count what has not been counted of a day, or of a part of it."""
    rollups.alone(connection, counting=True)
    kind = rollups.kind_of(query)
    if not _lacking(connection, query, begin, end):
        return  # another process has done it
    hours = rollups.missing(connection, kind, HOUR, begin, end)
    for _, run in groupby(enumerate(hours), lambda each: each[1] - each[0] * HOUR):
        found = [hour for _, hour in run]
        rollups.count_hours(connection, query, found[0], found[-1] + HOUR)
    if end - begin == DAY and not query.every % DAY:
        rollups.count_day(connection, kind, begin)


@contextmanager
def _at_one_moment(engine: Engine) -> Iterator[Connection]:
    """For several questions that see the same. A transaction of SQLite is so by itself."""
    with engine.connect() as connection:
        if connection.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ")
        yield connection


def _merged(found: Iterable[CallTally]) -> list[CallTally]:
    """Those of the same part, and of the same calls, together."""
    sums: dict[tuple[float, str, str | None, str | None], CallTally] = {}
    for each in found:
        key = (each.at, each.task, each.deployment, each.label)
        known = sums.get(key)
        if known is not None:
            each = replace(  # noqa: PLW2901 - with what is known
                each, **{name: getattr(each, name) + getattr(known, name) for name in rollups.SUMS}
            )
        sums[key] = each
    return list(sums.values())
