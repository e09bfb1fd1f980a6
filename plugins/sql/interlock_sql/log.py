"""The log."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from interlock.protocols import API
from interlock.types.logs import LogEntry, LogQuery
from interlock_sql.asked import Asked

if TYPE_CHECKING:
    from interlock_sql.log_database import LogDatabase


class SqlLog(Asked["LogDatabase"]):
    """A log in SQLite or PostgreSQL, over a connection of its own. It seals nothing, and so keeps no entry's
    `subject` and nothing that is `personal`.
    """

    api = API
    name = "sql"

    async def append(self, entries: Sequence[LogEntry]) -> None:
        if entries:
            await self._ask(lambda database: database.append(entries))

    async def read(self, query: LogQuery) -> Sequence[LogEntry]:
        return await self._ask(lambda database: database.read(query))

    def _connect(self) -> "LogDatabase":
        from interlock_sql.log_database import LogDatabase  # noqa: PLC0415 - see the store

        return LogDatabase(self._address)
