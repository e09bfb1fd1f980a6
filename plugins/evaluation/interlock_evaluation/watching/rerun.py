"""Measuring again: which run to make once more, and what it would cost."""

from collections.abc import Sequence
from dataclasses import dataclass

from interlock import InterlockError, Router
from interlock_evaluation.runs import Run, RunStore
from interlock_evaluation.suites import Suite


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """A run to be made again.

    Attributes:
        command: as it is typed.
        run: the kept one that it repeats.
        prompts, calls: how many.
        cost: US dollars, as far as prices are known; None where the run cannot be planned any more.
        of_tasks: the part of it for the prompts of the tasks that are concerned alone.
    """

    command: str
    run: str
    prompts: int
    calls: int
    cost: float | None
    of_tasks: float | None


async def proposal(
    router: Router, runs: RunStore, models: Sequence[str], tasks: Sequence[str]
) -> Proposal | None:
    """The newest kept run that asked one of `models`, once more for all of them; None where none is kept.

    Raises:
        StoreError: the store cannot be read.
    """
    named = {name for model in models for name in _names(router, model)}
    run = next((each for each in await runs.runs() if named & {*each.models}), None)
    if run is None:
        return None
    from interlock_evaluation.runs import plan  # noqa: PLC0415 - nothing to plan on most days

    kept = await runs.kept(run.id)
    asked = [each for each in run.models if each in named] or list(models)
    suite = Suite(samples=tuple(kept.samples), name=run.suite)
    concerned = [each for each in suite if kept.tasks.get(each.id) in tasks]
    try:
        planned = plan(router, suite, asked, repeats=run.repeats)
        part = plan(router, Suite(samples=tuple(concerned)), asked, repeats=run.repeats)
    except InterlockError:
        return Proposal(
            command=_command(run, asked), run=run.id, prompts=len(suite), calls=0, cost=None, of_tasks=None
        )
    return Proposal(
        command=_command(run, asked),
        run=run.id,
        prompts=len(suite),
        calls=planned.calls,
        cost=planned.cost,
        of_tasks=part.cost,
    )


def _command(run: Run, models: Sequence[str]) -> str:
    options = [f"--model {each}" for each in models]
    options += [f"--repeats {run.repeats}"] if run.repeats > 1 else []
    options += [f"--grader {run.grader}"] if run.grader else []
    options += [f"--judge {run.judge}"] if run.judge else []
    return " ".join(["interlock eval run", run.suite, *options])


def _names(router: Router, model: str) -> set[str]:
    """What a run may call it: itself, its deployments, and the card of the one that is called so."""
    meant = [each for each in router.deployments.values() if model in (each.id, each.model)]
    return {model, *(each.id for each in meant), *(each.model for each in meant)}
