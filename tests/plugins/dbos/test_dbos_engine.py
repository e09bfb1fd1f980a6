"""What is DBOS's own: one in a process, durable, silent, and nothing left open."""

import asyncio
import logging
import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest
from dbos import DBOS

from interlock import StoreError
from interlock_agents import EngineCall, Suspended, open_engine


def engine_of(program, url="dbos+sqlite:///dbos.db"):
    return open_engine(EngineCall(url=url, program=program, folder=Path.cwd()))


async def executed(program, run="run"):
    engine = engine_of(program)
    try:
        return await engine.execute(run)
    finally:
        await engine.aclose()


async def hello(strand):
    async def act():
        return "hello"

    return await strand.step("say", act)


async def test_engines_of_one_database_share_dbos_and_those_of_another_are_refused():
    first, second = engine_of(hello), engine_of(hello)
    other = engine_of(hello, "dbos+sqlite:///other.db")
    try:
        assert await asyncio.gather(first.execute("1"), second.execute("2")) == ["hello", "hello"]
        with pytest.raises(StoreError, match=r"once in a process, and has .*dbos\.db open"):
            await other.execute("3")
        await first.aclose()
        assert await second.execute("4") == "hello"
        await second.aclose()
        assert await other.execute("3") == "hello"
    finally:
        for each in (first, second, other):
            await each.aclose()


async def test_a_process_that_uses_dbos_itself_is_told_so_and_keeps_it():
    DBOS(config={"name": "theirs", "system_database_url": "sqlite:///theirs.db"})
    engine = engine_of(hello)
    try:
        with pytest.raises(StoreError, match="uses DBOS for something else"):
            await engine.execute("run")
        await engine.aclose()
        await asyncio.to_thread(DBOS.launch)
        assert await DBOS.list_workflows_async() == []
    finally:
        await asyncio.to_thread(DBOS.destroy)


async def test_strands_are_workflows_that_dbos_itself_shows():
    waits = True

    async def program(strand):
        if not strand.path:
            await strand.start("ask")
            return await strand.result("ask")
        await hello(strand)
        if waits:
            raise Suspended("for a yes")
        return "yes"

    with pytest.raises(Suspended, match="for a yes"):
        await executed(program)
    assert found() == {"run": "CANCELLED", "run/ask": "CANCELLED"}
    waits = False
    assert await executed(program) == "yes"
    assert found() == {"run": "SUCCESS", "run/ask": "SUCCESS"}


def found():
    with sqlite3.connect("dbos.db") as database:
        rows = database.execute("SELECT workflow_uuid, status FROM workflow_status").fetchall()
    database.close()
    return dict(rows)


async def test_what_is_committed_is_on_the_disk():
    from interlock_dbos.databases import make_engine
    from interlock_sql import Address

    await executed(hello)
    engine = make_engine(Address(label="dbos", file=Path.cwd() / "dbos.db"))
    with engine.connect() as connection:
        assert connection.exec_driver_sql("PRAGMA synchronous").scalar() == 2  # FULL
        assert connection.exec_driver_sql("PRAGMA journal_mode").scalar() == "wal"
    engine.dispose()
    assert os.stat("dbos.db").st_mode & 0o077 == 0  # noqa: PTH116 - for a test


def test_it_says_nothing_on_the_console_and_ends_by_itself():
    program = """
import asyncio, logging
from interlock_agents import EngineCall, open_engine

async def program(strand):
    async def act():
        return "hello"
    return await strand.step("say", act)

async def main():
    engine = open_engine(EngineCall(url="dbos+sqlite:///dbos.db", program=program))
    print(await engine.execute("run"))
    await engine.aclose()

asyncio.run(main())
asyncio.run(main())
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert (done.stdout, done.stderr) == ("hello\nhello\n", "")


async def test_an_application_that_shows_its_logs_sees_warnings_alone(caplog):
    caplog.set_level(logging.DEBUG)
    await executed(hello)
    assert [each for each in caplog.records if each.name == "dbos" and each.levelno < logging.WARNING] == []


async def test_a_loop_of_the_callers_keeps_its_executor():
    await executed(hello)
    assert await asyncio.to_thread(lambda: "works") == "works"


def test_agents_are_imported_without_dbos_and_without_a_database():
    program = """
import sys
import interlock_agents, interlock_dbos
print(sorted({"dbos", "sqlalchemy", "alembic"} & set(sys.modules)))
"""
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("url", ["dbos+mysql://host/x", "dbos://host/x"])
def test_another_database_is_refused_with_the_way_out(url):
    with pytest.raises(StoreError, match=r"did you mean 'dbos\+"):
        open_engine(EngineCall(url=url, program=hello))


def test_a_process_that_was_forked_is_told_to_start_anew():
    program = """
import asyncio, os
from interlock import StoreError
from interlock_agents import EngineCall, open_engine

async def program(strand):
    return "done"

async def execute(engine):
    return await engine.execute("run")

engine = open_engine(EngineCall(url="dbos+sqlite:///dbos.db", program=program))
print(asyncio.run(execute(engine)), flush=True)
if os.fork():
    os.wait()
else:
    another = open_engine(EngineCall(url="dbos+sqlite:///dbos.db", program=program))
    try:
        asyncio.run(execute(another))
    except StoreError as error:
        print(error, flush=True)
    os._exit(0)
asyncio.run(engine.aclose())
"""
    done = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", program],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.startswith("done\nDBOS does not outlive a fork"), done.stderr
