"""Records on their way out, a few at a time: whoever writes waits for no more than a step."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import Connection, delete, select, tuple_

from interlock.types.stores import PruneCall
from interlock_sql.rollups import forget_until
from interlock_sql.tables import attempts, exclusions, labels, records

_STEP: Final = 500  # records that are removed at once
_WORTHWHILE: Final = 4  # the part of a file that is empty before it is made smaller
_LEAST: Final = 2_500  # pages
_PAGES: Final = 1_000  # given back at once
_COLUMNS: Final = (records.c.seconds, records.c.id)


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
        oldest = _oldest(connection, self._beyond if call.keep is not None else None, call.before)
        if not oldest:
            self._beyond = None
            return 0
        # By their ids, which lead to each: a database may reckon that a third of all is older than a time.
        gone = [each.id for each in oldest]
        for table in (attempts, exclusions, labels):
            # The records would take these along, one after another.
            connection.execute(delete(table).where(table.c.record.in_(gone)))
        connection.execute(delete(records).where(records.c.id.in_(gone)))
        forget_until(connection, oldest[-1].seconds)
        return len(gone)


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


def _oldest(connection: Connection, beyond: tuple[float, str] | None, before: float | None) -> Sequence[Any]:
    """The times and ids of those that go now, in their order."""
    key, goes = tuple_(*_COLUMNS), list[Any]()
    if beyond is not None:
        goes.append(key <= tuple_(*beyond))
    if before is not None:
        goes.append(records.c.seconds < before)
    for each in goes:  # one after the other: an index leads to what one of them says, and not to either
        oldest = connection.execute(select(*_COLUMNS).where(each).order_by(*_COLUMNS).limit(_STEP)).all()
        if oldest:
            return oldest
    return []
