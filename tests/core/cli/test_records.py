"""`interlock records`: what was called, listed, shown and exported."""

import csv
import io
import json
import signal
import sqlite3
import stat
import sys
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path

import pytest
from pyarrow import parquet

from interlock.cli.parquet import parquet_writer
from interlock.cli.records import _FIELDS, _row, _values
from interlock.records import record_from_plain
from interlock.testing.records import bare_record, sample_record, strange_record

KEPT = "records: sqlite:///kept/calls.db\n"


@pytest.fixture
def calls(configured, run):
    """Three answers, and one call that failed."""
    configured("good", "down", extra=KEPT)
    assert run("ask", "-q", "Write a poem about hedgehogs").exit_code == 0
    assert run("ask", "-q", "--model", "down", "Hello").exit_code == 1
    assert run("ask", "-q", "--no-stream", "Hello").exit_code == 0
    assert run("ask", "-q", "--task", "code_generation", "Hello").exit_code == 0


def listed(run, *options):
    result = run("records", "list", "--json", *options)
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


@pytest.mark.usefixtures("calls")
def test_a_table_newest_first(run):
    result = run("records", "list")
    head, _, *rows = result.stdout.splitlines()
    assert head.split() == ["Started", "Task", "Deployment", "Result", "Seconds", "Tokens", "Cost", "ID"]
    assert [row.split()[2] for row in rows] == [
        "code_generation",
        "conversational",
        "conversational",
        "creative_content",
    ]
    assert "Unavailable" in rows[2]
    assert "1,200 → 3" in rows[0]


@pytest.mark.usefixtures("calls")
@pytest.mark.parametrize(
    ("options", "tasks"),
    [
        ([], ["code_generation", "conversational", "conversational", "creative_content"]),
        (["--limit", "1"], ["code_generation"]),
        (["--task", "creative_content"], ["creative_content"]),
        (["--errors"], ["conversational"]),
        (["--deployment", "down"], ["conversational"]),
        (["--since", "1h", "-n", "2"], ["code_generation", "conversational"]),
        (["--since", "2100-01-01"], []),
        (["--metadata", "user=ann"], []),
    ],
)
def test_filters(run, options, tasks):
    assert [each["decision"]["task"] for each in listed(run, *options)] == tasks


@pytest.mark.usefixtures("calls")
def test_a_limit_that_cuts_says_so_and_nothing_found_too(run):
    assert "The newest 2; --limit lists more." in run("records", "list", "-n", "2").stderr
    nothing = run("records", "list", "--task", "vision")
    assert (nothing.exit_code, nothing.stdout) == (0, "")
    assert "No such call is recorded." in nothing.stderr


@pytest.mark.usefixtures("calls")
def test_one_call_is_shown_with_its_attempts_and_its_decision(run):
    (failed,) = listed(run, "--errors")
    text = run("records", "show", failed["id"]).stdout
    for word in ("call", "Unavailable", "down", "500", "conversational", "the request asks for down alone"):
        assert word in text
    whole = json.loads(run("records", "show", failed["id"], "--json").stdout)
    assert whole == failed
    assert record_from_plain(whole).error == "Unavailable"


@pytest.mark.usefixtures("calls")
def test_an_unknown_call(run):
    result = run("records", "show", "nonsense")
    assert result.exit_code == 1
    assert "`interlock records list` shows the last ones" in result.stderr


@pytest.mark.usefixtures("calls")
def test_export_as_lines_of_json_and_as_csv(run, tmp_path):
    result = run("records", "export", "--task", "conversational")
    lines = [record_from_plain(json.loads(line)) for line in result.stdout.splitlines()]
    assert [record.error for record in lines] == [None, "Unavailable"]
    assert "Exported: 2 calls." in result.stderr
    assert run("records", "export", "-o", "all.csv").stdout == ""
    rows = list(csv.DictReader((tmp_path / "all.csv").read_text("utf-8").splitlines()))
    assert [row["task"] for row in rows][-1] == "creative_content"
    assert [row["attempts"] for row in rows] == ["1", "1", "1", "1"]
    assert rows[0]["input_tokens"] == "1200"
    assert rows[0]["streamed"] == "true"
    table = run("records", "export", "--format", "csv", "-n", "1").stdout
    assert len(list(csv.reader(io.StringIO(table)))) == 2


@pytest.mark.usefixtures("calls")
def test_export_as_parquet(run, tmp_path):
    result = run("records", "export", "-o", "all.parquet")
    assert (result.exit_code, result.stdout) == (0, "")
    table = parquet.read_table(tmp_path / "all.parquet")
    assert str(table.schema.field("started").type) == "timestamp[us, tz=UTC]"
    rows = table.to_pylist()
    listed_ones = listed(run)
    assert [row["id"] for row in rows] == [each["id"] for each in listed_ones]
    assert [row["started"].timestamp() for row in rows] == pytest.approx(
        [each["started"] for each in listed_ones], abs=1e-6
    )
    assert [row["task"] for row in rows][-1] == "creative_content"
    assert rows[0]["input_tokens"] == 1200
    assert [[tried["deployment"] for tried in row["attempts"]] for row in rows] == [
        [tried["deployment"] for tried in each["attempts"]] for each in listed_ones
    ]
    assert [row["error"] for row in rows].count(None) == 3


def test_parquet_holds_what_is_odd_and_any_number_of_rows(tmp_path, monkeypatch):
    monkeypatch.setattr("interlock.cli.parquet._ROWS", 7)
    made = [strange_record(1), bare_record(2), *map(sample_record, range(3, 20))]
    with parquet_writer(nullcontext(tmp_path / "x.parquet")) as write:
        for each in made:
            write(each)
    file = parquet.ParquetFile(tmp_path / "x.parquet")
    assert file.num_row_groups == 3
    strange, bare, sample = file.read().to_pylist()[:3]
    assert strange["metadata"][1] == ("", "")
    assert "DROP TABLE" in strange["task"]
    assert (bare["attempts"], bare["cost"], bare["outcome"]) == ([], None, "error")
    assert [each["error"] for each in sample["attempts"]] == ["RateLimited", None]
    assert sample["exclusions"] == [
        {
            "deployment": "third",
            "rule": "residency",
            "sentence": "processed in cn; the residency allows eu only",
        }
    ]


@pytest.mark.usefixtures("calls")
def test_parquet_without_what_writes_it_and_without_a_file(run, tmp_path, monkeypatch):
    result = run("records", "export", "--format", "parquet")
    assert result.exit_code == 2
    assert "-o calls.parquet" in result.stderr
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    result = run("records", "export", "-o", "all.parquet")
    assert result.exit_code == 2
    assert "pip install interlock-sql[parquet]" in result.stderr
    assert not list(tmp_path.glob("*all.parquet*"))


@pytest.mark.usefixtures("calls")
def test_an_export_that_fails_leaves_no_file(run, tmp_path):
    before = sorted(path.name for path in tmp_path.iterdir())
    (tmp_path / "kept" / "calls.db").write_bytes(b"this is no database, and never was" * 99)
    result = run("records", "export", "-o", "all.jsonl")
    assert result.exit_code == 1
    assert "calls.db: file is not a database" in result.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == before


@pytest.mark.usefixtures("calls")
def test_neither_the_prompt_nor_the_vendors_words_are_kept(tmp_path):
    raw = b"".join(path.read_bytes() for path in (tmp_path / "kept").iterdir())
    assert b"code_generation" in raw
    for word in (b"hedgehog", b"out of order", b"Hello there", b"test-key"):
        assert word not in raw
    with sqlite3.connect(tmp_path / "kept" / "calls.db") as database:
        messages = {
            row[0] for row in database.execute("SELECT message FROM attempts WHERE error IS NOT NULL")
        }
    database.close()
    assert messages == {"500 from the vendor"}


@pytest.mark.usefixtures("calls")
def test_the_file_is_its_owners(tmp_path):
    mode = (tmp_path / "kept" / "calls.db").stat().st_mode
    assert stat.S_IMODE(mode) == 0o600


@pytest.mark.parametrize(
    ("options", "told"),
    [
        (["list", "--since", "yesterday"], "--since"),
        (["list", "--metadata", "ann"], "KEY=VALUE"),
        (["export", "--format", "xml"], "jsonl, csv or parquet"),
    ],
)
def test_what_cannot_be_understood(configured, run, options, told):
    configured("good", extra=KEPT)
    result = run("records", *options)
    assert result.exit_code == 2
    assert told in result.stderr


@pytest.mark.parametrize("verb", [["list"], ["show", "x"], ["export"]])
def test_where_nothing_is_kept_the_next_step_is_told(configured, run, verb):
    configured("good")
    result = run("records", *verb)
    assert result.exit_code == 2
    assert result.stderr.startswith("Error: records: nothing says where calls are kept.")
    assert "records: sqlite:///interlock.db" in result.stderr


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("records: mysql://root:hunter2@db/x", "no plugin keeps records in 'mysql'; there are"),
        ("records: sqlit:///a.db", "Did you mean 'sqlite'?"),
        ("records: sqlite://hunter2/x", "sqlite takes three slashes"),
        ("records: sqlite://", "sqlite takes three slashes"),
        ("records: 'sqlite:///:memory:'", "sqlite needs a file"),
        ("records: postgresql://u:hunter2@db", "the name of a database"),
        ("records: interlock.db", "expected an address such as sqlite:///interlock.db"),
    ],
)
def test_an_address_that_cannot_be_used_is_refused_at_start_and_not_repeated(configured, run, line, told):
    configured("good", extra=line + "\n")
    result = run("explain", "Hi")
    assert result.exit_code == 2
    assert told in result.stderr
    assert "interlock.yaml:6: records.url: " in result.stderr
    assert "hunter2" not in result.stderr


@pytest.mark.parametrize(
    ("line", "told"),
    [
        ("log: mysql://root:hunter2@db/x", "log.url: no plugin keeps a log in 'mysql'; there are"),
        ("log: sqlit:///a.db", "log.url: no plugin keeps a log in 'sqlit'"),
        ("log: sqlite://hunter2/x", "log.url: sqlite takes three slashes"),
        ("log: {mode: required}", "log.url: is required."),
        ("log: {url: 'sqlite:///a.db', mode: requird}", "log.mode: expected one of required, background"),
        ("log: {url: 'sqlite:///a.db', timeout: 0}", "log.timeout: expected a positive number, not 0."),
    ],
)
def test_a_log_that_cannot_be_used_is_refused_at_start_and_not_repeated(configured, run, line, told):
    configured("good", extra=line + "\n")
    result = run("explain", "Hi")
    assert (result.exit_code, told in result.stderr) == (2, True), result.stderr
    assert "hunter2" not in result.stderr


def test_the_environment_may_say_where_the_log_is(configured, run, monkeypatch, tmp_path):
    configured("good")
    monkeypatch.setenv("INTERLOCK_LOG__URL", f"sqlite:///{tmp_path}/audit.db")
    monkeypatch.setenv("INTERLOCK_LOG__TIMEOUT", "20")
    assert run("ask", "-q", "Hi").exit_code == 0
    found = json.loads(run("log", "list", "--json").stdout)
    kinds = ["opened", "decision", "attempt", "attempt_ended", "answer"]
    assert [entry["kind"] for entry in found] == kinds


def test_a_plugin_that_is_missing_is_named(configured, run, monkeypatch):
    configured("good", extra=KEPT)
    monkeypatch.setenv("INTERLOCK_DISABLED_PLUGINS", "sql")
    result = run("ask", "Hi")
    assert result.exit_code == 2
    assert "no installed plugin keeps records in sqlite; install interlock-sql." in result.stderr


def test_an_answer_whose_record_cannot_be_kept_is_an_answer(configured, run, tmp_path):
    configured("good", extra=KEPT)
    (tmp_path / "kept").write_text("a file stands where the folder should be")
    result = run("ask", "Hi")
    assert (result.exit_code, result.stdout) == (0, "Hello there.\n")
    assert "The record of this call could not be kept: " in result.stderr
    assert "kept/calls.db" in result.stderr


def test_an_interrupt_keeps_the_record(configured, start, run, vendor):
    configured("stuck", extra=KEPT)
    process = start("ask", "Hi")
    assert vendor.streaming.wait(30)
    assert process.stdout.read(12) == "Hello there."
    process.send_signal(signal.SIGINT)
    _, errors = process.communicate(timeout=30)
    assert (process.returncode, errors) == (130, "")
    (record,) = listed(run)
    assert record["cancelled"] == "CancelledError"
    (row,) = run("records", "list").stdout.splitlines()[2:]
    assert " left by the caller " in row
    assert listed(run, "--errors") == []
    shown = run("trace", "last").stdout
    assert " · left by the caller · " in shown
    assert "Error" not in shown
    assert Path("kept/calls.db").exists()


def test_metadata_given_to_a_call_finds_it_again(configured, run):
    configured("good", extra=KEPT)
    run("ask", "-q", "--metadata", "team=legal", "--metadata", "case=a=b", "Hi")
    run("ask", "-q", "Hi")
    (found,) = listed(run, "--metadata", "team=legal")
    assert found["metadata"] == {"team": "legal", "case": "a=b"}


def test_a_run_finds_its_calls_again(configured, run):
    configured("good", extra=KEPT)
    run("ask", "-q", "--run", "order-4711", "--step", "greet", "Hi")
    run("ask", "-q", "--run", "order-4712", "Hi")
    (found,) = listed(run, "--run", "order-4711")
    assert (found["run"], found["step"]) == ("order-4711", "greet")
    shown = run("records", "show", found["id"]).stdout.split()
    assert shown[-4:] == ["run", "order-4711", "step", "greet"]
    rows = csv.DictReader(run("records", "export", "--format", "csv").stdout.splitlines())
    assert [(row["run"], row["step"]) for row in rows] == [("order-4712", ""), ("order-4711", "greet")]
    refused = run("ask", "--run", "a\tb", "Hi")
    assert (refused.exit_code, "run: expected 1 to 128 printable characters" in refused.stderr) == (2, True)


@pytest.mark.usefixtures("calls")
def test_a_narrow_terminal_takes_nothing_away_from_an_id(run, monkeypatch):
    ids = [record["id"] for record in listed(run)]
    for width in ("40", "80", "200"):
        monkeypatch.setenv("COLUMNS", width)
        words = run("records", "list").stdout.split()
        assert [word for word in words if word in ids] == ids


@pytest.mark.usefixtures("calls")
def test_a_place_that_cannot_be_written_to_is_named(run):
    result = run("records", "export", "-o", "nowhere/calls.csv")
    assert result.exit_code == 1
    assert result.stderr == "Error: nowhere/calls.csv cannot be written: No such file or directory.\n"


def test_an_incident_stands_in_the_table_and_in_the_export():
    first, second = sample_record(1).attempts
    record = replace(sample_record(1), attempts=(replace(first, incident="processed anywhere"), second))
    assert "an incident" in " ".join(_row(record))
    assert dict(zip(_FIELDS, _values(record), strict=True))["incidents"] == "first: processed anywhere"
    assert dict(zip(_FIELDS, _values(sample_record(1)), strict=True))["incidents"] is None
