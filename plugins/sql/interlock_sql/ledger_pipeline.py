"""The rows of a ledger in PostgreSQL, read and written in one round trip each.

Statements follow one another without waiting for the answer to the one before. While an exchange goes on, its
accounts are locked, and every other process that wants one of them waits: each round trip is everybody's.
"""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, Final

from sqlalchemy import JSON, Connection, Table

from interlock_sql.inserting import driver_of
from interlock_sql.ledger_rows import Read, Row, Written, by_key, columns, replacing
from interlock_sql.ledger_tables import accounts, holds

_TYPES: Final = {"TEXT": "text", "DOUBLE": "float8", "BIGINT": "int8", "JSON": "text"}


def _put(table: Table) -> str:
    """Inserts or changes rows, which are given as an array for each column."""
    arrays = ", ".join(f"%s::{_TYPES[str(column.type)]}[]" for column in table.columns)
    given = ", ".join(
        f'given."{column.name}"' + ("::json" if isinstance(column.type, JSON) else "")
        for column in table.columns
    )
    return (
        f"INSERT INTO {table.name} ({columns(table)}) SELECT {given} "  # noqa: S608 - our own names
        f"FROM unnest({arrays}) AS given ({columns(table)}) {replacing(table)}"
    )


_MAKE: Final = (
    f"INSERT INTO {accounts.name} ({columns(accounts)}) "  # noqa: S608 - our own names
    "SELECT name, 0, 0, 0, 0, 0, 0, 0 FROM unnest(%s::text[]) AS name ON CONFLICT (name) DO NOTHING"
)
_LOCK: Final = (
    f"SELECT {columns(accounts)} FROM {accounts.name} WHERE name = ANY(%s) ORDER BY name FOR UPDATE"  # noqa: S608 - likewise
)
_NOW: Final = "SELECT extract(epoch FROM clock_timestamp())::float8"
_HELD: Final = f"SELECT {columns(holds)} FROM {holds.name} WHERE id = ANY(%s)"  # noqa: S608 - likewise
_PUT: Final = {table: _put(table) for table in (accounts, holds)}


@contextmanager
def together(connection: Connection) -> Iterator[None]:
    """What is read and written inside is."""
    with driver_of(connection) as driver, driver.pipeline():
        yield


def read(connection: Connection, names: Sequence[str], ids: Sequence[str]) -> Read:
    """PostgreSQL has nothing to lock of a row that is not there, and two that want the same new account would
    both find none: all are made before any is locked, so that nobody waits in a circle.
    """
    driver: Any = connection.connection.driver_connection
    if names:
        driver.execute(_MAKE, [names])
    locked = driver.execute(_LOCK, [names])
    # Once they are locked: nobody turns a window after us and was there before.
    clock = driver.execute(_NOW)
    held = driver.execute(_HELD, [ids])
    found = by_key(accounts, locked.fetchall())
    (now,) = clock.fetchone()
    return Read(now=now, accounts=found, holds=by_key(holds, held.fetchall()))


def write(connection: Connection, rows: Written) -> None:
    """Commits, too: the accounts are free once the server has heard that, and not once we have heard it."""
    driver: Any = connection.connection.driver_connection
    for table, each in rows.items():
        if each:
            driver.execute(_PUT[table], _arrays(table, each))
    driver.commit()


def _arrays(table: Table, rows: Sequence[Row]) -> list[list[Any]]:
    """One for each column; JSON goes as its text."""
    found = []
    for column in table.columns:
        values = [row[column.name] for row in rows]
        if isinstance(column.type, JSON):
            values = [None if value is None else json.dumps(value) for value in values]
        found.append(values)
    return found
