"""A database in which another plugin keeps tables of its own: one transaction after another."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from interlock import StoreError
from interlock.types.stores import StoreCall
from interlock_sql.address import Address, address_of
from interlock_sql.asked import Asked

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from interlock_sql.connected import Connected
    from interlock_sql.upgrade import Migrations

_SCHEMES: Final = ("sqlite", "postgresql", "postgres")
T = TypeVar("T")


def own_address(url: str, folder: Path | None, *, what: str, default: str) -> Address:
    """The address that a URL is, of sqlite or postgresql; a relative path in it begins in `folder`.

    Raises:
        StoreError: the URL cannot be used. It is not repeated: `what` is kept there, as in `default`.
    """
    scheme, separator, rest = url.partition("://")
    if not separator or scheme.lower() not in _SCHEMES:
        raise StoreError(f"{what} are kept in sqlite or postgresql, as in {default}")
    return address_of(StoreCall(url=f"{scheme.lower()}://{rest}", folder=folder or Path()))


class Transactions(Asked["Connected"]):
    """SQLite or PostgreSQL, asked in a thread of its own, one transaction after another.

    It connects when it is first asked, and makes its tables then. What is committed outlives a power cut.
    A subclass has `_migrations`.
    """

    @property
    def label(self) -> str:
        """Names the place, without a password."""
        return self._address.label

    async def run(self, work: "Callable[[Connection], T]") -> T:
        """What `work` returns, called with the connection of one transaction that may write.

        What it wrote is durable when this returns, and is not there when it raises. It runs in the store's
        thread: it awaits nothing, and the next waits for it. When this is cancelled, it may still be done.

        Raises:
            StoreError: in the driver's words, and with the place: it may not be written.
        """
        return await self._ask(lambda database: self._write(database, work))

    async def read(self, work: "Callable[[Connection], T]") -> T:
        """The same for what writes nothing, and so waits for no other process that does.

        Raises:
            StoreError: it cannot be read.
        """

        def answer(database: "Connected") -> T:
            with database.told(), database.engine.connect() as connection:
                return work(connection)

        return await self._ask(answer)

    def _migrations(self) -> "Migrations":
        """What makes its tables; called in the thread, for SQLAlchemy takes a while to import."""
        raise NotImplementedError

    def _connect(self) -> "Connected":
        from interlock_sql.connected import Connected  # noqa: PLC0415 - in the thread, as above
        from interlock_sql.engines import writing  # noqa: PLC0415 - likewise

        database = Connected(self._address, durable=True, migrations=self._migrations())
        self._writing = writing(database.engine)
        return database

    def _write(self, database: "Connected", work: "Callable[[Connection], T]") -> T:
        with database.told(), self._writing.begin() as connection:
            return work(connection)
