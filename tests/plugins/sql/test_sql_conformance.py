"""Both databases keep to the rules for stores."""

from pathlib import Path

import psycopg
import pytest

from interlock.testing import StoreConformance
from interlock.types.stores import StoreCall
from interlock_sql import Sql


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
