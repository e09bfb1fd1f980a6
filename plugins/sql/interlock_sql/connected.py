"""A connected database, whatever is kept in it. The thread that asks imports this: it takes a while."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import Engine, Table
from sqlalchemy.exc import DBAPIError, SQLAlchemyError

from interlock import StoreError
from interlock_sql.address import Address
from interlock_sql.engines import make_engine, unhurried, writing
from interlock_sql.files import PATIENCE
from interlock_sql.reasons import reason
from interlock_sql.upgrade import RECORDS, Migrations, upgrade


class Connected:
    """Connected, its tables made or migrated. Every failure is a StoreError that names the place.

    What a `durable` one has committed outlives a loss of power, too. For a server or another process it waits
    for `patience`, in seconds.

    Raises:
        StoreError: it cannot be reached or written, or a later version has migrated it.
    """

    def __init__(
        self,
        address: Address,
        *,
        durable: bool = False,
        migrations: Migrations | None = RECORDS,
        patience: float = PATIENCE,
    ) -> None:
        """Without `migrations` the database is taken as it is, and read alone."""
        self._address = address
        with self.told():
            engine = make_engine(address, durable=durable, reads=migrations is None, patience=patience)
            try:
                if migrations is not None:
                    with writing(engine).begin() as connection:
                        unhurried(connection)
                        upgrade(connection, migrations)
            except BaseException:
                engine.dispose()
                raise
        self.engine: Engine = engine

    def close(self) -> None:
        """Let go of it. Raises StoreError."""
        with self.told():
            self.engine.dispose()

    @contextmanager
    def told(self) -> Iterator[None]:
        """Have what a driver raises inside become a StoreError that names the place.

        Raises:
            StoreError: in the driver's words, its cause being what was raised.
        """
        try:
            yield
        except StoreError as error:
            raise StoreError(f"{self._address.label}: {error.message}") from error.__cause__
        except DBAPIError as error:
            raise StoreError(f"{self._address.label}: {reason(error.orig)}") from error
        except SQLAlchemyError as error:
            raise StoreError(f"{self._address.label}: {type(error).__name__}") from error
        except OSError as error:
            raise StoreError(f"{self._address.label}: {error.strerror or type(error).__name__}") from error


def _insert_into_sqlite(table: Table) -> Any:
    from sqlalchemy.dialects import sqlite  # noqa: PLC0415 - there already, where it is connected to

    return sqlite.insert(table)


def _insert_into_postgresql(table: Table) -> Any:
    from sqlalchemy.dialects import postgresql  # noqa: PLC0415 - 2 MB that SQLite does without

    return postgresql.insert(table)


INSERT = {"sqlite": _insert_into_sqlite, "postgresql": _insert_into_postgresql}
"""Dialect -> what makes an insert that may meet what is there already."""
