"""One execution of a run: begun, handed to the engine, and how it stands afterwards, in every case."""

import asyncio
from collections.abc import Mapping
from typing import Any

from sqlalchemy import Connection

from interlock import LogEntry, RequestError, StoreError
from interlock_agents.budgets import accounts as books
from interlock_agents.engines import DurableEngine, Suspended
from interlock_agents.running import rows
from interlock_agents.running.keeping import inputs_of
from interlock_agents.running.options import RunOptions
from interlock_agents.running.parts import Parts, RunFacts
from interlock_agents.running.policies import Policy
from interlock_agents.running.program import execution
from interlock_agents.running.showing import Showing
from interlock_agents.running.slots import Slots
from interlock_agents.running.state import Run, RunState
from interlock_agents.running.tools import Tools
from interlock_agents.running.tracing import end

_OVER = ("done", "failed", "cancelled")


class Executing:
    """Executes runs, and knows what does not change in those that are executed here."""

    def __init__(self, parts: Parts, showing: Showing, *, policy: Policy | None, parallel: int) -> None:
        self._parts = parts
        self._showing = showing
        self._policy = policy
        self._parallel = parallel
        self._facts: dict[str, RunFacts] = {}
        self._tasks: dict[str, asyncio.Task[Any]] = {}

    async def execute(self, engine: DurableEngine, run: str, policy: Policy | None) -> Run:
        """Work on a run until it has ended or nothing of it can go on.

        Raises:
            StoreError: what has to be kept could not be. The run can be resumed.
        """
        parts = self._parts
        facts = await self._load(run, policy)
        await self._tell(facts, "running", {"life": facts.life, "limit": facts.limit})
        await self._stand(run, "running", "")
        parts.events.tell("run_started", run, life=facts.life)
        task: asyncio.Task[Any] | None = None
        try:
            with parts.traces.run(run) as span:
                task = asyncio.ensure_future(engine.execute(execution(run, facts.life)))
                self._tasks[run] = task
                state, why = await self._ended(run, task)
                await self._tell(facts, state, {"life": facts.life})
                await self._stand(run, state, why)
                found = await self._showing.run(run)
                if found is None:
                    raise StoreError(f"there is no run {run!r} any more")
                end(span, {"state": found.state, "calls": found.calls, "cost": found.spent.usd})
        finally:
            self._facts.pop(run, None)
            self._tasks.pop(run, None)
            if task is not None and not task.done():
                task.cancel()
            parts.events.close(run)
        return found

    async def facts_of(self, run: str) -> RunFacts:
        """Of a run that is executed, here or by an engine that has taken it up by itself."""
        return self._facts.get(run) or await self._load(run, None)

    def cancel(self, run: str) -> None:
        """End an execution that goes on here."""
        if (task := self._tasks.get(run)) is not None:
            task.cancel()

    async def _ended(self, run: str, task: "asyncio.Task[Any]") -> tuple[RunState, str]:
        try:
            result = await asyncio.shield(task)
        except Suspended:
            return await self._waits(run)
        except asyncio.CancelledError:
            if task.cancelled():
                return "cancelled", "it was cancelled"
            task.cancel()
            raise
        return result["state"], result["why"]

    async def _waits(self, run: str) -> tuple[RunState, str]:
        found = await self._showing.run(run)
        waits = () if found is None else found.waiting_for
        money = bool(waits) and all(each.kind == "budget" for each in waits)
        state: RunState = "over_budget" if money else "needs_person"
        first = waits[0] if waits else None
        if first is None:
            return state, "it waits, and nothing says what for: resume it"
        more = f" (and {len(waits) - 1} more)" if len(waits) > 1 else ""
        return state, f"{first.text}{more}: {first.next}"

    async def _load(self, run: str, policy: Policy | None) -> RunFacts:
        def work(connection: Connection) -> Any:
            return rows.read(connection, run)

        row = await self._parts.store.run(work)
        if row is None:
            raise StoreError(f"there is no run {run!r} any more")
        options = RunOptions.read(row["options"])
        policy = policy or self._policy
        if options.drive == "policy" and policy is None:
            raise RequestError(f"{run} is driven by a policy; give it with policy=", key="policy")
        tools = Tools(self._parts.router, options.constraints, self._parts.ledger.grants)
        facts = RunFacts(
            id=run,
            life=row["life"],
            goal=row["goal"],
            inputs=inputs_of(row["inputs"]),
            constraints=options.constraints,
            limit=options.limit,
            budget=options.budget,
            toolbox=tools.under({}),
            tightened=tools.under,
            policy=policy if options.drive == "policy" else None,
            slots=Slots(self._parallel),
        )
        self._facts[run] = facts
        return facts

    async def _stand(self, run: str, state: RunState, why: str) -> None:
        def work(connection: Connection) -> None:
            rows.stand(connection, run, state, why, now=self._parts.clock())
            if state in _OVER:
                books.close(connection, run)

        await self._parts.store.run(work)
        if state != "running":
            self._parts.events.tell("run_ended", run, state=state)

    async def _tell(self, facts: RunFacts, state: RunState, more: Mapping[str, Any]) -> None:
        """The log, before it is so."""
        if self._parts.log is not None:
            entry = LogEntry(kind="agents.run", run=facts.id, facts={"state": state, **more})
            await self._parts.log.append([entry])
