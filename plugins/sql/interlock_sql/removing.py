"""Records on their way out, a few at a time: whoever writes waits for no more than a step."""

from typing import Any, Final

from sqlalchemy import Connection, delete, or_, select, tuple_

from interlock.types.stores import PruneCall
from interlock_sql.rollups import forget_until
from interlock_sql.tables import attempts, exclusions, labels, records

_STEP: Final = 500  # records that are removed at once
_WORTHWHILE: Final = 4  # the part of a file that is empty before it is made smaller
_LEAST: Final = 2_500  # pages
_PAGES: Final = 1_000  # given back at once
_COLUMNS: Final = (records.c.seconds, records.c.id)
_KEY: Final = tuple_(*_COLUMNS)


class Remover:
    """Removes what may go. To find where the newest so many end takes a walk over all of them: it is done at
    first, and when a hundredth more has come.
    """

    def __init__(self) -> None:
        self._come: int | None = None  # since the last walk
        self._beyond: tuple[float, str] | None = None  # the newest record that may go for its number

    def come(self, count: int) -> None:
        """So many records have come."""
        if self._come is not None:
            self._come += count

    def remove(self, connection: Connection, call: PruneCall) -> int:
        """Remove some of the oldest of what may go; how many."""
        if call.keep is not None and (self._come is None or self._come > call.keep // 100):
            self._come, self._beyond = 0, _beyond(connection, call.keep)
        last = _last(connection, self._beyond if call.keep is not None else None, call.before)
        if last is None:
            self._beyond = None
            return 0
        goes = tuple_(last.seconds, last.id) >= _KEY
        gone = select(records.c.id).where(goes)
        for table in (attempts, exclusions, labels):
            # The records would take these along, one after another.
            connection.execute(delete(table).where(table.c.record.in_(gone)))
        done = connection.execute(delete(records).where(goes))
        forget_until(connection, last.seconds)
        return done.rowcount


def give_back(connection: Connection) -> None:
    """Make SQLite's file a piece smaller, where much of it is empty and it was made so that it can be."""
    pages, free = (
        int(connection.exec_driver_sql(f"PRAGMA {name}").scalar() or 0)
        for name in ("page_count", "freelist_count")
    )
    if free > max(_LEAST, pages // _WORTHWHILE):
        driver: Any = connection.connection.driver_connection
        for _ in range(min(_PAGES, free)):
            # The driver takes one step of a statement that has no columns, which gives back one page.
            driver.execute("PRAGMA incremental_vacuum(1)")


def _beyond(connection: Connection, keep: int) -> tuple[float, str] | None:
    newest = select(*_COLUMNS).order_by(*(each.desc() for each in _COLUMNS))
    first = connection.execute(newest.offset(keep).limit(1)).first()
    return None if first is None else (first.seconds, first.id)


def _last(connection: Connection, beyond: tuple[float, str] | None, before: float | None) -> Any:
    """The newest record of those that go now, as its time and id; None when none goes."""
    goes: list[Any] = []
    if beyond is not None:
        goes.append(tuple_(*beyond) >= _KEY)
    if before is not None:
        goes.append(records.c.seconds < before)
    if not goes:
        return None
    oldest = select(*_COLUMNS).where(or_(*goes)).order_by(*_COLUMNS).limit(_STEP)
    found = connection.execute(oldest).all()
    return found[-1] if found else None
