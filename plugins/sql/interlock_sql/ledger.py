"""A ledger of budgets that processes share."""

from typing import TYPE_CHECKING

from interlock.protocols import API
from interlock.types.ledgers import LedgerCall, LedgerReply
from interlock_sql.asked import Asked

if TYPE_CHECKING:
    from interlock_sql.ledger_database import LedgerDatabase


class SqlLedger(Asked["LedgerDatabase"]):
    """In SQLite or PostgreSQL: one exchange is one transaction."""

    api = API

    async def exchange(self, call: LedgerCall) -> LedgerReply:
        return await self._ask(lambda database: database.exchange(call))

    def _connect(self) -> "LedgerDatabase":
        from interlock_sql.ledger_database import LedgerDatabase  # noqa: PLC0415 - see the store

        return LedgerDatabase(self._address)
