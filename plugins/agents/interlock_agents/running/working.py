"""The strand of one node: one way of doing it, to its value or to what was wrong with that way."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from interlock import InterlockError, StoreError, ToolCall
from interlock_agents.engines import Suspended
from interlock_agents.memory import text_of
from interlock_agents.memory.rows import keep
from interlock_agents.plans import as_arguments, decoded, filled
from interlock_agents.running import rows
from interlock_agents.running.diagnosing import Diagnosis, of_error
from interlock_agents.running.model_calls import ModelCalls, told
from interlock_agents.running.models import Given, ModelNodes
from interlock_agents.running.parts import Parts, Scene
from interlock_agents.running.plainly import Plain
from interlock_agents.running.schemas import misfit, value_of
from interlock_agents.running.tool_calls import ToolCalls
from interlock_agents.running.waiting import waits


class Nodes:
    """Does nodes, each in a strand."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self.tools = ToolCalls(parts)
        self.models = ModelCalls(parts)
        self.talks = ModelNodes(parts, self.tools, self.models)

    async def work(self, scene: Scene) -> Plain:
        """`{"done": true}` once the value is kept, or what was wrong.

        Raises:
            Suspended: somebody has to do something first.
        """
        try:
            if scene.approach.wait:
                await scene.strand.step("wait", lambda: self._wait(scene.approach.wait))
            value, fault = await self._do(scene)
            if fault is None:
                fault = await self._complaint(scene, value)
            if fault is None:
                await scene.strand.step("keep", lambda: self._keep(scene, value))
                return {"done": True}
        except (Suspended, StoreError):
            raise
        except InterlockError as error:
            fault = of_error(error)
        return {"fault": fault.plain()}

    async def _do(self, scene: Scene) -> Given:
        if scene.approach.rung == "person":
            return await self._ask_instead(scene)
        if scene.node.do == "tool":
            return await self._tool(scene)
        if scene.node.do == "person":
            return await self._ask(scene, self._question(scene))
        return await self.talks.do(scene)

    async def _tool(self, scene: Scene) -> Given:
        name = scene.approach.tool or scene.node.tool
        arguments = scene.approach.arguments
        if arguments is None:
            arguments = filled(dict(scene.node.with_), scene.scope, key="with")
            tool = await scene.toolbox.tool(name)
            arguments = as_arguments(arguments, tool.spec.parameters)
        if scene.approach.rung == "repair":
            arguments, fault = await self._repaired(scene, name, arguments)
            if fault is not None:
                return None, fault
        number = scene.approach.number
        call = ToolCall(id=f"{scene.id}/{number}", name=name, arguments=arguments or {})
        call = await scene.run.toolbox.resolve(call)
        reads = await scene.strand.step(f"look at {name}", lambda: self.tools.reads(scene, call.name))
        if scene.node.effect not in (None, "read"):
            reads = False
        compensates = None
        if scene.node.compensates is not None:
            compensates = await scene.strand.step("look back", lambda: self._compensated(scene))
        outcome, fault = await self.tools.call(
            scene, call, reads=reads, effect=scene.node.effect, compensates=compensates
        )
        if fault is not None:
            return None, fault
        return value_of(outcome, scene.node.gives), None

    async def _compensated(self, scene: Scene) -> str | None:
        """The id of the effect that the node takes back."""
        effects = await self._parts.ledger.effects(scene.run.id)
        of = [each for each in effects if each.place.node == scene.node.compensates]
        return next((each.id for each in reversed(of) if each.state == "confirmed"), None)

    async def _repaired(self, scene: Scene, name: str, arguments: Mapping[str, Any]) -> Given:
        """Other arguments, from a model that is shown the complaint."""
        tool = await scene.toolbox.tool(name)
        system = "A tool has refused its arguments. Say arguments that it takes, which mean the same."
        text = (
            f"The tool {name}: {tool.spec.description}\nIts schema: {dict(tool.spec.parameters)}\n"
            f"The arguments: {dict(arguments)}\nIts complaint: {scene.approach.why}"
        )
        schema = dict(tool.spec.parameters)
        plain = await scene.strand.step(
            "repair",
            lambda: self.models.ask(
                scene, told(system, text), name="repair", output=schema, schema={"type": "object"}
            ),
        )
        if "fault" in plain:
            why = f"{scene.approach.why}; no other arguments were found: {plain['fault']['why']}"
            return None, Diagnosis(fault="input", why=why)
        return decoded(plain["value"]), None

    async def _ask(self, scene: Scene, question: str) -> Given:
        place = scene.place().step

        async def act() -> str:
            answer = await waits(self._parts, scene, place, "question", question)
            if answer is None:
                raise Suspended(question)
            return answer

        return decoded(await scene.strand.step("answer", act)), None

    async def _ask_instead(self, scene: Scene) -> Given:
        """The value, from a person, unless nobody is to be asked by now."""
        why = scene.approach.why
        if not self._parts.asks_when_stuck:
            await self._parts.store.run(lambda it: rows.wait_no_more(it, scene.run.id, scene.id))
            return None, Diagnosis(fault="declined", why=why)
        return await self._ask(scene, f"{scene.id} has failed: {why.rstrip('.')}. What is its value?")

    def _question(self, scene: Scene) -> str:
        asked = str(filled(scene.node.ask, scene.scope, key="ask"))
        shown = filled(dict(scene.node.with_), scene.scope, key="with")
        return "\n".join([asked, *(f"{name}: {text_of(value)}" for name, value in shown.items())])

    async def _complaint(self, scene: Scene, value: Any) -> Diagnosis | None:
        """What is wrong with a value, by its schema or by the verifier."""
        if (found := misfit(value, scene.node.gives)) is not None:
            return found
        verify = self._parts.verify
        if verify is None or scene.node.do != "model":
            return None

        async def act() -> str | None:
            try:
                said = verify(scene.id, value)
                return said if said is None or isinstance(said, str) else await said
            except Exception as error:  # noqa: BLE001 - what cannot be looked at is not believed
                return f"the verifier raised {type(error).__name__}: {error}"

        why = await scene.strand.step("verify", act)
        return None if why is None else Diagnosis(fault="content", why=why)

    async def _keep(self, scene: Scene, value: Any) -> None:
        """The value and that the node is done, in one."""
        now = self._parts.clock()

        def work(connection: Connection) -> None:
            keep(connection, scene.run.id, scene.id, value, at=now)
            rows.node_state(connection, scene.run.id, scene.id, "done", now=now)

        await self._parts.store.run(work)
        self._parts.events.tell("node_ended", scene.run.id, scene.id, state="done")

    async def _wait(self, seconds: float) -> None:
        await self._parts.sleep(seconds)
