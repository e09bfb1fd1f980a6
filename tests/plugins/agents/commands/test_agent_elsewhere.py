"""`interlock agent show` of runs that another framework executes."""

import asyncio
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from interlock import ToolCall, ToolPolicy, ToolRule, ToolSpec
from interlock.cli.app import app
from interlock_agents import Amounts, Declared, Place
from interlock_agents.accounting import Accounts, ForeignTool, Made

Run = Callable[..., Result]
WRITES = ToolPolicy(rules=(ToolRule(tools="post", effect="write"),))


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Run:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "interlock.yaml").write_text(
        "deployments: [{id: m, model: openai/gpt-5.5, provider: openai}]"
    )
    return lambda *arguments, **given: CliRunner().invoke(app, ["agent", *map(str, arguments)], **given)


def made() -> Any:
    """A run with an effect of which nobody knows, and one that waits for consent."""

    async def fails(_: str) -> Made:
        raise TimeoutError

    async def work() -> Any:
        accounts = Accounts(policy=WRITES, budget={"calls": 50})
        ends = []
        for node, tool in (("c1", "post"), ("c2", "charge")):
            foreign = ForeignTool.of(ToolSpec(name=tool), Declared(), fails)
            call = ToolCall(id=node, name=tool, arguments={})
            ends.append(
                await accounts.perform(Place(run="order-7", node=node), call, foreign, hold=Amounts())
            )
        await accounts.aclose()
        return ends

    return asyncio.run(work())


def test_a_run_of_another_framework_is_shown_with_what_it_waits_for(run: Run) -> None:
    _, consent = made()
    shown = run("show", "order-7")
    assert shown.exit_code == 0
    assert "order-7: executed elsewhere, 1 call of 50 calls" in shown.stdout
    assert f"interlock agent approve {consent.id}" in shown.stdout
    assert "interlock agent decide order-7/c1/0/0 confirmed" in shown.stdout
    assert "resume" not in shown.stdout
    assert "order-7/c1/0/0" not in run("show", "order-8").stdout


def test_its_effects_are_listed_and_told_as_json(run: Run) -> None:
    made()
    assert "unknown: it may have happened" in " ".join(run("show", "order-7", "--effects").stdout.split())
    told = json.loads(run("show", "order-7", "--json").stdout)
    assert [each["kind"] for each in told["waiting_for"]] == ["approval", "effect"]
    assert told["spent"]["calls"] + told["held"]["calls"] == 1
    assert [each["state"] for each in told["effects"]] == ["unknown"]


def test_what_a_person_decides_is_known_when_the_run_goes_on(run: Run) -> None:
    made()
    decided = run("decide", "order-7/c1/0/0", "confirmed", "--evidence", "the channel")
    assert decided.exit_code == 0, decided.stderr
    assert "order-7/c1/0/0 is confirmed. Its program goes on with it." in decided.stderr
    assert [each.about["kind"] if hasattr(each, "about") else each.state for each in made()] == [
        "confirmed",
        "approval",
    ]
