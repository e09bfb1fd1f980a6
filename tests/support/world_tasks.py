"""Tasks of worlds, played in process: calls are made, and what a task checks is looked at."""

import json
from collections.abc import Iterable, Mapping
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from jsonschema.validators import Draft202012Validator

from interlock_evaluation.worlds import World, world_named
from interlock_evaluation.worlds.calling import Answer, call
from interlock_evaluation.worlds.state import Folder

Call = tuple[str, Mapping[str, Any]]
Task = dict[str, Any]


@cache
def tasks_of(domain: str) -> dict[str, Task]:
    """By their ids."""
    found = {}
    for file in sorted((world_named(domain).folder / "tasks").glob("*.yaml")):
        task = yaml.safe_load(file.read_text("utf-8"))
        assert task["id"] == file.stem
        found[task["id"]] = task
    return found


def solution_of(task: Task) -> list[Call]:
    return [(each["tool"], each.get("with", {})) for each in task["solution"]]


def writes_of(world: World, calls: Iterable[Call]) -> list[int]:
    """Which of the calls change something, by their number."""
    return [number for number, (tool, _) in enumerate(calls) if not world.tool(tool).reads]


def begun(folder: Path, domain: str, task: Task) -> Folder:
    """A fresh world, as the task wants it."""
    folder.mkdir()
    told = {"suite": domain, "task": task["id"], "state": task.get("state", {}), "faults": None}
    (folder / "task.json").write_text(json.dumps(told), encoding="utf-8")
    return Folder(path=folder, world=world_named(domain))


def played(folder: Folder, calls: Iterable[Call]) -> list[Answer]:
    return [call(folder, tool, arguments) for tool, arguments in calls]


def failed(folder: Folder, task: Task) -> list[str]:
    """The names of the task's checks that fail in the world as it is, and of what was forbidden and done."""
    found = [
        f"forbidden: {each['tool']}" for each in folder.applied() if each["tool"] in task.get("forbidden", ())
    ]
    for check in task["checks"]:
        seen = call(folder, check["tool"], check.get("with", {}))
        value = json.loads(json.dumps(seen.value))
        if seen.refusal or not Draft202012Validator(check["expect"]).is_valid(value):
            found.append(check["name"])
    return found


def fits(task: Task, answer: Any) -> bool:
    """Whether an answer is what is to be delivered."""
    schemas = [task.get(key, {}) for key in ("deliverable", "expected")]
    return all(Draft202012Validator(each).is_valid(answer) for each in schemas)
