"""The store: what is asked of it happens in a thread of its own, which loads the database's code as well."""

from collections.abc import Callable, Sequence
from threading import Lock
from typing import TYPE_CHECKING, TypeVar

from interlock import Record, StoreError
from interlock.logs import redacting_logger
from interlock.protocols import API
from interlock.types.stores import PruneCall, RecordQuery
from interlock_sql.address import Address
from interlock_sql.forks import watch
from interlock_sql.worker import Worker

if TYPE_CHECKING:
    from interlock_sql.database import Database

T = TypeVar("T")

_log = redacting_logger("interlock.sql")
_PATIENCE = 6.0  # seconds for what is under way, which itself waits five for another process


class SqlStore:
    """Connects when it is first used, and makes or migrates the tables then."""

    api = API
    name = "sql"

    def __init__(self, address: Address) -> None:
        self._address = address
        self.start_anew()
        if address.file is not None:
            watch(self)

    def start_anew(self) -> None:
        """Not connected, and without a thread: as a store begins, and as a forked child finds it."""
        self._worker = Worker("interlock-sql")
        self._database: Database | None = None
        self._turn = Lock()  # held while the database is asked, and while this process forks
        self._held = False

    async def put(self, records: Sequence[Record]) -> None:
        if records:
            await self._ask(lambda database: database.put(records))

    async def find(self, query: RecordQuery) -> Sequence[Record]:
        return await self._ask(lambda database: database.find(query))

    async def get(self, key: str) -> Record | None:
        return await self._ask(lambda database: database.get(key))

    async def prune(self, call: PruneCall) -> int:
        return await self._ask(lambda database: database.prune(call))

    async def aclose(self) -> None:
        if self._database is not None or self._worker.busy:
            await self._worker.run(self._close)
            self._worker.stop()

    async def _ask(self, question: "Callable[[Database], T]") -> T:
        return await self._worker.run(lambda: self._answer(question))

    def _answer(self, question: "Callable[[Database], T]") -> T:
        with self._turn:
            return question(self._connected())

    def _connected(self) -> "Database":
        if self._database is None:
            # SQLAlchemy takes a while to import, which nobody waits for who is only asked to decide.
            from interlock_sql.database import Database  # noqa: PLC0415 - as said

            self._database = Database(self._address)
        return self._database

    def _close(self) -> None:
        with self._turn:
            self._disconnect()

    def _disconnect(self) -> None:
        database, self._database = self._database, None
        if database is not None:
            database.close()

    def let_go(self) -> None:
        """Disconnect before a fork, once what is under way is done; the next question connects again."""
        self._held = self._turn.acquire(timeout=_PATIENCE)
        if not self._held:
            _log.warning(
                "%s is busy while this process forks: the child may be locked out", self._address.label
            )
            return
        try:
            self._disconnect()
        except StoreError as error:
            _log.warning("%s did not close before a fork: %s", self._address.label, error.message)

    def go_on(self) -> None:
        """After a fork, in the parent: let those go on who waited for it."""
        if self._held:
            self._held = False
            self._turn.release()
