"""A new database gets its tables as they are, an older one through its history: both come to the same."""

import asyncio
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from time import time
from typing import Any

import pytest
from sqlalchemy import Connection, Engine, inspect, text

from interlock import StoreError
from interlock.testing.records import sample_record
from interlock.types.stores import RecordQuery, StoreCall
from interlock_sql import Sql
from interlock_sql.address import address_of
from interlock_sql.engines import make_engine, writing
from interlock_sql.file_database import TABLES
from interlock_sql.health_tables import HEALTH
from interlock_sql.ledger_tables import LEDGER
from interlock_sql.limits_tables import LIMITS
from interlock_sql.upgrade import RECORDS, Migrations, revision, upgrade
from sqlite_tables import statements

LINES = (RECORDS, HEALTH, LEDGER, LIMITS)
BESIDE = {
    "sqlite": "SELECT name, sql FROM sqlite_master WHERE type IN ('trigger', 'index') AND sql IS NOT NULL",
    "postgresql": """
        SELECT tgname, pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal
        UNION SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'
        UNION SELECT proname, prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace
        UNION SELECT conrelid::regclass || ' ' || conname, pg_get_constraintdef(oid) FROM pg_constraint
            WHERE connamespace = 'public'::regnamespace""",
}


@pytest.mark.parametrize("line", LINES, ids=lambda line: line.section)
def test_a_new_database_is_one_that_went_through_every_migration(place: StoreCall, line: Migrations) -> None:
    engine = make_engine(address_of(place))
    with writing(engine).begin() as connection:
        upgrade(connection, line)
    made = _described(engine)
    _empty(engine)
    with writing(engine).begin() as connection:
        upgrade(connection, replace(line, tables=None))
    assert _described(engine) == made
    with writing(engine).begin() as connection:
        upgrade(connection, line)
        assert revision(connection, line) == line.revisions[-1]
    engine.dispose()


def test_tables_of_somebody_else_are_not_taken_for_ours(place: StoreCall) -> None:
    engine = make_engine(address_of(place))
    with writing(engine).begin() as connection:
        connection.execute(text("CREATE TABLE labels (theirs INTEGER)"))
    engine.dispose()
    from interlock_sql.connected import Connected

    with pytest.raises(StoreError, match="labels"):
        Connected(address_of(place))
    engine = make_engine(address_of(place))
    assert inspect(engine).get_table_names() == ["labels"]
    engine.dispose()


def test_a_file_is_given_the_tables_as_they_are_declared() -> None:
    told = "print them with `uv run python tests/support/sqlite_tables.py`"
    assert TABLES.read_text(encoding="utf-8").strip().split("\n\n") == statements(), told


PROGRAM = """
import asyncio, sys
from dataclasses import replace
from pathlib import Path
from time import time
from interlock.testing.records import sample_record
from interlock.types.stores import PruneCall, RecordQuery, StoreCall
from interlock_sql import Sql

loads = {"alembic", "sqlalchemy", "sqlalchemy.dialects.postgresql"}

async def main():
    store = Sql().open(StoreCall(url="sqlite:///records.db", folder=Path(sys.argv[1])))
    await store.put([replace(sample_record(number), started=time()) for number in range(20)])
    await store.prune(PruneCall(keep=10))
    print(sorted(loads & set(sys.modules)))
    assert len(await store.find(RecordQuery())) == 10
    print(sorted(loads & set(sys.modules)))
    await store.aclose()

asyncio.run(main())
"""


def test_who_keeps_records_in_a_file_loads_no_more_than_that_needs(tmp_path: Path) -> None:
    for _ in range(2):  # a new file, and one that is there
        command = [sys.executable, "-c", PROGRAM, str(tmp_path)]
        done = subprocess.run(command, capture_output=True, text=True, check=True)
        assert done.stdout.split("\n")[:2] == ["[]", "['sqlalchemy']"]


async def test_many_who_come_at_once_find_the_tables_of_a_new_file_made_once(tmp_path: Path) -> None:
    stores = [Sql().open(StoreCall(url="sqlite:///records.db", folder=tmp_path)) for _ in range(8)]
    records = [replace(sample_record(number), started=time()) for number in range(8)]
    await asyncio.gather(*(store.put([record]) for store, record in zip(stores, records, strict=True)))
    assert len(await stores[0].find(RecordQuery())) == 8
    for store in stores:
        await store.aclose()


def _described(engine: Engine) -> dict[str, Any]:
    """Everything but the order of columns, which migrations add at the end."""
    with engine.connect() as connection:
        found = {table: _table(connection, table) for table in inspect(connection).get_table_names()}
        beside = connection.execute(text(BESIDE[engine.dialect.name])).all()
    # Names are quoted by one way and not by the other, where both mean the same.
    return {**found, "beside": {name: " ".join(each.replace('"', "").split()) for name, each in beside}}


def _table(connection: Connection, table: str) -> Mapping[str, Any]:
    seen = inspect(connection)
    columns = {
        each["name"]: (
            repr(each["type"]),
            each["nullable"],
            str(each["default"]),
            each.get("autoincrement"),
        )
        for each in seen.get_columns(table)
    }
    unique = sorted(tuple(each["column_names"]) for each in seen.get_unique_constraints(table))
    foreign = [
        (each["constrained_columns"], each["referred_table"], each["options"])
        for each in seen.get_foreign_keys(table)
    ]
    return {
        "columns": columns,
        "key": seen.get_pk_constraint(table),
        "unique": unique,
        "foreign": foreign,
        "options": seen.get_table_options(table),
    }


def _empty(engine: Engine) -> None:
    with writing(engine).begin() as connection:
        if engine.dialect.name == "postgresql":
            connection.execute(text("DROP SCHEMA public CASCADE"))
            connection.execute(text("CREATE SCHEMA public"))
            return
        for table in inspect(connection).get_table_names():
            connection.execute(text(f"DROP TABLE {table}"))
