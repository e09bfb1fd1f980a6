"""A server of others as a world: `server-filesystem`, which knows nothing of evaluations."""

import json
from pathlib import Path
from typing import Any

import pytest

from agent_players import solves, stops_early, twice
from emulators import mcp_server
from interlock_evaluation.agents import Suite, read_suite
from interlock_evaluation.agents.attempt import AgentRun, AttemptKey
from interlock_evaluation.agents.kept import AttemptStore
from interlock_evaluation.agents.running import AgentRunner
from interlock_evaluation.runs import Purse
from interlock_evaluation.store import Store

TASK = """\
id: shopping
goal: Write "ink" into a file list.txt, move that into a folder called done, and answer with its name.
tools: [list_directory, write_file, create_directory, move_file]
budget: {steps: 14}
deliverable: {contains: [list.txt]}
checks:
  - name: it is in its folder
    tool: read_text_file
    with: {path: done/list.txt}
    expect: {properties: {content: {const: ink}}, required: [content]}
  - name: it is nowhere else
    tool: list_directory
    with: {path: .}
    expect: {properties: {content: {not: {pattern: list.txt}}}}
solution:
  - {tool: list_directory, with: {path: .}}
  - {tool: write_file, with: {path: list.txt, content: ink}}
  - {tool: create_directory, with: {path: done}}
  - {tool: move_file, with: {source: list.txt, destination: done/list.txt}}
answer: It is done/list.txt now.
"""


@pytest.fixture
def files(tmp_path: Path) -> Suite:
    command, *args = mcp_server("filesystem", ".")
    options = {"cwd": "{state}", "trust_annotations": True, "command": command, "args": args}
    suite = {"name": "files", "about": "A folder.", "connector": {"connector": "mcp", "options": options}}
    (tmp_path / "files" / "tasks").mkdir(parents=True)
    (tmp_path / "files" / "suite.yaml").write_text(json.dumps(suite))
    (tmp_path / "files" / "tasks" / "shopping.yaml").write_text(TASK)
    return read_suite(tmp_path / "files")


async def test_any_server_is_a_world_whose_own_tools_say_what_became_of_it(
    files: Suite, playing: Any
) -> None:
    models = {"solves": solves, "early": stops_early, "twice": twice(3)}
    run = AgentRun(
        id="r",
        suite="files",
        digest=files.digest,
        tasks=("shopping",),
        configuration="",
        models=tuple(models),
    )
    async with playing(files, **models) as router:
        store = AttemptStore(opened := Store.open("sqlite:///eval.db"))
        await AgentRunner(router, store, purse=Purse(), at_once=2).attempt(run, files)
        kept = await store.kept("r")
        await opened.aclose()
    found = {model: kept.attempts[AttemptKey("shopping", model, 0)] for model in models}
    assert found["solves"].complete, found["solves"]
    assert [each.name for each in found["early"].checks if not each.passed] == [
        "it is in its folder",
        "it is nowhere else",
    ]
    # What was moved is not there to be moved again: the tool refuses, and the world is as it should be.
    assert [each.done for each in found["twice"].calls] == [True, True, True, True, False]
    # It writes down nothing of what it does.
    assert (found["solves"].effects.done, found["solves"].effects.twice) == (3, None)
