"""SQLite's files, opened so that several processes get along."""

import os
import sqlite3
import time
from contextlib import suppress
from pathlib import Path
from typing import Final

PATIENCE: Final = 5.0
"""Seconds for another process to finish writing."""


def make_private(file: Path) -> None:
    """A new file that its owner alone may read; SQLite gives the files beside it the same rights."""
    file.parent.mkdir(parents=True, exist_ok=True)
    # A link that leads nowhere yet exists itself, and SQLite would make what it names with anybody's rights.
    with suppress(FileExistsError):
        os.close(os.open(os.path.realpath(file), os.O_CREAT | os.O_EXCL | os.O_RDWR, 0o600))


def take_over(connection: sqlite3.Connection) -> None:
    """Have transactions begin where they are begun: the driver's own would too late, and not around DDL."""
    connection.isolation_level = None


def prepare(connection: sqlite3.Connection) -> None:
    """Set a connection up that writes. Raises sqlite3.Error."""
    take_over(connection)
    connection.execute("PRAGMA foreign_keys = ON")
    connection.execute("PRAGMA synchronous = NORMAL")
    # Of a new file alone: what is removed can be given back, a piece at a time.
    connection.execute("PRAGMA auto_vacuum = INCREMENTAL")
    due = time.monotonic() + PATIENCE
    while not _journals_ahead(connection, last=time.monotonic() > due):
        time.sleep(0.02)


def _journals_ahead(connection: sqlite3.Connection, *, last: bool) -> bool:
    """Whether the file has, or has refused, the journal that lets readers and a writer go on at once."""
    try:
        if connection.execute("PRAGMA journal_mode").fetchone() != ("wal",):
            connection.execute("PRAGMA journal_mode = WAL")
    except sqlite3.OperationalError:
        # SQLite does not wait here by itself when another process is just doing the same.
        if last:
            raise
        return False
    return True
