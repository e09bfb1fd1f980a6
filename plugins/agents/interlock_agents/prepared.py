"""Statements that are compiled once, and given to the driver as they are.

An effect waits for about ten of them. What SQLAlchemy does about each execution would take it longer than the
database does.
"""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection
from sqlalchemy.engine.interfaces import Dialect
from sqlalchemy.exc import DBAPIError

Row = dict[str, Any]
_Compiled = tuple[str, tuple[str, ...] | None, dict[str, Any]]


class Prepared:
    """One statement, for every database. Rows come as the driver has them: SQLite's booleans are numbers.

    What changes rows may be given more values than it names: those are columns, and are set.
    """

    def __init__(self, statement: Any) -> None:
        """It has no list of values whose length differs."""
        self._statement = statement
        self._made: dict[tuple[str, ...], _Compiled] = {}

    def execute(self, connection: Connection, values: Mapping[str, Any]) -> int:
        """How many rows it has changed. Raises DBAPIError."""
        return self._run(connection, values)[0]

    def rows(self, connection: Connection, values: Mapping[str, Any]) -> list[Row]:
        """What it selects or returns. Raises DBAPIError."""
        return self._run(connection, values)[1]

    def _run(self, connection: Connection, values: Mapping[str, Any]) -> tuple[int, list[Row]]:
        sql, order, known = self._compiled(connection.dialect, values)
        given = {**known, **values}
        driver = connection.connection
        cursor = driver.cursor()
        try:
            cursor.execute(sql, given if order is None else [given[name] for name in order])
            rows = [] if cursor.description is None else cursor.fetchall()
        except connection.dialect.loaded_dbapi.Error as error:
            if connection.dialect.is_disconnect(error, driver.dbapi_connection, cursor):
                connection.invalidate(error)
            raise DBAPIError(None, None, error, hide_parameters=True) from error
        else:
            names = [column[0] for column in cursor.description or ()]
            return cursor.rowcount, [dict(zip(names, row, strict=True)) for row in rows]
        finally:
            cursor.close()

    def _compiled(self, dialect: Dialect, values: Mapping[str, Any]) -> _Compiled:
        """The text, the order of its values where they have no names there, and those that it has itself."""
        key = (dialect.name, *values)
        if (made := self._made.get(key)) is None:
            compiled = self._statement.compile(dialect=dialect, column_keys=list(values))
            order = None if compiled.positiontup is None else tuple(compiled.positiontup)
            known = {name: value for name, value in compiled.params.items() if value is not None}
            made = self._made[key] = (compiled.string, order, known)
        return made
