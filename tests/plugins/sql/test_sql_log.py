"""The log in both databases: written before anything arrives upstream, appended to alone, and read back."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import psycopg
import pytest
from typer.testing import CliRunner

from interlock import InterlockError, LogEntry, LogUnavailable, Router, StoreError
from interlock.cli.app import app
from interlock.testing import Received, Reply, Upstream
from interlock.types.logs import LogCall, LogQuery
from interlock.types.stores import StoreCall
from interlock_sql import SqlLogs
from interlock_sql.address import address_of
from interlock_sql.log_database import LogDatabase

USAGE = {"prompt_tokens": 10, "completion_tokens": 2}
CHOICE = {"index": 0, "message": {"role": "assistant", "content": "Quick."}, "finish_reason": "stop"}
PLAIN = Reply.json({"id": "1", "model": "m", "choices": [CHOICE], "usage": USAGE})
DOWN = Reply.json({"error": {"message": "out of order"}}, status=503)


@pytest.fixture
def url(place: StoreCall) -> str:
    return f"sqlite:///{place.folder}/records.db" if place.url.startswith("sqlite") else place.url


def rows(url: str, statement: str) -> list[tuple[Any, ...]]:
    """What a client of its own sees that reads beside the router: what is committed."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as database, database:
            return database.execute(statement).fetchall()
    with psycopg.connect(url) as connection:
        cursor = connection.execute(statement.encode())
        return cursor.fetchall() if cursor.description else []


def routed(upstream: Upstream, url: str, **config: Any) -> Router:
    parts = [
        {"id": name, "model": model, "provider": "openai-compatible", "region": "us", "name": name}
        | {"base_url": f"{upstream.url}/v1"}
        for name, model in (("a", "openai/gpt-5.5"), ("b", "zhipu/glm-5.2"))
    ]
    told = {"log": url, "routes": {"conversational": ["a", "b"]}, "retries": {"max": 0}} | config
    return Router.from_config({"deployments": parts} | told)


@pytest.mark.parametrize("sync", [False, True])
async def test_what_arrives_upstream_is_in_the_database_already(url: str, sync: bool) -> None:
    seen: list[list[tuple[Any, ...]]] = []

    def answer(received: Received) -> Reply:
        seen.append(rows(url, "SELECT kind, attempt FROM log ORDER BY number"))
        return DOWN if received.json()["model"] == "a" else PLAIN

    with Upstream(always=answer) as upstream:
        router = routed(upstream, url)
        if sync:
            await asyncio.to_thread(router.complete_sync, "Hello", task="conversational", run="r")
        else:
            await router.complete("Hello", task="conversational", run="r")
        there = rows(url, "SELECT kind FROM log ORDER BY number")
        await router.aclose()
        await asyncio.to_thread(router.close_sync)
    first = [("opened", None), ("decision", None), ("attempt", 0)]
    assert seen == [first, [*first, ("attempt_ended", 0), ("attempt", 1)]]
    assert there[-2:] == [("attempt_ended",), ("answer",)], "before the answer was handed over"
    assert rows(url, "SELECT DISTINCT run, step FROM log WHERE call IS NOT NULL") == [("r", None)]


async def test_a_hundred_calls_at_once_are_all_there(url: str) -> None:
    with Upstream(always=PLAIN) as upstream:
        router = routed(upstream, url, log={"url": url, "timeout": 30})
        await asyncio.gather(*(router.complete("Hello", task="conversational") for _ in range(100)))
        await router.aclose()
    counts = dict(rows(url, "SELECT kind, count(*) FROM log GROUP BY kind"))
    expected = dict.fromkeys(("decision", "attempt", "attempt_ended", "answer"), 100)
    assert counts == expected | {"opened": 1}


@pytest.mark.parametrize(
    "statement", ["UPDATE log SET kind = 'x'", "DELETE FROM log", "DELETE FROM log WHERE kind = 'a.b'"]
)
async def test_rows_are_neither_changed_nor_removed(url: str, place: StoreCall, statement: str) -> None:
    log = SqlLogs().open(LogCall(url=place.url, folder=place.folder))
    await log.append([LogEntry(kind="a.b")])
    with pytest.raises((sqlite3.Error, psycopg.Error), match="the log is appended to alone"):
        rows(url, statement)
    assert rows(url, "SELECT kind FROM log") == [("a.b",)]
    rows(url, "DROP TRIGGER log_stays" + ("" if url.startswith("sqlite") else " ON log"))
    rows(url, "DELETE FROM log")
    assert rows(url, "SELECT kind FROM log") == [], "its owner has a way"
    await log.aclose()


async def test_its_connection_waits_for_the_disk(place: StoreCall) -> None:
    database = LogDatabase(address_of(LogCall(url=place.url, folder=place.folder)))
    question = "PRAGMA synchronous" if place.url.startswith("sqlite") else "SHOW synchronous_commit"
    with database.engine.connect() as connection:
        assert connection.exec_driver_sql(question).scalar() in (2, "on")
    database.close()


async def test_records_and_the_log_share_a_database(url: str) -> None:
    with Upstream(always=PLAIN) as upstream:
        router = routed(upstream, url, records=url)
        response = await router.complete("Hello", task="conversational")
        await router.aclose()
    ((call,),) = rows(url, "SELECT DISTINCT call FROM log WHERE call IS NOT NULL")
    assert rows(url, "SELECT id FROM records") == [(call,)] == [(response.record.id,)]


async def test_entries_are_found_by_call_run_and_time(place: StoreCall) -> None:
    log: Any = SqlLogs().open(LogCall(url=place.url, folder=place.folder))
    entries = [LogEntry(kind="x.y", at=float(n), call=f"c{n % 2}", run=f"r{n % 3}") for n in range(9)]
    await log.append(entries)
    assert await log.read(LogQuery(call="c1")) == entries[1::2]
    assert await log.read(LogQuery(run="r2")) == entries[2::3]
    assert await log.read(LogQuery(since=7.0)) == entries[7:]
    assert await log.read(LogQuery(limit=2, after=entries[3].id)) == entries[4:6]
    await log.aclose()


async def test_a_role_that_may_only_insert_is_enough(database: str) -> None:
    log = SqlLogs().open(LogCall(url=database))
    await log.append([LogEntry(kind="a.b")])
    await log.aclose()
    role = f"writes_{database.rpartition('/')[2]}"
    with psycopg.connect(database, autocommit=True) as connection:
        for statement in (
            f"CREATE ROLE {role} LOGIN",
            f"GRANT INSERT, SELECT ON log TO {role}",
            f"GRANT USAGE ON log_number_seq TO {role}",
            f"GRANT SELECT ON interlock_version TO {role}",
        ):
            connection.execute(statement.encode())
    log = SqlLogs().open(LogCall(url=database.replace("postgres@", f"{role}@")))
    await log.append([LogEntry(kind="c.d")])
    await log.aclose()
    assert rows(database, "SELECT kind FROM log ORDER BY number") == [("a.b",), ("c.d",)]


async def test_a_database_that_is_gone_sends_nothing(database: str) -> None:
    with Upstream(always=PLAIN) as upstream:
        router = routed(upstream, f"{database}_that_is_not_there")
        with pytest.raises(LogUnavailable, match="does not exist") as caught:
            await router.complete("Hello", task="conversational")
        assert isinstance(caught.value.__cause__, StoreError)
        assert upstream.requests == []
        await router.aclose()


KILLED = """
import sys
from interlock import Router
from interlock.testing import scripted_router

router = scripted_router({"a": ["yes"] * 100_000}, log={"url": sys.argv[1], "timeout": 60})
while True:
    print(router.complete_sync("Hello", task="conversational").record.id, flush=True)
"""


def test_a_killed_process_has_logged_every_answer_that_it_gave(url: str) -> None:
    command = [sys.executable, "-c", KILLED, url]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        answered = [process.stdout.readline().strip() for _ in range(20)]
        process.send_signal(signal.SIGKILL)
        answered += process.stdout.read().rpartition("\n")[0].split()
    logged = [call for (call,) in rows(url, "SELECT call FROM log WHERE kind = 'answer'")]
    assert all(logged.count(call) == 1 for call in answered)


FORKED = """
import os, sys
from interlock.testing import scripted_router

router = scripted_router({"a": ["yes"] * 9}, log={"url": sys.argv[1], "timeout": 60})
router.complete_sync("before", task="conversational")
child = os.fork()
router.complete_sync("after", task="conversational")
router.close_sync()
if child:
    os._exit(os.waitpid(child, 0)[1])
os._exit(0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
def test_a_forked_child_writes_its_own(url: str) -> None:
    done = subprocess.run(
        [sys.executable, "-W", "ignore::DeprecationWarning", "-c", FORKED, url],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert rows(url, "SELECT count(DISTINCT call), count(*) FROM log") == [(3, 14)]
    opened = rows(url, "SELECT count(*) FROM log WHERE kind = 'opened'")
    assert opened == [(2,)], "each process says by what it goes"


@pytest.fixture
def run(tmp_path: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    """The command line, where a router has written two calls into the log; one may go nowhere."""
    monkeypatch.chdir(tmp_path)
    part = {"id": "a", "model": "openai/gpt-5.5", "provider": "openai-compatible", "region": "us"}
    with Upstream(always=PLAIN) as upstream:
        config = {"deployments": [part | {"base_url": f"{upstream.url}/v1"}], "log": url}
        Path("interlock.yaml").write_text(json.dumps(config))
        with Router.from_config("interlock.yaml") as router:
            router.complete_sync("Hello", task="conversational", run="order-1")
            with pytest.raises(InterlockError):
                router.complete_sync("Hello", task="conversational", constraints={"residency": ["eu"]})
    return lambda *arguments: CliRunner().invoke(app, arguments)


def test_the_command_line_lists_and_exports_it(run: Callable[..., Any]) -> None:
    listed = run("log", "list").stdout
    kinds = [line.split()[2] for line in listed.splitlines()[2:]]
    assert kinds == ["opened", "decision", "attempt", "attempt_ended", "answer", "decision", "failed"]
    assert "excluded a (residency)" in listed
    found = json.loads(run("log", "list", "--run", "order-1", "--json").stdout)
    assert [entry["kind"] for entry in found] == kinds[1:5]
    lines = [
        json.loads(line) for line in run("log", "export", "--call", found[0]["call"]).stdout.splitlines()
    ]
    assert lines == found
    assert [LogEntry(**line).facts["deployment"] for line in lines[1:]] == ["a", "a", "a"]
    assert len(json.loads(run("log", "list", "-n", "2", "--json").stdout)) == 2
    assert json.loads(run("log", "list", "--since", "2100-01-01", "--json").stdout) == []


def test_without_a_log_the_command_line_says_how_to_have_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("interlock.yaml").write_text("deployments: [{id: a, model: openai/gpt-5.5, provider: openai}]\n")
    result = CliRunner().invoke(app, ["log", "list"])
    assert (result.exit_code, "`log: sqlite:///audit.db`" in result.stderr) == (2, True)


def test_the_doctor_tries_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    part = "{id: here, model: local/smollm2-135m, provider: local}"
    for mode, code in (("required", 1), ("background", 0)):
        for name, broken in (("log.db", False), ("folder", True)):
            Path("folder").mkdir(exist_ok=True)
            Path("interlock.yaml").write_text(
                f"deployments: [{part}]\nlog: {{url: 'sqlite:///{name}', mode: {mode}}}\n"
            )
            result = CliRunner().invoke(app, ["doctor", "--json"])
            (found,) = [each for each in json.loads(result.stdout) if each.get("store") == "log"]
            assert (found["ready"], result.exit_code) == (not broken, code if broken else 0), result.output


async def test_what_it_cannot_seal_it_does_not_keep(place: StoreCall) -> None:
    log: Any = SqlLogs().open(LogCall(url=place.url, folder=place.folder))
    entry = LogEntry(kind="a.b", subject="customer-81", personal={"name": "Ann"})
    await log.append([entry])
    (kept,) = await log.read(LogQuery())
    assert kept == replace(entry, subject=None, personal={})
    await log.aclose()
