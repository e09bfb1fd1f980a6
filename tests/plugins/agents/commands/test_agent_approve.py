"""`interlock agent approve`, `approver` and `page`, as a user finds them."""

import asyncio
import json
import os
import pwd
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from importlib import import_module
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import click
import pytest
import typer
from typer.testing import CliRunner, Result

from interlock.cli.app import app
from interlock.types.approvals import ApprovalRequest
from interlock_agents import ApprovalRules, Requests, Store
from interlock_agents.approvals import Approval
from interlock_agents.commands.place import notifiers_for
from served import Browser
from waiting import asked

module = import_module("interlock_agents.commands.approve")
Run = Callable[..., Result]
USER = pwd.getpwuid(os.getuid()).pw_name


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    return lambda *arguments, **given: CliRunner().invoke(app, ["agent", *map(str, arguments)], **given)


def put(*wanted: ApprovalRequest, **rules: Any) -> list[Approval]:
    async def work() -> list[Approval]:
        store = Store.open()
        requests = Requests(store=store, rules=ApprovalRules(**rules))
        found = [await requests.put(each) for each in wanted]
        await store.aclose()
        return found

    return asyncio.run(work())


def test_what_waits_is_listed_and_approved_by_its_id(run: Run) -> None:
    [waits] = put(asked({"path": "a\x1b[2J\u202e.txt"}))
    listed = run("approve")
    assert listed.exit_code == 0
    assert waits.id in listed.stdout
    assert r"a\u001b[2J\u202e.txt" in listed.stdout
    done = run("approve", waits.id)
    assert done.exit_code == 0
    assert r'"path": "a\u001b[2J\u202e.txt"' in done.stdout
    assert f"Approved by {USER}" in done.stderr
    assert put(asked({"path": "a\x1b[2J\u202e.txt"}))[0].state == "approved"
    assert "Nothing waits." in run("approve").stderr


def test_the_approver_is_the_machines_user_whatever_the_environment_says(
    run: Run, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("USER", "LOGNAME", "USERNAME", "SUDO_USER"):
        monkeypatch.setenv(name, "somebody-else")
    [waits] = put(asked())
    run("approve", waits.id)
    assert put(asked())[0].agreed == (USER,)


def test_a_denial_tells_the_agent_why(run: Run) -> None:
    [waits] = put(asked())
    done = run("approve", waits.id, "--deny", "--why", "not today", "--json")
    assert done.exit_code == 0
    [told] = json.loads(done.stdout)["answered"]
    assert (told["state"], told["why"], told["id"]) == ("denied", "not today", waits.id)
    assert put(asked())[0].why == "not today"


def test_what_waits_no_more_is_not_answered_and_what_is_no_request_is_wrong_use(run: Run) -> None:
    [waits] = put(asked())
    run("approve", waits.id, "--deny")
    late = run("approve", waits.id)
    assert late.exit_code == 1
    assert f"it is denied by {USER}" in late.stderr
    for name in ("delete_file", "run-1", "*"):
        assert run("approve", name).exit_code == 2
    assert run("approve", waits.id, "--why", "x").exit_code == 2
    assert run("approve", "--deny").exit_code == 2
    assert run("approve", waits.id, "--all-of", "run-1").exit_code == 2


def test_everything_of_a_run_is_approved_unread_only_when_that_is_said(run: Run) -> None:
    put(asked(step="a/0/0"), asked(step="b/0/0"), asked(run="run-2"))
    unread = run("approve", "--all-of", "run-1")
    assert unread.exit_code == 2
    assert "2 of run-1 wait; --yes" in unread.stderr
    done = json.loads(run("approve", "--all-of", "run-1", "--yes", "--json").stdout)["answered"]
    assert [each["step"] for each in done] == ["a/0/0", "b/0/0"]
    [left] = json.loads(run("approve", "--json").stdout)["waiting"]
    assert left["run"] == "run-2"
    assert run("approve", "--run", "run-1", "--json").stdout == '{\n  "waiting": []\n}\n'


def test_somebody_else_answers_with_a_token_of_their_own(run: Run) -> None:
    [waits] = put(asked(effect="irreversible"), four_eyes={"irreversible"})
    token = run("approver", "Ada").stdout.strip()
    assert run("approver", "--json").stdout == '{\n  "approvers": [\n    "Ada"\n  ]\n}\n'
    for env in ({"INTERLOCK_APPROVER_TOKEN": "x"}, {"INTERLOCK_APPROVER_TOKEN": ""}):
        refused = run("approve", waits.id, "--as", "Ada", env=env)
        assert refused.exit_code == 2
        assert "INTERLOCK_APPROVER_TOKEN" in refused.stderr
    hers = {"INTERLOCK_APPROVER_TOKEN": token}
    assert run("approve", waits.id, "--as", "Grace", env=hers).exit_code == 2
    assert "another person has to agree as well" in run("approve", waits.id, "--as", "ada", env=hers).stderr
    assert run("approve", waits.id, "--as", "Ada", env=hers).exit_code == 1
    assert run("approve", waits.id).exit_code == 0
    assert put(asked(effect="irreversible"), four_eyes={"irreversible"})[0].agreed == ("Ada", USER)
    assert run("approver", "Ada", "--remove").exit_code == 0
    assert run("approver", "Ada", "--remove").exit_code == 1
    assert run("approve", waits.id, "--as", "Ada", env=hers).exit_code == 2
    stored = b"".join(file.read_bytes() for file in Path().glob("interlock-agents.db*"))
    assert token.encode() not in stored


def test_the_configurations_log_is_told(run: Run) -> None:
    Path("interlock.yaml").write_text(
        "deployments: [{id: a, model: openai/gpt-5.5, provider: openai}]\nlog: sqlite:///log.db\n"
    )
    [waits] = put(asked())
    assert run("approve", waits.id).exit_code == 0
    with sqlite3.connect("log.db") as database:
        rows = database.execute("SELECT * FROM log").fetchall()
    told = [row for row in rows if "agents.approval_approved" in str(row)]
    assert len(told) == 1
    assert waits.id in str(told)
    assert USER not in str(told), "a log that cannot seal a name does not have it"


def test_the_store_lies_beside_the_configuration_or_where_it_is_said(run: Run) -> None:
    put(asked())
    Path("elsewhere").mkdir()
    config = Path("elsewhere/interlock.yaml")
    config.write_text("deployments: [{id: a, model: openai/gpt-5.5, provider: openai}]\n")
    here = CliRunner().invoke(app, ["--config", str(config), "agent", "approve", "--json"])
    assert json.loads(here.stdout) == {"waiting": []}
    assert Path("elsewhere/interlock-agents.db").exists()
    there = {"INTERLOCK_AGENTS_STORE": f"sqlite:///{Path.cwd()}/interlock-agents.db"}
    named = CliRunner().invoke(app, ["--config", str(config), "agent", "approve", "--json"], env=there)
    assert len(json.loads(named.stdout)["waiting"]) == 1


@pytest.mark.parametrize(
    ("typed", "code", "state"), [("y\n", 0, "approved"), ("n\n", 1, "pending"), ("\n", 1, "pending")]
)
def test_on_a_terminal_it_is_asked_once_more(
    run: Run, monkeypatch: pytest.MonkeyPatch, typed: str, code: int, state: str
) -> None:
    [waits] = put(asked())
    monkeypatch.setattr(module, "sys", SimpleNamespace(stdin=SimpleNamespace(isatty=lambda: True)))
    done = run("approve", waits.id, input=typed)
    assert done.exit_code == code
    assert '"path": "a.txt"' in done.stdout
    assert f"Approve as {USER}?" in done.stderr
    assert put(asked())[0].state == state


def test_who_is_told_is_named_or_comes_from_the_environment_or_reads_standard_error(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = typer.Context(click.Command("agent"))
    names = lambda urls: [each.name for each in notifiers_for(context, urls)]  # noqa: E731 - said thrice
    assert names(None) == ["stderr"]
    monkeypatch.setenv("INTERLOCK_AGENTS_NOTIFY", "stdout: https://hooks.example/1")
    assert names(None) == ["stdout", "webhook hooks.example"]
    assert names(["stderr:"]) == ["stderr"]


def test_the_page_is_served_until_it_is_interrupted(run: Run) -> None:
    [waits] = put(asked())
    program = [Path(sys.executable).with_name("interlock"), "agent", "page", "--port", "0"]
    with subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        link = process.stdout.readline().strip()
        origin, _, path = link.partition("/login")
        browser = Browser(origin)
        assert f"Sign in as {USER}" in browser.get(f"/login{path}").text
        browser.submit("/login")
        browser.get(f"/requests/{waits.id}")
        assert browser.submit(f"/requests/{waits.id}/approve", lasts="900").status == 303
        process.terminate()
        _, told = process.communicate(timeout=20)
    assert waits.id not in told
    assert put(asked())[0].agreed == (USER,)


def test_the_page_is_not_shown_to_others_by_mistake(run: Run) -> None:
    refused = run("page", "--host", "0.0.0.0")
    assert refused.exit_code == 2
    assert "nobody has a token" in refused.stderr


def test_what_was_denied_is_put_before_people_once_more_by_its_id(run: Run) -> None:
    [waits] = put(asked())
    assert run("approve", waits.id, "--again").exit_code == 2
    assert run("approve", waits.id, "--deny").exit_code == 0
    told = run("approve", waits.id, "--again")
    assert told.exit_code == 0
    assert "It waits again, as " in told.stderr
    [again] = json.loads(run("approve", "--json").stdout)["waiting"]
    assert again["id"] != waits.id
    assert again["id"] in told.stderr
    assert run("approve", again["id"]).exit_code == 0
    assert put(asked())[0].state == "approved"
    assert run("approve", "--again").exit_code == 2


def test_answered_requests_of_runs_that_are_over_are_deleted_and_what_still_counts_is_kept(run: Run) -> None:
    first, second = put(asked({"path": "a"}), asked({"path": "b"}, step="other"))
    run("approve", first.id, "--deny")
    assert json.loads(run("prune", "--before", "2020-01-01", "--json").stdout) == {"deleted": 0}
    done = run("prune", "--before", "2100-01-01")
    assert (done.exit_code, done.stderr) == (0, "1 request was deleted.\n")
    assert run("approve", first.id).exit_code == 2
    assert second.id in run("approve").stdout
    assert run("prune").exit_code == 2
    assert run("prune", "--before", "yesterday").exit_code == 2
