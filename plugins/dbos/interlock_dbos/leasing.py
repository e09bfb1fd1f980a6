"""The table of leases, asked in a thread of its own."""

from collections.abc import Callable
from typing import TYPE_CHECKING, TypeVar

from interlock_sql import Asked

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from interlock_sql.building import Connected

T = TypeVar("T")


class LeaseStore(Asked["Connected"]):
    """Makes the table when it is first asked."""

    async def run(self, work: "Callable[[Connection], T]") -> T:
        """What `work` returns, called with the connection of one transaction that may write.

        Raises:
            StoreError: in the driver's words, and with the place.
        """
        return await self._ask(lambda database: self._write(database, work))

    def _connect(self) -> "Connected":
        from interlock_dbos.tables import MIGRATIONS  # noqa: PLC0415 - SQLAlchemy takes a while to import
        from interlock_sql.building import Connected  # noqa: PLC0415 - likewise

        return Connected(self._address, durable=True, migrations=MIGRATIONS)

    @staticmethod
    def _write(database: "Connected", work: "Callable[[Connection], T]") -> T:
        from interlock_sql.building import writing  # noqa: PLC0415 - likewise

        with database.told(), writing(database.engine).begin() as connection:
            return work(connection)
