"""One call of a model: its cost is held before and settled after; what it says is plain JSON."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from interlock import InterlockError, Message, Request, Response, ToolSpec
from interlock_agents.accounting.costs import bound, spent_on
from interlock_agents.budgets import Amounts
from interlock_agents.errors import OverBudget
from interlock_agents.plans import encoded
from interlock_agents.running.answer_room import with_room
from interlock_agents.running.diagnosing import Diagnosis, of_error
from interlock_agents.running.parts import Parts, Scene
from interlock_agents.running.plainly import Plain, call_to_plain, parts_to_plain
from interlock_agents.running.pricing import check_prices
from interlock_agents.running.schemas import answered
from interlock_agents.running.waiting import out_of, warn


class ModelCalls:
    """Asks the router for the nodes of runs."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts

    async def ask(
        self,
        scene: Scene,
        messages: Sequence[Message],
        *,
        name: str,
        tools: Sequence[ToolSpec] = (),
        output: Any = None,
        schema: Mapping[str, Any] | None = None,
    ) -> Plain:
        """What a model says: `parts`, `calls`, `value`, `deployment`; or a `fault`. The name is the place's.

        Raises:
            Suspended: what the run or the node may use is used up.
        """
        request = self._request(scene, messages, name, tools, output)
        while True:
            try:
                async with scene.run.slots:
                    return await self._asked(scene, request, schema)
            except OverBudget as error:
                # What others hold is more than they will have spent: there may be enough when they are done.
                if error.limit == "calls" or not await scene.run.slots.one_settles():
                    await out_of(self._parts, scene, str(request.step), error)

    async def _asked(self, scene: Scene, request: Request, schema: Mapping[str, Any] | None) -> Plain:
        parts, run = self._parts, scene.run
        holder = f"{run.id}/{request.step}"
        account = await parts.purse.begin(holder, self._held(scene, request), scene.payers)
        # One that is left before its end keeps what it holds: nobody knows what it has cost.
        with run.slots.holding():
            await warn(parts, scene, account)
            parts.events.tell("call_started", run.id, scene.id, model=True)
            try:
                response = await parts.router.complete(request)
                spent = spent_on(response.record.attempts)
                plain, outcome = _plain(response, schema), "done"
            except InterlockError as error:
                spent = spent_on(error.attempts)
                plain, outcome = {"fault": of_error(error).plain()}, type(error).__name__
            await parts.purse.end(holder, spent, scene.payers)
        facts = {"outcome": outcome, "deployment": plain.get("deployment"), "usd": spent.usd}
        parts.events.tell("call_ended", run.id, scene.id, model=True, **facts)
        return plain

    def _held(self, scene: Scene, request: Request) -> Amounts:
        if (scene.run.budget.usd or scene.node.budget.usd) and not self._parts.unpriced:
            check_prices(self._parts.router, request)
        if scene.run.budget or len(scene.payers) > 1:
            return bound(self._parts.router, request)
        return Amounts(calls=1)

    def others(self, scene: Scene, messages: Sequence[Message]) -> list[str]:
        """Deployments of the shortlist that this way of doing the node may still ask, best first."""
        request = self._request(scene, messages, "m0", (), None, pin=False)
        avoid = scene.approach.avoid
        shortlist = self._parts.router.decide(request).shortlist
        return [each.deployment for each in shortlist if each.deployment not in avoid]

    def _request(
        self,
        scene: Scene,
        messages: Sequence[Message],
        name: str,
        tools: Sequence[ToolSpec],
        output: Any,
        *,
        pin: bool = True,
    ) -> Request:
        node = scene.node
        request = Request(
            list(messages),
            task=node.task,
            model=node.model,
            ensemble=node.ensemble,
            constraints=node.constraints,
            settings=node.settings,
            tools=list(tools),
            output=output,
            run=scene.run.id,
            step=f"{scene.id}/{scene.approach.number}/{name}",
        )
        request = replace(request, constraints=scene.run.constraints.tightened(request.constraints))
        request = with_room(self._parts.router, request, self._parts.most_tokens)
        if pin and scene.approach.avoid and (left := self.others(scene, messages)):
            request = replace(request, model=left[0], ensemble=None)
        return request


def _plain(response: Response, schema: Mapping[str, Any] | None) -> Plain:
    plain: Plain = {"deployment": response.deployment, "parts": parts_to_plain(response.message.parts)}
    if response.tool_calls:
        plain["calls"] = [call_to_plain(call) for call in response.tool_calls]
        return plain
    if response.finish_reason == "refusal":
        why = "the model has refused"
        return {"fault": Diagnosis(fault="denied", why=why, deployment=response.deployment).plain()}
    value = response.text if response.parsed is None else answered(response.parsed, schema)
    return plain | {"ends": True, "value": encoded(value, limit=None)}


def told(system: str, text: str) -> list[Message]:
    """The beginning of a talk with a model."""
    return [Message("system", system), Message("user", text)]
