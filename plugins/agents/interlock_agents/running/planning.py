"""Plans out of goals, and other plans where nodes have failed: what is done stays done."""

from dataclasses import replace
from typing import Any

from interlock import InterlockError, LogEntry, Request, Response, Router, StoreError
from interlock.toolbox import Toolbox
from interlock_agents.accounting.costs import bound, spent_on
from interlock_agents.budgets import Amounts
from interlock_agents.engines import Suspended
from interlock_agents.errors import OverBudget
from interlock_agents.plans import (
    Facts,
    Known,
    NodeBudget,
    Plan,
    PlanCall,
    Planner,
    PlanTool,
    Schedule,
    changes,
    objections_of,
)
from interlock_agents.plans.graph import walk
from interlock_agents.running import rows
from interlock_agents.running.answer_room import with_room
from interlock_agents.running.keeping import Runs
from interlock_agents.running.offering import beside_of
from interlock_agents.running.parts import Parts, RunFacts
from interlock_agents.running.pricing import check_prices

_HAPPENED = "confirmed"


class Planning:
    """Asks the planner for runs."""

    most = 3
    """How often a run is planned anew."""

    def __init__(self, parts: Parts, runs: Runs, planner: Planner | None) -> None:
        self._parts = parts
        self._runs = runs
        self._planner = planner

    async def plan(self, facts: RunFacts) -> dict[str, Any]:
        """The first plan's version, kept; or why there is none."""
        call = PlanCall(
            goal=facts.goal,
            known=await known_of(self._parts.router, facts.toolbox, facts.budget),
            inputs={name: {} for name in facts.inputs},
            given=facts.inputs,
            run=facts.id,
            step="plan",
        )
        return await self._made(facts, call, why="")

    def revises(self, facts: RunFacts) -> bool:
        """Whether there is somebody to plan the run anew."""
        return self._planner is not None and facts.policy is None

    async def revise(self, facts: RunFacts, plan: Plan, now: Schedule) -> dict[str, Any]:
        """Another plan's version, kept, and what of the one before it counts no more; or no version."""
        if not self.revises(facts):
            return {"version": None}
        effects = await self._parts.ledger.effects(facts.id)
        call = PlanCall(
            goal=facts.goal,
            known=await known_of(self._parts.router, facts.toolbox, facts.budget, plan=plan),
            inputs=plan.inputs,
            given=facts.inputs,
            plan=plan,
            facts=Facts.of(
                now,
                effects={e.place.node for e in effects if e.state == _HAPPENED and e.effect != "read"},
                unknown={each.place.node for each in effects if each.is_open},
            ),
            values=now.values,
            failed=now.failed,
            run=facts.id,
            step=f"replan/{plan.version}",
        )
        why = "; ".join(f"{node}: {reason}" for node, reason in now.failed.items())
        made = await self._made(facts, call, why=why)
        if made.get("version") is None:
            return {"version": None}
        later = await self._runs.plan(facts.id, made["version"])
        what = changes(plan, later)
        gone = [*what.changed, *what.dropped]
        await self._runs.forget(facts.id, gone, dropped=what.dropped)
        if self._parts.log is not None:
            told = {"version": later.version, "added": len(what.added), "dropped": len(what.dropped)}
            await self._parts.log.append([LogEntry(kind="agents.replanned", run=facts.id, facts=told)])
        self._parts.events.tell("planned", facts.id, version=later.version)
        return made | {"gone": gone}

    async def _made(self, facts: RunFacts, call: PlanCall, *, why: str) -> dict[str, Any]:
        planner = self._planner
        if planner is None:
            return {"version": None, "fault": "there is no planner"}
        asking = _Asking(self._parts, facts, str(call.step))
        try:
            plan = await planner.plan(replace(call, ask=asking))
        except (StoreError, Suspended):
            raise
        except InterlockError as error:
            return {"version": None, "fault": str(error)}
        except Exception as error:  # noqa: BLE001 - a user's own planner, whose fault is the run's end
            return {"version": None, "fault": f"the planner raised {type(error).__name__}: {error}"}
        if not asking.asked and call.plan is not None:
            await asking.count(Amounts(calls=1))
            await asking.settle(Amounts(calls=1))
        await self._runs.add_plan(facts.id, plan, why=why)
        return {"version": plan.version}


async def known_of(router: Router, toolbox: Toolbox, budget: Amounts, *, plan: Plan | None = None) -> Known:
    """What plans are held against: the tools that are listed, and those that `plan` names beside them."""
    offered = {tool.name: tool for tool in await toolbox.tools()}
    for spot in walk(plan) if plan is not None else ():
        for name in (spot.node.tool, *spot.node.alternatives, *spot.node.tools):
            if name and name not in offered and (tool := await beside_of(toolbox, name)) is not None:
                offered[name] = tool
    tools = {
        name: PlanTool(spec=tool.spec, effect=toolbox.effect_of(tool).effect)
        for name, tool in offered.items()
    }
    most = NodeBudget(usd=budget.usd or None, tokens=budget.tokens or None, seconds=budget.seconds or None)
    return Known(tools=tools, objection=objections_of(router), budget=most)


class _Asking:
    """What a planner asks models by: counted and paid for, as any call of the run."""

    def __init__(self, parts: Parts, facts: RunFacts, step: str) -> None:
        self._parts = parts
        self._facts = facts
        self._step = step
        self.asked = 0

    async def __call__(self, prompt: Any, **options: Any) -> Response:
        facts, parts = self._facts, self._parts
        request = prompt if isinstance(prompt, Request) else Request(prompt, **options)
        request = replace(request, run=facts.id, step=self._step)
        request = replace(request, constraints=facts.constraints.tightened(request.constraints))
        request = with_room(parts.router, request, parts.most_tokens)
        if facts.budget.usd and not parts.unpriced:
            check_prices(parts.router, request)
        await self.count(bound(parts.router, request) if facts.budget else Amounts(calls=1))
        parts.events.tell("call_started", facts.id, model=True)
        try:
            response = await parts.router.complete(request)
        except InterlockError as error:
            await self.settle(spent_on(error.attempts))
            raise
        await self.settle(spent_on(response.record.attempts))
        parts.events.tell("call_ended", facts.id, model=True, deployment=response.deployment)
        return response

    async def count(self, held: Amounts) -> None:
        """Hold what a call may cost. Raises Suspended where there is not as much left."""
        self.asked += 1
        try:
            await self._parts.purse.begin(self._holder, held, {self._facts.id: None})
        except OverBudget as error:
            await self._wait(error)

    async def settle(self, spent: Amounts) -> None:
        """Turn what is held into what was spent."""
        await self._parts.purse.end(self._holder, spent, {self._facts.id: None})

    @property
    def _holder(self) -> str:
        return f"{self._facts.id}/{self._step}/{self.asked}"

    async def _wait(self, error: OverBudget) -> None:
        parts, facts = self._parts, self._facts
        await parts.store.run(
            lambda connection: rows.wait(
                connection,
                facts.id,
                self._step,
                node="",
                kind="calls" if error.limit == "calls" else "budget",
                subject="",
                told=str(error),
                now=parts.clock(),
            )
        )
        raise Suspended(str(error)) from error
