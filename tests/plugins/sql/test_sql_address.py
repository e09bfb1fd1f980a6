"""Addresses of databases: what is taken, and what is refused without being repeated."""

import importlib.util
import subprocess
import sys
from pathlib import Path

import pytest

from interlock import StoreError
from interlock.types.stores import StoreCall
from interlock_sql import Sql
from interlock_sql.address import address_of


@pytest.mark.parametrize(
    ("url", "file"),
    [
        ("sqlite:///calls.db", "/folder/calls.db"),
        ("sqlite:///deep/er/calls.db", "/folder/deep/er/calls.db"),
        ("sqlite:////var/lib/calls.db", "/var/lib/calls.db"),
        ("sqlite:///a%20b.db", "/folder/a b.db"),
    ],
)
def test_a_relative_path_begins_at_the_configurations_folder(url: str, file: str) -> None:
    assert address_of(StoreCall(url=url, folder=Path("/folder"))).file == Path(file)


def test_a_path_may_begin_at_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HOME", "/home/ann")
    assert address_of(StoreCall(url="sqlite:///~/calls.db")).file == Path("/home/ann/calls.db")


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("sqlite://calls.db", "three slashes"),
        ("sqlite://hunter2/calls.db", "three slashes"),
        ("sqlite:///", "needs a file"),
        ("sqlite:///:memory:", "needs a file"),
        ("sqlite:///calls.db?mode=ro", "nothing after it"),
        ("postgresql://ann:hunter2@db", "the name of a database"),
        ("postgresql://ann:hunter2@db:port/calls", "malformed"),
        ("postgresql://ann:hun[ter2@db/calls", "malformed"),
    ],
)
def test_what_cannot_be_an_address(url: str, told: str) -> None:
    with pytest.raises(StoreError, match=told) as caught:
        Sql().open(StoreCall(url=url))
    assert "hunter2" not in str(caught.value)
    assert "hun[ter2" not in str(caught.value)


def test_a_servers_address_is_labelled_without_its_password() -> None:
    address = address_of(StoreCall(url="postgres://ann:hunter2@db.example:5433/calls?sslmode=require"))
    assert address.label == "calls at db.example:5433"
    assert address.url == "postgresql+psycopg://ann:hunter2@db.example:5433/calls?sslmode=require"
    assert "hunter2" not in repr(address)
    assert "hunter2" not in repr(StoreCall(url="postgres://ann:hunter2@db/calls"))


def test_a_missing_driver_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interlock_sql.address.find_spec", lambda name: None)
    assert importlib.util.find_spec("psycopg")
    with pytest.raises(StoreError, match=r"install interlock-sql\[postgresql\]"):
        Sql().open(StoreCall(url="postgresql://db/calls"))


def test_a_router_that_only_decides_loads_no_database_code(tmp_path: Path) -> None:
    code = """
import sys
from interlock import Router
Router.from_config({"records": "sqlite:///calls.db"}).decide("Hello")
print({"sqlalchemy", "alembic", "psycopg"} & set(sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
    assert not list(tmp_path.iterdir())
