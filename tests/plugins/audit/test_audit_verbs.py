"""The verbs of the audit log, as a user finds them."""

import json
import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from interlock.cli.app import app
from interlock.testing import scripted_router
from interlock_audit.writer import ChainWriter

TOMORROW = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[..., Any]:
    monkeypatch.chdir(tmp_path)
    return lambda *arguments: CliRunner().invoke(app, ["audit", *map(str, arguments)])


def configured(run: Callable[..., Any]) -> None:
    lines = run("init").stdout
    Path("interlock.yaml").write_text(
        f"deployments: [{{id: a, model: openai/gpt-5.5, provider: openai}}]\n{lines}"
    )
    write()


def write(key: str = "audit.key") -> None:
    options = {"key": f"file:{key}", "checkpoints": ["audit-checkpoints.jsonl"]}
    log = {"url": f"audit+sqlite:///{Path.cwd()}/audit.db", "options": options}
    with scripted_router({"a": ["Yes."]}, log=log) as router:
        router.complete_sync("May this be sent?", task="conversational")


def do(*statements: str) -> None:
    database = sqlite3.connect("audit.db")
    database.execute("DROP TRIGGER audit_stays")
    database.execute("DROP TRIGGER audit_is_fixed")
    for index in ("call", "run", "at"):  # which would refuse what is no JSON
        database.execute(f"DROP INDEX audit_by_{index}")
    for statement in statements:
        database.execute(statement)
    database.commit()
    database.close()


def test_init_makes_a_key_that_nobody_else_can_read_and_never_replaces_one(run):
    made = run("init", "--key", "keys/mine.key")
    assert made.exit_code == 0
    assert "key: file:keys/mine.key" in made.stdout
    assert (
        Path("keys/mine.key").stat().st_mode & 0o777,
        "PUBLIC" in Path("keys/mine.key.pub").read_text(),
    ) == (
        0o600,
        True,
    )
    again = run("init", "--key", "keys/mine.key")
    assert (again.exit_code, "there already" in again.stderr) == (2, True)


def test_what_was_left_alone_is_whole(run):
    configured(run)
    result = run("verify", "--require-checkpoints")
    assert result.exit_code == 0, result.output
    assert result.stdout.startswith("The log is whole: every entry is covered by a checkpoint from outside")
    assert "The log is complete up to the checkpoint of" in result.stdout
    told = json.loads(run("verify", "--json").stdout)
    assert (told["whole"], told["findings"], told["cannot_exclude"], told["unanchored"]) == (True, [], [], 0)


@pytest.mark.parametrize(
    ("statement", "kind", "words"),
    [
        ("UPDATE audit SET body = replace(body, 'conversational', 'legal_review')", "altered", "was changed"),
        ("DELETE FROM audit WHERE seq = 2", "missing", "Entry 2 of chain"),
        ("DELETE FROM audit WHERE seq > 3", "cut", "missing there: the checkpoint of"),
        ("DELETE FROM audit", "chain_missing", "is missing: the checkpoint of"),
        ("UPDATE audit SET body = x'ff00fe' WHERE seq = 2", "unreadable", "cannot be read"),
    ],
)
def test_what_somebody_did_is_told_with_chain_number_and_words(run, statement, kind, words):
    configured(run)
    do(statement)
    result = run("verify")
    assert (result.exit_code, words in result.stdout) == (1, True), result.output
    assert "What this proves" not in result.stdout
    (*_, found) = json.loads(run("verify", "--json").stdout)["findings"]
    assert (found["kind"], found["chain"] != "") == (kind, True)


def test_without_checkpoints_it_says_what_nobody_can_exclude(run):
    configured(run)
    do("DELETE FROM audit WHERE seq > 3")
    Path("audit-checkpoints.jsonl").unlink()
    assert (
        "audit-checkpoints.jsonl, which the configuration names for checkpoints, is not there"
        in run("verify").stdout
    )
    result = run("verify", "--url", "audit.db")
    assert result.exit_code == 0, "a tail that was cut is not to be seen"
    assert "nothing from outside the database vouches for it" in result.stdout
    assert "- that the last entries of a chain were removed;" in result.stdout
    assert "No key was given" in result.stdout
    assert run("verify", "--url", "audit.db", "--require-checkpoints").exit_code == 3


def test_an_auditor_needs_the_database_the_checkpoints_and_the_public_key(run):
    configured(run)
    Path("interlock.yaml").unlink()
    Path("audit.key").unlink()
    given = ("--url", "audit.db", "--checkpoints", "audit-checkpoints.jsonl", "--key", "audit.key.pub")
    assert run("verify", "--require-checkpoints", *given).exit_code == 0


@pytest.mark.parametrize(
    ("given", "words"),
    [
        (["--url", "there-is-none.db"], "there is no such file"),
        (["--url", "mysql://host/database"], "there is no audit log in 'mysql'"),
        (["--url", "audit.db", "--key", "interlock.yaml"], "no private key"),
        (["--url", "audit.db", "--key", "nowhere.pub"], "nowhere.pub: No such file"),
        (["--url", "audit.db", "--checkpoints", "nowhere"], "nowhere: No such file"),
        (["--url", "other.db"], "holds no audit log"),
        (["--url", "interlock.yaml"], "not a database"),
    ],
)
def test_what_cannot_be_used_is_said_in_a_line(run, given, words):
    configured(run)
    sqlite3.connect("other.db").execute("CREATE TABLE other (x)").connection.close()
    result = run("verify", *given)
    assert result.exit_code in (1, 2)
    assert words in result.stderr
    assert result.stderr.count("\n") == 1


def test_verification_changes_no_byte_of_a_copy(run):
    configured(run)
    copy = sqlite3.connect("copy #1?.db")
    sqlite3.connect("audit.db").backup(copy)
    copy.execute("PRAGMA journal_mode = DELETE")
    copy.close()
    before = Path("copy #1?.db").read_bytes()
    assert run("verify", "--url", "copy #1?.db").exit_code == 0
    assert Path("copy #1?.db").read_bytes() == before
    assert not list(Path().glob("copy*-*"))


def test_a_log_of_another_kind_is_refused(run):
    Path("interlock.yaml").write_text(
        "deployments: [{id: a, model: openai/gpt-5.5, provider: openai}]\nlog: sqlite:///audit.db\n"
    )
    result = run("verify")
    assert (result.exit_code, "is no audit log" in result.stderr) == (2, True)


def test_checkpoints_on_demand_cover_what_is_there(run):
    configured(run)
    line = run("checkpoint").stdout
    Path("elsewhere.jsonl").write_text(line)
    result = run("verify", "--checkpoints", "elsewhere.jsonl")
    assert result.exit_code == 0
    assert result.stdout.startswith(
        "The log is whole as far as checkpoints from outside cover it; 1 entry is"
    )


def test_old_entries_are_removed_at_a_checkpoint_and_the_rest_verifies(run):
    configured(run)
    refused = run("prune", "--before", TOMORROW)
    assert (refused.exit_code, "183 days" in refused.stderr) == (2, True)
    for _ in range(2):
        done = run("prune", "--before", TOMORROW, "--below-six-months")
        assert (done.exit_code, "Removed: " in done.stderr) == (0, True), done.output
        result = run("verify")
        assert result.exit_code == 0, result.stdout
        assert "removed on purpose" in result.stdout
        write()
    nothing = run("prune", "--before", "2020-01-01", "--json")
    assert (nothing.exit_code, "Removed: 0 entries" in nothing.stderr) == (0, True)
    assert json.loads(nothing.stdout) == {"removed": 0, "chains": 0}
    assert run("verify").exit_code == 0


def test_a_log_with_something_wrong_is_not_pruned(run):
    configured(run)
    do("DELETE FROM audit WHERE seq = 2")
    result = run("prune", "--before", TOMORROW, "--below-six-months")
    assert (result.exit_code, "stays as it is" in result.stderr) == (1, True)


def test_a_clock_that_was_set_back_forbids_no_pruning(run, monkeypatch):
    configured(run)
    with monkeypatch.context() as earlier:
        earlier.setitem(ChainWriter.__init__.__kwdefaults__, "clock", lambda: 1_700_000_000.0)
        write()
    result = run("verify")
    assert (result.exit_code, "a clock was set back" in result.stdout) == (1, True)
    assert run("prune", "--before", TOMORROW, "--below-six-months").exit_code == 0


def test_a_key_is_followed_by_another_that_it_has_signed(run):
    configured(run)
    changed = run("keys", "--new", "second.key")
    assert (changed.exit_code, "key: file:second.key" in changed.stdout) == (0, True), changed.output
    old = Path("interlock.yaml").read_text()
    Path("interlock.yaml").write_text(
        old.replace("key: file:audit.key", "key: file:second.key\n    earlier: [audit.key.pub]")
    )
    write("second.key")
    assert run("verify", "--require-checkpoints").exit_code == 0
    assert len(json.loads(run("keys", "--json").stdout)["signing"]) == 2
    assert run("verify", "--key", "second.key.pub").exit_code == 1, "a key is missing"


def test_checkpoints_without_a_key_are_refused(run):
    Path("interlock.yaml").write_text(
        "deployments: [{id: a, model: openai/gpt-5.5, provider: openai}]\n"
        "log: {url: 'audit+sqlite:///a.db', options: {checkpoints: [x]}}\n"
    )
    result = run("verify")
    assert (result.exit_code, "need a key" in result.stderr) == (2, True)
