"""Runs as jobs that workers on any machine share: what interlock-dbos finds as the kind `evaluation`.

It is offered by its shape alone: nothing of interlock-dbos is imported.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any, Final, Protocol

from interlock import RequestError, Router
from interlock_evaluation.grading import Graders
from interlock_evaluation.runs.asked import first_asked
from interlock_evaluation.runs.asking import decided
from interlock_evaluation.runs.kept import RunStore
from interlock_evaluation.runs.pacing import Terms
from interlock_evaluation.runs.questioning import Questioner
from interlock_evaluation.runs.run import Key, Run
from interlock_evaluation.runs.running import questions
from interlock_evaluation.store import Store
from interlock_evaluation.suites import Sample, Suite

KIND: Final = "evaluation"
_DECISIONS: Final = 100  # at a stretch


class _Job(Protocol):
    @property
    def spec(self) -> Mapping[str, Any]: ...


class Call(Protocol):
    """What a job's work is opened with: `url` and `folder` name the database as interlock-sql takes it."""

    @property
    def job(self) -> _Job: ...
    @property
    def router(self) -> Router: ...
    @property
    def url(self) -> str: ...
    @property
    def folder(self) -> Path: ...
    @property
    def terms(self) -> Terms: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """A question that is left: its key as one text, and the provider that is asked first."""

    key: str
    provider: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """How far a run has come; its money is counted by the grants of its questions."""

    done: int
    total: int
    errors: int
    spent: None = None
    held: None = None


@dataclass(frozen=True, slots=True)
class _Opened:
    run: Run
    samples: Mapping[str, Sample]
    questioner: Questioner


class Evaluation:
    """The kind of jobs that are runs: a question is a task."""

    name = KIND

    def open(self, call: Call) -> "RunWork":
        """It does no I/O."""
        return RunWork(call)


class RunWork:
    """The work of one run, in one worker. Its methods raise StoreError and RequestError."""

    def __init__(self, call: Call) -> None:
        self._call = call
        self._id = str(call.job.spec["run"])
        self._errors = bool(call.job.spec.get("errors"))
        self._store = Store.open(call.url, call.folder)
        self._runs = RunStore(self._store)
        self._opened: _Opened | None = None

    async def tasks(self) -> Sequence[Task]:
        """The questions that are left, in the order in which one process would ask them."""
        opened = await self._open()
        done = await self._runs.done(self._id, errors=not self._errors)
        if opened.run.ended is not None:
            await self._runs.end(self._id, None)
        suite = Suite(samples=tuple(opened.samples.values()))
        left = [each for each in questions(suite, opened.run) if each[0] not in done]
        found = []
        for number, (key, sample) in enumerate(left):
            if number % _DECISIONS == 0:
                await asyncio.sleep(0)  # what this process has under way goes on
            found.append(Task(key=key.text, provider=self._provider(sample, key.model)))
        return found

    async def do(self, key: str) -> None:
        """Ask one, unless something has come of it that is not to be asked again."""
        opened = await self._open()
        question = Key.read(key)
        outcome = await self._runs.outcome(self._id, question)
        if outcome is None or (outcome == "error" and self._errors):
            await opened.questioner.ask(opened.run, question, opened.samples[question.prompt])

    async def progress(self) -> Progress:
        """How many questions have come to something."""
        opened = await self._open()
        counts = Counter(await self._runs.outcomes(self._id))
        total = len(opened.samples) * len(opened.run.models) * opened.run.repeats
        return Progress(done=counts.total(), total=total, errors=counts["error"])

    async def ready(self) -> bool:
        """Never: no run waits for a person."""
        return False

    async def end(self) -> int:
        """How many questions nothing has come of; where it is none, the run has ended."""
        progress = await self.progress()
        left = progress.total - progress.done
        if not left:
            await self._runs.end(self._id, time())
        return left

    async def aclose(self) -> None:
        """Disconnect."""
        await self._store.aclose()

    async def _open(self) -> _Opened:
        if self._opened is None:
            run, samples = await self._runs.asked(self._id)
            graders = Graders(self._call.router, judge=run.judge, run_code=run.run_code, usual=run.grader)
            graders.check(Suite(samples=tuple(samples)))
            questioner = Questioner(self._call.router, self._runs, graders, terms=self._call.terms)
            self._opened = _Opened(run, {each.id: each for each in samples}, questioner)
        return self._opened

    def _provider(self, sample: Sample, model: str) -> str:
        try:
            asked = first_asked(self._call.router, model, decided(self._call.router, sample, model))
        except RequestError:
            return ""  # told by the task itself
        return self._call.router.deployments[asked[0]].provider if asked else ""


JOBS: Final = Evaluation()
