"""How much a plan may hold, and what its inputs are."""

import re
from collections.abc import Iterator

from interlock_agents.plans.complaints import Complaint
from interlock_agents.plans.graph import walk
from interlock_agents.plans.plan import MAX_DEPTH, MAX_NODES, Plan
from interlock_agents.plans.references import NAME
from interlock_agents.plans.schemas import misfits, schema_complaint

__all__ = ["limit_complaints"]


def limit_complaints(plan: Plan) -> Iterator[Complaint]:
    count = 0
    for spot in walk(plan):
        count += 1
        if len(spot.maps) == MAX_DEPTH:
            yield Complaint(path=spot.path, message=f"more than {MAX_DEPTH} plans are in one another")
    if not plan.nodes:
        yield Complaint(path="nodes", message="there is nothing to do: a plan has at least one node")
    if count > MAX_NODES:
        yield Complaint(
            path="nodes",
            message=f"{count} nodes are more than {MAX_NODES}; do the same for many things with a map",
        )
    for name, schema in plan.inputs.items():
        path = f"inputs.{name}"
        if not re.fullmatch(NAME, name):
            yield Complaint(path=path, message="a name is a letter, and letters, digits, _ and -")
        if (wrong := schema_complaint(schema)) is not None:
            yield Complaint(path=path, message=wrong)
        elif "default" in schema:
            for _, message in misfits(schema, schema["default"]):
                yield Complaint(path=f"{path}.default", message=message)
