"""A plan as data: what is to be done, in which order, with what, and within which limits."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from json import dumps
from typing import Any, Final, Literal, get_args

from interlock.types.tools import ToolEffect

__all__ = ["Do", "Node", "NodeBudget", "Plan"]

Do = Literal["tool", "model", "person", "map"]

KINDS: Final[tuple[Do, ...]] = get_args(Do)
MAX_NODES: Final = 64
MAX_DEPTH: Final = 3
MAX_ITEMS: Final = 100
MAX_IN_MAPS: Final = 1_000
MAX_TRIES: Final = 10

EVERY: Final = "*"
"""Of a model's tools: every one that there is."""

_TEXT: Final[Mapping[str, Any]] = {"type": "string"}


@dataclass(frozen=True, slots=True, kw_only=True)
class NodeBudget:
    """What all tries of a node may use together; None for no limit but the run's own.

    Attributes:
        usd: US dollars.
        tokens: of models, those that they read and those that they write.
        seconds: from its first try on, without the time that a person takes.
    """

    usd: float | None = None
    tokens: int | None = None
    seconds: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """One thing to do.

    Texts may hold references, `${node.field}` and `${inputs.name}`; within a map also `${item}` and
    `${index}`. A reference makes its node one that comes before.

    Attributes:
        id: a letter, and letters, digits, `_` and `-`; once in the whole plan.
        do: tool: run one. model: ask one. person: ask one. map: the same for each item of a list.
        with_: arguments of the tool, or what the model or the person is shown beside the question, by name.
        after: ids of nodes that must be done first, beside those that it refers to.
        out: JSON schema of what it gives; without one, it gives text. A map gives a list of what its node
            gives, or of objects with what each of its nodes gives.
        effect: what the tool does outside. It may say more than the tool's own, and never less.
        tries: how many times it is done at the most, other ways of doing it included.
        optional: whether the plan can do without it: where it fails, or cannot be done because something
            before it has failed, its value is None, and what comes after it goes on.
        compensates: the id of the node whose effect it takes back, `order` or `orders[2].order`; in later
            versions of a plan alone, for effects that have happened.
        tool: the tool's name.
        alternatives: tools that give the same for the same arguments, best first; one is tried where the
            tool cannot be had, or answers nobody.
        prompt: what the model is asked.
        tools: those that the model may call; `*` stands for every one.
        task, model, ensemble, constraints, settings: of the request, as a router takes them.
        ask: what the person is asked.
        each: the list, or a reference to it; 100 items at the most.
        node: what is done with each item.
        nodes: in place of `node`, a plan of its own for each item.
    """

    id: str
    do: Do
    with_: Mapping[str, Any] = field(default_factory=dict)
    after: tuple[str, ...] = ()
    out: Mapping[str, Any] | None = None
    effect: ToolEffect | None = None
    budget: NodeBudget = NodeBudget()
    tries: int = 3
    optional: bool = False
    compensates: str | None = None
    tool: str = ""
    alternatives: tuple[str, ...] = ()
    prompt: str = ""
    tools: tuple[str, ...] = ()
    task: str | None = None
    model: str | None = None
    ensemble: str | None = None
    constraints: Mapping[str, Any] = field(default_factory=dict)
    settings: Mapping[str, Any] = field(default_factory=dict)
    ask: str = ""
    each: Any = None
    node: "Node | None" = None
    nodes: "tuple[Node, ...]" = ()

    def __post_init__(self) -> None:
        for key in ("after", "alternatives", "tools", "nodes"):
            held: Any = getattr(self, key)
            object.__setattr__(self, key, (held,) if isinstance(held, str) else tuple(held))

    @property
    def inner(self) -> "tuple[Node, ...]":
        """Of a map, what is done with each item."""
        return self.nodes if self.node is None else (self.node,)

    @property
    def gives(self) -> Mapping[str, Any]:
        """JSON schema of its value."""
        if self.do != "map":
            return _TEXT if self.out is None else self.out
        if self.node is not None:
            return {"type": "array", "items": _apart(self.node.gives)}
        each = {node.id: _apart(node.gives) for node in self.nodes}
        return {"type": "array", "items": {"type": "object", "properties": each, "required": [*each]}}


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Nodes, and what they need to be told.

    Making one checks nothing; `validate` does.

    Attributes:
        nodes: in the order in which they were written.
        goal: what all of it is for, in words.
        inputs: by name, the JSON schema of what the plan is given; one with a `default` may be left out.
        version: how many there have been, this one included; a revision has the next.
        retired: ids that earlier versions had and this one has not; they are not given to anything else.
        lines: of the file it was read from, the line of each key by its dotted path, counted from 1.
    """

    nodes: tuple[Node, ...]
    goal: str = ""
    inputs: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    version: int = 1
    retired: frozenset[str] = frozenset()
    lines: Mapping[str, int] = field(default_factory=dict, compare=False, repr=False)
    # By the first node of each list: its nodes in order. Found once, for a schedule is asked for often.
    _orders: dict[str, "list[tuple[Node, tuple[str, ...]]]"] = field(
        default_factory=dict, init=False, compare=False, repr=False
    )

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", tuple(self.nodes))
        object.__setattr__(self, "retired", frozenset(self.retired))

    def find(self, node_id: str) -> Node:
        """The node with this id, those within maps included. Raises KeyError."""
        waiting = [*self.nodes]
        for node in waiting:
            if node.id == node_id:
                return node
            waiting.extend(node.inner)
        raise KeyError(node_id)


def _apart(schema: Mapping[str, Any]) -> Mapping[str, Any]:
    """A schema as a part of another. What refers to its own root would there refer to the other's."""
    return {} if '"$ref"' in dumps(schema, default=str) else schema
