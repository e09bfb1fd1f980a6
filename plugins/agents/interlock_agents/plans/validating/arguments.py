"""A tool's arguments, as far as they are known beforehand, and its effect."""

from collections.abc import Iterator, Mapping
from typing import Any

from interlock.types.names import nearest
from interlock.types.tools import EFFECTS
from interlock_agents.plans.complaints import Complaint
from interlock_agents.plans.graph import Spot
from interlock_agents.plans.paths import kinds_of
from interlock_agents.plans.plan import EVERY, Plan
from interlock_agents.plans.references import BadReference, Reference, parts
from interlock_agents.plans.schemas import Unknown, misfits, schema_complaint
from interlock_agents.plans.validating.known import Known, PlanTool
from interlock_agents.plans.validating.sources import schema_of

__all__ = ["argument_complaints"]


def argument_complaints(spot: Spot, plan: Plan, known: Known) -> Iterator[Complaint]:
    node, path = spot.node, spot.path
    if known.tools is None:
        return
    for key in ("alternatives", "tools"):
        for index, name in enumerate(getattr(node, key)):
            if name not in known.tools and not (key == "tools" and name == EVERY):
                yield _unknown(name, f"{path}.{key}.{index}", known.tools)
    if node.do != "tool" or not node.tool:
        return
    tool = known.tools.get(node.tool)
    if tool is None:
        yield _unknown(node.tool, f"{path}.tool", known.tools)
        return
    if node.effect in EFFECTS and EFFECTS.index(node.effect) < EFFECTS.index(tool.effect):
        said = f"{node.tool} is {tool.effect}, which is more than {node.effect}"
        message = f"{said}; say {tool.effect}, or nothing"
        yield Complaint(path=f"{path}.effect", message=message)
    if node.compensates is not None and (node.effect or tool.effect) == "read":
        message = f"{node.tool} only reads, and takes nothing back"
        yield Complaint(path=f"{path}.compensates", message=message)
    if schema_complaint(tool.spec.parameters) is not None:
        return  # its maker's mistake, which no plan can mend
    given = _sketched(node.with_, spot, plan)
    for at, message in misfits(tool.spec.parameters, given, patterns=False):
        where = "".join(f".{step}" for step in at)
        yield Complaint(path=f"{path}.with{where}", message=f"for {node.tool}, {message}")


def _unknown(name: str, path: str, tools: Mapping[str, PlanTool]) -> Complaint:
    there = sorted(tools)
    message = f"there is no tool {name[:70]!r}; there is {', '.join(there[:20]) or 'none'}."
    return Complaint(path=path, message=message, suggestion=nearest(name, there))


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
