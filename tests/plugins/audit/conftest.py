"""An empty place in either database for each test, a key, and a file for checkpoints."""

import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import psycopg
import pytest

from interlock.types.logs import LogCall
from interlock.types.models import Secret
from interlock_audit import AuditLog, AuditOptions, opened
from interlock_audit.keys import SigningKey
from interlock_audit.verifying import Report
from interlock_audit.verifying.reading import checkpoints_in, verify_database
from interlock_sql import address_of
from postgresql import database, server

__all__ = ["database", "server"]


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """The address of an empty place, in each database in turn."""
    if request.param == "sqlite":
        return f"audit+sqlite:///{tmp_path}/audit.db"
    return f"audit+{request.getfixturevalue('database')}"


class Place:
    """A log, whoever writes it, and its checkpoints in a file."""

    def __init__(self, folder: Path, url: str) -> None:
        self.url = url
        self.checkpoints = folder / "checkpoints.jsonl"
        self.key_file = folder / "audit.key"
        self.key = SigningKey.new()
        self.key.write(self.key_file)
        self.key_text = self.key_file.read_text()

    def ids(self) -> list[str]:
        return [id_ for (id_,) in self.run("SELECT id FROM audit")]

    def options(self, **given: Any) -> AuditOptions:
        return AuditOptions(
            key=Secret(self.key_file.read_text()), **{"checkpoints": (self.checkpoints,)} | given
        )

    def open(self, **given: Any) -> AuditLog:
        return opened(LogCall(url=self.url, options=self.options(**given)))

    def verify(self, *, anchored: bool = True) -> Report:
        sources = [checkpoints_in(self.checkpoints)] if anchored else []
        address = address_of(LogCall(url=self.url.removeprefix("audit+")))
        return verify_database(address, sources=sources, keys=[self.key.public])

    def run(self, statement: str) -> list[tuple[Any, ...]]:
        """What a client of its own sees, or does."""
        url = self.url.removeprefix("audit+")
        if url.startswith("sqlite"):
            with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database, database:
                return database.execute(statement).fetchall()
        with psycopg.connect(url) as connection:
            cursor = connection.execute(statement.encode())
            return cursor.fetchall() if cursor.description else []


@pytest.fixture
def place(tmp_path: Path, url: str) -> Place:
    return Place(tmp_path, url)


@pytest.fixture
def sqlite(tmp_path: Path) -> Place:
    return Place(tmp_path, f"audit+sqlite:///{tmp_path}/audit.db")


@pytest.fixture
def in_postgresql(tmp_path: Path, database: str) -> Place:
    return Place(tmp_path, f"audit+{database}")


Opening = Callable[..., AuditLog]
