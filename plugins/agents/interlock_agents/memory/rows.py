"""What is remembered, written and read inside a transaction of whoever asks."""

from hashlib import sha256
from typing import Any

from sqlalchemy import Connection, select, update

from interlock import RequestError
from interlock_agents.memory.remembered import Remembered
from interlock_agents.memory.searching import texts
from interlock_agents.memory.tables import blobs, memory
from interlock_agents.plans.values import decoded, encoded
from interlock_sql.building import INSERT, text

INLINE = 256 * 1024
"""Bytes of a value that stand in its row; a larger one is a blob beside it."""
LARGEST = 64 * 1024 * 1024
"""Bytes of a value that are kept at all."""
_SEARCHED = 256 * 1024  # characters of a value that a search sees


def keep(connection: Connection, run: str, node: str, value: Any, *, place: str = "", at: float) -> None:
    """Keep a value, as `Memory.put` does."""
    body = encoded(value, limit=None, key=node)
    data = body.encode("ascii")
    if len(data) > LARGEST:
        raise RequestError(f"{len(data):,} bytes are more than the {LARGEST:,} that are kept", key=node)
    digest = sha256(data).hexdigest()
    insert = INSERT[connection.dialect.name]
    inline = len(data) <= INLINE
    if not inline:
        connection.execute(insert(blobs).on_conflict_do_nothing(), {"digest": digest, "data": data})
    row = {
        "body": body if inline else None,
        "blob": None if inline else digest,
        "size": len(data),
        "digest": digest,
        "words": text(" ".join(texts(value))[:_SEARCHED]),
        "summary": None,
        "summarised_by": None,
        "at": at,
    }
    named = {"run": run, "node": node, "place": place}
    put = insert(memory).on_conflict_do_update(index_elements=list(named), set_=row)
    connection.execute(put, named | row)


def keep_summary(
    connection: Connection, run: str, node: str, summary: str, *, by: str, place: str = ""
) -> None:
    """Keep a summary beside an original."""
    of = (memory.c.run == run, memory.c.node == node, memory.c.place == place)
    connection.execute(update(memory).where(*of).values(summary=text(summary), summarised_by=by))


def recall(connection: Connection, run: str, node: str, *, place: str = "") -> Remembered | None:
    """What is kept under this name; None where nothing is."""
    found = _rows(connection, memory.c.run == run, memory.c.node == node, memory.c.place == place)
    return found[0] if found else None


def recall_all(connection: Connection, run: str) -> list[Remembered]:
    """Everything of a run, oldest first."""
    return _rows(connection, memory.c.run == run)


def searched(connection: Connection, run: str) -> list[tuple[str, str, str]]:
    """Node, place and text of everything that a search looks at."""
    query = select(memory.c.node, memory.c.place, memory.c.words).where(memory.c.run == run)
    return [(node, place, words) for node, place, words in connection.execute(query)]


def _rows(connection: Connection, *of: Any) -> list[Remembered]:

    query = (
        select(memory, blobs.c.data)
        .outerjoin(blobs, blobs.c.digest == memory.c.blob)
        .where(*of)
        .order_by(memory.c.at, memory.c.node, memory.c.place)
    )
    return [
        Remembered(
            node=row.node,
            place=row.place,
            value=decoded(row.body if row.data is None else row.data.decode("ascii")),
            size=row.size,
            digest=row.digest,
            summary=row.summary,
            summarised_by=row.summarised_by,
            at=row.at,
        )
        for row in connection.execute(query)
    ]
