"""`interlock agent run`, `resume`, `show`, `list`, and the verbs with which people answer."""

import json
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from interlock.cli.app import app

Run = Callable[..., Result]

SERVER = '''
from pathlib import Path

from mcp.server.mcpserver import MCPServer

server = MCPServer("shop")


@server.tool()
def stock(part: str) -> int:
    """How many of a part there are."""
    return 3


@server.tool()
def order(part: str, count: int) -> str:
    """Order some of a part."""
    with Path("orders.txt").open("a") as orders:
        orders.write(f"{part} {count}\\n")
    return f"ordered {count} of {part}"


server.run()
'''
REFILLS = """
async def policy(call):
    match call.number:
        case 1:
            return call.use("stock", part="F7")
        case 2:
            return call.use("order", part="F7", count=5)
        case _:
            return call.say(call.last.text)
"""
ASKS = """
def policy(call):
    if call.number == 1:
        return call.ask("How many?")
    return call.say({"count": call.last.answer})
"""
SAYS = """
def policy(call):
    return call.say(call.prompt)
"""
PLAN = """
goal: Greet somebody
inputs:
  who: {type: string}
  times: {type: integer}
nodes:
  - {id: greet, do: model, prompt: "Greet ${inputs.who} ${inputs.times} times."}
  - {id: again, do: model, prompt: "${greet}"}
"""


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    for name, text in (("refills.py", REFILLS), ("asks.py", ASKS), ("says.py", SAYS), ("plan.yaml", PLAN)):
        (tmp_path / name).write_text(text)
    return tmp_path


@pytest.fixture
def run(folder: Path) -> Run:
    return lambda *arguments, **given: CliRunner().invoke(app, ["agent", *map(str, arguments)], **given)


def shop(folder: Path, **rules: dict[str, str]) -> None:
    (folder / "server.py").write_text(SERVER)
    options = {"command": sys.executable, "args": ["server.py"], "cwd": str(folder)}
    connector = {"id": "shop", "connector": "mcp", "region": "local", "options": options}
    tools = {"rules": [{"tools": f"shop/{name}", **rule} for name, rule in rules.items()]}
    (folder / "interlock.yaml").write_text(json.dumps({"connectors": [connector], "tools": tools}))


def test_a_script_drives_a_run_over_an_mcp_server(run: Run, folder: Path) -> None:
    shop(folder, stock={"effect": "read"}, order={"effect": "write"})
    done = run("run", "Refill F7", "--policy", "refills.py", "--run", "r1")
    assert (done.exit_code, done.stdout) == (0, "ordered 5 of F7\n"), done.output
    assert "main: calls order" in done.stderr
    again = run("run", "Refill F7", "--policy", "refills.py", "--run", "r1")
    assert (again.exit_code, again.stdout) == (0, "ordered 5 of F7\n")
    assert (folder / "orders.txt").read_text() == "F7 5\n"
    shown = run("show", "r1", "--effects")
    assert "confirmed" in shown.stdout
    assert "main/0/1" in shown.stdout


def test_what_no_rule_calls_harmless_waits_for_a_person(run: Run, folder: Path) -> None:
    shop(folder, stock={"effect": "read"})
    waits = run("run", "Refill F7", "--policy", "refills.py", "--run", "r1", "--json")
    assert waits.exit_code == 3
    [waiting] = json.loads(waits.stdout)["waiting_for"]
    assert waiting["kind"] == "approval"
    assert not (folder / "orders.txt").exists()
    told = run("show", "r1")
    assert f"interlock agent approve {waiting['id']}" in told.stdout
    assert run("approve", waiting["id"]).exit_code == 0
    done = run("resume", "r1", "--policy", "refills.py")
    assert (done.exit_code, done.stdout) == (0, "ordered 5 of F7\n"), done.output
    data = json.loads(run("show", "r1", "--json").stdout)
    assert [each["state"] for each in data["effects"]] == ["confirmed"]
    assert data["effects"][0]["approved_by"]


def test_a_question_is_answered_on_the_command_line(run: Run) -> None:
    asked = run("run", "Refill", "--policy", "asks.py", "--run", "r1")
    assert asked.exit_code == 3
    assert "How many?" in asked.stderr
    assert "interlock agent answer r1 main" in asked.stderr
    assert run("answer", "r1", "main", "7").exit_code == 0
    done = run("resume", "r1", "--policy", "asks.py", "--quiet")
    assert (done.exit_code, json.loads(done.stdout)) == (0, {"count": 7})


def test_a_plan_takes_its_inputs_with_their_types(run: Run) -> None:
    done = run(
        *("run", "--plan", "plan.yaml", "--policy", "says.py", "--run", "r1"),
        *("--input", "who=Ada", "--input", "times=2"),
    )
    assert (done.exit_code, done.stdout) == (0, "Greet Ada 2 times.\n"), done.output
    assert run("show", "r1", "--node", "greet").stdout == "Greet Ada 2 times.\n"
    wrong = run(
        "run", "--plan", "plan.yaml", "--policy", "says.py", "--input", "who=Ada", "--input", "times=x"
    )
    assert wrong.exit_code == 2
    assert "times" in wrong.stderr


def test_everything_that_is_wrong_with_a_plan_is_said_with_its_line(run: Run, folder: Path) -> None:
    text = "nodes:\n  - {id: a, do: model, prompt: '${b}'}\n  - {id: b, do: model, prompt: '${a}', oops: 1}\n"
    (folder / "bad.yaml").write_text(text)
    wrong = run("run", "--plan", "bad.yaml", "--policy", "says.py")
    assert wrong.exit_code == 2
    assert "bad.yaml:3" in wrong.stderr
    assert "oops" in wrong.stderr


@pytest.mark.parametrize(
    ("arguments", "named"),
    [
        (["run"], "GOAL"),
        (["run", "x", "--policy", "none.py"], "none.py"),
        (["run", "x", "--policy", "says.py", "--input", "who"], "NAME=VALUE"),
        (["run", "x", "--policy", "says.py", "--usd", "-1"], "usd"),
        (["run", "x", "--policy", "says.py", "--engine", "dboss+sqlite:///x.db"], "dbos"),
        (["run", "x", "--policy", "says.py", "--notify", "smoke:"], "smoke"),
        (["resume", "nobody"], "nobody"),
        (["show", "nobody"], "nobody"),
        (["cancel", "nobody"], "nobody"),
        (["answer", "nobody", "main", "x"], "nobody"),
        (["decide", "r/n/0/0", "confirmed", "--evidence", "x"], "r/n/0/0"),
        (["decide", "r/n/0/0", "perhaps", "--evidence", "x"], "perhaps"),
    ],
)
def test_what_cannot_be_meant_is_named(run: Run, arguments: list[str], named: str) -> None:
    wrong = run(*arguments)
    assert wrong.exit_code in {1, 2}, wrong.output
    assert named in wrong.stderr


def test_runs_are_listed_newest_first(run: Run) -> None:
    assert "There are no runs." in run("list").stderr
    for name, script in (("r1", "says.py"), ("r2", "asks.py")):
        run("run", "Say it", "--policy", script, "--run", name, "--quiet")
    data = json.loads(run("list", "--json").stdout)
    assert [(each["id"], each["state"]) for each in data["runs"]] == [("r2", "needs_person"), ("r1", "done")]
    assert [each["id"] for each in json.loads(run("list", "--state", "done", "--json").stdout)["runs"]] == [
        "r1"
    ]


def test_a_run_that_is_cancelled_goes_on_no_more(run: Run) -> None:
    run("run", "Ask", "--policy", "asks.py", "--run", "r1", "--quiet")
    assert run("cancel", "r1").exit_code == 0
    over = run("resume", "r1", "--policy", "asks.py")
    assert over.exit_code == 2
    assert "cancelled" in over.stderr


def test_a_script_that_is_not_given_again_changes_nothing(run: Run) -> None:
    run("run", "Ask", "--policy", "asks.py", "--run", "r1", "--quiet")
    wrong = run("resume", "r1")
    assert wrong.exit_code == 2
    assert "policy" in wrong.stderr
    data = json.loads(run("show", "r1", "--json").stdout)
    assert [each["kind"] for each in data["waiting_for"]] == ["question"]


def test_reconciling_says_when_nothing_is_open(run: Run) -> None:
    nothing = run("reconcile", "--json")
    assert nothing.exit_code == 0
    assert json.loads(nothing.stdout) == {"effects": [], "busy": [], "failed": {}, "open": []}


def test_a_limit_ends_in_a_question_to_a_person(run: Run, folder: Path) -> None:
    (folder / "loops.py").write_text("def policy(call):\n    return call.use('nothing')\n")
    over: Any = run("run", "Loop", "--policy", "loops.py", "--limit", "4", "--run", "r1", "--json")
    assert over.exit_code == 3
    assert json.loads(over.stdout)["calls"] <= 4
