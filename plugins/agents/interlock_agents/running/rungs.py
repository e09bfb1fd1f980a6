"""What a node is done by next, once a way of doing it has failed: the ladder, asked with what there is."""

from collections.abc import Mapping
from typing import Any

from interlock import InterlockError, Message
from interlock.errors import UnknownTool
from interlock_agents.plans import Due, ReferenceFailed
from interlock_agents.running.diagnosing import Diagnosis
from interlock_agents.running.keeping import Runs
from interlock_agents.running.ladder import Approach, Rung, Ways, next_rung, wait_for
from interlock_agents.running.parts import Parts, RunFacts, Scene
from interlock_agents.running.working import Nodes

_TRIED: Mapping[Rung, str] = {
    "repair": "other arguments",
    "wait": "the same after a pause",
    "other_endpoint": "another tool",
    "other_tool": "another tool",
    "other_model": "another model",
    "split": "one part after another",
    "person": "a person's answer",
}


class Rungs:
    """Chooses how a node is done next."""

    def __init__(self, parts: Parts, runs: Runs, nodes: Nodes) -> None:
        self._parts = parts
        self._runs = runs
        self._nodes = nodes

    async def after(
        self, facts: RunFacts, strand: Any, due: Due, diagnosis: Diagnosis, *, first: int, asks: bool
    ) -> Approach | None:
        """The next way, written down; None where the node has failed for good.

        `first` is the number of the first way since the run was begun, or begun again; `asks` says whether a
        person is asked when nothing else is left.
        """
        tried = [each for each in await self._runs.approaches(facts.id, due.id) if each.number >= first]
        last = tried[-1]
        scene = Scene(run=facts, id=due.id, node=due.node, approach=last, strand=strand, scope=due.scope)
        rung = next_rung(
            diagnosis,
            await self._ways(scene, tried, asks=asks),
            [each.rung for each in tried if each.rung is not None],
            blocked=bool(await self._parts.ledger.blocked(facts.id, due.id)),
            tries_left=len(tried) < due.node.tries,
        )
        if rung is None:
            return None
        approach = Approach(
            number=last.number + 1,
            rung=rung,
            why=diagnosis.why if rung != "person" else f"{diagnosis.why}{_told(tried)}",
            wait=wait_for(diagnosis) if rung == "wait" else 0.0,
            tool=self._tool(scene, tried) if rung in ("other_endpoint", "other_tool") else last.tool,
            arguments=last.arguments,
            avoid=(*last.avoid, diagnosis.deployment)
            if rung == "other_model" and diagnosis.deployment
            else last.avoid,
        )
        await self._runs.add_approach(facts.id, due.id, approach)
        self._parts.events.tell("approach", facts.id, due.id, rung=rung, fault=diagnosis.fault)
        return approach

    async def _ways(self, scene: Scene, tried: list[Approach], *, asks: bool) -> Ways:
        calls_tool = scene.node.do == "tool"
        return Ways(
            calls_tool=calls_tool,
            reads=calls_tool and await self._reads(scene),
            alternatives=len(self._left(scene, tried)),
            models=0 if calls_tool else len(self._others(scene)),
            divides=scene.node.do == "model" and self._divides(scene),
            repairs=bool(self._parts.router.deployments) and scene.run.policy is None,
            # Whoever was asked has answered, and what the plan can do without keeps nobody waiting.
            asks=asks and scene.node.do != "person" and not scene.node.optional,
        )

    async def _reads(self, scene: Scene) -> bool:
        try:
            return await self._nodes.tools.reads(scene, scene.approach.tool or scene.node.tool)
        except UnknownTool:
            return True  # what is not there does nothing

    def _others(self, scene: Scene) -> list[str]:
        if scene.run.policy is not None or scene.node.do != "model":
            return []
        try:
            return self._nodes.models.others(scene, [Message("user", scene.node.prompt)])[1:]
        except InterlockError:
            return []

    def _divides(self, scene: Scene) -> bool:
        try:
            return self._nodes.talks.divides(scene)
        except ReferenceFailed:
            return False

    def _left(self, scene: Scene, tried: list[Approach]) -> list[str]:
        used = {scene.node.tool, *(each.tool for each in tried)}
        return [name for name in scene.node.alternatives if name not in used]

    def _tool(self, scene: Scene, tried: list[Approach]) -> str:
        return self._left(scene, tried)[0]


def _told(tried: list[Approach]) -> str:
    """What was tried beside the plan's own way, for whoever is asked."""
    found = dict.fromkeys(_TRIED[each.rung] for each in tried if each.rung is not None)
    return f" ({', '.join(found)} did not help)" if found else ""
