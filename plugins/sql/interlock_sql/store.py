"""The store of records."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from interlock import Record
from interlock.protocols import API
from interlock.types.stores import CallTally, PruneCall, RecordQuery, TallyQuery
from interlock_sql.asked import Asked

if TYPE_CHECKING:
    from interlock_sql.database import Database
    from interlock_sql.file_database import FileDatabase


class SqlStore(Asked["Database | FileDatabase"]):
    """Records in SQLite or PostgreSQL."""

    api = API
    name = "sql"

    async def put(self, records: Sequence[Record]) -> None:
        if records:
            await self._ask(lambda database: database.put(records))

    async def find(self, query: RecordQuery) -> Sequence[Record]:
        return await self._ask(lambda database: database.find(query))

    async def get(self, key: str) -> Record | None:
        return await self._ask(lambda database: database.get(key))

    async def tally(self, query: TallyQuery) -> Sequence[CallTally]:
        return await self._ask(lambda database: database.tally(query))

    async def prune(self, call: PruneCall) -> int:
        return await self._ask(lambda database: database.prune(call))

    def _connect(self) -> "Database | FileDatabase":
        # Databases take a while to import, which nobody waits for who is only asked to decide.
        if self._address.file is not None:
            from interlock_sql.file_database import FileDatabase  # noqa: PLC0415 - as said

            return FileDatabase(self._address, self._address.file)
        from interlock_sql.database import Database  # noqa: PLC0415 - likewise

        return Database(self._address)
