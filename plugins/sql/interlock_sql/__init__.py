"""Keeps Interlock's records in SQLite or PostgreSQL."""

from collections.abc import Iterable

from interlock import hookimpl
from interlock.protocols import API, RecordStore, StoreKind
from interlock.types.stores import StoreCall
from interlock_sql.address import address_of
from interlock_sql.store import SqlStore

__all__ = ["Sql", "SqlStore"]


class Sql:
    """`sqlite:///file` (four slashes for an absolute path) and `postgresql://user:password@host/database`."""

    api = API
    name = "sql"
    schemes: tuple[str, ...] = ("sqlite", "postgresql", "postgres")

    def open(self, call: StoreCall) -> RecordStore:
        return SqlStore(address_of(call))


@hookimpl
def interlock_stores() -> Iterable[StoreKind]:
    return [Sql()]
