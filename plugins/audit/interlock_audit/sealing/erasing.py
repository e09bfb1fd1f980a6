"""Erasing what was sealed: its key goes, and what is left of that in the database's files."""

import time
from dataclasses import dataclass
from typing import TYPE_CHECKING

from sqlalchemy import Connection, text

from interlock import StoreError
from interlock_audit.sealing import keyring
from interlock_audit.sealing.keyring import Kept
from interlock_audit.sealing.keys import SealingKey, Unopened

if TYPE_CHECKING:
    from interlock_audit.database import AuditDatabase

_PATIENCE = 10.0  # seconds for others who read the file
_PAUSE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Erasure:
    """What became of it.

    Attributes:
        handle: what entries have in place of the subject; None where the keyring has no key of it.
        traces: where the key may still lie in the database's files, as a sentence; None where it does not.
        others: ids of sealing keys under which the keyring has keys that were not looked through, and how
            many.
    """

    handle: str | None
    traces: str | None
    others: dict[str, int]


class Removal:
    """Removes one key within the transaction that appends what tells of it."""

    def __init__(
        self, *, lookup: str | None = None, handle: str | None = None, key: SealingKey | None = None
    ) -> None:
        """By the digest of the subject, under the key of the digest, or by the handle."""
        self._lookup = lookup
        self._handle = handle
        self._key = key

    def look(self, database: "AuditDatabase") -> tuple[Kept | None, dict[str, int]]:
        """The key that is there, and which others there are."""
        with database.told(), database.engine.connect() as connection:
            return self._found(connection), keyring.others(
                connection, "" if self._key is None else self._key.id
            )

    def __call__(self, connection: Connection) -> None:
        """Raises Gone where somebody else has erased it meanwhile."""
        keyring.hold(connection, alone=True)
        if (kept := self._found(connection)) is None:
            raise Gone
        keyring.remove(connection, kept)

    def _found(self, connection: Connection) -> Kept | None:
        if self._handle is not None:
            return keyring.by_handle(connection, self._handle)
        lookup = self._lookup or ""
        kept = keyring.by_lookup(connection, [lookup]).get(lookup)
        if kept is not None and self._key is not None:
            try:
                self._key.unwrapped(kept.wrapped, handle=kept.handle, lookup=lookup)
            except Unopened:
                raise StoreError(
                    "the subject's row in the keyring was changed, and may be somebody else's: nothing was "
                    "erased. --handle erases a row without asking whose it is"
                ) from None
        return kept


class Gone(Exception):
    """Somebody else has erased it."""


def overwrite_what_is_removed(database: "AuditDatabase") -> None:
    """From now on, in SQLite."""
    _ask_sqlite(database, "PRAGMA secure_delete = ON")


def clear_traces(database: "AuditDatabase") -> str | None:
    """Have the database's files forget what was removed; where they may not have, a sentence that says so."""
    if database.engine.dialect.name != "sqlite":
        return _rewritten(database)
    due = time.monotonic() + _PATIENCE
    while (row := _ask_sqlite(database, "PRAGMA wal_checkpoint(TRUNCATE)")) and row[0]:
        if time.monotonic() > due:
            return "its key may still be read in the file that ends in -wal, which another process is reading"
        time.sleep(_PAUSE)
    return None


def _ask_sqlite(database: "AuditDatabase", statement: str) -> tuple[int, ...] | None:
    """Outside of any transaction."""
    if database.engine.dialect.name != "sqlite":
        return None
    with database.told():
        connection = database.engine.raw_connection()
        try:
            cursor = connection.cursor()
            cursor.execute(statement)
            row: tuple[int, ...] | None = cursor.fetchone()
            return row
        finally:
            connection.close()


def _rewritten(database: "AuditDatabase") -> str | None:
    where = "SELECT pg_relation_filenode('audit_keyring')"
    told = "its key may still be read in the table's file until `VACUUM FULL audit_keyring` has been run"
    try:
        with (
            database.told(),
            database.engine.execution_options(isolation_level="AUTOCOMMIT").connect() as connection,
        ):
            before = connection.execute(text(where)).scalar()
            connection.execute(text(f"SET lock_timeout = '{int(_PATIENCE)}s'"))
            try:
                connection.execute(text("VACUUM (FULL) audit_keyring"))
            finally:
                connection.execute(text("RESET lock_timeout"))
            # Whoever does not own the table is only warned.
            return told if connection.execute(text(where)).scalar() == before else None
    except StoreError:
        return told
