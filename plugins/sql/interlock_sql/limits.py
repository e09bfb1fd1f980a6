"""Limits that processes keep to together."""

from typing import TYPE_CHECKING

from interlock.protocols import API
from interlock.types.limits import LimitsCall, LimitsReply
from interlock_sql.asked import Asked

if TYPE_CHECKING:
    from interlock_sql.limits_database import LimitsDatabase


class SqlLimits(Asked["LimitsDatabase"]):
    """In SQLite or PostgreSQL: one exchange is one transaction."""

    api = API

    async def exchange(self, call: LimitsCall) -> LimitsReply:
        return await self._ask(lambda database: database.exchange(call))

    def _connect(self) -> "LimitsDatabase":
        from interlock_sql.limits_database import LimitsDatabase  # noqa: PLC0415 - see the store

        return LimitsDatabase(self._address)
