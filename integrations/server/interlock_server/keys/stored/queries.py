"""What is asked of the database of keys, each within a transaction."""

import time

from sqlalchemy import Connection, delete, insert, select, update

from interlock import RequestError
from interlock_server.keys.stored.rows import KeyRow
from interlock_server.keys.stored.tables import changes, keys


def add(connection: Connection, row: KeyRow) -> None:
    """As `KeyStore.add`."""
    found = connection.execute(select(keys.c.revoked_at).where(keys.c.id == row.id)).first()
    if found is not None and found.revoked_at is None:
        what = f"there is a key {row.id}; `interlock keys revoke {row.id}` makes room for another."
        raise RequestError(what, key="id")
    connection.execute(delete(keys).where(keys.c.id == row.id))
    values = {"id": row.id, "sha256": row.sha256, "fields": row.fields, "made_at": row.made_at}
    connection.execute(insert(keys).values(**values))
    _changed(connection)


def revoke(connection: Connection, id_: str) -> bool:
    """As `KeyStore.revoke`."""
    theirs = update(keys).where(keys.c.id == id_, keys.c.revoked_at.is_(None))
    gone = connection.execute(theirs.values(revoked_at=time.time())).rowcount == 1
    if gone:
        _changed(connection)
    return gone


def everybody(connection: Connection) -> list[KeyRow]:
    """As `KeyStore.all`."""
    found = connection.execute(select(keys).order_by(keys.c.id)).mappings()
    return [KeyRow(**row) for row in found]


def since(connection: Connection, number: int | None) -> tuple[int, list[KeyRow] | None]:
    """As `KeyStore.since`."""
    # The number first: what changes after it has been read is read once more.
    now: int = connection.execute(select(changes.c.number)).scalar_one()
    return now, None if now == number else everybody(connection)


def _changed(connection: Connection) -> None:
    connection.execute(update(changes).values(number=changes.c.number + 1))
