"""Which node comes before which, by `after` and by what it refers to."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final

from interlock_agents.plans.plan import Node, Plan
from interlock_agents.plans.references import BadReference, Reference, references

__all__ = ["OF_MAPS", "Spot", "cycles", "parents", "references_of", "walk"]

OF_MAPS: Final = ("item", "index")
MAX_REFERENCES: Final = 200
INPUTS: Final = "inputs"


@dataclass(frozen=True, slots=True, kw_only=True)
class Spot:
    """A node, and where it stands: its dotted path, and the maps that it is in, outermost first.

    `beside` are all nodes of its list, itself included.
    """

    node: Node
    path: str
    maps: tuple[Node, ...] = ()
    beside: tuple[Node, ...] = ()


def walk(plan: Plan) -> Iterator[Spot]:
    """Every node, those within maps behind their map."""
    waiting = [_spots(plan.nodes, "nodes", ())]
    while waiting:
        spot = next(waiting[-1], None)
        if spot is None:
            waiting.pop()
            continue
        yield spot
        node = spot.node
        if node.node is not None:
            inner = Spot(node=node.node, path=f"{spot.path}.node", maps=(*spot.maps, node), beside=node.inner)
            waiting.append(iter([inner]))
        elif node.nodes:
            waiting.append(_spots(node.nodes, f"{spot.path}.nodes", (*spot.maps, node)))


def _spots(nodes: Sequence[Node], path: str, maps: tuple[Node, ...]) -> Iterator[Spot]:
    beside = tuple(nodes)
    return iter(
        Spot(node=node, path=f"{path}.{index}", maps=maps, beside=beside) for index, node in enumerate(nodes)
    )


def texts_of(node: Node) -> Iterator[tuple[str, Any]]:
    """Each key of a node in which references may stand, and what it holds."""
    yield from {
        "with": node.with_,
        "prompt": node.prompt,
        "ask": node.ask,
        "each": node.each,
    }.items()


def references_of(node: Node) -> Iterator[tuple[str, Reference]]:
    """Its references with the key that each stands in, without those of nodes within it.

    Raises BadReference.
    """
    for key, held in texts_of(node):
        yield from references(held, key=key)


def parents(node: Node, beside: Sequence[Node]) -> tuple[str, ...]:
    """Ids of the nodes beside it that must be done before it: for what is within it, too."""
    ids = {each.id for each in beside}
    found = [*node.after]
    waiting = [node]
    for each in waiting:
        found += _named(each)
        waiting += each.inner
    # Of what is within a map, a name that stands for something beside it is an outer one: ids are unique.
    return tuple(dict.fromkeys(name for name in found if name in ids))


def _named(node: Node) -> list[str]:
    try:
        return [reference.name for _, reference in references_of(node)]
    except BadReference:
        return []


def cycles(nodes: Sequence[Node]) -> list[tuple[str, ...]]:
    """Ways that come back to where they began, `("a", "b", "a")`; a node is in one of them at the most."""
    before = {node.id: parents(node, nodes) for node in nodes}
    found: list[tuple[str, ...]] = []
    done: set[str] = set()
    for start in before:
        way: list[str] = []
        waiting = [iter([start])]
        while waiting:
            step = next(waiting[-1], None)
            if step is None:
                waiting.pop()
                if way:
                    done.add(way.pop())
            elif step in way:
                # Parents were followed; told in the order in which they would be done.
                found.append((step, *reversed(way[way.index(step) :])))
            elif step not in done:
                way.append(step)
                waiting.append(iter(before[step]))
    return found
