"""SQLAlchemy's engines for the two databases, set up so that several processes get along."""

import json
import os
import time
from contextlib import suppress
from functools import partial
from pathlib import Path
from sqlite3 import OperationalError
from typing import Any
from urllib.parse import quote

from sqlalchemy import URL, Connection, Engine, create_engine, event
from sqlalchemy.pool import QueuePool

from interlock_sql.address import Address

_ROWS = 200  # in one statement
PATIENCE = 5.0
"""Seconds for another process to finish writing, or for a server to answer."""

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
        _make_private(address.file)
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


def _make_private(file: Path) -> None:
    """A new file that its owner alone may read; SQLite gives the files beside it the same rights."""
    file.parent.mkdir(parents=True, exist_ok=True)
    # A link that leads nowhere yet exists itself, and SQLite would make what it names with anybody's rights.
    with suppress(FileExistsError):
        os.close(os.open(os.path.realpath(file), os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def _lies_still(file: Path) -> bool:
    """Whether it has no journal, and lies where SQLite cannot make the files beside it that it needs for one:
    a copy on a disk that cannot be written, or whose reader may not.
    """
    return not os.access(file.parent, os.W_OK) and not Path(f"{file}-wal").exists()


def _take_over(connection: Any, _: Any) -> None:
    # Transactions are begun by `_begin`; the driver's own would begin too late, and not around DDL.
    connection.isolation_level = None


def _prepare(connection: Any, _: Any) -> None:
    _take_over(connection, _)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")
    # Of a new file alone: what is removed can be given back, a piece at a time.
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    due = time.monotonic() + PATIENCE
    while not _journals_ahead(connection, last=time.monotonic() > due):
        time.sleep(0.02)


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


def _journals_ahead(connection: Any, *, last: bool) -> bool:
    """Whether the file has, or has refused, the journal that lets readers and a writer go on at once."""
    try:
        if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            connection.execute("PRAGMA journal_mode = WAL")
    except OperationalError:
        # SQLite does not wait here by itself when another process is just doing the same.
        if last:
            raise
        return False
    return True


def _begin(connection: Connection) -> None:
    writes = connection.get_execution_options().get("writes")
    connection.exec_driver_sql("BEGIN IMMEDIATE" if writes else "BEGIN")
