"""Both databases keep to the rules for logs."""

from base64 import b64encode
from itertools import count
from pathlib import Path

import psycopg
import pytest

from interlock.testing import LogConformance
from interlock.types.logs import LogCall
from interlock.types.models import Secret
from interlock_audit import AuditLogs, AuditOptions

NUMBERS = count()
SEALS = AuditOptions(sealing=Secret(b64encode(bytes(32)).decode()))


class TestSqliteAudit(LogConformance):
    kind = AuditLogs()

    @pytest.fixture(autouse=True)
    def _folder(self, tmp_path: Path) -> None:
        self.folder = tmp_path

    def place(self) -> LogCall:
        folder = self.folder / str(next(NUMBERS))
        return LogCall(url="audit+sqlite:///deeper/audit.db", folder=folder, options=SEALS)

    def broken(self) -> LogCall:
        (self.folder / "audit.db").mkdir()
        return LogCall(url="audit+sqlite:///audit.db", folder=self.folder)


class TestPostgresqlAudit(LogConformance):
    kind = AuditLogs()

    @pytest.fixture(autouse=True)
    def _url(self, database: str) -> None:
        self.url = f"audit+{database}"

    def place(self) -> LogCall:
        with psycopg.connect(self.url.removeprefix("audit+"), autocommit=True) as connection:
            connection.execute("DROP SCHEMA public CASCADE")
            connection.execute("CREATE SCHEMA public")
        return LogCall(url=self.url, options=SEALS)

    def broken(self) -> LogCall:
        return LogCall(url=f"{self.url}_that_is_not_there")
