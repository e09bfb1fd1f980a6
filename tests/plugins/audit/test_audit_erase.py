"""`interlock audit erase` on the command line, and the keys that it needs."""

import asyncio
import base64
import json
import os
from pathlib import Path

import pytest
from typer.testing import CliRunner, Result

from interlock import LogEntry
from interlock.cli.app import app
from interlock.types.logs import LogCall
from interlock.types.models import Secret
from interlock_audit import AuditOptions, opened


def run(*args: str) -> Result:
    return CliRunner().invoke(app, ["audit", *args])


def write(*subjects: str) -> None:
    options = AuditOptions(sealing=Secret(Path("audit-sealing.key").read_text()))
    log = opened(LogCall(url="audit+sqlite:///audit.db", options=options, folder=Path.cwd()))

    async def go() -> None:
        await log.append([LogEntry(kind="x.y", subject=name, personal={"n": name}) for name in subjects])
        await log.aclose()

    asyncio.run(go())


@pytest.fixture
def configured() -> None:
    lines = run("init").stdout
    Path("interlock.yaml").write_text(
        f"deployments:\n  - {{id: here, model: local/smollm2-135m, provider: local}}\n{lines}"
    )


def test_init_makes_two_keys_that_nobody_else_may_read_and_keeps_what_is_there(configured: None) -> None:
    assert Path("audit-sealing.key").stat().st_mode & 0o777 == 0o600
    before = Path("audit.key").read_text(), Path("audit-sealing.key").read_text()
    both = run("init")
    assert both.exit_code == 2
    assert "audit.key and audit-sealing.key are there already" in both.stderr
    Path("audit-sealing.key").unlink()
    one = run("init")
    assert one.exit_code == 0
    assert "audit.key was there already" in one.stderr
    assert Path("audit.key").read_text() == before[0]
    assert Path("audit-sealing.key").read_text() != before[1]


def test_keys_are_shown_by_their_ids_and_never_themselves(configured: None) -> None:
    told = run("keys", "--json")
    assert len(json.loads(told.stdout)["sealing"]) == 16
    shown = run("keys")
    secrets = Path("audit-sealing.key").read_text().strip(), Path("audit.key").read_text().strip()
    assert json.loads(told.stdout)["sealing"] in shown.stderr
    assert not [each for each in secrets if each in told.output + shown.output]


def test_a_person_is_erased_once_and_then_is_not_there(configured: None) -> None:
    write("ada", "bob")
    done = run("erase", "--subject", "ada", "--by", "eve")
    assert (done.exit_code, "Erased." in done.stdout) == (0, True), done.output
    again = run("erase", "--subject", "ada")
    assert (again.exit_code, "There is no key of that subject" in again.stderr) == (1, True)
    told = json.loads(run("erase", "--subject", "bob", "--json").stdout)
    assert told == {"erased": True, "handle": told["handle"], "traces": None, "other_sealing_keys": {}}
    assert run("verify").exit_code == 0


@pytest.mark.parametrize("which", [[], ["--subject", "a", "--call", "b"]])
def test_one_thing_is_erased_at_a_time(configured: None, which: list[str]) -> None:
    wrong = run("erase", *which)
    assert (wrong.exit_code, "name one of --subject, --call" in wrong.stderr) == (2, True)


def test_a_wrong_key_and_a_missing_one_are_told_apart(configured: None) -> None:
    write("ada")
    Path("other").write_text(base64.b64encode(os.urandom(32)).decode())
    wrong = run("erase", "--subject", "ada", "--sealing-key", "other")
    assert wrong.exit_code == 1
    assert "1 key is kept under another sealing key" in wrong.stderr
    for path, said in (("nowhere", "nowhere"), ("interlock.yaml", "this is no sealing key")):
        bad = run("erase", "--subject", "ada", "--sealing-key", path)
        assert (bad.exit_code, said in bad.stderr) == (2, True), bad.stderr
    bare = run("erase", "--subject", "ada", "--url", "audit.db")
    assert (bare.exit_code, "no sealing key" in bare.stderr) == (2, True), bare.stderr
    assert (
        run("erase", "--subject", "ada", "--url", "audit.db", "--sealing-key", "audit-sealing.key").exit_code
        == 0
    )


def test_a_key_that_is_gone_stops_the_router_with_the_way_out(configured: None) -> None:
    Path("audit-sealing.key").unlink()
    stopped = run("erase", "--subject", "ada")
    assert stopped.exit_code == 2
    assert "log.options.sealing" in stopped.stderr
    assert "audit-sealing.key" in stopped.stderr


def test_nothing_is_made_where_there_is_no_log(configured: None) -> None:
    missing = run("erase", "--subject", "ada", "--url", "nowhere.db", "--sealing-key", "audit-sealing.key")
    assert missing.exit_code == 1, missing.output
    assert "there is no such file" in missing.stderr
    assert not Path("nowhere.db").exists()
