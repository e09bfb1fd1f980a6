"""The run's own strand: it starts what is ready, hears what has ended, and plans anew where that helps."""

from dataclasses import dataclass, field
from typing import Any

from interlock_agents.engines import Strand, StrandFailed
from interlock_agents.plans import Done, Due, Failed, Open, Outcome, Plan, Schedule, schedule
from interlock_agents.running.diagnosing import Diagnosis
from interlock_agents.running.keeping import Runs
from interlock_agents.running.ladder import Approach
from interlock_agents.running.parts import Parts, RunFacts
from interlock_agents.running.plainly import Plain
from interlock_agents.running.planning import Planning
from interlock_agents.running.rungs import Rungs

_ITEMS = 10_000  # more than a map has


@dataclass(slots=True, kw_only=True)
class Standing:
    """What the strand knows of its run.

    Attributes:
        first: by node, the number of its first way since the run was begun, or begun again.
        active: paths of strands at work, and what they do.
        used: by node, the number that its next way has.
        noted: nodes whose states follow from others', and were written down.
    """

    facts: RunFacts
    strand: Strand
    plan: Plan
    outcomes: dict[str, Outcome]
    first: dict[str, int]
    active: dict[str, Due] = field(default_factory=dict)
    used: dict[str, int] = field(default_factory=dict)
    noted: set[str] = field(default_factory=set)
    replans: int = 0

    def now(self) -> Schedule:
        """Where the plan stands."""
        return schedule(self.plan, self.outcomes, inputs=self.facts.inputs)


class Scheduling:
    """Works on runs' own strands."""

    def __init__(self, parts: Parts, runs: Runs, rungs: Rungs, planning: Planning) -> None:
        self._parts = parts
        self._runs = runs
        self._rungs = rungs
        self._planning = planning

    async def work(self, facts: RunFacts, strand: Strand) -> Plain:
        """How the run has ended: `state` and `why`.

        Raises:
            Suspended: nothing can go on until somebody has done something.
        """
        begun = await strand.step("begin", lambda: self._runs.begin(facts.id))
        version = begun["version"]
        if version is None:
            planned = await strand.step("plan", lambda: self._planning.plan(facts))
            if "fault" in planned:
                return {"state": "failed", "why": f"no plan was made: {planned['fault']}"}
            version = planned["version"]
        plan = await self._runs.plan(facts.id, version)
        standing = Standing(
            facts=facts,
            strand=strand,
            plan=plan,
            outcomes={node: Done(await self._runs.value(facts.id, node)) for node in begun["done"]},
            first=dict(begun["tried"]),
            noted=set(begun["done"]),
        )
        while True:
            now = await self._settle(standing)
            if now.ready:
                await self._start(standing, now)
            elif standing.active:
                await self._hear(standing)
            elif not (now.lost and await self._replan(standing, now)):
                return _ended(now)

    async def _start(self, standing: Standing, now: Schedule) -> None:
        facts, strand = standing.facts, standing.strand
        order = {node.id: index for index, node in enumerate(standing.plan.nodes)}
        begun = []
        for due in now.ready:
            first = standing.first.setdefault(due.id, 0)
            root, _, item = due.id.partition("[")
            number = order.get(root, 0) * _ITEMS + (int(item.partition("]")[0]) + 1 if item else 0)
            begun.append((due.id, due.node.do, number, Approach(number=first)))

        async def act() -> None:
            await self._runs.start(facts.id, begun)
            for node, kind, _, _ in begun:
                self._parts.events.tell("node_started", facts.id, node, do=kind)

        await strand.step("start", act)
        for due, (_, _, _, approach) in zip(now.ready, begun, strict=True):
            await self._go(standing, due, approach)

    async def _go(self, standing: Standing, due: Due, approach: Approach) -> None:
        path = f"{due.id}/{approach.number}"
        self._runs.remember(standing.strand, path, due, approach)
        standing.outcomes[due.id] = Open()
        standing.used[due.id] = approach.number + 1
        standing.active[path] = due
        await standing.strand.start(path)

    async def _hear(self, standing: Standing) -> None:
        """Wait for a strand to end, and do what follows."""
        facts, strand = standing.facts, standing.strand
        path = await strand.first([*standing.active])
        result = await _result(strand, path)
        due = standing.active.pop(path)
        if result.get("done"):
            standing.outcomes[due.id] = Done(await self._runs.value(facts.id, due.id))
            return
        diagnosis = Diagnosis.read(result["fault"])
        found = await strand.step(f"after {path}", lambda: self._after(standing, due, diagnosis))
        if found is None:
            standing.outcomes[due.id] = Failed(diagnosis.why)
            standing.noted.add(due.id)
        else:
            await self._go(standing, due, Approach.read(found))

    async def _after(self, standing: Standing, due: Due, diagnosis: Diagnosis) -> Plain | None:
        facts = standing.facts
        # Another plan may do without the node; a person is asked when there will be none.
        planned = standing.replans < self._planning.most and self._planning.revises(facts)
        approach = await self._rungs.after(
            facts,
            standing.strand,
            due,
            diagnosis,
            first=standing.first[due.id],
            asks=self._parts.asks_when_stuck and not planned,
        )
        if approach is not None:
            return approach.plain()
        await self._runs.note(facts.id, [(due.id, "failed", diagnosis.why)], {})
        self._parts.events.tell("node_ended", facts.id, due.id, state="failed", why=diagnosis.fault)
        return None

    async def _settle(self, standing: Standing) -> Schedule:
        """Where the plan stands, once what follows from that is written down."""
        now = standing.now()
        states: list[tuple[str, str, str]] = []
        for node, cause in now.skipped.items():
            states.append((node, "skipped", f"{cause} has failed: {now.failed.get(cause, 'see there')}"))
        states += [(node, "failed", why) for node, why in now.failed.items()]
        new = [each for each in states if each[0] not in standing.noted]
        maps = {
            node.id: now.values[node.id]
            for node in standing.plan.nodes
            if node.do == "map" and node.id in now.values and node.id not in standing.noted
        }
        if new or maps:
            await standing.strand.step("note", lambda: self._note(standing.facts.id, new, maps))
            standing.noted |= {node for node, _, _ in new} | set(maps)
        return now

    async def _note(self, run: str, states: list[tuple[str, str, str]], maps: dict[str, Any]) -> None:
        await self._runs.note(run, states, maps)
        for node, state in [
            *((node, state) for node, state, _ in states),
            *((node, "done") for node in maps),
        ]:
            self._parts.events.tell("node_ended", run, node, state=state)

    async def _replan(self, standing: Standing, now: Schedule) -> bool:
        """Whether there is a new plan to go on with."""
        if standing.replans >= self._planning.most:
            return False
        standing.replans += 1
        facts = standing.facts
        found: dict[str, Any] = await standing.strand.step(
            "replan", lambda: self._planning.revise(facts, standing.plan, now)
        )
        if found.get("version") is None:
            return False
        standing.plan = await self._runs.plan(facts.id, found["version"])
        for root in found["gone"]:
            for node in [each for each in standing.outcomes if each.partition("[")[0] == root]:
                del standing.outcomes[node]
                standing.first[node] = standing.used.get(node, 0)
        standing.noted = {node for node in standing.noted if isinstance(standing.outcomes.get(node), Done)}
        return True


async def _result(strand: Strand, path: str) -> Plain:
    """What a strand has come to; one whose program failed has failed its node, and nothing else."""
    try:
        found: Plain = await strand.result(path)
    except StrandFailed as error:
        return {"fault": Diagnosis(fault="other", why=str(error)).plain()}
    return found


def _ended(now: Schedule) -> Plain:
    if not now.lost:
        return {"state": "done", "why": ""}
    first = next(iter(now.lost))
    more = f", and {len(now.lost) - 1} more" if len(now.lost) > 1 else ""
    return {"state": "failed", "why": f"{first} has failed{more}: {now.lost[first]}"}
