"""What working on effects takes, whichever they are."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass

from sqlalchemy import Connection

from interlock import LogEntry, LogUnavailable, StoreError
from interlock.logs import redacting_logger
from interlock.protocols import DurableLog
from interlock.types.clocks import elapsed
from interlock_agents.boots import boot, process
from interlock_agents.ledger.grants import SendingGrants
from interlock_agents.ledger.leases import Now
from interlock_agents.store import Store

_log = redacting_logger("interlock.agents")


def nothing(boundary: str) -> None:
    """What is called at each boundary where nobody wants to know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Means:
    """What a ledger works with.

    Attributes:
        owner: who it is; no two have the same.
        lease: seconds for which nobody else takes up an effect that is worked on.
        margin: seconds before the lease ends after which nothing is sent, and what was sent is given up.
        attempts: how often an effect is sent in a row before it is let go of.
        pause: seconds before the first repetition; each later one waits twice as long.
        clock: seconds on a clock that nobody sets.
        at: called with the name of each boundary that is reached.
    """

    store: Store
    log: DurableLog | None
    grants: SendingGrants
    owner: str
    lease: float
    margin: float
    attempts: int
    pause: float
    clock: Callable[[], float] = elapsed
    sleep: Callable[[float], Awaitable[None]] = asyncio.sleep
    at: Callable[[str], None] = nothing

    def now(self, connection: "Connection") -> Now:
        """This moment, inside a transaction."""
        # A file is on one machine; copies of a machine may share a server, and number their processes alike.
        mine = process() if connection.dialect.name == "sqlite" else ""
        return Now(at=self.store.now(connection), boot=boot(), elapsed=self.clock(), process=mine)

    async def tell(self, entries: Sequence[LogEntry]) -> None:
        """Have the log have them before what they tell of. Raises LogUnavailable where it may not."""
        if self.log is not None:
            try:
                await self.log.append(entries)
            except StoreError as error:
                raise LogUnavailable(f"the log may not have it: {error.message}") from error

    async def tell_what_is_so(self, entries: Sequence[LogEntry]) -> None:
        """The same of what has happened already, and stays so without a log."""
        try:
            await self.tell(entries)
        except LogUnavailable as error:
            _log.error("%s: %s", ", ".join(entry.kind for entry in entries), error.message)
