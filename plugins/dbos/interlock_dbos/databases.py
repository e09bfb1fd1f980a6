"""The system database as DBOS would open it, but that what is committed outlives a loss of power."""

from typing import Any

from sqlalchemy import URL, Engine, create_engine, event

from interlock_sql import Address

_CONNECTIONS = 10
_PATIENCE = 30  # seconds for another process to finish writing


def make_engine(address: Address) -> Engine:
    """Connects to nothing yet."""
    if address.file is not None:
        engine = create_engine(URL.create("sqlite", database=str(address.file)), pool_size=_CONNECTIONS)
        event.listen(engine, "connect", _prepare_sqlite)
        return engine
    engine = create_engine(
        address.url,
        pool_size=_CONNECTIONS,
        max_overflow=0,
        pool_pre_ping=True,
        connect_args={"application_name": "interlock", "connect_timeout": 10},
    )
    event.listen(engine, "connect", _prepare_postgresql)
    return engine


def _prepare_sqlite(connection: Any, _: Any) -> None:
    # The first three as DBOS sets them; some systems build SQLite to do less than the fourth.
    connection.isolation_level = "IMMEDIATE"
    connection.execute(f"PRAGMA busy_timeout = {_PATIENCE * 1000}")
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = FULL")


def _prepare_postgresql(connection: Any, _: Any) -> None:
    connection.execute("SET synchronous_commit = on")
    connection.commit()
