"""One process's connection to where health is shared."""

from collections.abc import Sequence
from typing import TYPE_CHECKING
from uuid import uuid4

from interlock.health.news import Seen, news_of
from interlock.protocols import API
from interlock.types.health import HealthNews, HealthSync
from interlock_sql.address import Address
from interlock_sql.asked import Asked

if TYPE_CHECKING:
    from interlock_sql.health_database import HealthDatabase


class SqlHealth(Asked["HealthDatabase"]):
    """In SQLite or PostgreSQL: one exchange is one transaction, which locks nothing where nothing is told."""

    api = API

    def __init__(self, address: Address) -> None:
        super().__init__(address)
        self._me = uuid4().hex[:12]
        self._seen = Seen()

    async def sync(self, call: HealthSync) -> Sequence[HealthNews]:
        seen = self._seen
        try:
            reply = await self._ask(lambda database: database.exchange(call, seen, self._me))
        except BaseException:
            self._seen = Seen()  # whether it was told, nobody knows
            raise
        told = {"news": reply.news, "granted": reply.granted}
        news, self._seen = news_of(told, call, seen, era=reply.era, version=reply.version)
        return news

    def _connect(self) -> "HealthDatabase":
        from interlock_sql.health_database import HealthDatabase  # noqa: PLC0415 - see the store

        return HealthDatabase(self._address)
