"""What a database is asked about records, one thing after another."""

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from functools import partial
from typing import Any

from sqlalchemy import Connection, select

from interlock import Record, StoreError
from interlock.records import Unreadable, record_from_plain
from interlock.types.stores import CallTally, PruneCall, RecordQuery, TallyQuery
from interlock_sql.address import Address
from interlock_sql.connected import Connected
from interlock_sql.counting import counted, from_records
from interlock_sql.engines import writing
from interlock_sql.finding import finding
from interlock_sql.inserting import (
    ThereAlready,
    driver_of,
    into_postgresql,
    into_postgresql_again,
    into_sqlite,
)
from interlock_sql.removing import Remover, give_back
from interlock_sql.rollups import alone, forget
from interlock_sql.rows import LATE, Rows, moment_with_zone, moment_without, text
from interlock_sql.tables import records

_Insert = Callable[[Connection, Rows], None]


class Database(Connected):
    """Keeps records and gives them back. What a file is asked most `FileDatabase` does by itself."""

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self._remover = Remover(self.engine.dialect.name)

    def put(self, batch: Sequence[Record]) -> None:
        if self.engine.dialect.name == "sqlite":
            self._insert(batch, _into_file, Rows(batch, moment_without))
            return
        rows = Rows(batch, moment_with_zone)
        try:
            self._insert(batch, into_postgresql, rows)
        except ThereAlready:
            self._insert(batch, into_postgresql_again, rows)

    @contextmanager
    def _writing(self) -> Iterator[Connection]:
        with self.told(), writing(self.engine).begin() as connection:
            yield connection

    def get(self, key: str) -> Record | None:
        with self.told(), self.engine.connect() as connection:
            body = connection.execute(select(records.c.body).where(records.c.id == text(key))).scalar()
            return None if body is None else _record(body)

    def find(self, query: RecordQuery) -> list[Record]:
        with self.told(), self.engine.connect() as connection:
            return [_record(body) for body in connection.execute(finding(query)).scalars()]

    def tally(self, query: TallyQuery) -> list[CallTally]:
        try:
            with self.told():
                return counted(self.engine, self._writing, query)
        except StoreError:
            # It cannot be written, or another process writes for long: then all is counted anew.
            with self.told(), self.engine.connect() as connection:
                return from_records(connection, query)

    def prune(self, call: PruneCall) -> int:
        with self._writing() as connection:
            alone(connection, counting=False)
            removed = self._remover.remove(partial(_asked, connection), call)
        if not removed and self.engine.dialect.name == "sqlite":
            with self._writing() as connection, driver_of(connection) as file:
                give_back(file)
        return removed

    def _insert(
        self, batch: Sequence[Record], insert: Callable[[Connection, Rows], None], rows: Rows
    ) -> None:
        late = time.time() - LATE
        old = [record.started for record in batch if not record.started >= late]
        with self._writing() as connection:
            if old:
                alone(connection, counting=False)
            insert(connection, rows)
            if old:
                forget(connection, old)
        self._remover.come(len(batch))


def _into_file(connection: Connection, rows: Rows) -> None:
    with driver_of(connection) as file:
        into_sqlite(file, rows)


def _asked(connection: Connection, statement: str, values: Sequence[Any]) -> Sequence[Sequence[Any]]:
    if connection.dialect.name == "postgresql":
        statement = statement.replace("?", "%s")
    done = connection.exec_driver_sql(statement, tuple(values))
    return done.all() if done.returns_rows else ()


def _record(body: Any) -> Record:
    try:
        return record_from_plain(body)
    except Unreadable as error:
        raise StoreError(f"a record cannot be read: {error}") from None
