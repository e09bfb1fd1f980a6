"""`interlock eval plan`, `run`, `runs` and `outcomes`: what they print, ask, keep and refuse."""

import json
import signal
import subprocess
import sys
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from interlock.cli.app import app
from interlock.testing import Received, Reply, Upstream
from interlock_evaluation.outcomes import read_outcomes

SUITE = [
    {"id": "sum", "prompt": "2+2?", "reference": 4, "task": "quantitative", "grader": "numeric"},
    {"id": "town", "prompt": "Capital of France?", "reference": "Paris", "constraints": {"residency": "eu"}},
]


def said(received: Received) -> Reply:
    asked = received.json()["messages"][-1]["content"]
    text = "It is 4." if asked == "2+2?" else "Paris"
    usage = {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}
    choices = [{"message": {"role": "assistant", "content": text}, "finish_reason": "stop"}]
    return Reply.json({"id": "1", "model": "m", "choices": choices, "usage": usage})


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream(always=said) as server:
        common = {
            "provider": "openai-compatible",
            "api_key": "k",
            "base_url": f"{server.url}/v1",
            "name": "m",
        }
        deployments = [
            {
                **common,
                "id": "here",
                "model": "zhipu/glm-5.2",
                "region": "eu",
                "price": {"input": 1, "output": 1},
            },
            {
                **common,
                "id": "there",
                "model": "openai/gpt-5.5",
                "region": "us",
                "price": {"input": 1, "output": 1},
            },
        ]
        Path("interlock.yaml").write_text(json.dumps({"deployments": deployments}))
        Path("suite.jsonl").write_text("\n".join(map(json.dumps, SUITE)))
        yield server


@pytest.fixture
def run() -> Callable[..., Result]:
    def invoke(*arguments: str, stdin: str | None = None) -> Result:
        return CliRunner().invoke(app, ["eval", *arguments], input=stdin)

    return invoke


def told(result: Result) -> Any:
    assert result.exit_code == 0, result.output
    return json.loads(result.stdout)


def test_a_plan_says_what_it_would_cost_and_what_it_could_tell(upstream: Upstream, run: Any) -> None:
    plan = told(run("plan", "suite.jsonl", "--json"))
    assert {each["model"]: each["calls"] for each in plan["models"]} == {
        "zhipu/glm-5.2": 2,
        "openai/gpt-5.5": 1,
    }
    (rule,) = plan["models"][1]["excluded"]
    assert "residency" in rule
    shown = run("plan", "suite.jsonl")
    assert "1: processed in us; the residency allows eu only" in shown.stdout
    assert "2 prompts, 3 calls, about less than $0.01" in shown.stderr
    assert "told apart by so few prompts" in shown.stderr
    assert not upstream.requests


def test_a_plan_of_many_prompts_says_the_smallest_difference(upstream: Upstream, run: Any) -> None:
    rows = [{"prompt": f"{number}?", "task": "quantitative"} for number in range(200)]
    Path("many.jsonl").write_text("\n".join(map(json.dumps, rows)))
    shown = run("plan", "many.jsonl")
    assert (
        "told apart from 8.9 points on, if only one of them is right about 20% of the prompts" in shown.stderr
    )


def test_a_plan_counts_what_a_judge_marks_and_may_not_see(upstream: Upstream, run: Any) -> None:
    rows = [{"prompt": "x", "rubric": "Good."}, {"prompt": "y", "rubric": "Good.", "residency": "us"}]
    Path("judged.jsonl").write_text("\n".join(map(json.dumps, rows)))
    words = ["plan", "judged.jsonl", "-m", "there", "--judge", "here"]
    judge = told(run(*words, "--json"))["judge"]
    assert (judge["calls"], judge["excluded"]) == (1, {"processed in eu; the residency allows us only": 1})
    assert judge["cost"] > 0
    assert "here, to mark" in run(*words).stdout
    assert run("plan", "judged.jsonl", "--judge", "heer").exit_code == 2
    assert not upstream.requests


def test_what_to_ask_after_a_run_or_a_table_is_said(upstream: Upstream, run: Any) -> None:
    assert run("run", "suite.jsonl", "--run", "first").exit_code == 0
    rows = [f"{at},{model},{int(model == 'a' or at % 7 == 0)}" for at in range(40) for model in "ab"]
    Path("table.csv").write_text("\n".join(["prompt,model,correct", *rows]))
    found = told(run("plan", "--after", "table.csv", "--json"))["after"]
    assert (found["best"], found["tasks"][0]["settled"]) == ("a", True)
    shown = run("plan", "--after", "table.csv")
    assert "Every task is settled" in shown.stderr
    assert "too few to say" in run("plan", "--after", "first").stdout
    both = told(run("plan", "suite.jsonl", "--after", "first", "--json"))
    assert {"after", "models"} <= {*both}
    assert run("plan").exit_code == 2
    assert run("plan", "--after", "second").exit_code == 2


def test_a_run_is_kept_gone_on_with_and_written_as_a_table(upstream: Upstream, run: Any) -> None:
    first = run("run", "suite.jsonl", "--run", "first")
    assert first.exit_code == 0, first.output
    assert len(upstream.requests) == 3
    assert "zhipu/glm-5.2" in first.stdout
    again = told(run("run", "suite.jsonl", "--run", "first", "--json"))
    assert (again["done"], again["left"], again["again"], len(upstream.requests)) == (4, 0, 0, 3)
    assert [each["id"] for each in told(run("runs", "--json"))] == ["first"]
    assert "whole" in run("runs").stdout
    for name in ("table.csv", "table.jsonl"):
        assert run("outcomes", "first", "-o", name).exit_code == 0
        table = read_outcomes(Path(name))
        assert (table.prompts, table.models) == (("sum", "town"), ("openai/gpt-5.5", "zhipu/glm-5.2"))
        assert table.correct[:, 1].tolist() == [1.0, 1.0]
    assert run("outcomes", "first").stdout == Path("table.csv").read_text()
    assert table.texts == ("2+2?", "Capital of France?")
    (row, *_) = map(json.loads, Path("table.jsonl").read_text().splitlines())
    assert (row["deployment"], row["served_model"]) == ("there", "m")


def test_a_gate_says_that_a_model_whose_key_failed_was_not_measured(upstream: Upstream, run: Any) -> None:
    rows = [{"prompt": f"{at}", "reference": "Paris", "task": "quantitative"} for at in range(30)]
    Path("suite.jsonl").write_text("\n".join(map(json.dumps, rows)))
    locked = Reply.json({"error": {"message": "no such key"}}, status=401)
    text = (
        Path("interlock.yaml").read_text().replace('"name": "m", "id": "there"', '"name": "n", "id": "there"')
    )
    Path("interlock.yaml").write_text(text)
    upstream.always = lambda received: locked if received.json()["model"] == "n" else said(received)
    assert run("run", "suite.jsonl", "--run", "first", "--at-once", "1").exit_code == 0
    assert run("outcomes", "first", "-o", "table.csv").exit_code == 0
    Path("routes.yaml").write_text("routes: {quantitative: [openai/gpt-5.5, zhipu/glm-5.2]}")
    gate = run("gate", "table.csv", "--routes", "routes.yaml", "--baseline", "zhipu/glm-5.2")
    assert gate.exit_code == 3, gate.output


def test_a_gate_serves_what_a_rule_excludes_as_a_router_does(upstream: Upstream, run: Any) -> None:
    rows = [
        {
            "prompt": f"{at}",
            "reference": "Paris",
            "task": "quantitative",
            "residency": ("eu", "us")[at % 3 == 0],
        }
        for at in range(36)
    ]
    free = [{"prompt": f"free {at}", "reference": "Paris", "task": "quantitative"} for at in range(24)]
    Path("suite.jsonl").write_text("\n".join(map(json.dumps, [*rows, *free])))
    assert run("run", "suite.jsonl", "--run", "first").exit_code == 0
    assert run("outcomes", "first", "-o", "table.csv").exit_code == 0
    assert Path("table.csv").read_text().count(",excluded,") == 36
    Path("routes.yaml").write_text("routes: {quantitative: [openai/gpt-5.5, zhipu/glm-5.2]}")
    words = ("gate", "table.csv", "--routes", "routes.yaml", "--baseline", "zhipu/glm-5.2")
    gate = run(*words)
    assert gate.exit_code == 0, gate.output
    assert "Excluded: 12 prompts that rules keep from" in gate.stderr
    found = told(run(*words, "--json"))
    assert (found["excluded"], found["missing"], found["estimate"]["prompts"]) == (12, 0, 48)
    learned = run("learn", "table.csv", "--json").stdout
    kept = [line for line in Path("table.csv").read_text().splitlines() if ",excluded," not in line]
    Path("table.csv").write_text("\n".join(kept))
    assert run("learn", "table.csv", "--json").stdout == learned, "which is as if it had no row"


def test_some_tasks_of_a_suite_are_a_run_of_their_own(upstream: Upstream, run: Any) -> None:
    rows = [
        {"id": f"{task}{at}", "prompt": f"{at}", "reference": "Paris", "task": task}
        for at in range(3)
        for task in ("quantitative", "code_generation", "conversational")
    ]
    Path("suite.jsonl").write_text("\n".join(map(json.dumps, rows)))
    some = ("--task", "quantitative", "--task", "conversational")
    plan = told(run("plan", "suite.jsonl", *some, "--json"))
    assert (plan["prompts"], {each["task"] for each in plan["tasks"]}) == (
        6,
        {"quantitative", "conversational"},
    )
    found = told(run("run", "suite.jsonl", *some, "--json"))
    assert (found["done"], len(upstream.requests)) == (12, 12)
    assert told(run("run", "suite.jsonl", *some[2:], *some[:2], "--json"))["done"] == 12
    assert len(upstream.requests) == 12, "the order of tasks is none"
    assert told(run("run", "suite.jsonl", "--json"))["done"] == 18
    part, whole = sorted(told(run("runs", "--json")), key=lambda each: not each["tasks"])
    assert part["id"].startswith("suite-conversational+quantitative-")
    assert whole["id"].removeprefix("suite-") in part["id"]
    assert part["digest"] != whole["digest"]
    assert (part["suite"], whole["suite"]) == ("suite.jsonl", "suite.jsonl")
    assert "suite.jsonl, conversational, quantitative" in " ".join(run("runs").stdout.split())
    assert run("report", part["id"], "-o", "report.md").exit_code == 0
    assert "suite.jsonl, conversational, quantitative" in Path("report.md").read_text()
    refused = run("run", "suite.jsonl", "--run", whole["id"], "--task", "quantitative")
    assert refused.exit_code == 2
    assert "another choice of tasks: all of them, not quantitative" in " ".join(refused.stderr.split())


def test_the_only_task_of_a_suite_is_another_run_than_the_suite(upstream: Upstream, run: Any) -> None:
    Path("suite.jsonl").write_text(json.dumps({**SUITE[0], "id": "one"}))
    assert run("run", "suite.jsonl", "--run", "first").exit_code == 0
    refused = run("run", "suite.jsonl", "--run", "first", "--task", "quantitative")
    assert (refused.exit_code, "another choice of tasks" in refused.stderr) == (2, True)


def test_a_task_that_is_not_named_is_the_one_that_the_router_takes(upstream: Upstream, run: Any) -> None:
    Path("suite.jsonl").write_text("\n".join(map(json.dumps, [SUITE[0], {"prompt": "Capital of France?"}])))
    (task,) = {each["task"] for each in told(run("plan", "suite.jsonl", "--json"))["tasks"]} - {
        "quantitative"
    }
    assert told(run("plan", "suite.jsonl", "--task", task, "--json"))["prompts"] == 1


def test_a_table_may_be_without_the_words_of_prompts_and_answers(upstream: Upstream, run: Any) -> None:
    assert run("run", "suite.jsonl", "--run", "first").exit_code == 0
    shown = run("outcomes", "first", "--no-text").stdout
    assert "France" not in shown
    assert "Paris" not in shown
    Path("table.csv").write_text(shown)
    assert read_outcomes(Path("table.csv")).lengths.tolist() == [4, 18]


def test_what_costs_more_than_a_dollar_is_asked_about(upstream: Upstream, run: Any) -> None:
    text = Path("interlock.yaml").read_text().replace('"output": 1}', '"output": 2000}')
    Path("interlock.yaml").write_text(text)
    for answer in ("n\n", ""):
        refused = run("run", "suite.jsonl", stdin=answer)
        assert refused.exit_code == 1
        assert "Nobody was asked; --yes asks without a question." in refused.stderr
    assert not upstream.requests
    assert run("run", "suite.jsonl", stdin="y\n").exit_code == 0


def test_why_calls_failed_and_what_has_no_mark_is_said(upstream: Upstream, run: Any) -> None:
    config = json.loads(Path("interlock.yaml").read_text())
    config["deployments"][1]["api_key"] = "env:NO_SUCH_KEY"
    Path("interlock.yaml").write_text(json.dumps(config))
    rows = [{"prompt": "x", "rubric": "Good.", "residency": "us"}, {"prompt": "y"}, {"prompt": "z"}]
    Path("open.jsonl").write_text("\n".join(map(json.dumps, rows)))
    shown = run("run", "open.jsonl", "--run", "open", "-m", "here", "-m", "there", "--grader", "experts")
    assert (
        "3 failed: NO_SUCH_KEY is not set (3). With --errors the same command asks them again."
        in shown.stderr
    )
    assert "2 answers wait for experts: `interlock eval review` asks them." in shown.stderr
    config["deployments"][1]["api_key"] = "k"
    Path("interlock.yaml").write_text(json.dumps(config))
    words = ("run", "open.jsonl", "--run", "judged", "-m", "there", "--grader", "rubric", "--judge", "here")
    rows = [{"prompt": "x", "rubric": "Good.", "residency": "us"}]
    Path("open.jsonl").write_text("\n".join(map(json.dumps, rows)))
    shown = run(*words)
    assert "1 answers could not be marked: the judge was not asked: processed in eu" in shown.stderr


def test_a_budget_that_is_over_first_is_said(upstream: Upstream, run: Any) -> None:
    result = run("run", "suite.jsonl", "--budget", "0.00000001")
    assert result.exit_code == 4
    assert "3 questions are left: the budget was over" in result.stderr
    assert run("run", "suite.jsonl").exit_code == 0


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (("run", "nowhere.jsonl"), "nowhere.jsonl: cannot be read"),
        (("run", "suite.jsonl", "-m", "zhipu/glm-5.3"), "zhipu/glm-5.2"),
        (("run", "suite.jsonl", "--per-minute", "zhipu"), "--per-minute: expected PROVIDER=COUNT"),
        (("run", "suite.jsonl", "--grader", "exakt"), "there is no grader 'exakt'"),
        (("run", "suite.jsonl", "--task", "quantitativ"), "Did you mean 'quantitative'?"),
        (("plan", "suite.jsonl", "--task", "mail"), "no prompt is of the task 'mail'; there are"),
        (("plan", "--after", "first", "--task", "mail"), "--task: says which prompts of a suite are asked"),
        (("run", "suite.jsonl", "--run", "\n"), "--run: expected up to 128 printable characters"),
        (("outcomes", "nothing"), "there is no run 'nothing'; nothing was run yet"),
        (("outcomes", "nothing", "-o", "table.txt"), "ends in neither .csv nor .jsonl"),
    ],
)
def test_a_slip_is_an_error_with_the_way_out(
    upstream: Upstream, run: Any, words: tuple[str, ...], message: str
) -> None:
    result = run(*words)
    assert result.exit_code == 2, result.output
    assert message in result.stderr


def test_a_place_that_is_none_is_told(upstream: Upstream, run: Any) -> None:
    result = run("run", "suite.jsonl", "--store", "mysql://x")
    assert result.exit_code == 1
    assert "evaluations are kept in sqlite or postgresql" in result.stderr
    assert not upstream.requests


def test_a_run_that_is_interrupted_says_how_it_goes_on(upstream: Upstream, run: Any) -> None:
    upstream.always = lambda received: replace(said(received), delay=30)
    words = [sys.executable, "-c", "from interlock.cli import main; main()", "eval", "run", "suite.jsonl"]
    pipes = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE}
    with subprocess.Popen([*words, "--run", "first"], text=True, **pipes) as child:
        upstream.wait_for_requests(1, timeout=60)
        child.send_signal(signal.SIGINT)
        _, told = child.communicate(timeout=60)
    assert child.returncode == 130
    assert "What has come is kept as first; the same command goes on." in told
    upstream.always = said
    whole = json.loads(run("run", "suite.jsonl", "--run", "first", "--json").stdout)
    assert whole["left"] == 0
    assert whole["again"] > 0


def test_before_anything_was_run_there_is_no_run(upstream: Upstream, run: Any) -> None:
    assert "Nothing was run yet." in run("runs").stderr


def test_a_report_is_shown_and_written(upstream: Upstream, run: Any) -> None:
    assert run("run", "suite.jsonl", "--run", "first").exit_code == 0
    shown = run("report", "first")
    assert "100.0 [20.7, 100.0]" in shown.stdout
    assert "cannot tell" in shown.stdout
    assert "Left out, 1: processed in us; the residency allows eu only" in shown.stderr
    figures = told(run("report", "first", "--json"))
    assert (figures["prompts"], figures["why"]) == (2, {"processed in us; the residency allows eu only": 1})
    for name in ("report.html", "report.md", "report.json", "report.csv", "report.svg"):
        assert run("report", "first", "-o", name).exit_code == 0
    assert json.loads(Path("report.json").read_text()) == figures
    assert "zhipu/glm-5.2" in Path("report.html").read_text()
    assert Path("report.csv").read_text().startswith("level,task,model,measure,value,low,high,n")
    assert Path("report.svg").read_text().startswith("<svg ")
    assert run("report", "first", "--no-words").stdout == shown.stdout
    assert run("report", "first", "-o", "report.pdf").exit_code == 2
    assert run("report", "second").exit_code == 2
