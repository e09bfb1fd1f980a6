"""Nodes that a model does, or a policy in its place: a talk whose moves are kept before they are made."""

from collections.abc import Mapping
from functools import partial
from typing import Any, TypeAlias

from interlock import ToolCall, ToolOutcome, ToolSpec
from interlock.errors import UnknownTool
from interlock_agents.engines import Suspended
from interlock_agents.memory import Remembered, text_of
from interlock_agents.plans import decoded
from interlock_agents.plans.plan import EVERY
from interlock_agents.running.diagnosing import Diagnosis
from interlock_agents.running.driving import Driver, ModelDriver, PolicyDriver
from interlock_agents.running.model_calls import ModelCalls, told
from interlock_agents.running.offering import beside_of
from interlock_agents.running.parts import Parts, Scene, beside
from interlock_agents.running.plainly import Plain, call_from_plain, call_to_plain
from interlock_agents.running.prompting import Shown, longest, named, pieces, prompt_of
from interlock_agents.running.talks import Exchange, Talk
from interlock_agents.running.tool_calls import ToolCalls
from interlock_agents.running.waiting import waits

_PARTS = 5  # of a value that is too long for one call
_LONG = 2000  # characters that are worth cutting

Given: TypeAlias = "tuple[Any, None] | tuple[None, Diagnosis]"
"""A value, or what is wrong."""


class ModelNodes:
    """Does nodes by talking."""

    def __init__(self, parts: Parts, tools: ToolCalls, models: ModelCalls) -> None:
        self._parts = parts
        self._tools = tools
        self._models = models

    async def do(self, scene: Scene) -> Given:
        """The node's value, or what is wrong with this way of doing it.

        Raises:
            Suspended: somebody has to do something first.
        """
        remembered = await self._remembered(scene)
        if scene.approach.rung == "split" and (part := longest(scene)) is not None:
            return await self._in_parts(scene, remembered, *part)
        return await self._talk(scene, self._shown(scene, remembered), scene.node.out)

    def divides(self, scene: Scene) -> bool:
        """Whether what the node works on can be cut into parts."""
        found = longest(scene)
        return found is not None and len(found[1]) >= _LONG

    async def _talk(self, scene: Scene, shown: Shown, schema: Mapping[str, Any] | None) -> Given:
        driver = self._driver(scene)
        talk = Talk(shown=shown, tools=await self._specs(scene), schema=schema)
        while True:
            number = len(talk.exchanges)
            move = await scene.strand.step(f"move {number}", lambda: self._move(driver, scene, talk))
            if "fault" in move:
                return None, Diagnosis.read(move["fault"])
            if move.get("ends"):
                return decoded(move["value"]), None
            exchange = Exchange(move)
            if move.get("question") is not None:
                exchange.answer = await self._asked(scene, move["question"])
            for plain, call in zip(move.get("calls", ()), exchange.calls, strict=True):
                exchange.results.append((call, await self._called(scene, call, plain)))
            talk.exchanges.append(exchange)

    async def _called(self, scene: Scene, call: ToolCall, plain: Plain) -> ToolOutcome:
        if "why" in plain:
            return ToolOutcome(outcome="refused", content=plain["why"])
        meant = call_from_plain(plain["meant"]) if "meant" in plain else call
        outcome, _ = await self._tools.call(scene, meant, reads=plain["reads"])
        return outcome

    async def _move(self, driver: Driver, scene: Scene, talk: Talk) -> Plain:
        """The next move, and of each call in it which call is meant where it asks for a tool by way of
        another, whether its tool only reads, or why it is not called.
        """
        move = await driver.move(scene, talk)
        known = [spec.name for spec in talk.tools]
        for call in move.get("calls", ()):
            if call["name"] not in known:
                call["why"] = f"this step has no tool {call['name']!r}; it has {', '.join(known) or 'none'}"
                continue
            try:
                meant = await scene.run.toolbox.resolve(call_from_plain(call))
                call["reads"] = await self._tools.reads(scene, meant.name)
                if meant.name != call["name"]:
                    call["meant"] = call_to_plain(meant)
            except UnknownTool as error:
                call["why"] = str(error)
        return move

    async def _asked(self, scene: Scene, question: str) -> Any:
        place = scene.place().step

        async def act() -> str:
            answer = await waits(self._parts, scene, place, "question", question)
            if answer is None:
                raise Suspended(question)
            return answer

        return decoded(await scene.strand.step("answer", act))

    async def _in_parts(
        self, scene: Scene, remembered: Mapping[str, Remembered], reference: str, text: str
    ) -> Given:
        """Each part by itself, and then one answer out of those."""
        said = []
        cut = pieces(text, _PARTS)
        for number, part in enumerate(cut, 1):
            shown = self._shown(scene, remembered, {reference: part})
            which = f"part {number} of {len(cut)} of {reference}"
            hint = f"{shown.text}\n\nYou are shown {which}: do it for this part."
            value, fault = await self._talk(scene, Shown(system=shown.system, text=hint), None)
            if fault is not None:
                return None, fault
            said.append(f"Part {number}: {value}")
        shown = self._shown(scene, remembered, {reference: "\n\n".join(said)})
        hint = f"{shown.text}\n\nIn place of {reference} stands what was found in each of its parts: join it."
        return await self._talk(scene, Shown(system=shown.system, text=hint), scene.node.out)

    def _driver(self, scene: Scene) -> Driver:
        policy = scene.run.policy
        return ModelDriver(self._models) if policy is None else PolicyDriver(self._parts, policy)

    async def _specs(self, scene: Scene) -> tuple[ToolSpec, ...]:
        wanted = scene.node.tools
        if not wanted:
            return ()
        offered = await scene.toolbox.specs()
        found = {spec.name: spec for spec in offered if EVERY in wanted or spec.name in wanted}
        for name in wanted:
            if name != EVERY and name not in found:
                tool = await beside_of(scene.toolbox, name)
                found |= {} if tool is None else {name: tool.spec}
        return tuple(found.values())

    def _shown(
        self, scene: Scene, remembered: Mapping[str, Remembered], replace: Mapping[str, str] | None = None
    ) -> Shown:
        limit = self._parts.shown if replace is None else 1 << 62
        return prompt_of(scene, limit=limit, remembered=remembered, replace=replace)

    async def _remembered(self, scene: Scene) -> dict[str, Remembered]:
        """What is kept of the nodes that it refers to as a whole, with summaries of what is too long to be
        shown.
        """
        found: dict[str, Remembered] = {}
        for reference in named(scene.node):
            name = reference.name
            short = len(text_of(scene.scope.get(name, ""))) <= self._parts.shown
            if reference.path or name in found or short:
                continue
            kept = await self._parts.memory.get(scene.run.id, beside(scene.id, name))
            if kept is None:
                continue
            if kept.summary is None and self._parts.summaries == "model" and scene.run.policy is None:
                await scene.strand.step(f"summary of {name}", partial(self._summarise, scene, kept))
                kept = await self._parts.memory.get(scene.run.id, kept.node) or kept
            found[name] = kept
        return found

    async def _summarise(self, scene: Scene, kept: Remembered) -> str:
        system = "Shorten what you are given to what matters in it: facts, names, numbers. Add nothing."
        plain = await self._models.ask(scene, told(system, kept.text), name=f"s-{kept.node}")
        if "fault" in plain:
            return "cut"  # what cannot be summarised is cut where it is shown
        await self._parts.memory.summarise(
            scene.run.id, kept.node, decoded(plain["value"]), by=plain["deployment"]
        )
        return str(plain["deployment"])
