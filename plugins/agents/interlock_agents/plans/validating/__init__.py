"""A plan held against itself and against what there is, before anything of it is started."""

from collections.abc import Iterable, Iterator, Mapping
from collections.abc import Set as AbstractSet
from dataclasses import replace
from typing import Final

from interlock import RequestError
from interlock_agents.plans.complaints import Complaint, PlanError
from interlock_agents.plans.graph import Spot, walk
from interlock_agents.plans.plan import MAX_DEPTH, MAX_NODES, Plan
from interlock_agents.plans.validating.arguments import argument_complaints
from interlock_agents.plans.validating.known import Known, PlanTool
from interlock_agents.plans.validating.limits import limit_complaints
from interlock_agents.plans.validating.nodes import node_complaints
from interlock_agents.plans.validating.order import order_complaints
from interlock_agents.plans.validating.sources import reference_complaints
from interlock_agents.plans.values import copied

# Of a plan that is far too large, or far too deep, nothing else is told.
_LOOKED_AT: Final = 4 * MAX_NODES
_LOOKED_INTO: Final = 4 * MAX_DEPTH

__all__ = ["Known", "PlanTool", "check", "validate"]


def validate(plan: Plan, known: Known | None = None) -> None:
    """Raise PlanError, with everything that is wrong with a plan.

    Args:
        plan: as it was read, or made in Python.
        known: what it is held against; without it, tools and constraints are not looked up.
    """
    check(plan, known)


def check(
    plan: Plan,
    known: Known | None,
    *,
    source: str = "",
    complaints: Iterable[Complaint] = (),
    unread: AbstractSet[str] = frozenset(),
) -> None:
    """Raise PlanError for what is wrong, beside what its reader has complained of.

    Args:
        plan: what of it could be read.
        known: what it is held against.
        source: the file it is from.
        complaints: of its reader; what else would be said of the same key is left out.
        unread: paths of nodes of which too little could be read to look any further.
    """
    found = [*complaints]
    told = {each.path for each in found}
    more = _found(plan, known or Known(), unread)
    found += [each for each in more if each.path not in told or not each.path]
    if found:
        raise PlanError(_placed(found, plan), source=source)


def _found(plan: Plan, known: Known, unread: AbstractSet[str]) -> Iterator[Complaint]:
    yield from limit_complaints(plan)
    spots = [spot for spot in walk(plan) if spot.path not in unread]
    if len(spots) > _LOOKED_AT or any(len(spot.maps) >= _LOOKED_INTO for spot in spots):
        return
    if odd := [*_unkept(spots)]:
        yield from odd
        return
    yield from order_complaints(plan, spots)
    for spot in spots:
        yield from node_complaints(spot, plan, known)
        yield from reference_complaints(spot, plan)
        yield from argument_complaints(spot, plan, known)


def _unkept(spots: Iterable[Spot]) -> Iterator[Complaint]:
    """Of nodes made in Python: what they hold is JSON and bytes, or nothing else can be said of it."""
    for spot in spots:
        node = spot.node
        held = {"with": node.with_, "out": node.out, "each": node.each}
        held |= {"constraints": node.constraints, "settings": node.settings}
        for key, value in held.items():
            try:
                copied(value, key=f"{spot.path}.{key}")
            except RequestError as error:
                yield Complaint(path=error.key, message=error.message)


def _placed(found: list[Complaint], plan: Plan) -> list[Complaint]:
    """Each with its node and its line, in the order of the plan."""
    ids = {spot.path: spot.node.id for spot in walk(plan)}
    order = {path: at for at, path in enumerate(ids)}
    placed = []
    for each in found:
        at = _held(each.path, ids)
        line = plan.lines.get(_held(each.path, plan.lines)) if each.line is None else each.line
        placed.append((order.get(at, -1), replace(each, node=ids.get(at, ""), line=line)))
    return [each for _, each in sorted(placed, key=lambda one: one[0])]


def _held(path: str, paths: Mapping[str, object]) -> str:
    """The longest beginning of a path that is there."""
    while path and path not in paths:
        path = path.rpartition(".")[0]
    return path
