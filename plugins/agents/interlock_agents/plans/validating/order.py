"""Ids, and what comes before what."""

import re
from collections.abc import Iterator, Sequence
from typing import Final

from interlock.types.names import nearest
from interlock_agents.plans.complaints import Complaint
from interlock_agents.plans.graph import INPUTS, OF_MAPS, Spot, cycles
from interlock_agents.plans.plan import MAX_NODES, Plan

__all__ = ["order_complaints"]

_ID: Final = re.compile(r"[A-Za-z][A-Za-z0-9_-]{0,63}")
_RESERVED: Final = (INPUTS, *OF_MAPS)


def order_complaints(plan: Plan, spots: Sequence[Spot]) -> Iterator[Complaint]:
    yield from _of_ids(plan, spots)
    for spot in spots:
        yield from _of_after(spot, spots)
    if len(spots) > MAX_NODES:
        return
    lists = {spot.path.rpartition(".")[0]: spot.beside for spot in spots}
    paths = {spot.node.id: spot.path for spot in reversed(spots)}
    for nodes in lists.values():
        for way in cycles(nodes):
            message = f"these wait for one another: {' -> '.join(way)}"
            yield Complaint(path=paths.get(way[0], ""), message=message)


def _of_ids(plan: Plan, spots: Sequence[Spot]) -> Iterator[Complaint]:
    first: dict[str, str] = {}
    for spot in spots:
        named, path = spot.node.id, f"{spot.path}.id"
        if not named:
            continue
        if not _ID.fullmatch(named):
            message = f"{named[:70]!r} is no id: a letter, and letters, digits, _ and -, 64 at the most"
            yield Complaint(path=path, message=message)
        elif named in _RESERVED:
            message = f"{named!r} means something else in references; choose another id"
            yield Complaint(path=path, message=message)
        elif named in plan.retired:
            message = f"{named!r} was another node in an earlier version; choose another id"
            yield Complaint(path=path, message=message)
        if named in first:
            line = plan.lines.get(first[named])
            where = f"in line {line}" if line else f"at {first[named]}"
            yield Complaint(path=path, message=f"{named!r} comes twice; the first is {where}")
        first.setdefault(named, path)


def _of_after(spot: Spot, spots: Sequence[Spot]) -> Iterator[Complaint]:
    beside = {node.id for node in spot.beside}
    everywhere = {each.node.id for each in spots}
    for index, name in enumerate(spot.node.after):
        if name in beside:
            continue
        path = f"{spot.path}.after.{index}"
        if name in everywhere:
            message = f"{name!r} is in another list of nodes; after names nodes beside this one"
            yield Complaint(path=path, message=message)
        else:
            others = sorted(beside - {spot.node.id, ""})
            message = f"there is no node {name[:70]!r}; there is {', '.join(others) or 'no other'}."
            yield Complaint(path=path, message=message, suggestion=nearest(name, others))
