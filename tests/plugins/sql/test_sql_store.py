"""The store in both databases: what people find with plain SQL, many processes at once, what goes wrong."""

import asyncio
import os
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import textwrap
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine, text

from interlock import ErrorRecord, Record, StoreError
from interlock.protocols import RecordStore
from interlock.testing.records import sample_record
from interlock.types.stores import PruneCall, RecordQuery, StoreCall
from interlock_sql import Sql
from interlock_sql.address import address_of
from interlock_sql.engines import make_engine
from interlock_sql.versions import VERSION_TABLE

Opened = Callable[[], RecordStore]


def rows(place: StoreCall, statement: str) -> list[tuple[Any, ...]]:
    """What a person's own client answers."""
    if place.url.startswith("sqlite"):
        with sqlite3.connect(place.folder / "records.db") as database:
            found = database.execute(statement).fetchall()
        database.close()
        return found
    with psycopg.connect(place.url) as connection:
        return connection.execute(statement.encode()).fetchall()


async def test_records_can_be_asked_about_in_plain_sql(opened: Opened, place: StoreCall) -> None:
    store = opened()
    await store.put([sample_record(1), replace(sample_record(2), error="TotalTimeout", cost=None)])
    await store.aclose()
    columns = "task, reason, deployment, model, cost, input_tokens, output_tokens, latency, error"
    assert rows(place, f"SELECT {columns} FROM records ORDER BY started") == [
        ("conversational", "primary_optimal", "second", "maker/second", 0.000125, 12, 5, 1.75, None),
        ("conversational", "primary_optimal", "second", "maker/second", None, 12, 5, 1.75, "TotalTimeout"),
    ]
    tried = "SELECT deployment, role, error, status, message FROM attempts WHERE record = 'record-000001'"
    assert rows(place, f"{tried} ORDER BY number") == [
        ("first", "answer", "RateLimited", 429, "slow down"),
        ("second", "answer", None, None, None),
    ]
    assert rows(place, "SELECT DISTINCT deployment, rule, sentence FROM exclusions") == [
        ("third", "residency", "processed in cn; the residency allows eu only")
    ]
    assert rows(place, "SELECT DISTINCT name, value FROM labels") == [("customer", "42")]
    ((started,),) = rows(place, "SELECT min(started) FROM records")
    moment = datetime.fromisoformat(started) if isinstance(started, str) else started
    assert moment.replace(tzinfo=UTC) == datetime(2023, 11, 14, 22, 13, 21, 500_000, tzinfo=UTC)
    body = "json_extract(body, '$.decision.task')" if "sqlite" in place.url else "body->'decision'->>'task'"
    assert rows(place, f"SELECT DISTINCT {body} FROM records") == [("conversational",)]


async def test_ten_thousand_records_stay_within_their_bound(opened: Opened, place: StoreCall) -> None:
    store = opened()
    for start in range(0, 10_000, 500):
        await store.put([sample_record(number) for number in range(start, start + 500)])
    while await store.prune(PruneCall(keep=9_000)):
        pass
    newest = await store.find(RecordQuery(limit=2))
    assert [record.id for record in newest] == ["record-009999", "record-009998"]
    await store.aclose()
    assert rows(place, "SELECT count(*), min(id) FROM records") == [(9_000, "record-001000")]
    for table, each in (("attempts", 2), ("exclusions", 1), ("labels", 1)):
        assert rows(place, f"SELECT count(*) FROM {table}") == [(each * 9_000,)], "nothing is left behind"


async def test_what_was_left_or_lost_is_no_error(opened: Opened, place: StoreCall) -> None:
    store = opened()
    await store.put([_left(1), sample_record(2)])
    await store.aclose()
    failed = "SELECT deployment, error FROM attempts WHERE error IS NOT NULL"
    assert rows(place, failed) == [("first", "RateLimited")]
    assert rows(place, "SELECT id FROM records WHERE error IS NOT NULL") == []
    assert rows(place, "SELECT outcome FROM records ORDER BY id") == [("left",), ("answer",)]
    assert rows(place, "SELECT outcome, message FROM attempts ORDER BY record, number")[:2] == [
        ("lost", "lost the race to second"),
        ("left", "left by the caller"),
    ]


async def test_incidents_can_be_asked_for(opened: Opened, place: StoreCall) -> None:
    first, second = sample_record(1).attempts
    incident = "processed anywhere by the vendor's own word"
    placed = replace(first, region="global", pinned="us", evidenced="global", incident=incident)
    store = opened()
    await store.put([replace(sample_record(1), attempts=(placed, second))])
    await store.aclose()
    asked = "SELECT deployment, region, pinned, evidenced, incident FROM attempts ORDER BY number"
    assert rows(place, asked) == [
        ("first", "global", "us", "global", incident), ("second", None, None, None, None),
    ]  # fmt: skip


def _left(number: int) -> Record:
    record = sample_record(number)
    one, other = record.attempts
    lost = replace(one, error=None, cancelled="lost the race to second")
    left = replace(other, cancelled="left by the caller")
    return replace(record, attempts=(lost, left), deployment=None, model=None, cancelled="CancelledError")


async def test_what_an_earlier_version_counted_as_an_error_is_counted_anew(
    opened: Opened, place: StoreCall
) -> None:
    record = _left(1)
    lost, left = record.attempts
    kinds = ("LostRace", "InterlockError")
    old = replace(
        record,
        error=record.cancelled,
        cancelled=None,
        attempts=tuple(
            replace(each, cancelled=None, error=ErrorRecord(kind=kind, message=each.cancelled or ""))
            for each, kind in zip((lost, left), kinds, strict=True)
        ),
    )
    failed = replace(sample_record(2), error="TotalTimeout")
    store = opened()
    await store.put([old, failed])
    await store.aclose()
    engine = make_engine(address_of(place))
    with engine.execution_options(writes=True).begin() as connection:
        for table in ("log", "tallied", "tallies"):
            connection.execute(text(f"DROP TABLE {table}"))
        for index in ("records_by_run", "records_by_error", "attempts_by_deployment", "labels_by_value"):
            connection.execute(text(f"DROP INDEX {index}"))
        for table, column in (
            ("records", "run"), ("records", "step"), ("records", "outcome"), ("attempts", "outcome"),
            ("attempts", "region"), ("attempts", "pinned"), ("attempts", "evidenced"),
            ("attempts", "incident"), ("attempts", "seconds"), ("labels", "seconds"),
        ):  # fmt: skip
            connection.execute(text(f"ALTER TABLE {table} DROP COLUMN {column}"))
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '0001'"))
    engine.dispose()
    store = opened()
    assert await store.get(record.id) == record
    assert await store.find(RecordQuery(failed=True)) == [failed]
    for query in (RecordQuery(deployment="first"), RecordQuery(metadata={"customer": "42"})):
        assert await store.find(query) == [failed, record]
    await store.aclose()
    assert rows(place, "SELECT outcome, error FROM records ORDER BY id") == [
        ("left", None), ("error", "TotalTimeout"),
    ]  # fmt: skip
    assert rows(place, "SELECT outcome, error FROM attempts ORDER BY record, number") == [
        ("lost", None), ("left", None), ("error", "RateLimited"), ("answer", None),
    ]  # fmt: skip


async def test_a_database_of_a_later_version_is_left_alone(opened: Opened, place: StoreCall) -> None:
    store = opened()
    await store.put([sample_record(1)])
    await store.aclose()
    engine = make_engine(address_of(place))
    with engine.execution_options(writes=True).begin() as connection:
        connection.execute(text(f"UPDATE {VERSION_TABLE} SET version_num = '9999'"))
    engine.dispose()
    store = opened()
    for doing in (store.put([sample_record(2)]), store.find(RecordQuery())):
        with pytest.raises(StoreError, match="made by a later version of interlock-sql"):
            await doing
    await store.aclose()
    assert rows(place, "SELECT id FROM records") == [("record-000001",)]


PROGRAM = """
import asyncio, sys
from pathlib import Path
from interlock.testing.records import sample_record
from interlock.types.stores import StoreCall
from interlock_sql import Sql

place = StoreCall(url=sys.argv[1], folder=Path(sys.argv[2]))
first = int(sys.argv[3])

async def main():
    store = Sql().open(place)
    sys.stdin.readline()
"""


def start(place: StoreCall, first: int, body: str) -> "subprocess.Popen[str]":
    code = PROGRAM + textwrap.indent(textwrap.dedent(body), "    ") + "\nasyncio.run(main())\n"
    command = [sys.executable, "-W", "error", "-c", code, place.url, str(place.folder), str(first)]
    return subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def test_processes_that_start_at_once_share_a_new_database(place: StoreCall) -> None:
    body = """
        for number in range(first, first + 50, 5):
            await store.put([sample_record(n) for n in range(number, number + 5)])
        await store.aclose()
        """
    with ExitStack() as stack:
        processes = [stack.enter_context(start(place, 100 * index, body)) for index in range(3)]
        for process in processes:
            assert process.stdin is not None
            process.stdin.write("go\n")
            process.stdin.flush()
        assert [process.wait(60) for process in processes] == [0, 0, 0]
    assert rows(place, "SELECT count(*) FROM records") == [(150,)]


def test_a_process_that_is_killed_while_it_writes_leaves_what_was_confirmed(
    place: StoreCall, opened: Opened
) -> None:
    body = """
        number = 0
        while True:
            await store.put([sample_record(n) for n in range(number, number + 20)])
            number += 20
            print(number, flush=True)
        """
    with start(place, 0, body) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write("go\n")
        process.stdin.flush()
        while int(process.stdout.readline()) < 200:
            pass
        process.send_signal(signal.SIGKILL)
        confirmed = max(200, *(int(line) for line in process.stdout.read().splitlines() if line), 0)
        process.wait(30)

    async def read() -> list[str]:
        store = opened()
        found = await store.find(RecordQuery(limit=100_000))
        await store.put([sample_record(999_999)])
        await store.aclose()
        return [record.id for record in found]

    ids = set(asyncio.run(read()))
    assert {sample_record(number).id for number in range(confirmed)} <= ids
    assert len(ids) % 20 == 0, "a batch is kept whole or not at all"


SCRIPT = """
import asyncio, sys
from interlock.testing import scripted_router

router = scripted_router({"a": ["x"] * 60}, records=sys.argv[1])
for _ in range(30):
    router.complete_sync("hi")

async def main():
    await asyncio.gather(*(router.complete("hi") for _ in range(30)))

asyncio.run(main())
"""


def test_a_script_that_closes_nothing_loses_nothing(place: StoreCall) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", SCRIPT, place.url],
        cwd=place.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert rows(place, "SELECT count(*), count(DISTINCT id) FROM records") == [(60, 60)]
    if place.url.startswith("sqlite"):
        assert [path.name for path in place.folder.iterdir()] == ["records.db"], "its journal is folded in"


FORKING = """
import os, sys, time
from interlock.testing import scripted_router

router = scripted_router({"a": ["x"] * 60}, records=sys.argv[1])
router.complete_sync("before")
while not router.wiring.writer._place or router.wiring.writer._waiting:
    time.sleep(0.01)
child = os.fork()
router.complete_sync("after, in both")
if child == 0:
    sys.exit(0)
assert os.waitpid(child, 0)[1] == 0
router.complete_sync("after the child has gone")
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there is no fork here")
def test_a_child_leaves_its_parents_connection_alone(place: StoreCall) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "error", "-c", FORKING, place.url],
        cwd=place.folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert rows(place, "SELECT count(*) FROM records") == [(4,)]


async def test_a_server_that_comes_back_is_used_again(database: str) -> None:
    store = Sql().open(StoreCall(url=database))
    await store.put([sample_record(1)])
    with psycopg.connect(database, autocommit=True) as connection:
        connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE application_name = 'interlock'"
        )
    await store.put([sample_record(2)])
    assert len(await store.find(RecordQuery())) == 2
    await store.aclose()


async def test_a_server_that_is_not_there_is_named_without_the_password() -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    store = Sql().open(StoreCall(url=f"postgresql://ann:hunter2@127.0.0.1:{port}/calls"))
    with pytest.raises(StoreError) as caught:
        await store.put([sample_record(1)])
    await store.aclose()
    assert str(caught.value).startswith(f"calls at 127.0.0.1:{port}: ")
    assert "hunter2" not in f"{caught.value}{store!r}{vars(store)}"


async def test_a_file_that_is_no_database(tmp_path: Path) -> None:
    (tmp_path / "x.db").write_text("not at all a database, but long enough to be looked at" * 20)
    store = Sql().open(StoreCall(url="sqlite:///x.db", folder=tmp_path))
    with pytest.raises(StoreError, match=r"x\.db: file is not a database"):
        await store.find(RecordQuery())
    await store.aclose()


async def test_a_new_file_is_its_owners_alone_and_an_old_one_is_left_as_it_is(tmp_path: Path) -> None:
    shared = tmp_path / "shared.db"
    shared.touch(mode=0o644)
    for name, mode in (("new.db", 0o600), ("shared.db", 0o644)):
        store = Sql().open(StoreCall(url=f"sqlite:///{name}", folder=tmp_path))
        await store.put([sample_record(1)])
        assert modes(tmp_path, name) == {name: mode, f"{name}-shm": mode, f"{name}-wal": mode}
        await store.aclose()


async def test_a_new_file_behind_a_link_is_its_owners_alone(tmp_path: Path) -> None:
    (tmp_path / "link.db").symlink_to("new.db")
    store = Sql().open(StoreCall(url="sqlite:///link.db", folder=tmp_path))
    await store.put([sample_record(1)])
    await store.aclose()
    assert modes(tmp_path, "new.db") == {"new.db": 0o600}


def modes(folder: Path, start: str) -> dict[str, int]:
    return {
        path.name: stat.S_IMODE(path.stat().st_mode)
        for path in folder.iterdir()
        if path.name.startswith(start)
    }


async def test_readers_see_what_is_there_while_somebody_writes(tmp_path: Path) -> None:
    place = StoreCall(url="sqlite:///records.db", folder=tmp_path)
    store = Sql().open(place)
    await store.put([sample_record(1)])
    other = sqlite3.connect(tmp_path / "records.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("DELETE FROM records")
    assert len(await store.find(RecordQuery())) == 1
    other.execute("ROLLBACK")
    other.close()
    await store.aclose()


async def test_the_loop_goes_on_while_the_database_is_busy(tmp_path: Path) -> None:
    place = StoreCall(url="sqlite:///records.db", folder=tmp_path)
    store = Sql().open(place)
    await store.put([sample_record(1)])
    other = sqlite3.connect(tmp_path / "records.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    waiting = asyncio.create_task(store.put([sample_record(2)]))
    for _ in range(20):
        await asyncio.sleep(0.001)
    assert not waiting.done()
    other.execute("COMMIT")
    other.close()
    await waiting
    assert len(await store.find(RecordQuery())) == 2
    await store.aclose()


def test_the_test_server_is_reached_with_sqlalchemy_too(database: str) -> None:
    engine = create_engine(database.replace("postgresql://", "postgresql+psycopg://"))
    with engine.connect() as connection:
        assert connection.execute(text("SELECT 1")).scalar() == 1
    engine.dispose()
