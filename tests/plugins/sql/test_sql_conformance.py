"""Both databases keep to the rules for stores, logs, ledgers, limits and shared health."""

from itertools import count
from pathlib import Path

import psycopg
import pytest

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

NUMBERS = count()


class TestSqlite(StoreConformance):
    kind = Sql()

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def place(self) -> StoreCall:
        return StoreCall(url="sqlite:///deeper/records.db", folder=self.folder)


class TestPostgresql(StoreConformance):
    kind = Sql()

    @pytest.fixture(autouse=True)
    def _url(self, database: str) -> None:
        self.url = database

    def place(self) -> StoreCall:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return StoreCall(url=self.url)


class TestSqliteLog(LogConformance):
    kind = SqlLogs()

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def place(self) -> LogCall:
        return LogCall(url="sqlite:///deeper/log.db", folder=self.folder / str(next(NUMBERS)))

    def broken(self) -> LogCall:
        (self.folder / "log.db").mkdir()
        return LogCall(url="sqlite:///log.db", folder=self.folder)


class TestPostgresqlLog(LogConformance):
    kind = SqlLogs()

    @pytest.fixture(autouse=True)
    def _url(self, database: str) -> None:
        self.url = database

    def place(self) -> LogCall:
        with psycopg.connect(self.url, autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return LogCall(url=self.url)

    def broken(self) -> LogCall:
        return LogCall(url=f"{self.url}_that_is_not_there")


class TestSqliteLedger(LedgerConformance):
    kind = SqlLedgers()

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def place(self) -> LedgerPlace:
        return LedgerPlace(url="sqlite:///deeper/ledger.db", folder=self.folder)


class TestPostgresqlLedger(LedgerConformance):
    kind = SqlLedgers()

    @pytest.fixture(autouse=True)
    def _url(self, database: str) -> None:
        self.url = database

    def place(self) -> LedgerPlace:
        return LedgerPlace(url=self.url)


class TestSqliteLimits(LimitsConformance):
    kind = SqlLimitsKind()

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def place(self) -> LimitsPlace:
        return LimitsPlace(url="sqlite:///deeper/limits.db", folder=self.folder)


class TestPostgresqlLimits(LimitsConformance):
    kind = SqlLimitsKind()

    @pytest.fixture(autouse=True)
    def _url(self, database: str) -> None:
        self.url = database

    def place(self) -> LimitsPlace:
        return LimitsPlace(url=self.url)


class TestSqliteHealth(SharedHealthConformance):
    kind = SqlHealthKind()

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def place(self) -> ShareCall:
        return ShareCall(url="sqlite:///deeper/health.db", folder=self.folder)


class TestPostgresqlHealth(SharedHealthConformance):
    kind = SqlHealthKind()

    @pytest.fixture(autouse=True)
    def _url(self, database: str) -> None:
        self.url = database

    def place(self) -> ShareCall:
        return ShareCall(url=self.url)
