"""What must be so afterwards: of the world, by its own reading tools, and of the answer."""

import json
from collections.abc import Mapping
from typing import Any

from interlock import Text, ToolOutcome
from interlock_evaluation.agents.attempt import Checked
from interlock_evaluation.agents.opening import World
from interlock_evaluation.agents.schemas import misfit
from interlock_evaluation.agents.suite import Check, PlannedCall, Task


async def looked_at(world: World, task: Task) -> list[Checked]:
    """Every check of the task. Raises WorldFailed where the world cannot be looked at."""
    return [await _checked(world, check) for check in task.checks]


def answered(task: Task, answer: Any) -> list[Checked]:
    """What the last answer is held against."""
    found = []
    if task.deliverable.contains:
        said = (answer if isinstance(answer, str) else json.dumps(answer, ensure_ascii=False)).casefold()
        missing = [each for each in task.deliverable.contains if each.casefold() not in said]
        why = f"it does not contain {', '.join(map(repr, missing))}" if missing else ""
        found.append(Checked(name="deliverable", passed=not missing, why=why))
    for name, schema in (("deliverable", task.deliverable.schema), ("expected", task.expected)):
        if schema is not None:
            found.append(_fits(name, schema, _structured(answer, schema)))
    return found


def seen(outcome: ToolOutcome) -> Any:
    """What a tool has given, as a value: its structured content, else its text as JSON, else the text."""
    if outcome.receipt is not None:
        # Servers wrap what is no object, as the protocol wants objects.
        return outcome.receipt["result"] if set(outcome.receipt) == {"result"} else dict(outcome.receipt)
    content = outcome.content
    if not isinstance(content, str):
        content = "\n".join(part.text for part in content if isinstance(part, Text))
    return _loaded(content)


async def _checked(world: World, check: Check) -> Checked:
    outcome = await world.look(PlannedCall(tool=check.tool, arguments=check.arguments))
    if outcome.outcome != "done":
        said = outcome.content if isinstance(outcome.content, str) else outcome.outcome
        return Checked(name=check.name, passed=False, why=f"{check.tool} failed: {said:.160}")
    return _fits(check.name, check.expect, seen(outcome))


def _fits(name: str, schema: Mapping[str, Any], value: Any) -> Checked:
    wrong = misfit(schema, value)
    return Checked(name=name, passed=wrong is None, why=wrong or "")


def _structured(answer: Any, schema: Mapping[str, Any]) -> Any:
    """An answer in words is read as JSON where the schema wants something else than words."""
    return _loaded(answer) if isinstance(answer, str) and schema.get("type") != "string" else answer


def _loaded(text: str) -> Any:
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text
