"""Runs that ask: what is left of one is asked, marked and kept, one question at a time durable."""

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256
from time import time

from interlock import InterlockError, Router
from interlock_evaluation.grading import Graders
from interlock_evaluation.runs.concerned import tasks_of
from interlock_evaluation.runs.kept import RunStore
from interlock_evaluation.runs.pacing import InProcess, OutOfMoney, Pace, Purse
from interlock_evaluation.runs.questioning import Questioner
from interlock_evaluation.runs.run import Key, Run
from interlock_evaluation.suites import Sample, Suite

_WORKERS = 64  # questions that wait for their provider's turn


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run has come. Money is in US dollars."""

    done: int
    total: int
    errors: int
    spent: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Ended:
    """How a run, or this part of it, ended: `left` questions were not asked, because the money was over."""

    run: Run
    progress: Progress
    left: int


class Runner:
    """Asks what is left of a run."""

    def __init__(
        self,
        router: Router,
        store: RunStore,
        graders: Graders,
        *,
        pace: Pace,
        purse: Purse,
        tell: Callable[[Progress], None] | None = None,
    ) -> None:
        self._router, self._store, self._graders = router, store, graders
        self._purse, self._tell = purse, tell
        self._questioner = Questioner(router, store, graders, terms=InProcess(pace, purse))

    async def ask(self, run: Run, suite: Suite, *, errors: bool = False) -> Ended:
        """Ask every question of which nothing has come yet; with `errors`, those that failed as well.

        What has come is kept, however this ends. What is under way when the process is killed is asked again
        the next time, and counted.

        Raises:
            RequestError: the run was begun with something else, or a sample cannot be asked or marked.
            StoreError: what comes cannot be kept. Nothing more is asked.
        """
        self._graders.check(suite)
        tasks = tasks_of(self._router, suite)
        run = await self._store.begin(run, suite, tasks)
        self._purse.spent = await self._store.spent(run.id)
        done = await self._store.done(run.id, errors=not errors)
        everything = questions(suite, run)
        left = [each for each in everything if each[0] not in done]
        if left and run.ended is not None:
            await self._store.end(run.id, None)
        state = _State(done=len(everything) - len(left), total=len(everything))
        self._told(state)
        waiting = iter(left)
        try:
            async with asyncio.TaskGroup() as group:
                for _ in range(min(_WORKERS, len(left))):
                    group.create_task(self._work(run, waiting, state))
        except* InterlockError as found:  # the first of them ended the others
            raise found.exceptions[0] from None
        if state.done == state.total:
            run = replace(run, ended=time())
            await self._store.end(run.id, run.ended)
        return Ended(run=run, progress=self._told(state), left=state.total - state.done)

    async def _work(self, run: Run, waiting: "Iterable[tuple[Key, Sample]]", state: "_State") -> None:
        for key, sample in waiting:
            try:
                result = await self._questioner.ask(run, key, sample)
            except OutOfMoney:
                return
            state.done += 1
            state.errors += result.outcome == "error"
            self._told(state)

    def _told(self, state: "_State") -> Progress:
        progress = Progress(done=state.done, total=state.total, errors=state.errors, spent=self._purse.spent)
        if self._tell is not None:
            self._tell(progress)
        return progress


@dataclass(slots=True, kw_only=True)
class _State:
    done: int
    total: int
    errors: int = 0


def questions(suite: Iterable[Sample], run: Run) -> Sequence[tuple[Key, Sample]]:
    """Every question, in an order that mixes models and prompts and is the same each time: what changes in
    the course of a run concerns all of them alike.
    """
    found = [
        (Key(sample.id, model, repeat), sample)
        for sample in suite
        for model in run.models
        for repeat in range(run.repeats)
    ]
    return sorted(
        found, key=lambda each: sha256(repr((run.id, *each[0])).encode("utf-8", "replace")).digest()
    )
