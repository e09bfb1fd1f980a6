"""The database of evaluations: runs, results, marks and reviews."""

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Final, TypeVar

from interlock import StoreError
from interlock.types.stores import StoreCall
from interlock_sql import Address, Asked, address_of

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from interlock_sql.building import Connected

SCHEMES: Final = ("sqlite", "postgresql", "postgres")
DEFAULT: Final = "sqlite:///interlock-eval.db"
T = TypeVar("T")


class Store(Asked["Connected"]):
    """SQLite or PostgreSQL, asked in a thread of its own, one transaction after another.

    It connects when it is first asked, and makes its tables then. What is committed outlives a power cut.
    """

    def __init__(self, address: Address) -> None:
        super().__init__(address, thread="interlock-eval")

    @classmethod
    def open(cls, url: str = DEFAULT, folder: Path | None = None) -> "Store":
        """The store at that URL; a relative path in it begins in `folder`. It does no I/O.

        Raises:
            StoreError: the URL cannot be used. It is not repeated.
        """
        scheme, separator, rest = url.partition("://")
        if not separator or scheme.lower() not in SCHEMES:
            raise StoreError(f"evaluations are kept in sqlite or postgresql, as in {DEFAULT}")
        return cls(address_of(StoreCall(url=f"{scheme.lower()}://{rest}", folder=folder or Path())))

    @property
    def label(self) -> str:
        """Names the place, without a password."""
        return self._address.label

    async def write(self, work: "Callable[[Connection], T]") -> T:
        """What `work` returns, called with the connection of one transaction.

        What it wrote is durable when this returns, and is not there when it raises. It runs in the store's
        thread: it awaits nothing, and the next waits for it. When this is cancelled, it may still be done.

        Raises:
            StoreError: in the driver's words, and with the place: it may not be written.
        """
        return await self._ask(lambda database: self._write(database, work))

    async def read(self, work: "Callable[[Connection], T]") -> T:
        """The same for what writes nothing, and so waits for nobody who does. Raises StoreError."""

        def answer(database: "Connected") -> T:
            with database.told(), database.engine.connect() as connection:
                return work(connection)

        return await self._ask(answer)

    def _connect(self) -> "Connected":
        # SQLAlchemy takes a while to import, which nobody waits for who only reads tables of outcomes.
        from interlock_evaluation.migrating import MIGRATIONS  # noqa: PLC0415 - in the worker
        from interlock_sql.building import Connected, writing  # noqa: PLC0415 - in the worker, too

        database = Connected(self._address, durable=True, migrations=MIGRATIONS)
        self._writing = writing(database.engine)
        return database

    def _write(self, database: "Connected", work: "Callable[[Connection], T]") -> T:
        with database.told(), self._writing.begin() as connection:
            return work(connection)
