"""From prompts to routes and back: asked, marked, learned, tried on recorded traffic, used, taken back."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner

from interlock import Router
from interlock.cli.app import app
from interlock.testing import Received, Reply, Upstream

TASKS = ("quantitative", "code_generation")


def said(received: Received) -> Reply:
    """`counts` is right about sums alone, `codes` about programs and half of the sums."""
    body = received.json()
    task, number = body["messages"][-1]["content"].split()
    right = task == "quantitative" if body["model"] == "counts" else task != "quantitative" or int(number) % 2
    message = {"role": "assistant", "content": number if right else "no idea"}
    usage = {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}
    choices = [{"message": message, "finish_reason": "stop"}]
    return Reply.json({"id": "1", "model": body["model"], "choices": choices, "usage": usage})


@pytest.fixture
def configured() -> Iterator[Upstream]:
    with Upstream(always=said) as server:
        common = {
            "provider": "openai-compatible",
            "api_key": "k",
            "base_url": f"{server.url}/v1",
            "region": "eu",
        }
        deployments = [
            {
                **common,
                "id": "codes",
                "name": "codes",
                "model": "zhipu/glm-5.2",
                "price": {"input": 1, "output": 1},
            },
            {
                **common,
                "id": "counts",
                "name": "counts",
                "model": "openai/gpt-5.5",
                "price": {"input": 1, "output": 1},
            },
        ]
        config = {
            "deployments": deployments,
            "records": "sqlite:///calls.db",
            "learned_routes": "routes.yaml",
        }
        Path("interlock.yaml").write_text(json.dumps(config))
        Path("routes.yaml").write_text(
            "format: interlock-routes/1\nroutes: {quantitative: [codes], code_generation: [codes]}\n"
        )
        rows = [
            {"id": f"{task}-{number}", "prompt": f"{task} {number}", "task": task, "reference": str(number)}
            for task in TASKS
            for number in range(60)
        ]
        Path("prompts.jsonl").write_text("\n".join(map(json.dumps, rows)))
        yield server


def run(*words: str) -> Any:
    result = CliRunner().invoke(app, words)
    assert result.exit_code == 0, result.output
    return result


def first(task: str) -> str:
    with Router.from_config("interlock.yaml") as router:
        return router.decide("x", task=task).shortlist[0].deployment


def test_what_was_asked_becomes_routes_that_can_be_taken_back(configured: Upstream) -> None:
    for task in TASKS:
        run("ask", "-q", "--task", task, f"{task} 1")
    run(
        "eval",
        "run",
        "prompts.jsonl",
        "--run",
        "spring",
        "--grader",
        "exact",
        "--model",
        "codes",
        "--model",
        "counts",
    )
    assert len(configured.requests) == 2 + 240
    run("eval", "outcomes", "spring", "-o", "marked.csv")
    learned = json.loads(run("eval", "learn", "marked.csv", "--write", "learned.yaml", "--json").stdout)
    assert {each["task"]: each["models"][0] for each in learned["routes"]} == {
        "quantitative": "counts",
        "code_generation": "codes",
    }
    tried = json.loads(run("replay", "--routes", "learned.yaml", "--task", "quantitative", "--json").stdout)
    assert {(each["from"], each["to"]) for each in tried["moves"]} == {("codes", "counts")}
    (of_task,) = tried["tasks"]
    assert of_task["expected"]["low"] > 0
    assert first("quantitative") == "codes"
    run("routes", "apply", "learned.yaml", "--yes")
    assert (first("quantitative"), first("code_generation")) == ("counts", "codes")
    with Router.from_config("interlock.yaml") as router:
        (_, why) = router.decide("x", task="quantitative").shortlist[0].reasons
    assert "over codes on 60 prompts" in why
    run("routes", "rollback", "--yes")
    assert first("quantitative") == "codes"
