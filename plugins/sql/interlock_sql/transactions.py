"""A database in which another plugin keeps tables of its own: one transaction after another."""

from collections import deque
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, TypeVar, cast

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


class _Shared:
    """Work that is done together with others', and what came of it, once `place` says in which database."""

    __slots__ = ("error", "place", "value", "work")

    def __init__(self, work: "Callable[[Connection], Any]") -> None:
        self.work = work
        self.place: Connected | None = None
        self.value: Any = None
        self.error: Exception | None = None


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

    async def together(self, work: "Callable[[Connection], T]") -> T:
        """As `run`, in one transaction with whatever else waits to be done so: they share a commit's price.

        Works see what those before them have written. Where one of them raises, each is done by itself.
        """
        mine = _Shared(work)
        self._shared.append(mine)
        try:
            return cast("T", await self._ask(lambda database: self._of_all(database, mine)))
        finally:
            with suppress(ValueError, IndexError):  # it was cancelled before its turn
                self._shared.remove(mine)

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

    def start_anew(self) -> None:
        """As `Asked` says: what waits is the parent's."""
        super().start_anew()
        self._shared: deque[_Shared] = deque()

    def _of_all(self, database: "Connected", mine: "_Shared") -> Any:
        if mine.place is None:
            self._write_all(database)
        if mine.place is not database:
            raise StoreError(f"{self.label}: the file was removed or replaced meanwhile")
        if mine.error is not None:
            raise mine.error
        return mine.value

    def _write_all(self, database: "Connected") -> None:
        waiting: list[_Shared] = []
        with suppress(IndexError):  # who is cancelled takes its own away meanwhile
            while True:
                waiting.append(self._shared.popleft())
        try:
            values = self._write(database, lambda connection: [each.work(connection) for each in waiting])
        except Exception as error:  # noqa: BLE001 - raised where it is waited for
            if len(waiting) > 1:
                for each in waiting:
                    self._write_one(database, each)
                return
            waiting[0].place, waiting[0].error = database, error
        else:
            for each, value in zip(waiting, values, strict=True):
                each.place, each.value = database, value

    def _write_one(self, database: "Connected", one: "_Shared") -> None:
        one.place = database
        try:
            one.value = self._write(database, one.work)
        except Exception as error:  # noqa: BLE001 - likewise
            one.error = error

    def _write(self, database: "Connected", work: "Callable[[Connection], T]") -> T:
        with database.told(), self._writing.begin() as connection:
            return work(connection)
