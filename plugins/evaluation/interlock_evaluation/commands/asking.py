"""How `eval run` has a run asked: in this process, or as a job of this process and of workers elsewhere."""

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Final

from interlock import InterlockError
from interlock_evaluation.commands.bars import bar

if TYPE_CHECKING:
    from interlock import Router
    from interlock_evaluation.runs import Ended, Kept, Progress, Run
    from interlock_evaluation.runs.executing import Executed, RunExecutor
    from interlock_evaluation.store import Store
    from interlock_evaluation.suites import Suite

_KIND: Final = "evaluation"


class RunStopped(InterlockError):
    """The run's job has ended before its questions have: it was cancelled, or has failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """US dollars for the run, and of each provider calls at once and a minute."""

    budget: float | None = None
    at_once: int = 4
    per_minute: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What is to be asked; with `errors`, what has failed as well."""

    router: "Router"
    suite: "Suite"
    run: "Run"
    errors: bool
    limits: Limits


def job_of(run: str) -> str:
    """The id of a run's job."""
    return f"eval:{run}"


async def ask_here(asked: Asked, store: "Store") -> "tuple[Ended, Kept]":
    """In this process alone."""
    from interlock_evaluation.grading import Graders
    from interlock_evaluation.runs import Pace, Purse, Runner, RunStore

    run, limits, kept = asked.run, asked.limits, RunStore(store)
    graders = Graders(asked.router, judge=run.judge, run_code=run.run_code, usual=run.grader)
    pace = Pace(at_once=limits.at_once, per_minute=limits.per_minute)
    try:
        with bar(run.id) as shown:

            def tell(progress: "Progress") -> None:
                if shown is not None:
                    shown(progress.done, progress.total, _said(progress.errors, progress.spent))

            purse = Purse(most=limits.budget)
            runner = Runner(asked.router, kept, graders, pace=pace, purse=purse, tell=tell)
            ended = await runner.ask(run, asked.suite, errors=asked.errors)
        return ended, await kept.kept(run.id)
    finally:
        await store.aclose()


async def ask_everywhere(
    asked: Asked, executor: "RunExecutor", url: str, folder: Path, *, detach: bool
) -> "tuple[Ended, Kept]":
    """By this process and by all workers of the store; when detached, by those alone, once this has returned.

    Raises:
        RunStopped: the job was cancelled, or has failed.
    """
    from interlock_evaluation.grading import Graders
    from interlock_evaluation.runs import RunStore, tasks_of
    from interlock_evaluation.runs.executing import ExecutorCall
    from interlock_evaluation.store import Store

    run, limits, store = asked.run, asked.limits, Store.open(url, folder)
    kept = RunStore(store)
    try:
        Graders(asked.router, judge=run.judge, run_code=run.run_code, usual=run.grader).check(asked.suite)
        run = await kept.begin(run, asked.suite, tasks_of(asked.router, asked.suite))
        with _told(run.id) as tell:
            executed = await executor.execute(
                ExecutorCall(
                    id=job_of(run.id),
                    kind=_KIND,
                    spec={"run": run.id, "errors": asked.errors},
                    router=asked.router,
                    url=url,
                    folder=folder,
                    budget=limits.budget,
                    at_once=limits.at_once,
                    per_minute=limits.per_minute,
                    detach=detach,
                    tell=tell,
                )
            )
        if executed.state in ("failed", "cancelled"):
            why = f": {executed.reason}" if executed.reason else ""
            raise RunStopped(f"{run.id!r} was {executed.state}{why}; what has come is kept.")
        found = await kept.kept(run.id)
        return _ended(found, executed), found
    finally:
        await store.aclose()


def _ended(kept: "Kept", executed: "Executed") -> "Ended":
    from interlock_evaluation.runs import Ended, Progress

    total = len(kept.samples) * len(kept.run.models) * kept.run.repeats
    done = len(kept.results)
    progress = Progress(done=done, total=total, errors=executed.errors, spent=executed.spent)
    return Ended(run=kept.run, progress=progress, left=total - done)


@contextmanager
def _told(run: str) -> Iterator[Callable[[int, int, int, float], None]]:
    """What an executor tells, shown on a bar."""
    with bar(run) as shown:

        def tell(done: int, total: int, errors: int, spent: float) -> None:
            if shown is not None:
                shown(done, total, _said(errors, spent))

        yield tell


def _said(errors: int, spent: float) -> str:
    failed = f", {errors} failed" if errors else ""
    return f"${spent:.2f}{failed}"
