"""A tool's arguments, as far as they are known beforehand, and its effect."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from interlock.types.names import nearest
from interlock.types.tools import EFFECTS
from interlock_agents.plans.complaints import Complaint
from interlock_agents.plans.graph import Spot
from interlock_agents.plans.paths import kinds_of
from interlock_agents.plans.plan import EVERY, Node, Plan
from interlock_agents.plans.references import BadReference, Reference, parts
from interlock_agents.plans.schemas import Unknown, misfits, schema_complaint
from interlock_agents.plans.validating.known import Known, PlanTool
from interlock_agents.plans.validating.sources import schema_of

__all__ = ["argument_complaints"]


def argument_complaints(spot: Spot, plan: Plan, known: Known) -> Iterator[Complaint]:
    node, path = spot.node, spot.path
    if known.tools is None:
        return
    for index, name in enumerate(node.tools):
        if name not in known.tools and name != EVERY:
            yield _unknown(name, f"{path}.tools.{index}", known.tools)
    if node.do != "tool":
        return
    for key, name in (("tool", node.tool), *_enumerated("alternatives", node.alternatives)):
        if name and name not in known.tools:
            yield _unknown(name, f"{path}.{key}", known.tools)
    given = _sketched(node.with_, spot, plan)
    for name in dict.fromkeys((node.tool, *node.alternatives)):
        if name in known.tools:
            yield from _of_tool(name, known.tools[name], given, node, path)


def _enumerated(key: str, names: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Each name with its key in a list."""
    return ((f"{key}.{index}", name) for index, name in enumerate(names))


def _of_tool(name: str, tool: PlanTool, given: Any, node: Node, path: str) -> Iterator[Complaint]:
    if node.effect in EFFECTS and EFFECTS.index(node.effect) < EFFECTS.index(tool.effect):
        message = f"{name} is {tool.effect}, which is more than {node.effect}; say {tool.effect}, or nothing"
        yield Complaint(path=f"{path}.effect", message=message)
    if node.compensates is not None and (node.effect or tool.effect) == "read":
        yield Complaint(path=f"{path}.compensates", message=f"{name} only reads, and takes nothing back")
    if schema_complaint(tool.spec.parameters, patterns=False) is not None:
        return  # its maker's mistake, which no plan can mend
    for at, message in misfits(tool.spec.parameters, given, patterns=False):
        where = "".join(f".{step}" for step in at)
        yield Complaint(path=f"{path}.with{where}", message=f"for {name}, {message}")


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
