"""The rows of a ledger, as an exchange finds and leaves them.

Statements are given to SQLite's driver as they are: what SQLAlchemy does around each of them would take
longer than they do, and while an exchange goes on, every other process waits for the file.
"""

import json
import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Table

from interlock_sql.ledger_tables import accounts, holds

Row = Mapping[str, Any]
Written = Mapping[Table, Sequence[Row]]
"""Whole rows, to be inserted or put in the place of those with their keys."""


@dataclass(frozen=True, slots=True)
class Read:
    """Rows by their keys, as far as there are any, which are nobody else's until the transaction is over.

    Attributes:
        now: the database's own clock, seconds since the epoch.
    """

    now: float
    accounts: Mapping[str, Row]
    holds: Mapping[str, Row]


def together(connection: Connection) -> AbstractContextManager[None]:  # noqa: ARG001 - as PostgreSQL's
    """Nothing is gained by it in a file."""
    return nullcontext()


def read(connection: Connection, names: Sequence[str], ids: Sequence[str]) -> Read:
    """Of a SQLite file, which is locked as a whole. Its clock is that of its machine."""
    driver: Any = connection.connection.driver_connection
    return Read(
        now=time.time(),
        accounts=_found(driver, accounts, names),
        holds=_found(driver, holds, ids),
    )


def write(connection: Connection, rows: Written) -> None:
    driver: Any = connection.connection.driver_connection
    for table, each in rows.items():
        if each:
            names = [column.name for column in table.columns]
            driver.executemany(_PUT[table], [[_value(row[name]) for name in names] for row in each])


def columns(table: Table) -> str:
    return ", ".join(f'"{column.name}"' for column in table.columns)


def replacing(table: Table) -> str:
    """What follows an insertion, so that a row takes the place of the one that has its key."""
    (key,) = table.primary_key.columns
    names = [column.name for column in table.columns if column is not key]
    changed = ", ".join(f'"{name}" = excluded."{name}"' for name in names)
    return f"ON CONFLICT ({key.name}) DO UPDATE SET {changed}"


def by_key(table: Table, rows: Sequence[Sequence[Any]]) -> dict[str, dict[str, Any]]:
    """Rows of all columns, by the first one, which is the key."""
    names = [column.name for column in table.columns]
    return {row[0]: dict(zip(names, row, strict=True)) for row in rows}


def _found(driver: Any, table: Table, keys: Sequence[str]) -> Mapping[str, Row]:
    if not keys:
        return {}
    found = by_key(table, driver.execute(_FOUND[table], [json.dumps(keys)]).fetchall())
    for row in found.values():
        if isinstance(row.get("windows"), str):
            row["windows"] = json.loads(row["windows"])
    return found


def _value(given: Any) -> Any:
    return json.dumps(given) if isinstance(given, dict) else given


def _put(table: Table) -> str:
    places = ", ".join("?" for _ in table.columns)
    return f"INSERT INTO {table.name} ({columns(table)}) VALUES ({places}) {replacing(table)}"  # noqa: S608 - our own names


def _find(table: Table) -> str:
    (key,) = table.primary_key.columns
    # As many keys as there may be: SQLite takes no more than so many parameters.
    return f"SELECT {columns(table)} FROM {table.name} WHERE {key.name} IN (SELECT value FROM json_each(?))"  # noqa: S608 - likewise


_FOUND: Final = {table: _find(table) for table in (accounts, holds)}
_PUT: Final = {table: _put(table) for table in (accounts, holds)}
