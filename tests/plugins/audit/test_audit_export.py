"""What is exported: each field with what it is evidence for, and nothing of a person unless it is opened."""

import asyncio
import csv
import json
import sqlite3
import tracemalloc
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from interlock import LogEntry
from interlock.cli.app import app
from interlock.testing import scripted_router
from interlock.types.logs import LogCall
from interlock.types.models import Secret
from interlock_audit import AuditOptions, opened
from interlock_audit.exporting import page
from interlock_audit.exporting.entries import Exported, Scope
from interlock_audit.exporting.export import export_log
from interlock_audit.exporting.mapping import FRAMEWORKS, mapping
from interlock_audit.exporting.summary import Summary, summary_of, told
from interlock_audit.exporting.writing import COLUMNS


def run(*args: str) -> Result:
    return CliRunner().invoke(app, ["audit", *args])


def log() -> dict[str, object]:
    options = {
        "key": "file:audit.key",
        "sealing": "file:audit-sealing.key",
        "checkpoints": ["audit-checkpoints.jsonl"],
    }
    url = f"audit+sqlite:///{Path.cwd()}/audit.db"
    return {"url": url, "options": options, "subject": "customer", "personal": ["request", "answer"]}


@pytest.fixture
def written() -> None:
    lines = run("init").stdout
    Path("interlock.yaml").write_text(
        f"deployments:\n  - {{id: here, model: local/smollm2-135m, provider: local}}\n{lines}"
    )
    with scripted_router({"a": ["Dear Ada."]}, log=log()) as router:
        asked = {"task": "conversational", "metadata": {"customer": "ada-1815"}, "run": "=r1"}
        router.complete_sync("Write to Ada Lovelace.", **asked)


def exported(*args: str) -> dict[str, object]:
    result = run("export", "-o", "x.json", *args)
    assert result.exit_code == 0, result.output
    return json.loads(Path("x.json").read_text())


PERSONAL = ("ada-1815", "Lovelace", "Dear Ada")


@pytest.mark.parametrize("name", ["x.json", "x.csv", "x.html"])
def test_nothing_of_a_person_is_in_an_export_that_is_not_opened(written: None, name: str) -> None:
    assert run("export", "-o", name).exit_code == 0
    text = Path(name).read_text()
    assert "attempt_ended" in text
    assert not [each for each in PERSONAL if each in text]
    assert Path(name).stat().st_mode & 0o777 == 0o600
    assert run("export", "-o", name, "--open", "--by", "eve.example").exit_code == 0
    assert not [each for each in PERSONAL if each not in Path(name).read_text()]


def test_the_log_is_told_who_has_opened_it_and_keeps_that_sealed(written: None) -> None:
    exported("--open", "--by", "eve.example")
    told_of = exported()["entries"]
    (entry,) = [each for each in told_of if each["kind"] == "audit.opened"]
    assert entry["facts"] == {"entries": 4, "format": "json"}
    assert "eve.example" not in Path("audit.db").read_bytes().decode("latin-1")
    again = exported("--open", "--by", "bob")["entries"]
    assert [each["subject"] for each in again if each["kind"] == "audit.opened"] == ["eve.example", "bob"]


def test_what_was_erased_is_said_to_be(written: None) -> None:
    assert run("erase", "--subject", "ada-1815").exit_code == 0
    done = exported("--open", "--by", "eve.example")
    assert done["summary"]["erased_entries"] == 4
    assert {each.get("personal") for each in done["entries"] if each["kind"] == "answer"} == {"erased"}
    assert [each["what"] for each in done["summary"]["the_log_itself"]["lines"]] == [
        "audit.erased",
        "audit.opened",
    ]


def test_the_summary_says_what_was_decided_and_where_it_went(written: None) -> None:
    done = exported()
    summary = done["summary"]
    assert summary["calls"] == {"answered": 1}
    (place,) = summary["places"]
    assert (place["to"], place["declared"], place["treatment"], place["count"]) == ("a", "local", "as_is", 1)
    assert done["verification"]["whole"] is True
    assert done["about"]["opened"] is False


def test_every_kind_that_a_router_writes_is_evidence_for_something(written: None) -> None:
    table = mapping()
    for entry in exported()["entries"]:
        assert entry["kind"] in table.kinds
        assert entry.keys() <= table.fields.keys() | {"personal"}
    assert set(COLUMNS) == table.fields.keys()
    assert table.sources.keys() == FRAMEWORKS.keys()
    for points in (*table.fields.values(), *table.kinds.values()):
        assert points.keys() == FRAMEWORKS.keys()


def test_an_export_holds_what_was_asked_for(written: None) -> None:
    call = next(each["call"] for each in exported()["entries"] if "call" in each)
    assert {each["call"] for each in exported("--call", call)["entries"]} == {call}
    assert len(exported("--run", "=r1")["entries"]) == 4
    assert len(exported("--subject", "ada-1815")["entries"]) == 4
    assert not exported("--since", "2100-01-01")["entries"]
    assert not exported("--until", "2020-01-01")["entries"]


def test_a_table_takes_no_text_for_a_formula(written: None) -> None:
    assert run("export", "-o", "x.csv").exit_code == 0
    with Path("x.csv").open(newline="") as file:
        rows = list(csv.DictReader(file))
    assert {row["run"] for row in rows} == {"", "'=r1"}
    assert json.loads(rows[1]["facts"])
    assert all(row["ai_act"] and row["iso_42001"] and row["soc2"] for row in rows)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        (["-o", "x.txt"], "--format says which"),
        (["-o", "x.json", "--open"], "--open needs --by"),
        (["-o", "x.json", "--since", "soon"], "no date or time"),
        (["-o", "nowhere/x.json"], "nowhere/x.json cannot be written"),
        (["-o", "x.json", "--subject", "nobody"], "no key of that person"),
        (["-o", "x.json", "--url", "audit.db", "--open", "--by", "eve.example"], "no sealing key"),
    ],
)
def test_what_cannot_be_exported_is_said_and_leaves_no_file(
    written: None, args: list[str], said: str
) -> None:
    before = {*Path().iterdir()}
    result = run("export", *args)
    assert (result.exit_code, said in result.stderr) == (2, True), result.output
    assert {path for path in Path().iterdir() if path.suffix not in {".db-wal", ".db-shm"}} <= before


def test_with_another_key_what_is_sealed_is_unreadable_and_the_rest_is_there(written: None) -> None:
    assert run("init", "--key", "k2", "--sealing", "other").exit_code == 0
    entries = exported("--open", "--by", "eve.example", "--sealing-key", "other")["entries"]
    assert "unreadable" in {each.get("personal") for each in entries if each["kind"] == "answer"}


def test_a_log_with_something_wrong_is_exported_and_the_export_says_so(written: None) -> None:
    database = sqlite3.connect("audit.db")
    database.execute("DROP TRIGGER audit_is_fixed")
    database.execute("UPDATE audit SET body = replace(body, 'conversational', 'creative') WHERE seq = 2")
    database.commit()
    database.close()
    result = run("export", "-o", "x.json")
    assert result.exit_code == 1
    assert json.loads(Path("x.json").read_text())["verification"]["whole"] is False


def test_a_page_that_nobody_would_read_is_refused_with_the_way_out(
    written: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(page, "MOST", 3)
    refused = run("export", "-o", "x.html")
    assert refused.exit_code == 2
    assert "--format json or csv" in refused.stderr
    assert not Path("x.html").exists()


def entry(kind: str, **facts: object) -> Exported:
    return Exported(
        number=1,
        chain="c",
        seq=1,
        hash="h",
        kind=kind,
        at="2026-11-30T00:00:00Z",
        call="1",
        attempt=0,
        facts=facts,
    )


def test_a_call_that_no_deployment_may_serve_is_told_as_what_the_rules_are_for() -> None:
    summary = summary_of([entry("failed", error="NoDeployment")])
    assert "no lawful deployment existed" in next(iter(summary.outcomes))
    assert told(summary)["no_lawful_deployment"]["lines"] == [{"at": "2026-11-30T00:00:00Z", "call": "1"}]


def test_a_place_counts_where_no_end_was_written_and_where_evidence_differs() -> None:
    sent = {"deployment": "a", "model": "m", "region": "eu", "operator": "us", "treatment": "as_is"}
    both = summary_of(
        [
            entry("attempt", **sent),
            entry("attempt_ended", deployment="a", region="eu", evidenced="us", treatment="sealed"),
            entry("attempt", **sent),
        ]
    )
    assert dict(both.places) == {
        ("a", "m", "us", "eu", "us", "sealed"): 1,
        ("a", "m", "us", "eu", "no end was written", "as_is"): 1,
    }


def test_policies_that_were_changed_are_seen() -> None:
    def loaded(digest: str) -> Exported:
        return entry("opened", policies={"digest": digest, "rules": {"r1": {"source": "a memo"}}})

    summary = summary_of([loaded("one"), loaded("one"), loaded("two")])
    assert [line.get("changed") for line in summary.loads.lines] == [None, False, True]
    assert summary.rules == {("one", "r1"): ("a memo", ""), ("two", "r1"): ("a memo", "")}


def test_lists_end_and_say_how_many_more_there_were(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("interlock_audit.exporting.summary.MOST", 2)
    summary = Summary()
    for _ in range(5):
        summary.take(entry("incident", deployment="a"))
    assert (len(summary.incidents.lines), summary.incidents.more) == (2, 3)


@pytest.mark.parametrize("form", ["json", "csv"])
def test_a_long_log_is_exported_in_little_memory(tmp_path: Path, form: str) -> None:
    options = AuditOptions(sealing=Secret("A" * 43 + "="))
    there = opened(LogCall(url=f"audit+sqlite:///{tmp_path}/a.db", options=options))

    async def fill() -> None:
        for first in range(0, 8_000, 2_000):
            await there.append(
                [LogEntry(kind="x.y", facts={"n": first + n, "s": "x" * 400}) for n in range(2_000)]
            )
        await there.aclose()

    asyncio.run(fill())
    tracemalloc.start()
    done = export_log(there, Scope(), tmp_path / f"x.{form}", form=form)  # type: ignore[arg-type]  # of the two
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert done.entries == 8_002
    assert peak < (tmp_path / f"x.{form}").stat().st_size
