"""SQLAlchemy's engines for the two databases, set up so that several processes get along."""

import json
import os
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from interlock_sql.address import Address
from interlock_sql.files import PATIENCE, make_private, prepare, take_over

_ROWS = 200  # in one statement

_TIMEOUTS = ("statement_timeout", "lock_timeout", "idle_in_transaction_session_timeout")


def make_engine(
    address: Address, *, durable: bool = False, reads: bool = False, patience: float = PATIENCE
) -> Engine:
    """Connects to nothing yet, but makes SQLite's file. What a `durable` one commits outlives a power cut.

    One that `reads` makes no file, and changes none. With less than the usual `patience`, in seconds, it
    gives up on a server, or on what another process has locked there. Raises OSError when the file cannot be
    made.
    """
    options: dict[str, Any] = {
        "json_serializer": json.JSONEncoder(separators=(",", ":")).encode,
        "hide_parameters": True,
        "insertmanyvalues_page_size": _ROWS,
        "poolclass": QueuePool,
        "pool_size": 1,
        "max_overflow": 0,
    }
    if address.file is None:
        engine = create_engine(
            address.url,
            pool_pre_ping=True,
            connect_args={
                "connect_timeout": int(patience),
                "tcp_user_timeout": int(2000 * patience),
                "application_name": "interlock",
            },
            **options,
        )
        if patience < PATIENCE:
            event.listen(engine, "connect", partial(_hurry, int(1000 * patience)))
        if durable:
            event.listen(engine, "connect", _commit_surely)
        return engine
    if reads:
        how = {"mode": "ro", "uri": "true"} | ({"immutable": "1"} if _lies_still(address.file) else {})
        place = URL.create("sqlite", database=f"file:{quote(str(address.file))}", query=how)
    else:
        make_private(address.file)
        place = URL.create("sqlite", database=str(address.file))
    engine = create_engine(
        place,
        connect_args={"timeout": patience, "check_same_thread": False},
        **options,
    )
    # Many rows in one statement: the driver gives way to the event loop's thread once, not for each row.
    engine.dialect.use_insertmanyvalues_wo_returning = True
    event.listen(engine, "connect", _take_over if reads else _prepare)
    if durable:
        event.listen(engine, "connect", _synchronise)
    event.listen(engine, "begin", _begin)
    return engine


def writing(engine: Engine) -> Engine:
    """The engine for transactions that write: SQLite takes its lock at their beginning, and so can wait."""
    return engine.execution_options(writes=True)


def _lies_still(file: Path) -> bool:
    """Whether it has no journal, and lies where SQLite cannot make the files beside it that it needs for one:
    a copy on a disk that cannot be written, or whose reader may not.
    """
    return not os.access(file.parent, os.W_OK) and not Path(f"{file}-wal").exists()


def _take_over(connection: Any, _: Any) -> None:
    take_over(connection)


def _prepare(connection: Any, _: Any) -> None:
    prepare(connection)


def _synchronise(connection: Any, _: Any) -> None:
    """Have a commit return when the disk has it, and not only when the file has."""
    connection.execute("PRAGMA synchronous = FULL")


def _hurry(milliseconds: int, connection: Any, _: Any) -> None:
    """Have nobody wait for long, neither this process nor those that wait for what it has locked."""
    for setting in _TIMEOUTS:
        connection.execute(f"SET {setting} = {milliseconds}")
    connection.commit()


def unhurried(connection: Connection) -> None:
    """Let this transaction take its time, whatever the patience of its connection."""
    if connection.dialect.name == "postgresql":
        for setting in _TIMEOUTS:
            connection.exec_driver_sql(f"SET LOCAL {setting} = 0")


def _commit_surely(connection: Any, _: Any) -> None:
    """The same of PostgreSQL, where a server, a database or a role may have it otherwise."""
    connection.execute("SET synchronous_commit = on")
    connection.commit()


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
