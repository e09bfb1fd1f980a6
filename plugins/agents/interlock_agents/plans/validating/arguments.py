"""A tool's arguments, as far as they are known beforehand, and its effect."""

from collections.abc import Iterator, Mapping
from typing import Any

from interlock.types.names import nearest
from interlock.types.tools import EFFECTS
from interlock_agents.plans.complaints import Complaint
from interlock_agents.plans.graph import Spot
from interlock_agents.plans.paths import kinds_of
from interlock_agents.plans.plan import Plan
from interlock_agents.plans.references import BadReference, Reference, parts
from interlock_agents.plans.schemas import Unknown, misfits
from interlock_agents.plans.validating.known import Known
from interlock_agents.plans.validating.sources import schema_of

__all__ = ["argument_complaints"]


def argument_complaints(spot: Spot, plan: Plan, known: Known) -> Iterator[Complaint]:
    node, path = spot.node, spot.path
    if node.do != "tool" or not node.tool or known.tools is None:
        return
    tool = known.tools.get(node.tool)
    if tool is None:
        there = sorted(known.tools)
        message = f"there is no tool {node.tool[:70]!r}; there is {', '.join(there[:20]) or 'none'}."
        yield Complaint(path=f"{path}.tool", message=message, suggestion=nearest(node.tool, there))
        return
    if node.effect in EFFECTS and EFFECTS.index(node.effect) < EFFECTS.index(tool.effect):
        said = f"{node.tool} is {tool.effect}, which is more than {node.effect}"
        message = f"{said}; say {tool.effect}, or nothing"
        yield Complaint(path=f"{path}.effect", message=message)
    if node.compensates is not None and (node.effect or tool.effect) == "read":
        message = f"{node.tool} only reads, and takes nothing back"
        yield Complaint(path=f"{path}.compensates", message=message)
    given = _sketched(node.with_, spot, plan)
    for at, message in misfits(tool.spec.parameters, given):
        where = "".join(f".{step}" for step in at)
        yield Complaint(path=f"{path}.with{where}", message=f"for {node.tool}, {message}")


def _sketched(value: Any, spot: Spot, plan: Plan) -> Any:
    """A value in which what is not known yet stands for each reference."""
    if isinstance(value, Mapping):
        return {name: _sketched(item, spot, plan) for name, item in value.items()}
    if isinstance(value, list | tuple):
        return [_sketched(item, spot, plan) for item in value]
    if not isinstance(value, str):
        return value
    try:
        pieces = parts(value)
    except BadReference:
        return Unknown(None)
    if len(pieces) == 1 and isinstance(pieces[0], Reference):
        found = schema_of(pieces[0], spot, plan)
        return Unknown(None if isinstance(found, Complaint) else kinds_of(found), str(pieces[0]))
    if any(isinstance(piece, Reference) for piece in pieces):
        return Unknown(frozenset({"string"}), "this text")
    return "".join(str(piece) for piece in pieces)
