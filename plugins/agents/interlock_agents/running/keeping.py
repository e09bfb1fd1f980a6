"""Runs, plans and nodes as the strands see them: read from the store, or remembered while at work."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from interlock_agents.engines import Strand
from interlock_agents.memory import Memory
from interlock_agents.memory.rows import keep
from interlock_agents.plans import (
    Done,
    Due,
    Failed,
    Outcome,
    Plan,
    decoded,
    encoded,
    plan_to_plain,
    read_plan,
    schedule,
)
from interlock_agents.running import rows
from interlock_agents.running.ladder import Approach
from interlock_agents.running.parts import RunFacts, Scene
from interlock_agents.store import Store

Begun = tuple[str, str, int, Approach]
"""A node that begins: its id, what it does, its number, and how it is done."""


class Runs:
    """What the strands of runs ask the store about."""

    def __init__(self, store: Store, memory: Memory, clock: Any) -> None:
        self._store = store
        self._memory = memory
        self._clock = clock
        self._plans: dict[tuple[str, int], Plan] = {}
        self._due: dict[tuple[str, str], tuple[Due, Approach]] = {}

    async def begin(self, run: str) -> dict[str, Any]:
        """How a run stands: the plan's version, what is done, and how often what was tried."""

        def work(connection: Connection) -> dict[str, Any]:
            plan = rows.plan_of(connection, run)
            states = rows.states(connection, run)
            tried = rows.approaches_of(connection, run)
            return {
                "version": None if plan is None else plan["version"],
                "done": [row["node"] for row in states if row["state"] == "done"],
                "failed": {row["node"]: row["why"] for row in states if row["state"] == "failed"},
                "tried": {node: each[-1].number + 1 for node, each in tried.items()},
            }

        return await self._store.run(work)

    async def plan(self, run: str, version: int) -> Plan:
        """A version of a run's plan."""
        if (run, version) not in self._plans:

            def work(connection: Connection) -> str:
                return rows.plan_version(connection, run, version)

            self._plans[run, version] = read_plan(decoded(await self._store.run(work)))
        return self._plans[run, version]

    async def add_plan(self, run: str, plan: Plan, *, why: str = "") -> None:
        """Keep a version of the plan; its nodes are pending."""
        kept = kept_plan(plan, why=why, now=self._clock())
        await self._store.run(lambda connection: rows.add_plan(connection, run, kept))
        self._plans[run, plan.version] = plan

    async def start(self, run: str, begun: Sequence[Begun]) -> None:
        """Write down that nodes begin, and how."""
        now = self._clock()

        def work(connection: Connection) -> None:
            for node, kind, number, approach in begun:
                rows.see_node(connection, run, node, kind, number=number)
                rows.add_approach(connection, run, node, approach)
                rows.node_state(connection, run, node, "running", now=now)

        await self._store.run(work)

    async def note(self, run: str, states: Iterable[tuple[str, str, str]], values: Mapping[str, Any]) -> None:
        """Write down what nodes have come to by what others have: ids, states and why; and values of maps."""
        now = self._clock()

        def work(connection: Connection) -> None:
            for node, value in values.items():
                keep(connection, run, node, value, at=now)
                rows.node_state(connection, run, node, "done", now=now)
            for node, state, why in states:
                rows.see_node(connection, run, node, "", number=0)
                rows.node_state(connection, run, node, state, why, now=now)

        await self._store.run(work)

    async def forget(self, run: str, gone: Iterable[str], *, dropped: Iterable[str]) -> None:
        """Have nodes that another plan does otherwise, or not at all, be as if nothing had come of them."""
        now = self._clock()
        left = set(dropped)

        def work(connection: Connection) -> None:
            for node in gone:
                rows.set_aside(connection, run, node, "the plan has changed", now=now)
                why = "the plan does without it" if node in left else ""
                rows.node_state(connection, run, node, "skipped" if node in left else "pending", why, now=now)

        await self._store.run(work)

    async def value(self, run: str, node: str) -> Any:
        """What a node that is done has given."""
        kept = await self._memory.get(run, node)
        return None if kept is None else kept.value

    async def approaches(self, run: str, node: str) -> list[Approach]:
        """Every way of doing a node that was begun, in order."""

        def work(connection: Connection) -> list[Approach]:
            return rows.approaches_of(connection, run, node).get(node, [])

        return await self._store.run(work)

    async def add_approach(self, run: str, node: str, approach: Approach) -> None:
        """Write down another way of doing a node, which begins now."""
        now = self._clock()

        def work(connection: Connection) -> None:
            rows.add_approach(connection, run, node, approach)
            rows.node_state(connection, run, node, "running", now=now)

        await self._store.run(work)

    def remember(self, strand: Strand, path: str, due: Due, approach: Approach) -> None:
        """What the strand that is about to be started is to do, so that it need not look it up."""
        self._due[strand.run, path] = due, approach

    async def scene(self, facts: RunFacts, strand: Strand) -> Scene | None:
        """What a strand works on; None where the plan has no such node any more."""
        found = self._due.pop((strand.run, strand.path), None) or await self._looked_up(facts, strand.path)
        if found is None:
            return None
        due, approach = found
        return Scene(run=facts, id=due.id, node=due.node, approach=approach, strand=strand, scope=due.scope)

    async def _looked_up(self, facts: RunFacts, path: str) -> tuple[Due, Approach] | None:
        node, _, number = path.rpartition("/")
        begun = await self.begin(facts.id)
        ways = await self.approaches(facts.id, node)
        approach = next((each for each in ways if each.number == int(number)), None)
        if approach is None or begun["version"] is None:
            return None
        plan = await self.plan(facts.id, begun["version"])
        kept = {each.node: Done(each.value) for each in await self._memory.all(facts.id) if not each.place}
        kept.pop(node, None)
        come: dict[str, Outcome] = {name: kept[name] for name in begun["done"] if name in kept}
        come |= {name: Failed(why) for name, why in begun["failed"].items() if name != node}
        now = schedule(plan, come, inputs=facts.inputs)
        due = next((each for each in now.ready if each.id == node), None)
        return None if due is None else (due, approach)


def inputs_of(text: str) -> dict[str, Any]:
    """A run's inputs, out of their row."""
    found: dict[str, Any] = decoded(text)
    return found


def kept_plan(plan: Plan, *, why: str, now: float) -> rows.KeptPlan:
    """A plan as it is kept; `why` it takes the place of the one before it."""
    named = [(node.id, node.do) for node in plan.nodes]
    text = encoded(plan_to_plain(plan), limit=None, key="plan")
    return rows.KeptPlan(version=plan.version, text=text, why=why, at=now, nodes=named)
