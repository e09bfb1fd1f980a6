"""The database of agents: ledger, grants, budgets, runs and plans are kept in one, to be written as one."""

import time
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

from interlock import StoreError
from interlock.types.stores import StoreCall
from interlock_sql import Address, Asked, address_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from interlock_sql.building import Connected

SCHEMES = ("sqlite", "postgresql", "postgres")
DEFAULT = "sqlite:///interlock-agents.db"
T = TypeVar("T")


class Store(Asked["Connected"]):
    """SQLite or PostgreSQL, asked in a thread of its own, one transaction after another.

    It connects when it is first asked, and makes its tables then. What is committed outlives a power cut.
    """

    def __init__(self, address: Address, *, clock: Callable[[], float] = time.time) -> None:
        """`clock` gives seconds since the epoch, for SQLite alone: PostgreSQL has its own."""
        super().__init__(address, thread="interlock-agents")
        self._clock = clock

    @classmethod
    def open(
        cls, url: str = DEFAULT, folder: Path | None = None, *, clock: Callable[[], float] = time.time
    ) -> "Store":
        """The store at that URL; a relative path in it begins in `folder`. It does no I/O.

        `clock` gives seconds since the epoch, for SQLite alone: PostgreSQL has its own.

        Raises:
            StoreError: the URL cannot be used. It is not repeated.
        """
        scheme, separator, rest = url.partition("://")
        if not separator or scheme.lower() not in SCHEMES:
            raise StoreError(f"agents are kept in sqlite or postgresql, as in {DEFAULT}")
        call = StoreCall(url=f"{scheme.lower()}://{rest}", folder=folder or Path())
        return cls(address_of(call), clock=clock)

    @property
    def label(self) -> str:
        """Names the place, without a password."""
        return self._address.label

    async def run(self, work: "Callable[[Connection], T]") -> T:
        """What `work` returns, called with the connection of one transaction that may write.

        What it wrote is durable when this returns, and is not there when it raises. It runs in the store's
        thread: it awaits nothing, and the next waits for it. When this is cancelled, it may still be done.

        Raises:
            StoreError: in the driver's words, and with the place: it may not be written.
        """
        return await self._ask(lambda database: self._write(database, work))

    async def read(self, work: "Callable[[Connection], T]") -> T:
        """The same for what writes nothing, and so waits for no other process that does.

        Raises:
            StoreError: it cannot be read.
        """

        def answer(database: "Connected") -> T:
            with database.told(), database.engine.connect() as connection:
                return work(connection)

        return await self._ask(answer)

    def now(self, connection: "Connection") -> float:
        """Seconds since the epoch by the clock that all who share the store share."""
        if connection.dialect.name == "sqlite":
            return self._clock()
        found = connection.exec_driver_sql("SELECT extract(epoch FROM clock_timestamp())").scalar_one()
        return float(found)

    def _connect(self) -> "Connected":
        # SQLAlchemy takes a while to import, which nobody waits for who never runs an agent.
        from interlock_agents.migrating import MIGRATIONS  # noqa: PLC0415 - in the worker, for it takes a while
        from interlock_sql.building import Connected, writing  # noqa: PLC0415 - in the worker, too

        database = Connected(self._address, durable=True, migrations=MIGRATIONS)
        self._writing = writing(database.engine)
        return database

    def _write(self, database: "Connected", work: "Callable[[Connection], T]") -> T:
        with database.told(), self._writing.begin() as connection:
            return work(connection)
