"""What a plan is given when it starts."""

from collections.abc import Mapping
from typing import Any

from interlock import RequestError
from interlock.types.names import nearest
from interlock_agents.plans.complaints import Complaint, PlanError
from interlock_agents.plans.plan import Plan
from interlock_agents.plans.schemas import misfits
from interlock_agents.plans.values import copied

__all__ = ["bound"]


def bound(plan: Plan, given: Mapping[str, Any]) -> dict[str, Any]:
    """The value of each of a plan's inputs: as given, or its default.

    Raises:
        PlanError: one is missing, is none of the plan's, or does not fit its schema; with all of them.
    """
    found: list[Complaint] = []
    values: dict[str, Any] = {}
    for name in given:
        if name not in plan.inputs:
            message = f"the plan has no such input; there is {', '.join(plan.inputs) or 'none'}."
            found.append(
                Complaint(path=f"inputs.{name}", message=message, suggestion=nearest(str(name), plan.inputs))
            )
    for name, schema in plan.inputs.items():
        path = f"inputs.{name}"
        if name not in given and "default" not in schema:
            found.append(Complaint(path=path, message="it is missing"))
            continue
        try:
            values[name] = copied(given[name] if name in given else schema["default"], key=path)
        except RequestError as error:
            found.append(Complaint(path=error.key, message=error.message))
            continue
        found += [
            Complaint(path=".".join([path, *map(str, at)]), message=message)
            for at, message in misfits(schema, values[name])
        ]
    if found:
        raise PlanError(found)
    return values
