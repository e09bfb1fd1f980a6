"""Worlds as MCP servers, by the connector that agents have: on pipes, in processes of their own."""

import json
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import pytest

from interlock import Constraints, ToolCall, ToolOutcome
from interlock.testing import scripted_router
from interlock_evaluation.agents import read_suite
from interlock_evaluation.agents.opening import opened
from interlock_evaluation.worlds import domains, world_named
from interlock_evaluation.worlds.state import Folder
from world_tasks import failed, solution_of, tasks_of

OPTIONS = {"trust_annotations": True, "errors_undo": True, "key": "idempotency_key"}


def router_of(domain: str, folder: Path, *more: str) -> Any:
    args = ["-m", "interlock_evaluation.worlds", domain, "--state", str(folder), *more]
    options = {"command": sys.executable, "args": args, **OPTIONS}
    connector = {"id": "world", "connector": "mcp", "region": "local", "options": options}
    return scripted_router({"model": []}, connectors=[connector])


async def run(box: Any, tool: str, key: str = "", **arguments: Any) -> ToolOutcome:
    found: ToolOutcome = await box.run(ToolCall(id="call", name=tool, arguments=arguments), key=key or None)
    return found


@pytest.mark.parametrize("domain", domains())
async def test_a_task_is_solved_over_mcp_as_its_suite_says(domain: str) -> None:
    task = next(iter(tasks_of(domain).values()))
    suite = read_suite(domain)
    meant = next(each for each in suite if each.id == task["id"])
    async with opened(suite, meant, constraints=Constraints()) as world:
        box = world.router.toolbox()
        for tool, arguments in solution_of(task):
            outcome = await run(box, tool, **arguments)
            assert (outcome.outcome, outcome.reason) == ("done", None), outcome.content
        refused = await run(box, task["checks"][0]["tool"], nothing="?")
        assert refused.outcome == "refused"
        offered = {each.name: each for each in await box.tools()}
        folder = Folder(path=world.state, world=world_named(domain))
        assert failed(folder, task) == []
        assert len(world.applied() or ()) == len(folder.applied())
    for name, tool in folder.world.tools.items():
        effect = "read" if tool.reads else "destructive" if tool.destroys else "write"
        way = "natural" if tool.again else "key" if tool.keyed else "none"
        known = offered[name].tool
        assert (known.effect, known.repeat.way) == (effect, way)
        assert "idempotency_key" not in known.spec.parameters["properties"]


@pytest.mark.parametrize("more", [["--lose", "error"], ["--lose", "exit"]], ids=["error", "exit"])
async def test_a_lost_answer_is_one_of_which_nobody_knows(more: Sequence[str], tmp_path: Path) -> None:
    refund = {"order": "SO-1001", "amount_cents": 100, "reason": "a scratch"}
    async with router_of("customer_support", tmp_path, "--faults", "1", *more) as router:
        box = router.toolbox()
        first = await run(box, "create_refund", key="k1", **refund)
        again = await run(box, "create_refund", key="k1", **refund)
        listed = await run(box, "list_refunds", order="SO-1001")
        refused = await run(box, "create_refund", key="k2", **{**refund, "amount_cents": 1_000_000})
    assert (first.outcome, again.outcome) == ("unknown", "done")
    assert again.receipt is not None
    assert again.receipt["id"] == "RF-1"
    assert len(json.loads(str(listed.content))) == 1
    assert (refused.outcome, refused.content) == (
        "refused",
        "SO-1001: at most 10080 cents are left of what was paid",
    )
    assert [
        each["lost"] for each in Folder(path=tmp_path, world=world_named("customer_support")).applied()
    ] == [True]


async def test_what_a_task_says_of_faults_holds(tmp_path: Path) -> None:
    told = {"task": "by-hand", "state": {}, "faults": {"share": 1, "seed": 3}}
    (tmp_path / "task.json").write_text(json.dumps(told), encoding="utf-8")
    async with router_of("customer_support", tmp_path) as router:
        outcome = await run(router.toolbox(), "close_ticket", ticket="T-301")
    assert outcome.outcome == "unknown"


def said(*arguments: str) -> tuple[int, str]:
    command = [sys.executable, "-m", "interlock_evaluation.worlds", *arguments]
    done = subprocess.run(command, check=False, capture_output=True, text=True, stdin=subprocess.DEVNULL)
    return done.returncode, done.stderr.strip()


def test_wrong_use_is_told(tmp_path: Path) -> None:
    code, words = said("customer_suport", "--state", str(tmp_path))
    assert code == 2
    assert "there is no world 'customer_suport'" in words
    code, words = said("customer_support", "--state", str(tmp_path), "--faults", "2")
    assert (code, words) == (2, "faults: expected a share from 0 to 1.")


def test_a_world_ends_with_its_input(tmp_path: Path) -> None:
    assert said("customer_support", "--state", str(tmp_path)) == (0, "")
    assert (tmp_path / "state.json").exists()
