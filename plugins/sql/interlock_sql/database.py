"""What a database is asked, one thing after another. The thread that asks imports this: it takes a while."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, Table, delete, exists, or_, select, tuple_
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from interlock import Record, StoreError
from interlock.logs import redact
from interlock.records import Unreadable, record_from_plain
from interlock.types.stores import PruneCall, RecordQuery
from interlock_sql.address import Address
from interlock_sql.engines import make_engine, writing
from interlock_sql.rows import Rows, text
from interlock_sql.tables import attempts, exclusions, labels, records
from interlock_sql.upgrade import upgrade

_STEP = 500  # records that are removed at once


class Database:
    """Connected, its tables made or migrated. Every failure is a StoreError that names the place."""

    def __init__(self, address: Address) -> None:
        self._address = address
        with self._told():
            engine = make_engine(address)
            try:
                with writing(engine).begin() as connection:
                    upgrade(connection)
            except BaseException:
                engine.dispose()
                raise
        self._engine: Engine = engine

    def close(self) -> None:
        with self._told():
            self._engine.dispose()

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except StoreError as error:
            raise StoreError(f"{self._address.label}: {error.message}") from error.__cause__
        except DBAPIError as error:
            raise StoreError(f"{self._address.label}: {_reason(error.orig)}") from error
        except SQLAlchemyError as error:
            raise StoreError(f"{self._address.label}: {type(error).__name__}") from error
        except OSError as error:
            raise StoreError(f"{self._address.label}: {error.strerror or type(error).__name__}") from error

    def put(self, batch: Sequence[Record]) -> None:
        rows = Rows.of(batch)
        with self._told(), writing(self._engine).begin() as connection:
            insert = _INSERT[connection.dialect.name]
            for table, found in (
                (records, rows.records),
                (attempts, rows.attempts),
                (exclusions, rows.exclusions),
                (labels, rows.labels),
            ):
                if found:
                    connection.execute(insert(table).on_conflict_do_nothing(), found)

    def get(self, key: str) -> Record | None:
        with self._told(), self._engine.connect() as connection:
            body = connection.execute(select(records.c.body).where(records.c.id == text(key))).scalar()
            return None if body is None else _record(body)

    def find(self, query: RecordQuery) -> list[Record]:
        statement = (
            select(records.c.body)
            .where(*_conditions(query))
            .order_by(records.c.seconds.desc(), records.c.id.desc())
            .limit(query.limit)
        )
        with self._told(), self._engine.connect() as connection:
            return [_record(body) for body in connection.execute(statement).scalars()]

    def prune(self, call: PruneCall) -> int:
        with self._told(), writing(self._engine).begin() as connection:
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


def _insert_into_sqlite(table: Table) -> Any:
    return sqlite.insert(table)


def _insert_into_postgresql(table: Table) -> Any:
    return postgresql.insert(table)


_INSERT = {"sqlite": _insert_into_sqlite, "postgresql": _insert_into_postgresql}


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


def _reason(error: BaseException | None) -> str:
    """The driver's own words: what is wrong with the database, without a statement or its values."""
    lines = str(error).strip().splitlines()
    return redact(lines[0]) if lines else type(error).__name__
