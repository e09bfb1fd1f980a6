"""A later version of a plan: what has happened stays as it is, and the rest may change."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from interlock_agents.plans.complaints import Complaint
from interlock_agents.plans.graph import parents
from interlock_agents.plans.plain import node_to_plain
from interlock_agents.plans.plan import Node, Plan
from interlock_agents.plans.reading import PlanSource, unchecked
from interlock_agents.plans.scheduling import Schedule
from interlock_agents.plans.validating import Known, check
from interlock_agents.plans.values import alike

__all__ = ["Changes", "Facts", "changes", "revised"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Facts:
    """What has happened, by ids as `schedule` gives them; of what is within a map, `m[2].order`.

    Attributes:
        done: with a value.
        failed: for good.
        open: under way, or waiting for a person.
        effects: those whose effect has happened; whether they are done or not.
        unknown: those of whose effect nobody knows whether it has happened.
    """

    done: frozenset[str] = frozenset()
    failed: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    effects: frozenset[str] = frozenset()
    unknown: frozenset[str] = frozenset()

    @classmethod
    def of(cls, there: Schedule, *, effects: Iterable[str] = (), unknown: Iterable[str] = ()) -> "Facts":
        """Out of where a plan stands, and of what is known of its effects."""
        return cls(
            done=frozenset(there.values),
            failed=frozenset(there.failed),
            open=frozenset(there.open),
            effects=frozenset(effects),
            unknown=frozenset(unknown),
        )

    def fixed(self, node: Node) -> str | None:
        """Why a node of the plan stays as it is; None where it may change."""
        whole = node.id
        for names, why in (
            (self.done, "is done"),
            (self.open, "is under way"),
            (self.effects, "has had an effect"),
            (self.unknown, "may have had an effect"),
        ):
            if whole in names:
                return why
            # What is done within a map, and only read, may be done again.
            if names is not self.done and any(_root(each) == whole for each in names):
                return why
        return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Changes:
    """What a version of a plan has that the one before it had not, by the ids of its nodes, without those
    within maps. What had come of `changed` and `dropped` ones counts no more.
    """

    added: tuple[str, ...]
    changed: tuple[str, ...]
    dropped: tuple[str, ...]


def changes(plan: Plan, later: Plan) -> Changes:
    """What another version changes."""
    before = {node.id: node for node in plan.nodes}
    after = {node.id: node for node in later.nodes}
    return Changes(
        added=tuple(name for name in after if name not in before),
        changed=tuple(name for name in after if name in before and not _same(before[name], after[name])),
        dropped=tuple(name for name in before if name not in after),
    )


def revised(plan: Plan, done: Facts, proposal: PlanSource, known: Known | None = None) -> Plan:
    """The next version of a plan, out of what somebody proposes.

    Nodes may be added, and those changed or dropped of which nothing has happened. What is done, under way,
    or has had an effect stays as it is, and has to be in the proposal; an effect that has happened may have
    one compensation. Goal and inputs stay, and may be left out.

    Args:
        plan: the version so far.
        done: what has happened of it.
        proposal: all nodes of the next version, as `read_plan` takes them.
        known: what that is held against, as in `validate`.

    Raises:
        PlanError: it changes what has happened, or is no valid plan; with the nodes.
    """
    read = unchecked(proposal)
    proposed = read.plan
    found = [*read.complaints, *_of_facts(plan, done, proposed), *_of_compensations(done, proposed)]
    if proposed.goal not in ("", plan.goal):
        found.append(Complaint(path="goal", message="the goal stays as it was"))
    if proposed.inputs and not alike(dict(proposed.inputs), dict(plan.inputs)):
        found.append(Complaint(path="inputs", message="the inputs are given already, and stay as they were"))
    now = {node.id for node in proposed.nodes}
    gone = {name for node in plan.nodes for name in _ids(node) if node.id not in now}
    later = replace(
        proposed,
        goal=plan.goal,
        inputs=plan.inputs,
        version=plan.version + 1,
        retired=plan.retired | gone,
    )
    found += _of_the_failed(plan, done, later)
    check(later, known, source=read.source, complaints=found, unread=read.unread)
    return later


def _of_facts(plan: Plan, done: Facts, proposal: Plan) -> Iterator[Complaint]:
    now = {node.id: (index, node) for index, node in enumerate(proposal.nodes)}
    for node in plan.nodes:
        if (why := done.fixed(node)) is None:
            continue
        if node.id not in now:
            yield Complaint(path="nodes", message=f"{node.id} {why}, and stays in the plan as it is")
        elif not _same(node, now[node.id][1]):
            index, changed = now[node.id]
            keys = ", ".join(_differing(node, changed))
            message = f"it {why}, and stays as it is; {keys} would change"
            yield Complaint(path=f"nodes.{index}", message=message)


def _of_compensations(done: Facts, proposal: Plan) -> Iterator[Complaint]:
    """Each takes back an effect that has happened, and no two the same."""
    first: dict[str, str] = {}
    for index, node in enumerate(proposal.nodes):
        target, path = node.compensates, f"nodes.{index}.compensates"
        if target is None:
            continue
        if target in first:
            message = f"{first[target]} takes back the effect of {target} already"
            yield Complaint(path=path, message=message)
        elif target in done.unknown:
            message = f"nobody knows whether {target} has had an effect; a person finds out first"
            yield Complaint(path=path, message=message)
        elif target not in done.effects:
            has = ", ".join(sorted(done.effects)) or "no node"
            message = f"{target} has had no effect that could be taken back; {has} has"
            yield Complaint(path=path, message=message)
        first.setdefault(target, node.id)


def _of_the_failed(plan: Plan, done: Facts, later: Plan) -> Iterator[Complaint]:
    """What is new does not come after what has failed and stays so: it would never be done."""
    made = changes(plan, later)
    fresh = {*made.added, *made.changed}
    dead = {
        node.id
        for node in later.nodes
        if node.id in done.failed and node.id not in fresh and not node.optional
    }
    left = [node for node in later.nodes if node.id not in dead]
    grows = True
    while grows:
        grows = False
        for node in left:
            if node.id in fresh or node.id in dead or node.optional:
                continue
            if dead & {*parents(node, later.nodes)}:
                dead.add(node.id)
                grows = True
    for index, node in enumerate(later.nodes):
        stuck = sorted(dead & {*parents(node, later.nodes)}) if node.id in fresh else []
        if stuck:
            message = f"it comes after {stuck[0]}, which has failed or will not be done; change that, too"
            yield Complaint(path=f"nodes.{index}", message=message)


def _differing(one: Node, other: Node) -> list[str]:
    """Keys in which two nodes differ."""
    left, right = node_to_plain(one), node_to_plain(other)
    return [
        key
        for key in dict.fromkeys((*left, *right))
        if key not in left or key not in right or not alike(left[key], right[key])
    ]


def _same(one: Node, other: Node) -> bool:
    return alike(node_to_plain(one), node_to_plain(other))


def _root(place: str) -> str:
    return place.partition("[")[0]


def _ids(node: Node) -> Iterator[str]:
    yield node.id
    for each in node.inner:
        yield from _ids(each)
