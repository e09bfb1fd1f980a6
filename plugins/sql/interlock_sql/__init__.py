"""Keeps Interlock's records, its log, its ledger, and what processes share, in SQLite or PostgreSQL.

`Address`, `address_of`, `own_address`, `Asked` and `Transactions` are for another plugin that keeps something
of its own in a database; what it needs once it is connected, and what takes a while to import, is in
`interlock_sql.building`.
"""

from collections.abc import Iterable

from interlock import hookimpl
from interlock.protocols import (
    API,
    DurableLog,
    LedgerKind,
    LimitsKind,
    LogKind,
    RecordStore,
    SharedHealth,
    SharedHealthKind,
    SharedLedger,
    SharedLimits,
    StoreKind,
)
from interlock.types.health import ShareCall
from interlock.types.ledgers import LedgerPlace
from interlock.types.limits import LimitsPlace
from interlock.types.logs import LogCall
from interlock.types.stores import StoreCall
from interlock_sql.address import Address, address_of
from interlock_sql.asked import Asked
from interlock_sql.health import SqlHealth
from interlock_sql.ledger import SqlLedger
from interlock_sql.limits import SqlLimits
from interlock_sql.log import SqlLog
from interlock_sql.store import SqlStore
from interlock_sql.transactions import Transactions, own_address

__all__ = [
    "Address",
    "Asked",
    "Sql",
    "SqlHealth",
    "SqlHealthKind",
    "SqlLedger",
    "SqlLedgers",
    "SqlLimits",
    "SqlLimitsKind",
    "SqlLog",
    "SqlLogs",
    "SqlStore",
    "Transactions",
    "address_of",
    "own_address",
]


class Sql:
    """`sqlite:///file` (four slashes for an absolute path) and `postgresql://user:password@host/database`."""

    api = API
    name = "sql"
    schemes: tuple[str, ...] = ("sqlite", "postgresql", "postgres")

    def open(self, call: StoreCall) -> RecordStore:
        return SqlStore(address_of(call))


class SqlLogs:
    """The same addresses, for a log."""

    api = API
    name = "sql"
    schemes: tuple[str, ...] = Sql.schemes

    def open(self, call: LogCall) -> DurableLog:
        return SqlLog(address_of(call))


class SqlLedgers:
    """The same addresses, for a ledger."""

    api = API
    name = "sql"
    schemes: tuple[str, ...] = Sql.schemes

    def open(self, call: LedgerPlace) -> SharedLedger:
        return SqlLedger(address_of(call))


class SqlLimitsKind:
    """The same addresses, for limits."""

    api = API
    name = "sql"
    schemes: tuple[str, ...] = Sql.schemes

    def open(self, call: LimitsPlace) -> SharedLimits:
        return SqlLimits(address_of(call))


class SqlHealthKind:
    """The same addresses, for health."""

    api = API
    name = "sql"
    schemes: tuple[str, ...] = Sql.schemes

    def open(self, call: ShareCall) -> SharedHealth:
        return SqlHealth(address_of(call))


@hookimpl
def interlock_shared_health() -> Iterable[SharedHealthKind]:
    return [SqlHealthKind()]


@hookimpl
def interlock_limits() -> Iterable[LimitsKind]:
    return [SqlLimitsKind()]


@hookimpl
def interlock_ledgers() -> Iterable[LedgerKind]:
    return [SqlLedgers()]


@hookimpl
def interlock_logs() -> Iterable[LogKind]:
    return [SqlLogs()]


@hookimpl
def interlock_stores() -> Iterable[StoreKind]:
    return [Sql()]
