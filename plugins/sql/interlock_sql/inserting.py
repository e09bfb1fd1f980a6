"""Rows of records on their way into a database, past everything that takes time for each of them.

What SQLAlchemy does for each row and value costs more than SQLite does to keep them.
"""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from functools import cache
from sqlite3 import Connection as File
from typing import TYPE_CHECKING, Any, Final

from interlock import StoreError
from interlock_sql.reasons import reason
from interlock_sql.rows import COLUMNS, Rows

if TYPE_CHECKING:
    from sqlalchemy import Connection

_VALUES: Final = 2_700
"""In one statement of SQLite's at the most: it is compiled once and kept, and takes memory for each value."""
_THERE_ALREADY: Final = "23505"
"""PostgreSQL's code for a row whose key is there."""


class ThereAlready(Exception):
    """One of the rows is kept already, and none has been inserted."""


def into_sqlite(file: File, rows: Rows) -> None:
    """Insert those that are not there yet.

    While a statement runs, Python's other threads do, and each time it then has to wait for its turn. So rows
    go in few statements of few sizes, filled with their last row again and again: it is there already.
    """
    cursor = file.cursor()
    for table, values in rows.tables.items():
        width = len(COLUMNS[table])
        step = width << (_VALUES // width).bit_length() - 1
        for at in range(0, len(values), step):
            part = values[at : at + step]
            count = len(part) // width
            size = 1 << (count - 1).bit_length()
            cursor.execute(_insert(table, size), part + part[-width:] * (size - count))
    cursor.close()


def into_postgresql(connection: "Connection", rows: Rows) -> None:
    """Insert all of them, or none.

    Raises:
        ThereAlready: one of them was there.
    """
    with driver_of(connection) as driver, driver.cursor() as cursor:
        for table, values in rows.tables.items():
            if values:
                _copy(cursor, table, COLUMNS[table], values)


def into_postgresql_again(connection: "Connection", rows: Rows) -> None:
    """Insert those that are not there yet, each by itself."""
    with driver_of(connection) as driver, driver.cursor() as cursor:
        for table, values in rows.tables.items():
            columns = COLUMNS[table]
            statement = (
                f"INSERT INTO {table} ({', '.join(columns)}) "  # noqa: S608 - our own names
                f"VALUES ({', '.join(['%s'] * len(columns))}) ON CONFLICT DO NOTHING"
            )
            cursor.executemany(statement, list(_each(values, len(columns))))


@contextmanager
def driver_of(connection: "Connection") -> Iterator[Any]:
    """The driver's own connection, inside the transaction that was begun."""
    errors = connection.dialect.loaded_dbapi.Error
    try:
        yield connection.connection.driver_connection
    except errors as error:
        if getattr(error, "sqlstate", None) == _THERE_ALREADY:
            raise ThereAlready from error
        raise StoreError(reason(error)) from error


@cache
def _insert(table: str, size: int) -> str:
    columns = COLUMNS[table]
    row = f"({', '.join('?' * len(columns))})"
    return (
        f"INSERT INTO {table} ({', '.join(columns)}) VALUES {', '.join([row] * size)} "  # noqa: S608 - our own names
        "ON CONFLICT DO NOTHING"
    )


def _copy(cursor: Any, table: str, columns: Sequence[str], values: Sequence[Any]) -> None:
    with cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy:
        for row in _each(values, len(columns)):
            copy.write_row(row)


def _each(values: Sequence[Any], width: int) -> Iterator[Sequence[Any]]:
    return (values[at : at + width] for at in range(0, len(values), width))
