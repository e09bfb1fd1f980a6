"""The database of agents: ledger, grants, budgets, runs and plans are kept in one, to be written as one."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from interlock_sql import Address, Transactions, own_address

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from interlock_sql.building import Migrations

DEFAULT = "sqlite:///interlock-agents.db"
DBOS = "dbos+"


class Store(Transactions):
    """What agents did and are about to do, in SQLite or PostgreSQL."""

    def __init__(self, address: Address, *, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives seconds since the epoch, for SQLite alone: PostgreSQL has its own."""
        super().__init__(address, thread="interlock-agents")
        self._clock = clock

    @classmethod
    def open(
        cls, url: str = DEFAULT, folder: Path | None = None, *, clock: Callable[[], float] = time.time
    ) -> "Store":
        """The store at that URL; a relative path in it begins in `folder`. It does no I/O.

        Where DBOS has the database too, as `dbos+` before the scheme says, it is the same one. `clock` gives
        seconds since the epoch, for SQLite alone: PostgreSQL has its own.

        Raises:
            StoreError: the URL cannot be used. It is not repeated.
        """
        url = url.removeprefix(DBOS)
        return cls(own_address(url, folder, what="agents", default=DEFAULT), clock=clock)

    def now(self, connection: "Connection") -> float:
        """Seconds since the epoch by the clock that all who share the store share."""
        if connection.dialect.name == "sqlite":
            return self._clock()
        found = connection.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())").scalar_one()
        return float(found)

    def _migrations(self) -> "Migrations":
        from interlock_agents.migrating import MIGRATIONS  # noqa: PLC0415 - in the store's thread

        return MIGRATIONS
