"""What a log holds are chains: each writer's own, linked, read back, and fixed."""

import json
import os
import sqlite3
import subprocess
import sys
import threading

import psycopg
import pytest

from interlock import LogEntry, StoreError
from interlock.types.logs import LogCall, LogQuery
from interlock_audit import AuditOptions, opened
from interlock_audit.chaining import NOTHING, link


def bodies(place, order="number"):
    return [json.loads(body) for (body,) in place.run(f"SELECT body FROM audit ORDER BY {order}")]


async def test_each_entry_covers_the_one_before_it(place):
    log = place.open()
    await log.append([LogEntry(kind="x.y", facts={"n": n, "share": n / 8}) for n in range(5)])
    await log.aclose()
    before = NOTHING
    rows = place.run("SELECT chain, seq, hash, body FROM audit ORDER BY chain, seq")
    for chain, seq, head, body in rows:
        assert link(chain, seq, before, body) == head
        json.loads(body, parse_float=pytest.fail)  # numbers in a body are whole, or texts
        before = head
    kinds = [body["kind"] for body in bodies(place)]
    assert kinds == ["audit.began", *["x.y"] * 5, "audit.closed"]
    assert place.verify().whole


async def test_a_log_that_was_only_read_has_written_nothing(place):
    log = place.open()
    assert await log.read(LogQuery()) == []
    await log.aclose()
    assert place.run("SELECT count(*) FROM audit") == [(0,)]


async def test_a_process_goes_on_with_its_chain_when_the_log_is_opened_again(place):
    for number in range(3):
        log = place.open()
        await log.append([LogEntry(kind="x.y", facts={"n": number})])
        await log.aclose()
    assert place.run("SELECT count(DISTINCT chain), count(*) FROM audit") == [(1, 7)]
    report = place.verify()
    assert (report.whole, report.unanchored) == (True, 0)


async def test_two_logs_at_once_have_a_chain_each_and_the_second_names_the_first(place):
    first, second = place.open(), place.open()
    await first.append([LogEntry(kind="x.y")])
    await second.append([LogEntry(kind="x.y")])
    await first.append([LogEntry(kind="x.y")])
    await first.aclose()
    await second.aclose()
    began = [body for body in bodies(place) if body["kind"] == "audit.began"]
    assert [each["facts"]["heads"] for each in began] == [
        {},
        {began[0]["chain"]: [1, place.run("SELECT hash FROM audit WHERE number = 2")[0][0]]},
    ]
    assert place.verify().whole


@pytest.mark.parametrize("table", ["audit", "audit_checkpoints"])
@pytest.mark.parametrize("what", ["UPDATE {} SET number = number + 100", "DELETE FROM {}"])
async def test_the_database_refuses_to_change_or_remove_rows(place, table, what):
    log = place.open()
    await log.append([LogEntry(kind="x.y")])
    await log.aclose()
    with pytest.raises((sqlite3.Error, psycopg.Error), match="appended to alone"):
        place.run(what.format(table))
    assert place.verify().whole


async def test_people_can_read_entries_in_the_database_itself(place):
    log = place.open()
    await log.append([LogEntry(kind="x.y", at=86_400.0, call="c", run="r", facts={"deployment": "here"})])
    await log.aclose()
    shown = place.run("SELECT at, kind, call, run, facts FROM audit_entries WHERE kind = 'x.y'")[0]
    assert str(shown[0]).startswith("1970-01-02 00:00:00")
    assert shown[1:4] == ("x.y", "c", "r")
    assert json.loads(shown[4]) == {"deployment": "here"}


async def test_entries_are_found_by_call_run_and_time(place):
    log = place.open()
    entries = [LogEntry(kind="x.y", at=float(n), call=f"c{n % 2}", run=f"r{n % 3}") for n in range(9)]
    await log.append(entries)
    assert await log.read(LogQuery(call="c1")) == entries[1::2]
    assert await log.read(LogQuery(run="r2")) == entries[2::3]
    assert await log.read(LogQuery(since=7.0)) == entries[7:]
    assert await log.read(LogQuery(limit=2, after=entries[3].id)) == entries[4:6]
    await log.aclose()


async def test_an_entry_may_hold_what_databases_do_not_take(place):
    log = place.open()
    strange = LogEntry(kind="x.\0y", call="half \ud800", facts={"\0": ["\udfff", 2**80, 1e-300]})
    await log.append([strange])
    (kept,) = await log.read(LogQuery(call="half \ud800"))
    assert kept.facts == {"\ufffd": ["?", 2**80, 1e-300]}
    await log.aclose()
    assert place.verify().whole


@pytest.mark.parametrize("facts", [{"x": float("nan")}, {"x": object()}, {1: 2}, {"x": 10**5000}])
async def test_facts_that_are_no_json_are_refused_and_nothing_else(place, facts):
    log = place.open()
    with pytest.raises(StoreError):
        await log.append([LogEntry(kind="x.y", facts=facts)])
    await log.append([LogEntry(kind="x.y")])
    await log.aclose()
    assert place.verify().entries == 3


async def test_without_a_key_there_is_a_chain_and_no_checkpoint(place):
    log = opened(LogCall(url=place.url, options=AuditOptions()))
    await log.append([LogEntry(kind="x.y")])
    await log.aclose()
    assert place.run("SELECT count(*) FROM audit_checkpoints") == [(0,)]
    assert place.verify(anchored=False).whole


async def test_a_failure_in_the_middle_leaves_no_gap(sqlite):
    log = sqlite.open()
    await log.append([LogEntry(kind="x.y")])
    sqlite.run("CREATE TRIGGER full BEFORE INSERT ON audit BEGIN SELECT RAISE(ABORT, 'no room'); END")
    entry = LogEntry(kind="x.y", id="late")
    for _ in range(4):
        with pytest.raises(StoreError):
            await log.append([entry])
    sqlite.run("DROP TRIGGER full")
    await log.append([entry])
    await log.aclose()
    assert [body["seq"] for body in bodies(sqlite)] == [0, 1, 2, 3]
    assert sqlite.verify().whole


async def test_who_finds_a_stranger_in_his_chain_leaves_it_and_says_so(sqlite):
    log = sqlite.open()
    await log.append([LogEntry(kind="x.y")])
    chain, seq, head = sqlite.run("SELECT chain, seq, hash FROM audit ORDER BY seq DESC LIMIT 1")[0]
    body = json.dumps(
        {"chain": chain, "seq": seq + 1, "id": "forged", "logged": 0, "kind": "x.y", "facts": {}}
    )
    forged = link(chain, seq + 1, head, body)
    sqlite.run(f"INSERT INTO audit VALUES (NULL, '{chain}', {seq + 1}, 'forged', '{forged}', '{body}')")
    await log.append([LogEntry(kind="x.y", id="mine")])
    await log.aclose()
    assert sqlite.run("SELECT count(DISTINCT chain) FROM audit") == [(2,)]
    found = {finding.kind for finding in sqlite.verify().findings}
    assert "foreign" in found


async def test_who_finds_his_chain_gone_begins_another_and_says_so(sqlite):
    log = sqlite.open()
    await log.append([LogEntry(kind="x.y")])
    await log.aclose()
    sqlite.run("DROP TRIGGER audit_stays")
    sqlite.run("DELETE FROM audit")
    log = sqlite.open()
    await log.append([LogEntry(kind="x.y")])
    await log.aclose()
    assert "foreign" in {finding.kind for finding in sqlite.verify(anchored=False).findings}


async def test_the_records_the_log_and_the_audit_share_a_database(place):
    from interlock.types.stores import StoreCall
    from interlock_sql import Sql, SqlLogs

    plain = place.url.removeprefix("audit+")
    log, other, store = place.open(), SqlLogs().open(LogCall(url=plain)), Sql().open(StoreCall(url=plain))
    await log.append([LogEntry(kind="x.y")])
    await other.append([LogEntry(kind="x.z")])
    await store.put([])
    for each in (log, other, store):
        await each.aclose()
    assert place.run("SELECT kind FROM log") == [("x.z",)]
    assert place.verify().whole


async def test_a_database_of_a_later_version_is_left_alone(place):
    log = place.open()
    await log.append([LogEntry(kind="x.y")])
    await log.aclose()
    place.run("UPDATE interlock_audit_version SET version_num = '9999'")
    log = place.open()
    with pytest.raises(StoreError, match="later version of interlock-audit"):
        await log.append([LogEntry(kind="x.y")])
    await log.aclose()


PYTHON = (sys.executable, "-W", "ignore::DeprecationWarning", "-c")
FORKED = """
import asyncio, os, sys
from pathlib import Path
from interlock import LogEntry
from interlock.types.logs import LogCall
from interlock.types.models import Secret
from interlock_audit import AuditOptions, opened

options = AuditOptions(key=Secret(open(sys.argv[2]).read()), checkpoints=(Path(sys.argv[3]),))

async def write(log, count):
    for number in range(count):
        await log.append([LogEntry(kind="x.y", facts={"pid": os.getpid()})])

log = opened(LogCall(url=sys.argv[1], options=options))
asyncio.run(write(log, 3))
child = os.fork()
if not child and "postgresql" in sys.argv[1]:
    log = opened(LogCall(url=sys.argv[1], options=options))
asyncio.run(write(log, 20))
asyncio.run(log.aclose())
os._exit(os.waitpid(child, 0)[1] if child else 0)
"""


@pytest.mark.skipif(not hasattr(os, "fork"), reason="there are no forks here")
def test_a_forked_child_has_a_chain_of_its_own(place):
    place.checkpoints.touch()
    done = subprocess.run(
        [*PYTHON, FORKED, place.url, str(place.key_file), str(place.checkpoints)],
        capture_output=True, text=True, timeout=120, check=False,
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    assert place.run("SELECT count(DISTINCT chain), count(*) FROM audit") == [(2, 3 + 40 + 4)]
    report = place.verify()
    assert (report.findings, report.unanchored) == ([], 0)
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("interlock-audit")]
