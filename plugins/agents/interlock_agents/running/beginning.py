"""Runs begun, gone on with, answered and found, in the store."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import Connection

from interlock import RequestError
from interlock.types.names import nearest
from interlock_agents.budgets import accounts
from interlock_agents.memory.rows import keep
from interlock_agents.plans import Plan, encoded
from interlock_agents.running import rows
from interlock_agents.running.keeping import Runs, kept_plan
from interlock_agents.running.options import RunOptions
from interlock_agents.running.state import Run, RunState
from interlock_agents.store import Store

_LONGEST = 100  # characters of an id
_LOOKED_AT_ANEW = ("approval", "effect", "calls", "budget")


class Beginning:
    """What an agent writes of its runs, and reads to find them."""

    def __init__(self, store: Store, runs: Runs, clock: Any) -> None:
        self._store = store
        self._runs = runs
        self._clock = clock

    async def begin(
        self, run: str, goal: str, plan: Plan | None, inputs: Mapping[str, Any], options: RunOptions
    ) -> None:
        """Write a run and its plan, unless it is there."""
        given = encoded(dict(inputs), limit=None, key="inputs")
        now = self._clock()

        def work(connection: Connection) -> None:
            if not rows.create(connection, run, goal=goal, options=options.written(), inputs=given, now=now):
                return
            _limited(connection, run, options)
            if plan is not None:
                rows.add_plan(connection, run, kept_plan(plan, why="", now=now))

        await self._store.run(work)

    async def reopen(self, run: str, options: RunOptions, *, failed: bool) -> None:
        """Have a run go on: whoever waits looks again, and what has failed is tried anew."""
        now = self._clock()

        def work(connection: Connection) -> None:
            rows.limits(connection, run, options.written())
            _limited(connection, run, options)
            rows.go_on(connection, run, _LOOKED_AT_ANEW)
            if failed:
                rows.reopen(connection, run, now=now)

        await self._store.run(work)

    async def answer(self, run: str, node: str, value: Any, *, place: str | None, by: str) -> None:
        """Keep a person's answer to what waits at the place, or without one as the node's value."""
        text = encoded(value, limit=None, key="value")
        now = self._clock()

        def work(connection: Connection) -> None:
            if place is not None:
                rows.answer(connection, run, place, value=text, by=by, now=now)
                return
            keep(connection, run, node, value, at=now)
            rows.node_state(connection, run, node, "done", f"its value is {by}'s", now=now)

        await self._store.run(work)

    async def cancel(self, run: str) -> None:
        """Have a run be cancelled."""
        now = self._clock()

        def work(connection: Connection) -> None:
            rows.stand(connection, run, "cancelled", "it was cancelled", now=now)

        await self._store.run(work)

    async def gives(self, run: str, node: str) -> Mapping[str, Any] | None:
        """The schema of a node's value; None where the plan has no such node."""
        begun = await self._runs.begin(run)
        if begun["version"] is None:
            return None
        plan = await self._runs.plan(run, begun["version"])
        try:
            return plan.find(node.rpartition(".")[2]).gives
        except KeyError:
            return None

    async def read(self, run: str) -> Any:
        """The run's row; None where there is none."""

        def work(connection: Connection) -> Any:
            return rows.read(connection, run)

        return await self._store.read(work)

    async def known(self, run: str) -> Any:
        """The run's row. Raises RequestError, naming the nearest."""
        row = await self.read(run)
        if row is None:
            raise await self.unknown(run)
        return row

    async def unknown(self, run: str) -> RequestError:
        """The error that names the nearest run."""

        def work(connection: Connection) -> Sequence[str]:
            return rows.ids_like(connection)

        there = await self._store.read(work)
        other = "." if there else ", nor any other in this store."
        return RequestError(f"there is no run {run!r:.60}{other}", key="run", suggestion=nearest(run, there))

    async def newest(self, limit: int, state: RunState | None) -> Sequence[str]:
        """Ids of runs, the one that changed last first."""

        def work(connection: Connection) -> Sequence[str]:
            return [row["id"] for row in rows.newest(connection, limit, state)]

        return await self._store.read(work)


def fit(run: str) -> str:
    """A caller's id of a run. Raises RequestError for what is none."""
    if not run or len(run) > _LONGEST or not all(each.isalnum() or each in "-_.:" for each in run):
        message = f"expected 1 to {_LONGEST} letters, digits and -_.: , not {run!r:.40}"
        raise RequestError(message, key="run")
    return run


def inputs_for(plan: Plan, goal: str, given: Mapping[str, Any] | None) -> dict[str, Any]:
    """What a plan is given; one that wants the goal, and is not given it, has it."""
    wants_goal = "goal" in plan.inputs and goal and "goal" not in (given or {})
    return {**(given or {}), **({"goal": goal} if wants_goal else {})}


def place_asked(run: Run, node: str) -> str | None:
    """Where a node's question waits; None where it asks none."""
    asked = [each for each in run.waiting_for if each.node == node and each.kind == "question"]
    return asked[0].id.removeprefix(f"{run.id}/") if asked else None


def _limited(connection: Connection, run: str, options: RunOptions) -> None:
    """Have the account of the run know its limits."""
    budget = options.budget
    accounts.limit(
        connection,
        run,
        usd=budget.usd or None,
        tokens=budget.tokens or None,
        seconds=budget.seconds or None,
        calls=options.limit,
    )
