"""The store: what is asked of it happens in a thread of its own, which loads the database's code as well."""

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from interlock import Record
from interlock.protocols import API
from interlock.types.stores import PruneCall, RecordQuery
from interlock_sql.address import Address
from interlock_sql.worker import Worker

if TYPE_CHECKING:
    from interlock_sql.database import Database

T = TypeVar("T")


class SqlStore:
    """Connects when it is first used, and makes or migrates the tables then."""

    api = API
    name = "sql"

    def __init__(self, address: Address) -> None:
        self._address = address
        self._worker = Worker("interlock-sql")
        self._database: Database | None = None

    async def put(self, records: Sequence[Record]) -> None:
        if records:
            await self._ask(lambda database: database.put(records))

    async def find(self, query: RecordQuery) -> Sequence[Record]:
        return await self._ask(lambda database: database.find(query))

    async def get(self, key: str) -> Record | None:
        return await self._ask(lambda database: database.get(key))

    async def prune(self, call: PruneCall) -> int:
        return await self._ask(lambda database: database.prune(call))

    async def aclose(self) -> None:
        if self._database is not None or self._worker.busy:
            await self._worker.run(self._close)
            self._worker.stop()

    async def _ask(self, question: "Callable[[Database], T]") -> T:
        return await self._worker.run(lambda: question(self._connected()))

    def _connected(self) -> "Database":
        if self._database is None:
            # SQLAlchemy takes a while to import, which nobody waits for who is only asked to decide.
            from interlock_sql.database import Database  # noqa: PLC0415 - as said

            self._database = Database(self._address)
        return self._database

    def _close(self) -> None:
        database, self._database = self._database, None
        if database is not None:
            database.close()
