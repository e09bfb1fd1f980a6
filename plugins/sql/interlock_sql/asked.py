"""A database and the thread in which it is asked, which loads the database's code as well."""

from collections.abc import Callable
from contextlib import suppress
from threading import Lock
from typing import Generic, Protocol, TypeVar

from interlock import StoreError
from interlock.logs import redacting_logger
from interlock_sql.address import Address
from interlock_sql.forks import watch
from interlock_sql.worker import Worker

_log = redacting_logger("interlock.sql")
_PATIENCE = 6.0  # seconds for what is under way, which itself waits five for another process


class Closing(Protocol):
    def close(self) -> None: ...


D = TypeVar("D", bound=Closing)
T = TypeVar("T")


class Asked(Generic[D]):
    """Connects when it is first asked, and makes or migrates the tables then.

    A subclass has `_connect`, which makes the database, and asks it by `_ask`, or in a thread of its own by
    `_answer`: one question after another, and none while this process forks.
    """

    def __init__(self, address: Address, *, thread: str = "interlock-sql") -> None:
        """`thread` is what the thread is called."""
        self._address = address
        self._thread = thread
        self.start_anew()
        if address.file is not None:
            watch(self)

    def _connect(self) -> D:
        """Called in the thread."""
        raise NotImplementedError

    def start_anew(self) -> None:
        """Not connected, and without a thread: as it begins, and as a forked child finds it."""
        self._worker = Worker(self._thread)
        self._database: D | None = None
        self._turn = Lock()  # held while the database is asked, and while this process forks
        self._held = False
        self._file: tuple[int, int] | None = None  # which one SQLite has open, whatever has its name by now

    async def aclose(self) -> None:
        """Wait for what was asked before, and disconnect. May be called twice, and before anything."""
        if self._database is not None or self._worker.busy:
            await self._worker.run(self._close)
            self._worker.stop()

    async def _ask(self, question: Callable[[D], T]) -> T:
        return await self._worker.run(lambda: self._answer(question))

    def _answer(self, question: Callable[[D], T]) -> T:
        with self._turn:
            if self._database is not None and self._moved():
                _log.warning("%s was removed or replaced, and is opened anew", self._address.label)
                self._drop()
            if self._database is None:
                self._database = self._connect()
                self._file = self._there()
            answer = question(self._database)
            if self._moved():
                self._drop()
                raise StoreError(f"{self._address.label}: the file was removed or replaced meanwhile")
            return answer

    def _close(self) -> None:
        with self._turn:
            self._disconnect()

    def _disconnect(self) -> None:
        database, self._database = self._database, None
        if database is not None:
            database.close()

    def _moved(self) -> bool:
        """Whether SQLite goes on in a file that nobody finds any more. It would, without a word."""
        return self._file != self._there()

    def _there(self) -> tuple[int, int] | None:
        if self._address.file is None:
            return None
        try:
            found = self._address.file.stat()
        except OSError:
            return None
        return found.st_dev, found.st_ino

    def _drop(self) -> None:
        with suppress(StoreError):
            self._disconnect()

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
