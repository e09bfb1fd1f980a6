"""What a database is asked about records, one thing after another."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Connection, delete, exists, or_, select, tuple_

from interlock import Record, StoreError
from interlock.records import Unreadable, record_from_plain
from interlock.types.stores import CallTally, PruneCall, RecordQuery, TallyQuery
from interlock_sql.connected import Connected
from interlock_sql.engines import writing
from interlock_sql.inserting import (
    ThereAlready,
    into_postgresql,
    into_postgresql_again,
    into_sqlite,
)
from interlock_sql.rows import Rows, moment_with_zone, moment_without, text
from interlock_sql.tables import attempts, labels, records
from interlock_sql.tallies import tally_of, tallying

_STEP = 500  # records that are removed at once


class Database(Connected):
    """Keeps records and gives them back."""

    def put(self, batch: Sequence[Record]) -> None:
        if self.engine.dialect.name == "sqlite":
            rows = Rows(batch, moment_without)
            with self._writing() as connection:
                into_sqlite(connection, rows)
            return
        rows = Rows(batch, moment_with_zone)
        try:
            with self._writing() as connection:
                into_postgresql(connection, rows)
        except ThereAlready:
            with self._writing() as connection:
                into_postgresql_again(connection, rows)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self.told(), writing(self.engine).begin() as connection:
            yield connection

    def get(self, key: str) -> Record | None:
        with self.told(), self.engine.connect() as connection:
            body = connection.execute(select(records.c.body).where(records.c.id == text(key))).scalar()
            return None if body is None else _record(body)

    def find(self, query: RecordQuery) -> list[Record]:
        statement = (
            select(records.c.body)
            .where(*_conditions(query))
            .order_by(records.c.seconds.desc(), records.c.id.desc())
            .limit(query.limit)
        )
        with self.told(), self.engine.connect() as connection:
            return [_record(body) for body in connection.execute(statement).scalars()]

    def tally(self, query: TallyQuery) -> list[CallTally]:
        with self.told(), self.engine.connect() as connection:
            statement = tallying(query, connection.dialect.name)
            return [tally_of(row, query) for row in connection.execute(statement)]

    def prune(self, call: PruneCall) -> int:
        with self._writing() as connection:
            key = tuple_(records.c.seconds, records.c.id)
            goes: list[Any] = []
            if call.keep is not None:
                newest_first = select(records.c.seconds, records.c.id).order_by(
                    records.c.seconds.desc(), records.c.id.desc()
                )
                first = connection.execute(newest_first.offset(call.keep).limit(1)).first()
                if first is not None:
                    goes.append(key <= tuple_(first[0], first[1]))
            if call.before is not None:
                goes.append(records.c.seconds < call.before)
            if not goes:
                return 0
            oldest = select(records.c.id).where(or_(*goes)).order_by(records.c.seconds, records.c.id)
            done = connection.execute(delete(records).where(records.c.id.in_(oldest.limit(_STEP))))
            return done.rowcount


def _conditions(query: RecordQuery) -> list[Any]:
    seconds = records.c.seconds
    found: list[Any] = []
    if query.since is not None:
        found.append(seconds >= query.since)
    if query.until is not None:
        found.append(seconds < query.until)
    if query.task is not None:
        found.append(records.c.task == text(query.task))
    if query.deployment is not None:
        name = text(query.deployment)
        tried = exists().where(attempts.c.record == records.c.id, attempts.c.deployment == name)
        found.append(or_(records.c.deployment == name, tried))
    if query.error is not None:
        found.append(records.c.error == text(query.error))
    if query.failed is not None:
        found.append(records.c.outcome == ("error" if query.failed else "answer"))
    if query.run is not None:
        found.append(records.c.run == text(query.run))
    found += [
        exists().where(
            labels.c.record == records.c.id, labels.c.name == text(name), labels.c.value == text(value)
        )
        for name, value in query.metadata.items()
    ]
    if query.after is not None:
        at, last = query.after
        found.append(tuple_(seconds, records.c.id) < tuple_(at, text(last)))
    return found


def _record(body: Any) -> Record:
    try:
        return record_from_plain(body)
    except Unreadable as error:
        raise StoreError(f"a record cannot be read: {error}") from None
