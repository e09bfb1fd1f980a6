"""Writes one chain: numbers entries, links them, and knows after each failure what became of them."""

import time
from collections.abc import Callable, Mapping, Sequence
from importlib.metadata import version
from typing import Any

from sqlalchemy import Connection

from interlock import LogEntry, StoreError
from interlock_audit.bodies import Content, body_of, content_of
from interlock_audit.chaining import Chain, Row, link
from interlock_audit.database import AuditDatabase, Collision
from interlock_audit.sealing.sealer import Sealer, personal

_NOTHING: Mapping[str, LogEntry] = {}
_REMEMBERED = 2  # appends of which nobody has heard again
BEGAN, CLOSED = "audit.began", "audit.closed"


def own(kind: str, **facts: Any) -> Content:
    """An entry of the log's own."""
    return {**content_of(LogEntry(kind=kind, facts=facts)), "own": True}


class ChainWriter:
    """The one who writes a chain. Used by one thread at a time.

    After a failure, and when the database was closed meanwhile, the end of the chain is read back before the
    next append. Where that is not what was written here, this chain is left, and another one tells of it.
    """

    def __init__(
        self, chain: Chain, *, key: str | None, sealer: Sealer | None, clock: Callable[[], float] = time.time
    ) -> None:
        """`key` is the id of the key that signs checkpoints; None where nobody signs."""
        self.chain = chain
        self._key = key
        self._sealer = sealer
        self._clock = clock
        self._estranged: dict[str, Any] | None = None

    def append(self, database: AuditDatabase, entries: Sequence[LogEntry]) -> None:
        """Append those that are not there yet.

        Raises:
            StoreError: they may not be there.
        """
        contents = [content_of(entry) for entry in entries]
        secrets = {
            content["id"]: entry for content, entry in zip(contents, entries, strict=True) if personal(entry)
        }
        self.write(database, contents, secrets)

    def write(
        self,
        database: AuditDatabase,
        contents: Sequence[Content],
        secrets: Mapping[str, LogEntry] = _NOTHING,
        *,
        also: Callable[[Connection], None] | None = None,
    ) -> None:
        """The same, of what bodies are made of; `secrets` are the entries that have something to seal, by
        their ids. What is done by `also` is done in the same transaction, or not at all.

        Raises:
            StoreError: they may not be there.
        """
        due = {content["id"]: content for content in reversed(contents)}
        due = {content["id"]: content for content in contents if due.get(content["id"]) is content}
        for _ in range(3):
            if not self.chain.certain:
                self._look_back(database)
            if not due:
                return
            try:
                self._commit(database, list(due.values()), secrets, also)
            except Collision:
                for known in database.known(list(due)):
                    del due[known]
            else:
                return
        raise StoreError("somebody else writes into the chain of this process")

    def _commit(
        self,
        database: AuditDatabase,
        contents: list[Content],
        secrets: Mapping[str, LogEntry],
        also: Callable[[Connection], None] | None,
    ) -> None:
        chain, sealer = self.chain, self._sealer if secrets else None
        chain.certain = False
        with database.transaction() as connection:
            if also is not None:
                also(connection)
            if sealer is not None:
                contents = sealer.sealed(connection, contents, secrets)
            if chain.seq == 0:
                heads = database.heads(connection, of="began", but=chain.name)
                contents = [self._began(heads), *contents]
                database.named(connection, heads, of="began")
            rows = self._linked(contents)
            chain.tried.append(rows)
            database.insert(connection, rows)
        chain.took(rows)
        self._estranged = None
        if sealer is not None:
            sealer.confirmed()

    def _began(self, heads: dict[str, tuple[int, str]]) -> Content:
        facts: dict[str, Any] = {"format": 1, "version": version("interlock-audit"), "key": self._key}
        facts["heads"] = {name: list(head) for name, head in heads.items()}
        if self._sealer is not None:
            facts["sealing"] = self._sealer.key.id
        if self._estranged is not None:
            facts["estranged"] = self._estranged
        return own(BEGAN, **facts)

    def _linked(self, contents: Sequence[Content]) -> list[Row]:
        name, seq, head = self.chain.name, self.chain.seq, self.chain.head
        logged = int(self._clock() * 1e6)
        rows = []
        for content in contents:
            body = body_of(content, chain=name, seq=seq, logged=logged)
            head = link(name, seq, head, body)
            rows.append(Row(chain=name, seq=seq, id=content["id"], hash=head, body=body))
            seq += 1
        return rows

    def _look_back(self, database: AuditDatabase) -> None:
        chain = self.chain
        found = database.tail(chain)
        if found == []:
            # What was tried last may still be on its way to a server, and so is not forgotten at once.
            del chain.tried[:-_REMEMBERED]
            chain.certain = True
        elif found in chain.tried:
            chain.took(found)
        else:
            self._estranged = {"chain": chain.name, "seq": chain.seq - 1, "hash": chain.head}
            if chain.seq == 0:
                self._estranged = None
            self.chain = Chain()
