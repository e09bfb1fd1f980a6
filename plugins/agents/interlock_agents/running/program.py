"""The program that engines execute: a run's own strand schedules, every other one does a node."""

from collections.abc import Awaitable, Callable
from typing import Any

from interlock_agents.engines import Strand
from interlock_agents.running.diagnosing import Diagnosis
from interlock_agents.running.keeping import Runs
from interlock_agents.running.parts import Parts, RunFacts
from interlock_agents.running.planning import Planning
from interlock_agents.running.rungs import Rungs
from interlock_agents.running.scheduling import Scheduling
from interlock_agents.running.working import Nodes

FactsOf = Callable[[str], Awaitable[RunFacts]]
_LIFE = "~"


def execution(run: str, life: int) -> str:
    """What the engine calls a run: a run that has ended, and is begun again, is another one to it."""
    return f"{run}{_LIFE}{life}" if life else run


def run_of(executed: str) -> str:
    """The id of the run that the engine calls so."""
    return executed.partition(_LIFE)[0]


class AgentProgram:
    """Works on one strand of a run."""

    def __init__(self, parts: Parts, runs: Runs, planning: Planning, facts_of: FactsOf) -> None:
        self._parts = parts
        self._runs = runs
        self._facts_of = facts_of
        self._nodes = Nodes(parts)
        self._scheduling = Scheduling(parts, runs, Rungs(parts, runs, self._nodes), planning)

    async def __call__(self, strand: Strand) -> Any:
        """What the strand comes to, as JSON."""
        facts = await self._facts_of(run_of(strand.run))
        with self._parts.traces.strand(facts.id):
            if not strand.path:
                return await self._scheduling.work(facts, strand)
            scene = await self._runs.scene(facts, strand)
            if scene is None:
                why = "its plan has changed under it"
                return {"fault": Diagnosis(fault="other", why=why).plain()}
            return await self._nodes.work(scene)
