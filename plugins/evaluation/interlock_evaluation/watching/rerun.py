"""Measuring again: which run to make once more, and what it would cost."""

import shlex
from collections.abc import Collection, Sequence
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
        tasks: whose prompts are asked alone, sorted; empty where all are.
        prompts, calls: how many.
        cost: US dollars, as far as prices are known; None where the run cannot be planned any more.
    """

    command: str
    run: str
    tasks: Sequence[str]
    prompts: int
    calls: int
    cost: float | None


async def proposal(
    router: Router, runs: RunStore, models: Sequence[str], tasks: Collection[str]
) -> Proposal | None:
    """The newest kept run that asked one of `models`, once more for all of them; None where none is kept.

    Of its prompts those of `tasks` alone, as far as it has any: of several runs the newest that has most of
    these tasks. Without `tasks` all that it asked, of several runs one that asked its whole suite.

    Raises:
        StoreError: the store cannot be read.
    """
    named = {name for model in models for name in _names(router, model)}
    found = [each for each in await runs.runs() if named & {*each.models}]
    if not found:
        return None
    having = [await runs.tasks(each.id) & {*tasks} for each in found]
    most = max(range(len(found)), key=lambda at: (len(having[at]), not tasks and not found[at].tasks, -at))
    run, concerned = found[most], tuple(sorted(having[most] or found[most].tasks))
    asked = [each for each in run.models if each in named] or list(models)
    kept = await runs.kept(run.id)
    samples = [each for each in kept.samples if not concerned or kept.tasks[each.id] in concerned]
    calls, cost = 0, None
    from interlock_evaluation.runs import plan  # noqa: PLC0415 - nothing to plan on most days

    try:
        planned = plan(router, Suite(samples=tuple(samples), name=run.suite), asked, repeats=run.repeats)
        calls, cost = planned.calls, planned.cost
    except InterlockError:
        pass  # a model or a constraint that the configuration has no longer
    return Proposal(
        command=_command(run, asked, concerned),
        run=run.id,
        tasks=concerned,
        prompts=len(samples),
        calls=calls,
        cost=cost,
    )


def _command(run: Run, models: Sequence[str], tasks: Sequence[str]) -> str:
    words = ["interlock", "eval", "run", run.suite]
    words += [word for each in models for word in ("--model", each)]
    words += [word for each in tasks for word in ("--task", each)]
    words += ["--repeats", str(run.repeats)] if run.repeats > 1 else []
    words += ["--grader", run.grader] if run.grader else []
    words += ["--judge", run.judge] if run.judge else []
    return shlex.join(words)


def _names(router: Router, model: str) -> set[str]:
    """What a run may call it: itself, its deployments, and the card of the one that is called so."""
    meant = [each for each in router.deployments.values() if model in (each.id, each.model)]
    return {model, *(each.id for each in meant), *(each.model for each in meant)}
