"""What a database is asked about a log, one thing after another."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select

from interlock.types.logs import LogEntry, LogQuery
from interlock_sql.address import Address
from interlock_sql.connected import INSERT, Connected
from interlock_sql.engines import writing
from interlock_sql.rows import moment, text
from interlock_sql.tables import log


class LogDatabase(Connected):
    """Appends entries and gives them back."""

    def __init__(self, address: Address) -> None:
        super().__init__(address, durable=True)

    def append(self, entries: Sequence[LogEntry]) -> None:
        rows = [_row(entry) for entry in entries]
        with self.told(), writing(self.engine).begin() as connection:
            insert = INSERT[connection.dialect.name]
            connection.execute(insert(log).on_conflict_do_nothing(index_elements=["id"]), rows)

    def read(self, query: LogQuery) -> list[LogEntry]:
        statement = select(log).order_by(log.c.number).limit(query.limit)
        if query.since is not None:
            statement = statement.where(log.c.seconds >= query.since)
        if query.call is not None:
            statement = statement.where(log.c.call == text(query.call))
        if query.run is not None:
            statement = statement.where(log.c.run == text(query.run))
        if query.after is not None:
            last = select(log.c.number).where(log.c.id == text(query.after)).scalar_subquery()
            statement = statement.where(log.c.number > last)
        with self.told(), self.engine.connect() as connection:
            return [_entry(row) for row in connection.execute(statement)]


def _row(entry: LogEntry) -> Mapping[str, Any]:
    return {
        "id": text(entry.id),
        "kind": text(entry.kind),
        "at": moment(entry.at),
        "seconds": entry.at,
        "call": text(entry.call),
        "run": text(entry.run),
        "step": text(entry.step),
        "attempt": entry.attempt,
        "facts": dict(entry.facts),
    }


def _entry(row: Row[Any]) -> LogEntry:
    return LogEntry(
        kind=row.kind,
        at=row.seconds,
        id=row.id,
        call=row.call,
        run=row.run,
        step=row.step,
        attempt=row.attempt,
        facts=row.facts,
    )
