"""Runs of agents: what is left of one is attempted and kept, one attempt at a time durable."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from pathlib import Path
from tempfile import TemporaryDirectory
from time import time

from interlock import Constraints, InterlockError, Router
from interlock_evaluation.agents.attempt import AgentRun, Attempt, AttemptKey
from interlock_evaluation.agents.attempting import Attempting
from interlock_evaluation.agents.kept import AttemptStore
from interlock_evaluation.agents.opening import check_suite
from interlock_evaluation.agents.suite import START, Suite, Task
from interlock_evaluation.runs.pacing import OutOfMoney, Purse


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentProgress:
    """How far a run has come. Money is in US dollars."""

    done: int
    total: int
    complete: int
    unmeasured: int
    spent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentsEnded:
    """How a run, or this part of it, ended: `left` attempts were not begun, because the money was over."""

    run: AgentRun
    progress: AgentProgress
    left: int


class AgentRunner:
    """Attempts what is left of a run.

    Args:
        router: has the models.
        at_once: how many attempts are under way at a time; one where attempts share a world.
        constraints: the user's own, which hold for worlds, too.
    """

    def __init__(
        self,
        router: Router,
        store: AttemptStore,
        *,
        purse: Purse,
        at_once: int = 1,
        constraints: Constraints | None = None,
        tell: Callable[[AgentProgress], None] | None = None,
    ) -> None:
        self._router, self._store, self._purse, self._tell = router, store, purse, tell
        self._at_once = at_once
        self._constraints = constraints or Constraints()
        self._settled = asyncio.Condition()
        self._under_way = 0

    async def attempt(self, run: AgentRun, suite: Suite, *, errors: bool = False) -> AgentsEnded:
        """Make every attempt of which nothing has come yet; with `errors`, those that measured nothing, too.

        What has come is kept, however this ends. What is under way when the process is killed is begun anew
        the next time, in a fresh world, and counted.

        Raises:
            RequestError: the run was begun with something else, or a task names a tool that there is not.
            WorldFailed: the world cannot be had.
            StoreError: what comes cannot be kept. Nothing more is attempted.
        """
        await check_suite(suite, constraints=self._constraints)
        run = await self._store.begin(run, suite)
        self._purse.spent = await self._store.spent(run.id)
        done = await self._store.done(run.id, errors=not errors)
        everything = attempts(suite, run)
        left = [each for each in everything if each[0] not in done]
        if left and run.ended is not None:
            await self._store.end(run.id, None)
        state = _State(done=len(everything) - len(left), total=len(everything))
        self._told(state)
        waiting = iter(left)
        at_once = self._at_once if suite.reset == START else 1
        with TemporaryDirectory(prefix="interlock-eval-", ignore_cleanup_errors=True) as folder:
            ledgers = f"sqlite:///{Path(folder) / 'agents.db'}"
            attempting = Attempting(self._router, ledgers, constraints=self._constraints)
            try:
                async with asyncio.TaskGroup() as group:
                    for _ in range(min(at_once, len(left))):
                        group.create_task(self._work(run, suite, attempting, waiting, state))
            except* InterlockError as found:  # the first of them ended the others
                raise found.exceptions[0] from None
        if state.done == state.total:
            run = replace(run, ended=time())
            await self._store.end(run.id, run.ended)
        return AgentsEnded(run=run, progress=self._told(state), left=state.total - state.done)

    async def _work(
        self,
        run: AgentRun,
        suite: Suite,
        attempting: Attempting,
        waiting: Iterator[tuple[AttemptKey, Task]],
        state: "_State",
    ) -> None:
        for key, task in waiting:
            held = task.dollars if is_priced(self._router, key.model) else 0.0
            try:
                await self._hold(held)
            except OutOfMoney:
                return
            cost = 0.0
            try:
                begun = await self._store.beginning(run.id, key)
                found = await attempting.attempt(run, suite, task, key, begun=begun, dollars=task.dollars)
                cost = found.cost or 0.0
                await self._store.finish(run.id, found)
            finally:
                await self._settle(held, cost)
            state.count(found)
            self._told(state)

    async def _hold(self, amount: float) -> None:
        """Keep what an attempt may cost. Raises OutOfMoney where not even what others give back is enough."""
        async with self._settled:
            while True:
                try:
                    self._purse.hold(amount)
                    break
                except OutOfMoney:
                    if not self._under_way:
                        raise
                    await self._settled.wait()
            self._under_way += 1

    async def _settle(self, held: float, cost: float) -> None:
        async with self._settled:
            self._purse.settle(held, cost)
            self._under_way -= 1
            self._settled.notify_all()

    def _told(self, state: "_State") -> AgentProgress:
        progress = AgentProgress(
            done=state.done,
            total=state.total,
            complete=state.complete,
            unmeasured=state.unmeasured,
            spent=self._purse.spent,
        )
        if self._tell is not None:
            self._tell(progress)
        return progress


@dataclass(slots=True, kw_only=True)
class _State:
    done: int
    total: int
    complete: int = 0
    unmeasured: int = 0

    def count(self, found: Attempt) -> None:
        self.done += 1
        self.complete += found.complete
        self.unmeasured += not found.measured


def attempts(suite: Suite, run: AgentRun) -> Sequence[tuple[AttemptKey, Task]]:
    """Every attempt, in an order that mixes models and tasks and is the same each time: what changes in the
    course of a run concerns all of them alike.
    """
    found = [
        (AttemptKey(task.id, model, repeat), task)
        for task in suite
        if task.id in run.tasks
        for model in run.models
        for repeat in range(run.repeats)
    ]
    return sorted(found, key=lambda each: sha256(repr((run.id, *each[0])).encode()).digest())


def is_priced(router: Router, model: str) -> bool:
    """Whether a call of the model costs anything, as far as prices are known."""
    meant = [each.rates for each in router.deployments.values() if model in (each.id, each.model)]
    return any(rates is not None and (rates.input or rates.output) for rates in meant)
