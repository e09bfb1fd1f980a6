"""What a database is asked about an audit log, one thing after another."""

import json
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from sqlalchemy import Connection, delete, insert, select, text
from sqlalchemy.exc import IntegrityError

from interlock import LogEntry, StoreError
from interlock.types.logs import LogQuery
from interlock_audit.bodies import entry_in, fit
from interlock_audit.chaining import Chain, Heads, Row
from interlock_audit.refusals import AT, CALL, OWN, RUN, allow_removal, refuse_removal
from interlock_audit.tables import MIGRATIONS, audit, checkpoints, links
from interlock_sql import Address
from interlock_sql.building import Connected, writing

_STEP = 500  # ids that are looked for at once

# Chain by chain along the index, however long each is; and how far its head was named before.
_HEADS = """
WITH RECURSIVE chains(chain) AS (
    SELECT min(chain) FROM audit
    UNION ALL
    SELECT (SELECT min(a.chain) FROM audit a WHERE a.chain > c.chain) FROM chains c WHERE c.chain IS NOT NULL
), heads AS (
    SELECT chain, (SELECT max(a.seq) FROM audit a WHERE a.chain = c.chain) AS seq
    FROM chains c WHERE chain IS NOT NULL
)
SELECT h.chain, h.seq, a.hash FROM heads h JOIN audit a ON a.chain = h.chain AND a.seq = h.seq
WHERE h.chain <> :own AND h.seq > COALESCE(
    (SELECT max(l.seq) FROM audit_links l WHERE l.chain = h.chain AND l.of = :of), -1)
"""

_ANCHORED = """
SELECT l.chain, l.seq, a.hash, a.body FROM audit_links l JOIN audit a ON a.chain = l.chain AND a.seq = l.seq
WHERE l.of = 'checkpoint' ORDER BY l.chain, l.seq DESC
"""


class Collision(Exception):
    """An entry of that id, or one at that place of the chain, is there already."""


class AuditDatabase(Connected):
    """Appends rows and gives them back; what they say is for others to know."""

    def __init__(self, address: Address) -> None:
        super().__init__(address, durable=True, migrations=MIGRATIONS)

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One that writes. What it did is durable at the end, or is not there."""
        with self.told(), writing(self.engine).begin() as connection:
            yield connection

    def insert(self, connection: Connection, rows: Sequence[Row]) -> None:
        """Raises Collision, and StoreError where the database does not keep what it has taken."""
        try:
            connection.execute(insert(audit), [_values(row) for row in rows])
        except IntegrityError as error:
            raise Collision from error
        first, last = rows[0], rows[-1]
        kept = select(audit.c.hash).where(audit.c.chain == first.chain)
        kept = kept.where(audit.c.seq.between(first.seq, last.seq)).order_by(audit.c.seq)
        if list(connection.execute(kept).scalars()) != [row.hash for row in rows]:
            raise StoreError("it does not keep what is appended: a trigger of somebody else's may drop it")

    def heads(self, connection: Connection, *, of: str | None, but: str) -> Heads:
        """The heads of all chains `but` one, without those that were named `of` that before."""
        found = connection.execute(text(_HEADS), {"of": of or "", "own": but})
        return {chain: (seq, head) for chain, seq, head in found}

    def named(self, connection: Connection, heads: Heads, *, of: str) -> None:
        """Remember that these need not be named again."""
        if heads:
            rows = [{"chain": chain, "seq": seq, "of": of} for chain, (seq, _) in heads.items()]
            connection.execute(insert(links), rows)

    def keep(self, connection: Connection, line: str) -> None:
        """Keep a checkpoint."""
        connection.execute(insert(checkpoints), [{"line": line}])

    def prunable(self, before: int) -> Heads:
        """Of each chain the last entry that a checkpoint outside covers and that was written `before` then.

        `before` is in microseconds since the epoch.
        """
        found: Heads = {}
        with self.told(), self.engine.connect() as connection:
            for chain, seq, head, body in connection.execute(text(_ANCHORED)):
                if chain not in found and json.loads(_text(body))["logged"] < before:
                    found[chain] = (seq, head)
        return found

    def remove(self, roots: Heads) -> int:
        """Remove each chain's entries up to that one, and say how many there were."""
        count = 0
        with self.transaction() as connection:
            allow_removal(connection)
            for chain, (seq, _) in roots.items():
                gone = delete(audit).where(audit.c.chain == chain, audit.c.seq <= seq)
                count += connection.execute(gone).rowcount
            refuse_removal(connection)
        return count

    def tail(self, chain: Chain) -> list[Row] | None:
        """What the database has of a chain beyond what its writer knows; None if it lacks what he knows."""
        columns = (audit.c.chain, audit.c.seq, audit.c.id, audit.c.hash, audit.c.body)
        statement = select(*columns).where(audit.c.chain == chain.name).order_by(audit.c.seq)
        with self.told(), self.engine.connect() as connection:
            found = connection.execute(statement.where(audit.c.seq >= chain.seq - 1))
            rows = [
                Row(chain=name, seq=seq, id=id_, hash=head, body=body) for name, seq, id_, head, body in found
            ]
        if chain.seq == 0:
            return rows
        if not rows or (rows[0].seq, rows[0].hash) != (chain.seq - 1, chain.head):
            return None
        return rows[1:]

    def known(self, ids: Sequence[str]) -> set[str]:
        """Those of these entries that are there."""
        found: set[str] = set()
        with self.told(), self.engine.connect() as connection:
            for first in range(0, len(ids), _STEP):
                some = select(audit.c.id).where(audit.c.id.in_(ids[first : first + _STEP]))
                found.update(connection.execute(some).scalars())
        return found

    def read(self, query: LogQuery) -> list[LogEntry]:
        """Entries, without what the log itself has written."""
        dialect = self.engine.dialect.name
        wanted = [f"{OWN[dialect]} IS NULL"]
        values: dict[str, object] = {"limit": query.limit}
        for name, expression, value in (("call", CALL, query.call), ("run", RUN, query.run)):
            if value is not None:
                wanted.append(f"{expression[dialect]} = :{name}")
                values[name] = fit(value)
        if query.since is not None:
            wanted.append(f"{AT[dialect]} >= :since")
            values["since"] = query.since
        if query.after is not None:
            wanted.append("number > (SELECT number FROM audit WHERE id = :after)")
            values["after"] = fit(query.after)
        statement = f"SELECT body FROM audit WHERE {' AND '.join(wanted)} ORDER BY number LIMIT :limit"  # noqa: S608 - texts of our own; values are bound
        with self.told(), self.engine.connect() as connection:
            bodies = connection.execute(text(statement), values).scalars()
            return [entry_in(_text(body)) for body in bodies]


def _values(row: Row) -> dict[str, object]:
    return {"chain": row.chain, "seq": row.seq, "id": row.id, "hash": row.hash, "body": row.body}


def _text(body: object) -> str:
    if not isinstance(body, str):
        raise StoreError("an entry cannot be read; `interlock audit verify` says which")
    return body
