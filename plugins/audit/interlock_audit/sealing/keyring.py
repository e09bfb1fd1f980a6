"""The subjects' keys as they are kept: found by a digest of the subject, wrapped, and removed for good."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Select, delete, func, select, text, update

from interlock_audit.tables import keyring, keyring_changes
from interlock_sql.building import INSERT

# Any number will do, as long as every process takes the same.
_ADVISORY_KEY = 0x1A7E_5EA1
_STEP = 500  # that are looked for at once


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """`lookup` leads to it, `handle` names it in entries, `sealing` is the id of the key that wraps."""

    handle: str
    lookup: str
    wrapped: str
    sealing: str


_COLUMNS = (keyring.c.handle, keyring.c.lookup, keyring.c.wrapped, keyring.c.sealing)


def hold(connection: Connection, *, alone: bool = False) -> None:
    """Until the transaction ends, nobody erases; with `alone`, nobody seals either.

    SQLite's transaction has the only right to write already.
    """
    if connection.dialect.name == "postgresql":
        how = "" if alone else "_shared"
        connection.execute(text(f"SELECT pg_advisory_xact_lock{how}(:key)"), {"key": _ADVISORY_KEY})


def erasures(connection: Connection) -> int:
    """How many there have been."""
    return connection.execute(select(keyring_changes.c.erasures)).scalar() or 0


def by_lookup(connection: Connection, lookups: Sequence[str]) -> dict[str, Kept]:
    """Those that are there."""
    found: dict[str, Kept] = {}
    for first in range(0, len(lookups), _STEP):
        some = select(*_COLUMNS).where(keyring.c.lookup.in_(lookups[first : first + _STEP]))
        found.update((kept.lookup, kept) for kept in _rows(connection, some))
    return found


def by_handle(connection: Connection, handle: str) -> Kept | None:
    return next(_rows(connection, select(*_COLUMNS).where(keyring.c.handle == handle)), None)


def add(connection: Connection, made: Sequence[Kept]) -> dict[str, Kept]:
    """Keep them, but where somebody else was first; then it is theirs that count, and are given."""
    dialect = connection.dialect.name
    values = [
        {name: getattr(each, name) for name in ("handle", "lookup", "wrapped", "sealing")} for each in made
    ]
    connection.execute(INSERT[dialect](keyring).on_conflict_do_nothing(index_elements=["lookup"]), values)
    if dialect == "sqlite":
        return {each.lookup: each for each in made}  # nobody else can have written meanwhile
    return by_lookup(connection, [each.lookup for each in made])


def others(connection: Connection, sealing: str) -> dict[str, int]:
    """The ids of other keys that wrap some, with how many."""
    statement = (
        select(keyring.c.sealing, func.count())
        .where(keyring.c.sealing != sealing)
        .group_by(keyring.c.sealing)
    )
    return dict(tuple(row) for row in connection.execute(statement))


def all_kept(connection: Connection) -> list[Kept]:
    """Every row."""
    return list(_rows(connection, select(*_COLUMNS)))


def remove(connection: Connection, kept: Kept) -> None:
    """For good: in SQLite no page of the file has it once the transaction is in it.

    Pages that a tree has grown out of may still hold rows that moved. So all are given back, which
    overwrites them, and the rows that stay are written anew.
    """
    connection.execute(delete(keyring).where(keyring.c.handle == kept.handle))
    connection.execute(update(keyring_changes).values(erasures=keyring_changes.c.erasures + 1))
    if connection.dialect.name == "sqlite":
        _write_anew(connection)


def _write_anew(connection: Connection) -> None:
    connection.execute(text("CREATE TABLE audit_keyring_staying AS SELECT * FROM audit_keyring"))
    connection.execute(delete(keyring))
    connection.execute(text("INSERT INTO audit_keyring SELECT * FROM audit_keyring_staying ORDER BY number"))
    connection.execute(text("DROP TABLE audit_keyring_staying"))


def _rows(connection: Connection, statement: Select[Any]) -> Iterator[Kept]:
    for handle, lookup, wrapped, sealing in connection.execute(statement):
        yield Kept(handle=handle, lookup=lookup, wrapped=wrapped, sealing=sealing)
