"""Records in a file of SQLite's: kept and removed by the driver alone.

A process that only serves need not have SQLAlchemy, which takes 14 MB. Whoever asks for records loads it.
"""

import sqlite3
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Final

from interlock import Record, StoreError
from interlock.types.stores import CallTally, PruneCall, RecordQuery, TallyQuery
from interlock_sql.address import Address
from interlock_sql.files import PATIENCE, make_private, prepare
from interlock_sql.inserting import into_sqlite
from interlock_sql.reasons import reason
from interlock_sql.removing import Remover, give_back
from interlock_sql.rows import LATE, Rows, moment_without
from interlock_sql.versions import REVISIONS, VERSION_TABLE

if TYPE_CHECKING:
    from interlock_sql.database import Database

TABLES: Final = Path(__file__).with_name("tables.sql")
"""What makes the tables of a new file, as SQLAlchemy would: statements with a blank line between them."""


_CACHE: Final = 1_000  # KiB of the file's pages; twice as many, as is usual, make nothing quicker here


class FileDatabase:
    """Keeps records and gives them back. Every failure is a StoreError that names the file."""

    def __init__(self, address: Address, file: Path) -> None:
        """Raises StoreError: it cannot be opened or written, or a later version has migrated it."""
        self._address = address
        self._remover = Remover("sqlite")
        self._whole: Database | None = None
        with self._told():
            make_private(file)
            self._file = sqlite3.connect(file, timeout=PATIENCE, check_same_thread=False)
            try:
                prepare(self._file)
                self._file.execute(f"PRAGMA cache_size = -{_CACHE}")
                made = self._version() == REVISIONS[-1] or self._make()
            except BaseException:
                self._file.close()
                raise
        if not made:
            try:
                self._rest()
            except BaseException:
                self._file.close()
                raise

    def close(self) -> None:
        """Let go of it. Raises StoreError."""
        whole, self._whole = self._whole, None
        with self._told():
            self._file.close()
        if whole is not None:
            whole.close()

    def put(self, batch: Sequence[Record]) -> None:
        late = time.time() - LATE
        if all(record.started >= late for record in batch):
            rows = Rows(batch, moment_without)
            with self._writing() as file:
                into_sqlite(file, rows)
        else:
            self._rest().put(batch)  # which looks at what has been counted
        self._remover.come(len(batch))

    def prune(self, call: PruneCall) -> int:
        with self._writing() as file:
            removed = self._remover.remove(lambda *asked: file.execute(*asked).fetchall(), call)
        if not removed:
            with self._writing() as file:
                give_back(file)
        return removed

    def get(self, key: str) -> Record | None:
        return self._rest().get(key)

    def find(self, query: RecordQuery) -> list[Record]:
        return self._rest().find(query)

    def tally(self, query: TallyQuery) -> list[CallTally]:
        return self._rest().tally(query)

    def _rest(self) -> "Database":
        """What does all that is not done here. It brings tables of an earlier version up to date."""
        if self._whole is None:
            from interlock_sql.database import Database  # noqa: PLC0415 - as said above

            self._whole = Database(self._address)
        return self._whole

    def _make(self) -> bool:
        """Make the tables of a new file; whether it was new, or another process has just made them."""
        with self._begun() as file:
            if (found := self._version()) is None:
                for statement in TABLES.read_text(encoding="utf-8").split("\n\n"):
                    file.execute(statement)
        return found in (None, REVISIONS[-1])

    def _version(self) -> str | None:
        """What the file says of itself; None when it is new."""
        there = "SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?"
        if self._file.execute(there, [VERSION_TABLE]).fetchone() is None:
            return None
        found = self._file.execute(f"SELECT version_num FROM {VERSION_TABLE}").fetchone()  # noqa: S608 - our own name
        return None if found is None else str(found[0])

    @contextmanager
    def _writing(self) -> Iterator[sqlite3.Connection]:
        with self._told(), self._begun() as file:
            yield file

    @contextmanager
    def _begun(self) -> Iterator[sqlite3.Connection]:
        """A transaction that may write: it takes its lock at the beginning, and so can wait."""
        with self._file as file:
            file.execute("BEGIN IMMEDIATE")
            yield file

    @contextmanager
    def _told(self) -> Iterator[None]:
        try:
            yield
        except sqlite3.Error as error:
            raise StoreError(f"{self._address.label}: {reason(error)}") from error
        except OSError as error:
            raise StoreError(f"{self._address.label}: {error.strerror or type(error).__name__}") from error
