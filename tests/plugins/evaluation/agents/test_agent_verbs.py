"""`interlock eval agents`: what it attempts, keeps, prints and refuses."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

import agent_players
from agent_players import Players, configured, solves, stops_early
from interlock.cli.app import app
from interlock.testing import Received, Reply, Upstream
from interlock_evaluation.agents import read_suite

DESK = str(Path(agent_players.__file__).with_name("agent_desk"))
PROGRAM = [sys.executable, "-c", "from interlock.cli import main; main()", "eval", "agents", DESK]


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream(always=Players(read_suite(DESK), good=solves, hasty=stops_early)) as server:
        Path("interlock.yaml").write_text(json.dumps(configured(server.url, "good", "hasty")))
        yield server


@pytest.fixture
def run() -> Callable[..., Result]:
    def invoke(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(app, ["eval", "agents", *arguments], input=stdin)

    return invoke


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_models_attempt_a_suite_and_are_told_apart_as_far_as_that_goes(upstream: Upstream, run: Any) -> None:
    result = run(DESK, "-m", "good", "-m", "hasty", "--run", "r1", "--yes")
    assert result.exit_code == 0, result.output
    assert "100.0 % " in result.stdout
    assert "cannot tell" in result.stdout
    data = told(run("report", "r1", "--json"))
    good, hasty = data["figures"]["models"]
    assert (good["completion"]["value"], hasty["completion"]["value"]) == (1.0, 0.0)
    assert [good["twice"], good["lost"], good["passes"]] == [0, 0, {"1": good["passes"]["1"]}]
    assert {each["key"]["task"] for each in data["attempts"]} == {"ink", "stamps"}
    assert [each["id"] for each in told(run("runs", "--json"))] == ["r1"]
    shown = run("attempts", "r1", "-m", "hasty", "--task", "ink").stdout
    assert "both are there, once: $: ['call Ada', 'buy ink', 'buy paper'] was expected" in shown
    assert "stamps" not in shown
    assert [each["key"]["repeat"] for each in told(run("attempts", "r1", "-m", "good", "--json"))] == [0, 0]
    for name in ("report.html", "report.md", "report.json"):
        assert run("report", "r1", "-o", name).exit_code == 0
        assert "hasty" in Path(name).read_text()


def test_what_may_cost_more_than_a_dollar_is_asked_about(upstream: Upstream, run: Any) -> None:
    refused = run(DESK, "-m", "good", "-m", "hasty", "--run", "r", stdin="n\n")
    assert refused.exit_code == 1
    assert "4 attempts, which may cost $2.02 in all" in refused.stderr
    assert not upstream.requests


def test_what_was_attempted_is_not_attempted_again(upstream: Upstream, run: Any) -> None:
    first = told(run(DESK, "--task", "stamps", "-m", "good", "--repeats", "2", "--run", "r", "-y", "--json"))
    asked = len(upstream.requests)
    second = told(run(DESK, "--task", "stamps", "-m", "good", "--repeats", "2", "--run", "r", "-y", "--json"))
    assert len(upstream.requests) == asked
    assert first["attempts"] == second["attempts"]
    assert second["figures"]["again"] == 0
    other = run(DESK, "--task", "stamps", "-m", "hasty", "--repeats", "2", "--run", "r", "-y")
    assert other.exit_code == 2
    assert "was begun with other models" in other.output


def test_a_budget_that_is_over_first_is_said_and_kept_to(upstream: Upstream, run: Any) -> None:
    poor = run(DESK, "-m", "good", "--run", "r", "--budget", "0.1", "--json")
    assert poor.exit_code == 4
    # `ink` may cost a cent, `stamps` a dollar, which does not fit.
    data = json.loads(poor.stdout)
    assert (data["left"], [each["key"]["task"] for each in data["attempts"]]) == (1, ["ink"])
    rich = told(run(DESK, "-m", "good", "--run", "r", "--budget", "1.1", "--json"))
    assert (rich["left"], len(rich["attempts"])) == (0, 2)


def test_attempts_that_say_nothing_are_told_apart_from_failures(upstream: Upstream, run: Any) -> None:
    upstream.always = Reply.json({"error": {"message": "no", "code": "invalid_api_key"}}, status=401)
    result = run(DESK, "--task", "stamps", "-m", "good", "--run", "r")
    assert result.exit_code == 3
    assert "Not measured, 1: AuthenticationError" in result.output
    upstream.always = Players(read_suite(DESK), good=solves)
    kept = run(DESK, "--task", "stamps", "-m", "good", "--run", "r", "--json")
    assert kept.exit_code == 3
    again = told(run(DESK, "--task", "stamps", "-m", "good", "--run", "r", "--errors", "--json"))
    (attempt,) = again["attempts"]
    assert (attempt["outcome"], attempt["begun"]) == ("complete", 2)


def test_an_attempt_that_was_killed_is_begun_anew_and_counted(upstream: Upstream, run: Any) -> None:
    play = Players(read_suite(DESK), good=solves)

    def slowly(received: Received) -> Reply:
        reply = play(received)
        if any(message["role"] == "tool" for message in received.json()["messages"]):
            return Reply(headers=reply.headers, pieces=(60.0, *reply.pieces))
        return reply

    upstream.always = slowly
    words = [*PROGRAM, "--task", "stamps", "-m", "good", "--run", "r"]
    with subprocess.Popen(words, start_new_session=True) as child:
        upstream.wait_for_requests(2, timeout=60)  # the note is written; the model is asked what comes next
        os.killpg(child.pid, signal.SIGKILL)
    upstream.always = play
    found = told(run(DESK, "--task", "stamps", "-m", "good", "--run", "r", "--json"))
    (attempt,) = found["attempts"]
    # Its world is a fresh one: a note that is there twice would not be there once.
    assert (attempt["outcome"], attempt["begun"], attempt["effects"]["done"]) == ("complete", 2, 1)
    assert found["figures"]["again"] == 1


def test_an_interruption_says_how_it_goes_on(upstream: Upstream) -> None:
    upstream.always = Reply(pieces=(60.0,))
    words = [*PROGRAM, "-m", "good", "--run", "r", "--yes"]
    with subprocess.Popen(words, stderr=subprocess.PIPE, text=True) as child:
        upstream.wait_for_requests(1, timeout=60)
        child.send_signal(signal.SIGINT)
        _, said = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "What has come is kept as r; the same command goes on." in said
    assert "Traceback" not in said


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("no-such-suite",), "no suite of that name"),
        ((DESK, "--task", "stamp"), "Did you mean 'stamps'"),
        (("report", "r9"), "no agent was evaluated yet"),
        (("report", "r9", "-o", "x.pdf"), "ends in none of"),
        ((DESK, "--run", "a\nb"), "printable characters"),
        ((DESK, "--faults", "2"), "--faults"),
    ],
)
def test_a_slip_is_told_with_the_way_out(upstream: Upstream, run: Any, words: Any, said: str) -> None:
    result = run(*words)
    assert result.exit_code == 2
    assert said in " ".join(result.output.split())
    assert not upstream.requests


def test_suites_and_tasks_are_shown(run: Any) -> None:
    assert "customer_support" in [each["name"] for each in told(run("list", "--json"))]
    assert "customer_support" in run("list").stdout
    assert "stamps" in run("show", DESK).stdout
    assert told(run("show", DESK, "--task", "stamps"))["goal"].startswith("Note that stamps")
    assert [each["id"] for each in told(run("show", DESK, "--json"))] == ["ink", "stamps"]
    assert run("runs").exit_code == 0
