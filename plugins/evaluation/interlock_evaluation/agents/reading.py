"""Suites of agent tasks as folders: `suite.yaml`, and a file of `tasks` for each task."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from interlock import RequestError
from interlock.types.names import nearest
from interlock_evaluation.agents.suite import DOLLARS, STEPS, Check, Deliverable, PlannedCall, Suite, Task
from interlock_evaluation.agents.values import Given, given_in

_SUITE: Final = ("name", "about", "connector", "tools", "reset")
_TASK: Final = (
    "id",
    "goal",
    "tools",
    "state",
    "least_calls",
    "budget",
    "deliverable",
    "expected",
    "checks",
    "forbidden",
    "solution",
    "answer",
)
_ANSWERED: Final = "contains"
_LONGEST: Final = 64  # characters of an id
_WORLDS: Final = Path(__file__).parent.parent / "worlds"


def shipped_suites() -> tuple[str, ...]:
    """The names of the suites that come with this distribution."""
    return tuple(sorted(found.parent.name for found in _WORLDS.glob("*/suite.yaml")))


def read_suite(suite: str | Path) -> Suite:
    """The suite of that name, of those that come with this distribution, or the one in that folder.

    Raises:
        RequestError: there is none, or a file makes no sense; it names the file, the line and the key.
    """
    shipped = shipped_suites()
    folder = _WORLDS / suite if str(suite) in shipped else Path(suite)
    if not folder.is_dir():
        known = ", ".join(shipped) or "none"
        what = f"there is no folder {str(suite)!r}, and no suite of that name; there are {known}."
        raise RequestError(what, key="SUITE", suggestion=nearest(str(suite), shipped))
    given = given_in(folder / "suite.yaml")
    given.only(*_SUITE)
    name = _named(given, "name")
    return Suite(
        name=name,
        about=given.text("about", ""),
        connector=_connector(given, name),
        tools=given.mapping("tools"),
        reset=given.text("reset", "start"),
        tasks=_tasks(folder),
        folder=folder.absolute(),
    )


def _tasks(folder: Path) -> Sequence[Task]:
    found: dict[str, Task] = {}
    files = sorted(each for each in folder.glob("tasks/*") if each.suffix in (".yaml", ".yml"))
    for file in files:
        given = given_in(file)
        task = _task(given)
        if task.id in found:
            given.refuse("id", f"{task.id!r} is the id of {found[task.id].place} too; each needs its own.")
        found[task.id] = task
    if not found:
        raise RequestError("holds no task: each is a file, such as `first.yaml`.", key=str(folder / "tasks"))
    return tuple(found.values())


def _connector(given: Given, name: str) -> dict[str, Any]:
    """As a configuration has it: with an id and a region, and what is to be started below its options."""
    connector = given.mapping("connector")
    within = given.within("connector")
    within.text("connector")
    command = within.texts("command")
    connector.pop("command", None)
    if command:
        options = within.mapping("options")
        for key in ("command", "args"):
            if key in options:
                within.refuse(f"options.{key}", "the connector has `command` beside `options` already.")
        connector["options"] = {**options, "command": command[0], "args": list(command[1:])}
    return {"id": name, "region": "local", **connector}


def _task(given: Given) -> Task:
    given.only(*_TASK)
    budget = given.within("budget")
    budget.only("steps", "dollars")
    solution = _solution(given)
    return Task(
        id=_named(given, "id"),
        goal=given.text("goal"),
        tools=given.texts("tools"),
        state=given.mapping("state"),
        least_calls=given.count("least_calls", None),
        steps=budget.count("steps", STEPS) or STEPS,
        dollars=budget.amount("dollars", DOLLARS),
        deliverable=_deliverable(given),
        expected=given.schema("expected") if given.has("expected") else None,
        checks=_checks(given),
        forbidden=given.texts("forbidden"),
        solution=solution,
        answer=given.value("answer"),
        place=str(given.file),
    )


def _named(given: Given, key: str) -> str:
    """An id: it stands in names of runs, and of connectors."""
    found = given.text(key)
    fits = all(each.isascii() and (each.isalnum() or each in "-_") for each in found)
    if not fits or not found[0].isalpha() or len(found) > _LONGEST:
        what = f"expected a letter, and up to {_LONGEST - 1} letters, digits, - and _, not {found!r:.80}."
        given.refuse(key, what)
    return found


def _deliverable(given: Given) -> Deliverable:
    if not given.has("deliverable"):
        return Deliverable()
    if given.mapping("deliverable").keys() == {_ANSWERED}:
        return Deliverable(contains=given.within("deliverable").texts(_ANSWERED))
    return Deliverable(schema=given.schema("deliverable"))


def _checks(given: Given) -> tuple[Check, ...]:
    found = []
    names: set[str] = set()
    for each in given.items("checks"):
        each.only("name", "tool", "with", "expect")
        check = Check(
            name=each.text("name"),
            tool=each.text("tool"),
            arguments=each.mapping("with"),
            expect=each.schema("expect"),
        )
        if check.name in names:
            each.refuse("name", f"another check of this task is called {check.name!r}, too.")
        names.add(check.name)
        found.append(check)
    if not found and not given.has("deliverable") and not given.has("expected"):
        given.refuse("checks", "it is missing, and so is `deliverable`: what tells that it was done?")
    return tuple(found)


def _solution(given: Given) -> tuple[PlannedCall, ...]:
    found = []
    allowed = given.texts("tools")
    for each in given.items("solution"):
        each.only("tool", "with")
        call = PlannedCall(tool=each.text("tool"), arguments=each.mapping("with"))
        if allowed and call.tool not in allowed:
            what = f"{call.tool!r} is none of the task's `tools`, which are {', '.join(allowed)}."
            each.refuse("tool", what, nearest(call.tool, allowed))
        found.append(call)
    least = given.count("least_calls", None)
    if found and least is not None and least > len(found):
        given.refuse("least_calls", f"the solution has {len(found)} calls, which is less than {least}.")
    return tuple(found)
