"""A node by itself: keys of its kind, schemas, effects, limits, and whether anybody may be asked."""

from collections.abc import Iterator
from dataclasses import fields
from typing import Any, Final

from interlock import InterlockError, Request, RequestError
from interlock.types.tools import EFFECTS
from interlock_agents.plans.complaints import Complaint
from interlock_agents.plans.graph import Spot
from interlock_agents.plans.node_keys import KEYS
from interlock_agents.plans.plan import KINDS, MAX_ITEMS, MAX_TRIES, Node, NodeBudget, Plan
from interlock_agents.plans.schemas import schema_complaint
from interlock_agents.plans.validating.known import Known

__all__ = ["node_complaints"]

_BLANK: Final = Node(id="", do="tool")
_NEEDED: Final = {"tool": "tool", "model": "prompt", "person": "ask"}


def node_complaints(spot: Spot, plan: Plan, known: Known) -> Iterator[Complaint]:
    node, path = spot.node, spot.path
    if node.do not in KINDS:
        yield Complaint(path=f"{path}.do", message=f"one of {', '.join(KINDS)} is expected")
        return
    yield from _foreign(node, path)
    if node.do != "map" and not getattr(node, _NEEDED[node.do]):
        yield Complaint(path=f"{path}.{_NEEDED[node.do]}", message="it is missing")
    if not node.id:
        yield Complaint(path=f"{path}.id", message="it is missing")
    if node.out is not None and (wrong := schema_complaint(node.out)) is not None:
        yield Complaint(path=f"{path}.out", message=wrong)
    if not 1 <= node.tries <= MAX_TRIES:
        yield Complaint(path=f"{path}.tries", message=f"from 1 to {MAX_TRIES} are expected, not {node.tries}")
    yield from _of_budget(node.budget, known.budget, f"{path}.budget")
    yield from _of_effect(spot, plan)
    if node.do == "map":
        yield from _of_map(node, path)
    if node.do == "model":
        yield from _of_model(node, path, known)


def _foreign(node: Node, path: str) -> Iterator[Complaint]:
    """Of a node made in Python, what its kind does not have."""
    has = KEYS[node.do]
    for field in fields(Node):
        key = "with" if field.name == "with_" else field.name
        if key not in has and getattr(node, field.name) != getattr(_BLANK, field.name):
            message = f"a node that does {node.do} has no such key; there is {', '.join(has)}."
            yield Complaint(path=f"{path}.{key}", message=message)


def _of_budget(budget: NodeBudget, most: NodeBudget, path: str) -> Iterator[Complaint]:
    for key in ("usd", "tokens", "seconds"):
        own, whole = getattr(budget, key), getattr(most, key)
        if own is None:
            continue
        if not own > 0:
            yield Complaint(path=f"{path}.{key}", message=f"a number above 0 is expected, not {own}")
        elif whole is not None and own > whole:
            message = f"{own:g} are more than the {whole:g} of the whole run"
            yield Complaint(path=f"{path}.{key}", message=message)


def _of_effect(spot: Spot, plan: Plan) -> Iterator[Complaint]:
    node, path = spot.node, spot.path
    if node.effect is not None and node.effect not in EFFECTS:
        yield Complaint(path=f"{path}.effect", message=f"one of {', '.join(EFFECTS)} is expected")
    elif node.effect not in (None, "read") and node.do != "tool":
        message = f"a tool alone has effects outside; this node does {node.do}"
        yield Complaint(path=f"{path}.effect", message=message)
    if node.compensates is None:
        return
    at = f"{path}.compensates"
    if plan.version == 1:
        message = "nothing has been done yet that could be taken back; a revision of the plan may say this"
        yield Complaint(path=at, message=message)
    elif spot.maps:
        yield Complaint(path=at, message="a compensation stands in the plan itself, and not in a map")
    elif (target := _target(plan, node.compensates)) is None or target.do != "tool":
        yield Complaint(path=at, message=f"{node.compensates[:70]!r} is no node that runs a tool")


def _target(plan: Plan, place: str) -> Node | None:
    """The node of a place such as `order` or `orders[2].order`."""
    leaf = place.rpartition(".")[2]
    try:
        return plan.find(leaf) if leaf == place or "]." in place else None
    except KeyError:
        return None


def _of_map(node: Node, path: str) -> Iterator[Complaint]:
    if (node.node is None) == (not node.nodes):
        message = "a map has either node or nodes, for what is done with each item"
        yield Complaint(path=path, message=message)
    if isinstance(node.each, list | tuple) and len(node.each) > MAX_ITEMS:
        message = f"{len(node.each)} items are more than {MAX_ITEMS}"
        yield Complaint(path=f"{path}.each", message=message)


def _of_model(node: Node, path: str, known: Known) -> Iterator[Complaint]:
    given: dict[str, Any] = {"constraints": node.constraints, "settings": node.settings}
    try:
        Request(node.prompt or "-", task=node.task, model=node.model, ensemble=node.ensemble, **given)
        if (why := known.objection(node) if known.objection else None) is not None:
            yield Complaint(path=path, message=why)
    except RequestError as error:
        yield Complaint(
            path=f"{path}.{error.key or 'prompt'}", message=error.message, suggestion=error.suggestion
        )
    except (InterlockError, TypeError, ValueError) as error:
        yield Complaint(path=path, message=str(error))
