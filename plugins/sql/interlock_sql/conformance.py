"""The store and the log in files of their own, for Interlock's conformance kit."""

from pathlib import Path
from tempfile import TemporaryDirectory

from interlock.testing import (
    LedgerConformance,
    LimitsConformance,
    LogConformance,
    SharedHealthConformance,
    StoreConformance,
)
from interlock.types.health import ShareCall
from interlock.types.ledgers import LedgerPlace
from interlock.types.limits import LimitsPlace
from interlock.types.logs import LogCall
from interlock.types.stores import StoreCall
from interlock_sql import Sql, SqlHealthKind, SqlLedgers, SqlLimitsKind, SqlLogs


class Folders:
    """New folders, which go with the kit."""

    def __init__(self) -> None:
        self._made: list[TemporaryDirectory[str]] = []

    def another(self) -> Path:
        folder = TemporaryDirectory(prefix="interlock-sql-", ignore_cleanup_errors=True)
        self._made.append(folder)
        return Path(folder.name)


class Sqlite(StoreConformance):
    kind = Sql()

    def __init__(self) -> None:
        self._folders = Folders()

    def place(self) -> StoreCall:
        return StoreCall(url="sqlite:///records.db", folder=self._folders.another())


class SqliteLog(LogConformance):
    kind = SqlLogs()

    def __init__(self) -> None:
        self._folders = Folders()

    def place(self) -> LogCall:
        return LogCall(url="sqlite:///log.db", folder=self._folders.another())

    def broken(self) -> LogCall:
        """A folder where the file should be."""
        folder = self._folders.another()
        (folder / "log.db").mkdir()
        return LogCall(url="sqlite:///log.db", folder=folder)


class SqliteLedger(LedgerConformance):
    kind = SqlLedgers()

    def __init__(self) -> None:
        self._folders = Folders()

    def place(self) -> LedgerPlace:
        return LedgerPlace(url="sqlite:///ledger.db", folder=self._folders.another())


class SqliteLimits(LimitsConformance):
    kind = SqlLimitsKind()

    def __init__(self) -> None:
        self._folders = Folders()

    def place(self) -> LimitsPlace:
        return LimitsPlace(url="sqlite:///limits.db", folder=self._folders.another())


class SqliteHealth(SharedHealthConformance):
    kind = SqlHealthKind()

    def __init__(self) -> None:
        self._folders = Folders()

    def place(self) -> ShareCall:
        return ShareCall(url="sqlite:///health.db", folder=self._folders.another())
