"""Tasks of worlds, played in process: calls are made, and what a task checks is looked at."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from functools import cache, reduce
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


@dataclass(frozen=True, kw_only=True)
class Shown:
    """A task that was solved: what the folder held before each call, and what each call has given."""

    calls: list[Call]
    answers: list[Answer]
    before: list[dict[str, bytes]]

    def resumed(self, folder: Path, at: int, domain: str) -> Folder:
        """A world as it was before the call of that number."""
        folder.mkdir()
        for name, held in self.before[at].items():
            (folder / name).write_bytes(held)
        return Folder(path=folder, world=world_named(domain))


def shown(folder: Folder, task: Task) -> Shown:
    """Solve a task."""
    calls = solution_of(task)
    answers, before = [], []
    with folder.opened():
        pass
    for each in calls:
        before.append({name: (folder.path / name).read_bytes() for name in ("state.json", "applied.jsonl")})
        answers += played(folder, [each])
    return Shown(calls=calls, answers=answers, before=before)


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


Edit = Callable[[list[Call]], list[Call]]


def changed(tool: str, place: int = 0, **arguments: Any) -> Edit:
    """Has the call of a tool, the first one or that of this place, made with other arguments."""

    def edit(calls: list[Call]) -> list[Call]:
        at = [number for number, (name, _) in enumerate(calls) if name == tool][place]
        return [*calls[:at], (tool, {**calls[at][1], **arguments}), *calls[at + 1 :]]

    return edit


def instead(tool: str, other: str, **arguments: Any) -> Edit:
    """Has another call made in the place of each of a tool's."""
    return lambda calls: [(other, arguments) if name == tool else (name, given) for name, given in calls]


def also(tool: str, **arguments: Any) -> Edit:
    """Has one more call made, before any other."""
    return lambda calls: [(tool, arguments), *calls]


def all_of(*edits: Edit) -> Edit:
    return lambda calls: reduce(lambda done, edit: edit(done), edits, calls)


def without(tool: str) -> Edit:
    return lambda calls: [each for each in calls if each[0] != tool]


def outlives(folder: Path, domain: str, id_: str, edit: Edit) -> bool:
    """Whether a wrong way, whose calls are none that the world refuses, does what the task asks for."""
    task = tasks_of(domain)[id_]
    world = begun(folder, domain, task)
    refused = [each.refusal for each in played(world, edit(solution_of(task))) if each.refusal]
    assert not refused, f"a wrong way that cannot be gone: {refused}"
    return not failed(world, task)


def others(value: Any) -> list[Any]:
    """What somebody may say in a value's place."""
    if isinstance(value, bool):
        return [not value]
    if isinstance(value, int | float):
        return [value + 1, value - 1, value * 2 or 7]
    if isinstance(value, list):
        return [[], [*value, "X-1"], ["X-1"]]
    return [f"{value}1", ""]
