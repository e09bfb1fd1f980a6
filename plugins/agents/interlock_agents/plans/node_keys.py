"""The keys of a node, by what it does."""

from typing import Any, Final

from interlock.types.tools import EFFECTS
from interlock_agents.plans.plan import KINDS, MAX_DEPTH, Node, NodeBudget
from interlock_agents.plans.references import kind_of
from interlock_agents.plans.shapes import Shape, below

__all__ = ["KEYS", "as_node"]

_ALL: Final = ("id", "do", "after", "effect", "budget", "tries", "optional")
_OF_REQUESTS: Final = ("task", "model", "ensemble", "constraints", "settings")
KEYS: Final = {
    "tool": (*_ALL, "tool", "alternatives", "with", "out", "compensates"),
    "model": (
        *_ALL,
        "prompt",
        "tools",
        "with",
        "out",
        "task",
        "model",
        "ensemble",
        "constraints",
        "settings",
    ),
    "person": (*_ALL, "ask", "with", "out"),
    "map": (*_ALL, "each", "node", "nodes"),
}
"""What each kind of node may say."""

_NEEDED: Final = {"tool": "tool", "model": "prompt", "person": "ask", "map": "each"}
_OF_BUDGETS: Final = ("usd", "tokens", "seconds")
_NOBODY: Final = Node(id="", do="person")


def as_node(data: Any, path: str, shape: Shape, *, called: str = "", depth: int = 1) -> Node:
    """The node that a mapping describes, with what of it can be read; `shape` has the complaints.

    Args:
        data: as it stands in the plan.
        path: where.
        shape: what reads, and keeps the complaints.
        called: its id, where it gives itself none.
        depth: how many lists of nodes it is in, its own plan included.
    """
    if not isinstance(data, dict):
        shape.complain(path, f"a mapping with id and do is expected, not {kind_of(data)}")
        shape.unread.add(path)
        return _NOBODY
    named = shape.text(data, "id", path) or called
    if not named and data.get("id") in (None, ""):
        shape.complain(below(path, "id"), "it is missing")
    do: Any = shape.word(data, "do", path, KINDS)
    if do is None:
        if "do" not in data:
            shape.complain(below(path, "do"), f"it is missing; one of {', '.join(KINDS)} is expected")
        shape.unread.add(path)
        return Node(id=named, do="person", after=shape.names(data, "after", path))
    shape.only(data, KEYS[do], path, f"a node that does {do}")
    if data.get(_NEEDED[do]) in (None, ""):
        shape.complain(below(path, _NEEDED[do]), "it is missing")
    effect: Any = shape.word(data, "effect", path, EFFECTS)
    node, nodes = _inner(data, path, shape, named, depth) if do == "map" else (None, ())
    return Node(
        id=named,
        do=do,
        with_=shape.mapping(data, "with", path),
        after=shape.names(data, "after", path),
        out=_schema(data, path, shape),
        effect=effect,
        budget=_budget(data, path, shape),
        tries=shape.whole(data, "tries", path, 1, _NOBODY.tries),
        optional=shape.truth(data, "optional", path),
        compensates=shape.text(data, "compensates", path) or None,
        tool=shape.text(data, "tool", path),
        alternatives=shape.names(data, "alternatives", path),
        prompt=shape.text(data, "prompt", path),
        tools=shape.names(data, "tools", path),
        task=shape.text(data, "task", path) or None,
        model=shape.text(data, "model", path) or None,
        ensemble=shape.text(data, "ensemble", path) or None,
        constraints=shape.mapping(data, "constraints", path),
        settings=shape.mapping(data, "settings", path),
        ask=shape.text(data, "ask", path),
        each=data.get("each"),
        node=node,
        nodes=nodes,
    )


def _inner(
    data: dict[str, Any], path: str, shape: Shape, around: str, depth: int
) -> tuple[Node | None, tuple[Node, ...]]:
    both = [key for key in ("node", "nodes") if data.get(key) is not None]
    if len(both) != 1:
        has = "has neither" if not both else "has both"
        shape.complain(path, f"a map has either node or nodes, for what is done with each item; it {has}")
        return None, ()
    if depth >= MAX_DEPTH:
        shape.complain(below(path, both[0]), f"more than {MAX_DEPTH} plans are in one another")
        return None, ()
    if both == ["node"]:
        item = f"{around}_item" if around else ""
        return as_node(data["node"], below(path, "node"), shape, called=item, depth=depth + 1), ()
    written = shape.items(data, "nodes", path)
    if not written and isinstance(data["nodes"], list):
        shape.complain(below(path, "nodes"), "it is empty")
    at = below(path, "nodes")
    return None, tuple(
        as_node(each, below(at, index), shape, depth=depth + 1) for index, each in enumerate(written)
    )


def _schema(data: dict[str, Any], path: str, shape: Shape) -> dict[str, Any] | None:
    return shape.mapping(data, "out", path) if data.get("out") is not None else None


def _budget(data: dict[str, Any], path: str, shape: Shape) -> NodeBudget:
    said, at = shape.mapping(data, "budget", path), below(path, "budget")
    shape.only(said, _OF_BUDGETS, at, "a budget")
    return NodeBudget(
        usd=shape.amount(said, "usd", at),
        tokens=shape.whole(said, "tokens", at, 1, None),
        seconds=shape.amount(said, "seconds", at),
    )
