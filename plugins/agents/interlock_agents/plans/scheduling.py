"""What may be done next: a pure function of a plan and of what has come of its nodes so far.

It keeps nothing, and so gives the same for the same. A branch that fails keeps no other from going on, and
each answer has something ready or open, or is finished.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from interlock import RequestError
from interlock_agents.plans.complaints import Complaint, PlanError
from interlock_agents.plans.graph import INPUTS, parents
from interlock_agents.plans.outcomes import Done, Failed, Open, Outcome
from interlock_agents.plans.plan import MAX_IN_MAPS, MAX_ITEMS, Node, Plan
from interlock_agents.plans.references import Reference, filled, found, kind_of, parts

__all__ = ["Due", "Schedule", "schedule"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A node that may be done now.

    Attributes:
        id: the node's, and within a map with its place: `quotes[3].ask`.
        scope: the values that its references lead to, for `filled`.
    """

    id: str
    node: Node
    scope: Mapping[str, Any] = field(repr=False)


@dataclass(frozen=True, slots=True, kw_only=True)
class Schedule:
    """Where a plan stands. Each of its nodes is in one of these; those within maps, once the map is begun.

    Attributes:
        ready: may be done now, in the order of the plan.
        waiting: by id, what each waits for: nodes before it, or of a map those within it.
        open: by id, those under way, and why.
        skipped: by id, the node that has failed and that it would have come after.
        failed: by id, why.
        without: ids of those that failed, or were skipped, and that the plan does without.
        values: by id, what is done, maps included.
    """

    ready: tuple[Due, ...]
    waiting: Mapping[str, tuple[str, ...]]
    open: Mapping[str, str]
    skipped: Mapping[str, str]
    failed: Mapping[str, str]
    without: frozenset[str]
    values: Mapping[str, Any] = field(repr=False)

    @property
    def finished(self) -> bool:
        """Whether nothing can be done any more."""
        return not (self.ready or self.open or self.waiting)

    @property
    def lost(self) -> Mapping[str, str]:
        """By id, why those have failed that the plan does not do without."""
        return {name: why for name, why in self.failed.items() if name not in self.without}


def schedule(
    plan: Plan, outcomes: Mapping[str, Outcome], *, inputs: Mapping[str, Any] | None = None
) -> Schedule:
    """Where a plan stands.

    Args:
        plan: a valid one.
        outcomes: what has come of what was `ready`, by its id. One of a map stands for all within it.
        inputs: the plan's, as `bound` gives them.

    Raises:
        PlanError: nodes wait for one another.
    """
    state = _State(outcomes, plan._orders)  # noqa: SLF001 - kept with the plan, and of no use to others
    state.take(plan.nodes, "", {INPUTS: dict(inputs or {})}, 1)
    return Schedule(
        ready=tuple(state.ready),
        waiting=state.waiting,
        open=state.open,
        skipped=state.skipped,
        failed=state.failed,
        without=frozenset(state.without),
        values=state.values,
    )


Placed: TypeAlias = tuple[Node, tuple[str, ...]]
"""A node, and the ids of those before it."""


class _State:
    def __init__(self, outcomes: Mapping[str, Outcome], orders: dict[str, list[Placed]]) -> None:
        self.outcomes = outcomes
        self.ready: list[Due] = []
        self.waiting: dict[str, tuple[str, ...]] = {}
        self.open: dict[str, str] = {}
        self.skipped: dict[str, str] = {}
        self.failed: dict[str, str] = {}
        self.without: set[str] = set()
        self.values: dict[str, Any] = {}
        self._orders = orders

    def take(self, nodes: Sequence[Node], prefix: str, around: Mapping[str, Any], many: int) -> None:
        """Place each node of a list, those that come before others first.

        `around` is the scope of the list, and `many` how often the list is done at once.
        """
        scope = dict(around)
        first = nodes[0].id if nodes else ""
        if first not in self._orders:
            self._orders[first] = _ordered(nodes)
        for node, before in self._orders[first]:
            name = prefix + node.id
            outcome = self.outcomes.get(name)
            if isinstance(outcome, Done):
                self.values[name] = outcome.value
            elif isinstance(outcome, Failed):
                self.failed[name] = outcome.why
            elif isinstance(outcome, Open):
                self.open[name] = outcome.why
            else:
                self._place(node, name, [prefix + each for each in before], scope, many)
            if node.optional and (name in self.failed or name in self.skipped):
                self._do_without(name)
            if name in self.values or name in self.without:
                scope[node.id] = self.values.get(name)

    def _place(self, node: Node, name: str, before: list[str], scope: dict[str, Any], many: int) -> None:
        if (cause := self._cause(before)) is not None:
            self.skipped[name] = cause
        elif lacking := tuple(each for each in before if not self._had(each)):
            self.waiting[name] = lacking
        elif node.do == "map":
            self._map(node, name, scope, many)
        else:
            # Nodes behind this one in the plan are not for it to see.
            self.ready.append(Due(id=name, node=node, scope=dict(scope)))

    def _cause(self, before: list[str]) -> str | None:
        """The first node among these, or before them, that has failed."""
        for each in before:
            if each in self.without:
                continue
            if each in self.failed:
                return each
            if each in self.skipped:
                return self.skipped[each]
        return None

    def _map(self, node: Node, name: str, scope: dict[str, Any], many: int) -> None:
        items = _items(node, scope)
        if not isinstance(items, list):
            self.failed[name] = items
            return
        if many * len(items) > MAX_IN_MAPS:
            self.failed[name] = f"{many * len(items)} items are more than {MAX_IN_MAPS} in maps within maps"
            return
        inner = node.inner
        for index, item in enumerate(items):
            self.take(inner, f"{name}[{index}].", {**scope, "item": item, "index": index}, many * len(items))
        inside = [[f"{name}[{index}].{each.id}" for each in inner] for index in range(len(items))]
        ids = [each for row in inside for each in row]
        lacking = tuple(each for each in ids if not self._settled(each))
        if lacking:
            self.waiting[name] = lacking
        elif (
            cause := next((each for each in ids if each in self.failed and each not in self.without), None)
        ) is not None:
            self.failed[name] = f"{cause}: {self.failed[cause]}"
        elif node.node is not None:
            self.values[name] = [self.values.get(each) for each in ids]
        else:
            self.values[name] = [
                {each.id: self.values.get(of) for each, of in zip(inner, row, strict=True)} for row in inside
            ]

    def _do_without(self, name: str) -> None:
        """Of a map, what has failed within it counts no more either."""
        inside = f"{name}["
        self.without |= {name, *(each for each in self.failed if each.startswith(inside))}

    def _had(self, name: str) -> bool:
        return name in self.values or name in self.without

    def _settled(self, name: str) -> bool:
        return name in self.values or name in self.failed or name in self.skipped


def _items(node: Node, scope: Mapping[str, Any]) -> list[Any] | str:
    """What a map is done for, or why it cannot be."""
    try:
        pieces = parts(node.each) if isinstance(node.each, str) else ()
        alone = pieces[0] if len(pieces) == 1 else None
        # A list may be large, and this is asked often: one that is referred to is not copied.
        items = found(alone, scope) if isinstance(alone, Reference) else filled(node.each, scope)
    except RequestError as error:
        return f"each: {error}"
    if not isinstance(items, list):
        return f"each: a list is expected, not {kind_of(items)}"
    if len(items) > MAX_ITEMS:
        return f"each: {len(items)} items are more than {MAX_ITEMS}"
    return items


def _ordered(nodes: Sequence[Node]) -> list[Placed]:
    """Each node behind those that come before it, else as they stand, with the ids of those."""
    left = {node.id: (node, parents(node, nodes)) for node in nodes}
    placed: dict[str, Placed] = {}
    while left:
        free = [name for name, (_, before) in left.items() if all(each in placed for each in before)]
        if not free:
            message = f"these wait for one another: {', '.join(left)}"
            raise PlanError([Complaint(path="nodes", message=message)])
        for name in free:
            placed[name] = left.pop(name)
    return [*placed.values()]
