"""The database of agents: one transaction or none of it, durable, and named without its password."""

import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import Connection, column, func, select, table, text

from interlock import StoreError
from interlock_agents.migrations.tables import metadata
from interlock_agents.prepared import Prepared
from interlock_agents.store import Store

EVENT = "INSERT INTO agents_grants_used (\"grant\", effect, at) VALUES ('g', 'e', 1)"
COUNT = "SELECT count(*) FROM agents_grants_used"


def use(connection: Connection) -> None:
    connection.execute(text(EVENT))


def count(connection: Connection) -> int:
    return int(connection.execute(text(COUNT)).scalar_one())


async def test_what_is_written_is_there_for_whoever_opens_it_next(url: str) -> None:
    first, second = Store.open(url), Store.open(url)
    await first.run(use)
    assert await second.read(count) == 1
    await first.aclose()
    await second.aclose()


async def test_what_fails_leaves_nothing_behind(store: Store) -> None:
    def fail(connection: Connection) -> None:
        use(connection)
        raise ValueError

    with pytest.raises(ValueError):
        await store.run(fail)
    assert await store.read(count) == 0


async def test_commits_outlive_a_power_cut(store: Store) -> None:
    def settings(connection: Connection) -> object:
        if connection.dialect.name == "sqlite":
            journal = connection.execute(text("PRAGMA journal_mode")).scalar_one()
            return journal, connection.execute(text("PRAGMA synchronous")).scalar_one()
        return connection.execute(text("SHOW synchronous_commit")).scalar_one()

    assert await store.run(settings) in (("wal", 2), "on")


async def test_the_stores_clock_is_the_machines_or_the_servers(store: Store) -> None:
    import time

    assert abs(await store.read(store.now) - time.time()) < 60


async def test_its_tables_are_those_that_the_rooms_declare(store: Store) -> None:
    from alembic.autogenerate import compare_metadata
    from alembic.migration import MigrationContext

    def differences(connection: Connection) -> list[object]:
        options = {"version_table": "interlock_agents_version"}
        return list(compare_metadata(MigrationContext.configure(connection, opts=options), metadata))

    assert await store.run(differences) == []


@pytest.mark.parametrize(
    "url", ["mysql://user:hunter2@db/agents", "agents.db", "postgresql://user:hunter2@db", "sqlite://x.db"]
)
def test_an_address_that_cannot_be_used_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(StoreError) as caught:
        Store.open(url)
    assert "hunter2" not in str(caught.value)


async def test_a_place_that_cannot_be_reached_is_named_without_its_password(tmp_path: Path) -> None:
    store = Store.open("postgresql://user:hunter2@127.0.0.1:1/agents")
    with pytest.raises(StoreError, match=r"agents at 127\.0\.0\.1:1") as caught:
        await store.run(use)
    assert "hunter2" not in str(caught.value)
    await store.aclose()
    (tmp_path / "file").write_text("no database")
    store = Store.open("sqlite:///file", tmp_path)
    with pytest.raises(StoreError, match="file: "):
        await store.run(use)
    await store.aclose()


def test_whoever_runs_no_agent_loads_no_database_code(tmp_path: Path) -> None:
    code = """
import sys
import interlock_agents
from interlock_agents.store import Store
Store.open()
print({"sqlalchemy", "alembic", "psycopg"} & set(sys.modules))
"""
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, check=True
    )
    assert done.stdout == "set()\n"
    assert not list(tmp_path.iterdir())


async def test_what_a_driver_refuses_names_the_place_and_repeats_no_value(store: Store) -> None:
    missing = Prepared(select(column("name")).select_from(table("nowhere")).where(column("name") == "secret"))
    with pytest.raises(StoreError, match="nowhere") as caught:
        await store.run(lambda connection: missing.rows(connection, {}))
    assert store.label in str(caught.value)
    assert "secret" not in str(caught.value)
    await store.run(use)
    assert await store.read(count) == 1


async def test_a_connection_that_the_server_has_ended_is_made_anew(database: str) -> None:
    store = Store.open(database)
    await store.run(use)
    ended = Prepared(select(func.pg_terminate_backend(func.pg_backend_pid())))
    with pytest.raises(StoreError):
        await store.run(lambda connection: ended.rows(connection, {}))
    assert await store.run(count) == 1
    await store.aclose()
