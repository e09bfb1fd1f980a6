"""The table of leases, asked in a thread of its own."""

from typing import TYPE_CHECKING

from interlock_sql import Transactions

if TYPE_CHECKING:
    from interlock_sql.building import Migrations


class LeaseStore(Transactions):
    """Makes the table when it is first asked."""

    def _migrations(self) -> "Migrations":
        from interlock_dbos.tables import MIGRATIONS  # noqa: PLC0415 - SQLAlchemy takes a while to import

        return MIGRATIONS
