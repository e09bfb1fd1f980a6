"""The log: a chain of entries in SQLite or PostgreSQL, with checkpoints that are signed and put elsewhere."""

import os
import threading
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from interlock import ConfigError, LogEntry, StoreError
from interlock.logs import redacting_logger
from interlock.protocols import API
from interlock.types.logs import LogQuery
from interlock_audit.chaining import Chain, Heads
from interlock_audit.options import AuditOptions
from interlock_sql import Address, Asked

if TYPE_CHECKING:
    from interlock_audit.checkpoints.keeper import Keeper, Made
    from interlock_audit.database import AuditDatabase
    from interlock_audit.keys import SigningKey
    from interlock_audit.sealing import Sealer
    from interlock_audit.sealing.erasing import Erasure, Removal
    from interlock_audit.writer import ChainWriter

_log = redacting_logger("interlock.audit")
_PATIENCE = 5.0  # seconds that closing waits for the last checkpoint to arrive

_Place = tuple[int, str, str | None, str | None]
# Chains of this process that nobody writes now. A router closes its log when it is idle, and opens it again.
_RESTING: dict[_Place, list[Chain]] = {}
_RESTING_LOCK = threading.Lock()


class AuditLog(Asked["AuditDatabase"]):
    """Writes a chain of its own, which begins with the first entry, and reads those of all.

    Besides what the protocol has, `note` appends an entry of the log's own, such as `audit.pruned`; what a
    thread of its own does with checkpoints is there, too.

    Attributes:
        options: what the configuration says.
        key: what signs checkpoints; None where nothing does.
        sealer: what seals that which is personal; None where nothing does.
    """

    api = API
    name = "audit"

    def __init__(
        self,
        address: Address,
        options: AuditOptions,
        *,
        key: "SigningKey | None" = None,
        sealer: "Sealer | None" = None,
    ) -> None:
        """`key` is that of the options, read; without one nothing is signed. Without a `sealer` nothing
        personal is kept.
        """
        self.options = options
        self.key = key
        self.sealer = sealer
        super().__init__(address, thread="interlock-audit")

    def start_anew(self) -> None:
        super().start_anew()
        self._writer: ChainWriter | None = None
        self._keeper: Keeper | None = None
        self._signed = -1  # the last entry of the chain that a checkpoint covers
        if self.sealer is not None:
            self.sealer.forget()

    @property
    def address(self) -> Address:
        """Where it is kept."""
        return self._address

    async def append(self, entries: Sequence[LogEntry]) -> None:
        if entries:
            await self._ask(lambda database: self._append(database, entries))

    async def read(self, query: LogQuery) -> Sequence[LogEntry]:
        return await self._ask(lambda database: database.read(query))

    async def note(self, kind: str, *, by: str | None = None, **facts: Any) -> None:
        """Append an entry of the log's own. `by` is the person who did it: kept sealed, or not at all.

        Raises:
            StoreError: it may not be there.
        """
        await self._ask(lambda database: self._note(database, kind, facts, by=by))

    async def erase(
        self,
        *,
        subject: str | None = None,
        call: str | None = None,
        entry: str | None = None,
        handle: str | None = None,
        by: str | None = None,
    ) -> "Erasure":
        """Have nobody ever read again what was sealed for one subject; or without a subject for one call, or
        without either for one entry; or for whoever has the handle. The entries stay, and one is appended
        that tells of it. `by` is the person who did it.

        Raises:
            StoreError: it may not be erased.
            ConfigError: there is no sealing key, and no handle.
        """
        from interlock_audit.sealing.erasing import Removal  # noqa: PLC0415 - it loads SQLAlchemy

        if (file := self._address.file) is not None and not file.is_file():
            raise StoreError(f"{self._address.label}: there is no such file")
        kind, name = next(
            (kind, name)
            for kind, name in (("subject", subject), ("call", call), ("entry", entry), ("handle", handle))
            if name is not None
        )
        if kind == "handle":
            removal = Removal(handle=name)
        elif self.sealer is not None:
            key = self.sealer.key
            removal = Removal(lookup=key.lookup(kind, name), key=key)
        else:
            raise ConfigError(
                "no sealing key is configured, without which nobody knows whose a key is.", key="sealing"
            )
        return await self._ask(lambda database: self._erase(database, removal, kind, by))

    async def prunable(self, before: float) -> Heads:
        """Of each chain the last entry that may be removed: of `before`, covered by a checkpoint outside.

        `before` is in seconds since the epoch.

        Raises:
            StoreError: the database cannot be read.
        """
        return await self._ask(lambda database: database.prunable(int(before * 1e6)))

    async def remove(self, roots: Heads) -> int:
        """Remove chains' entries up to those, once a checkpoint covers an `audit.pruned` that names them.

        Raises:
            StoreError: they may still be there.
        """
        return await self._ask(lambda database: database.remove(roots))

    def checkpoint(self, *, everything: bool = False) -> "Made | None":
        """Make a checkpoint and keep it in the database; None when there is nothing new. Called in a thread.

        It names the chains of others that have grown since one arrived outside; with `everything` all of
        them, so that it covers the log where nobody has the earlier ones.

        Raises:
            StoreError: it may not be there.
        """
        return self._answer(lambda database: self._checkpoint(database, everything=everything))

    def anchored(self, made: "Made") -> None:
        """Remember that a checkpoint has arrived outside. It is called in a thread.

        Raises:
            StoreError: that may not be remembered.
        """

        def answer(database: "AuditDatabase") -> None:
            with database.transaction() as connection:
                database.named(connection, made.heads, of="checkpoint")

        self._answer(answer)

    def sink_failed(self, name: str, problem: str) -> None:
        """Append that a checkpoint has not arrived. It is called in a thread.

        Raises:
            StoreError: that may not be there.
        """
        self._answer(
            lambda database: self._note(database, "audit.sink_failed", {"sink": name, "problem": problem})
        )

    def _connect(self) -> "AuditDatabase":
        # SQLAlchemy takes a while to import, which nobody waits for who is only asked to decide.
        from interlock_audit.database import AuditDatabase  # noqa: PLC0415 - as said

        database = AuditDatabase(self._address)
        if self._writer is not None and self._writer.chain.seq:
            self._writer.chain.certain = False
        return database

    def _append(self, database: "AuditDatabase", entries: Sequence[LogEntry]) -> None:
        self._writing().append(database, entries)
        if self._keeper is not None:
            self._keeper.wrote(len(entries))

    def _note(
        self,
        database: "AuditDatabase",
        kind: str,
        facts: dict[str, Any],
        *,
        by: str | None = None,
        also: "Removal | None" = None,
    ) -> None:
        from interlock_audit.writer import own  # noqa: PLC0415 - it loads SQLAlchemy

        content = own(kind, **facts)
        who = LogEntry(kind=kind, id=content["id"], subject=by, personal={"by": by})
        secrets = {} if by is None else {who.id: who}
        self._writing().write(database, [content], secrets, also=also)
        if self._keeper is not None:
            self._keeper.wrote(1)

    def _erase(self, database: "AuditDatabase", removal: "Removal", kind: str, by: str | None) -> "Erasure":
        from interlock_audit.sealing.erasing import (  # noqa: PLC0415 - it loads SQLAlchemy
            Erasure,
            Gone,
            clear_traces,
            overwrite_what_is_removed,
        )

        overwrite_what_is_removed(database)
        kept, others = removal.look(database)
        if kept is not None:
            try:
                self._note(database, "audit.erased", {"handle": kept.handle, "of": kind}, by=by, also=removal)
            except Gone:
                kept = None
        handle = None if kept is None else kept.handle
        return Erasure(handle=handle, traces=clear_traces(database), others=others)

    def _writing(self) -> "ChainWriter":
        from interlock_audit.checkpoints.keeper import Keeper  # noqa: PLC0415 - for writers alone
        from interlock_audit.checkpoints.sinks import sinks_of  # noqa: PLC0415 - likewise
        from interlock_audit.writer import ChainWriter  # noqa: PLC0415 - it loads SQLAlchemy

        if self._writer is None:
            with _RESTING_LOCK:
                resting = _RESTING.get(self._place)
                chain = resting.pop() if resting else Chain()
            chain.certain = chain.seq == 0
            self._writer = ChainWriter(
                chain, key=None if self.key is None else self.key.public.id, sealer=self.sealer
            )
            self._signed = chain.seq - 1
            if self.key is not None:
                sinks = sinks_of(self.options)
                self._keeper = Keeper(self, sinks, every=self.options.every, seconds=self.options.seconds)
        return self._writer

    def _checkpoint(self, database: "AuditDatabase", *, everything: bool) -> "Made | None":
        from interlock_audit.checkpoints.keeper import Made  # noqa: PLC0415 - for writers alone
        from interlock_audit.checkpoints.statement import signed_line  # noqa: PLC0415 - likewise

        if self.key is None or self._writer is None or not self._writer.chain.seq:
            return None
        chain = self._writer.chain
        seq, head = chain.seq - 1, chain.head
        with database.transaction() as connection:
            others = database.heads(connection, of=None if everything else "checkpoint", but=chain.name)
            if seq <= self._signed and not others:
                return None
            line = signed_line(self.key, chain=chain.name, seq=seq, head=head, heads=others)
            database.keep(connection, line)
        self._signed = seq
        return Made(line=line, heads={**others, chain.name: (seq, head)})

    @property
    def _place(self) -> _Place:
        signs = None if self.key is None else self.key.public.id
        return os.getpid(), self._address.label, signs, None if self.sealer is None else self.sealer.key.id

    def _close(self) -> None:
        try:
            self._end()
        except StoreError as error:
            _log.warning("the end of the chain could not be written: %s", error.message)
        super()._close()

    def _end(self) -> None:
        from interlock_audit.writer import CLOSED  # noqa: PLC0415 - it loads SQLAlchemy

        writer, keeper = self._writer, self._keeper
        if writer is None or not writer.chain.seq:
            return
        try:
            self._answer(lambda database: self._note(database, CLOSED, {}))
        finally:
            if keeper is not None:
                keeper.finish(_PATIENCE)
            self._writer = self._keeper = None
            if self.sealer is not None:
                self.sealer.forget()
            with _RESTING_LOCK:
                _RESTING.setdefault(self._place, []).append(writer.chain)
