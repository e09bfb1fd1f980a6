"""References before there are values: whether they lead to a node that comes before, and to what in it."""

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from interlock.types.names import nearest
from interlock_agents.plans.complaints import Complaint
from interlock_agents.plans.graph import INPUTS, MAX_REFERENCES, OF_MAPS, Spot, texts_of, walk
from interlock_agents.plans.paths import Nowhere, followed, holds_bytes, kinds_of
from interlock_agents.plans.plan import Node, Plan
from interlock_agents.plans.references import BadReference, Reference, parts

__all__ = ["reference_complaints", "schema_of", "strings"]

_INDEX: Final[Mapping[str, Any]] = {"type": "integer"}
_ANYTHING: Final[Mapping[str, Any]] = {}
_NULL: Final = frozenset({"null"})


def reference_complaints(spot: Spot, plan: Plan) -> Iterator[Complaint]:
    found = 0
    for key, held in texts_of(spot.node):
        for path, text in strings(held, f"{spot.path}.{key}"):
            if text is None:
                yield Complaint(path=path, message="a name in an object holds a reference; values alone can")
                continue
            try:
                pieces = parts(text)
            except BadReference as error:
                yield Complaint(path=path, message=error.message)
                continue
            yield from _escaped(text, path, spot, plan)
            for piece in pieces:
                if isinstance(piece, Reference):
                    found += 1
                    if found > MAX_REFERENCES:
                        message = f"more than {MAX_REFERENCES} references; refer to a list or an object"
                        yield Complaint(path=spot.path, message=message)
                        return
                    yield from _of_reference(piece, path, spot, plan, alone=len(pieces) == 1)
    if spot.node.do == "map" and spot.node.each is not None:
        yield from _of_each(spot, plan)


def strings(value: Any, path: str) -> Iterator[tuple[str, str | None]]:
    """Each text in a value, by its path; None for a name that holds what could be a reference."""
    if isinstance(value, str):
        yield path, value
    elif isinstance(value, Mapping):
        for name, item in value.items():
            if isinstance(name, str) and "${" in name:
                yield path, None
            yield from strings(item, f"{path}.{name}")
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            yield from strings(item, f"{path}.{index}")


def schema_of(reference: Reference, spot: Spot, plan: Plan) -> Mapping[str, Any] | Complaint:
    """The schema of what a reference leads to, or why it leads to nothing."""
    name, path = reference.name, reference.path
    if name == INPUTS:
        return _of_inputs(reference, plan)
    if name in OF_MAPS:
        if not spot.maps:
            return Complaint(message=f"{reference} is known within a map alone")
        root = _INDEX if name == "index" else _item_of(spot, plan)
        return _followed(reference, root, path)
    node = _visible(name, spot, plan)
    if isinstance(node, Complaint):
        return node
    if path and node.out is None and node.do != "map":
        message = f"{reference}: {name} gives text; say in its `out` what it gives, to refer to a part of it"
        return Complaint(message=message)
    return _followed(reference, node.gives, path)


def _of_inputs(reference: Reference, plan: Plan) -> Mapping[str, Any] | Complaint:
    known = [*plan.inputs]
    if not reference.path:
        return {"type": "object"}
    name, *rest = reference.path
    if name not in plan.inputs:
        message = f"{reference}: there is no input {name!r}; there is {', '.join(known) or 'none'}."
        return Complaint(message=message, suggestion=nearest(str(name), known))
    return _followed(reference, plan.inputs[str(name)], tuple(rest))


def _followed(
    reference: Reference, schema: Mapping[str, Any], path: tuple[str | int, ...]
) -> Mapping[str, Any] | Complaint:
    there = followed(schema, path)
    if isinstance(there, Nowhere):
        return Complaint(message=f"{reference}: {there.message}", suggestion=there.suggestion)
    return there


def _visible(name: str, spot: Spot, plan: Plan) -> Node | Complaint:
    """The node with this id, if it is beside the spot or beside a map that the spot is in."""
    if any(each.id == name for each in spot.maps):
        return Complaint(message=f"{name} is the map that this is in, and has no value before it is done")
    seen: dict[str, Node] = {}
    for each in walk(plan):
        if each.maps != spot.maps[: len(each.maps)]:
            if each.node.id == name:
                message = f"{name} is within the map {each.maps[-1].id}; refer to ${{{each.maps[0].id}}}"
                return Complaint(message=message)
            continue
        seen[each.node.id] = each.node
    if name in seen:
        return seen[name]
    known = sorted({*seen, INPUTS, *(OF_MAPS if spot.maps else ())} - {spot.node.id})
    return Complaint(message=f"there is no node {name!r}.", suggestion=nearest(name, known))


def _item_of(spot: Spot, plan: Plan) -> Mapping[str, Any]:
    """Schema of an item of the innermost map, as far as its list is known."""
    inner = spot.maps[-1]
    around = next(each for each in walk(plan) if each.node is inner)
    try:
        pieces = parts(inner.each) if isinstance(inner.each, str) else ()
    except BadReference:
        return _ANYTHING
    if len(pieces) != 1 or not isinstance(pieces[0], Reference):
        return _ANYTHING
    found = schema_of(pieces[0], around, plan)
    if isinstance(found, Complaint):
        return _ANYTHING
    item = followed(found, (0,))
    return _ANYTHING if isinstance(item, Nowhere) else item


def _of_reference(
    reference: Reference, path: str, spot: Spot, plan: Plan, *, alone: bool
) -> Iterator[Complaint]:
    found = schema_of(reference, spot, plan)
    if isinstance(found, Complaint):
        yield Complaint(path=path, message=found.message, suggestion=found.suggestion)
    elif not alone and (kinds_of(found) == _NULL or holds_bytes(found)):
        kind = "null" if kinds_of(found) == _NULL else "bytes"
        message = f"{reference} is {kind}, which has no form in a text; refer to it alone"
        yield Complaint(path=path, message=message)


def _of_each(spot: Spot, plan: Plan) -> Iterator[Complaint]:
    each, path = spot.node.each, f"{spot.path}.each"
    if isinstance(each, list | tuple):
        return
    try:
        pieces = parts(each) if isinstance(each, str) else ()
    except BadReference:
        return
    if len(pieces) != 1 or not isinstance(pieces[0], Reference):
        yield Complaint(path=path, message="a list is expected, or nothing but a reference to one")
        return
    found = schema_of(pieces[0], spot, plan)
    kinds = None if isinstance(found, Complaint) else kinds_of(found)
    if kinds is not None and "array" not in kinds:
        yield Complaint(
            path=path, message=f"a list is expected, and {pieces[0]} is {' or '.join(sorted(kinds))}"
        )


def _escaped(text: str, path: str, spot: Spot, plan: Plan) -> Iterator[Complaint]:
    """`$${sum}` is the text `${sum}`; where sum is a node, somebody may have meant a price."""
    for match in re.finditer(r"\$\$\{ *([A-Za-z_][\w-]*)", text):
        named = match[1]
        if named == INPUTS or not isinstance(_visible(named, spot, plan), Complaint):
            message = (
                f"$${{{named} is the text ${{{named} and no value; put something between the sign and a"
                f" reference, as in `$ ${{{named}}}`, or give the text as an input"
            )
            yield Complaint(path=path, message=message)
