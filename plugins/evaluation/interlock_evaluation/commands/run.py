"""`interlock eval run`: a suite is asked, marked and kept."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Annotated, Final

import typer

from interlock.commands import FAILED, note, session, write_json
from interlock.errors import RequestError
from interlock_evaluation.commands.asked import (
    AtOnceOption,
    GraderOption,
    JsonOption,
    JudgeOption,
    ModelsOption,
    RepeatsOption,
    StoreOption,
    SuiteArgument,
    TasksOption,
    models_of,
    open_store,
    place_of,
    rates_of,
)
from interlock_evaluation.commands.asking import Asked, Limits, ask_everywhere, ask_here, job_of
from interlock_evaluation.commands.plan import show_plan
from interlock_evaluation.commands.ran import ran_data, show_ran

if TYPE_CHECKING:
    from interlock import Router
    from interlock_evaluation.runs import Run
    from interlock_evaluation.suites import Suite

__all__ = ["open_store", "run"]

_LEFT: Final = 4  # exit code: the money was over before the questions were, as an agent's budget has it
_ASKED_ABOVE: Final = 1.0  # dollars
_LONGEST: Final = 128


def run(
    context: typer.Context,
    suite: SuiteArgument,
    *,
    model: ModelsOption = None,
    task: TasksOption = None,
    repeats: RepeatsOption = 1,
    name: Annotated[
        str | None,
        typer.Option("--run", metavar="NAME", help="What the run is called; the same goes on with it."),
    ] = None,
    budget: Annotated[
        float | None, typer.Option(min=0, metavar="DOLLARS", help="Spend no more than this on the run.")
    ] = None,
    at_once: AtOnceOption = 4,
    per_minute: Annotated[
        list[str] | None,
        typer.Option(metavar="PROVIDER=COUNT", help="Begin no more calls of a provider in a minute."),
    ] = None,
    grader: GraderOption = "",
    judge: JudgeOption = None,
    run_code: Annotated[
        bool, typer.Option("--run-code", help="Allow the grader `code` to run programs that models wrote.")
    ] = False,
    errors: Annotated[bool, typer.Option("--errors", help="Ask again what failed before.")] = False,
    store: StoreOption = None,
    detach: Annotated[
        bool,
        typer.Option("--detach", help="Leave it to `interlock work`, with a store of DBOS, and return."),
    ] = False,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask about the cost.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Ask every model every prompt that its constraints allow it, mark the answers, and keep them.

    What was asked is not asked again: the same command goes on where it was broken off. It asks before it
    begins what may cost more than a dollar. The exit code is 4 where the budget was over first.
    """
    from interlock_evaluation.runs import Run, of_tasks
    from interlock_evaluation.runs.executing import executor_for
    from interlock_evaluation.suites import read_suite

    url, folder = place_of(context, store)
    executor = executor_for(url)
    if detach and executor is None:
        raise RequestError(
            "it takes a store that workers share, as in dbos+sqlite:///eval.db.", key="--detach"
        )

    tasks = tuple(sorted(set(task or ())))
    with session(context).router() as router:
        read = of_tasks(router, read_suite(suite), tasks)
        wanted = Run(
            id=_name(name, suite, tasks),
            suite=read.name,
            digest=read.digest,
            configuration=router.digest,
            models=models_of(router, model),
            repeats=repeats,
            grader=grader,
            judge=judge,
            run_code=run_code,
            tasks=tasks,
            started=time(),
        )
        _agree(router, read, wanted, at_once, yes=yes)
        limits = Limits(budget=budget, at_once=at_once, per_minute=rates_of(per_minute))
        asked = Asked(router=router, suite=read, run=wanted, errors=errors, limits=limits)
        try:
            ended, kept = asyncio.run(
                ask_here(asked, open_store(context, store))
                if executor is None
                else ask_everywhere(asked, executor, url, folder, detach=detach)
            )
        except KeyboardInterrupt:
            note(f"What has come is kept as {wanted.id}; the same command goes on.")
            raise
    if detach:
        note(f"{ended.left:,} questions are left to workers: `interlock jobs watch {job_of(wanted.id)}`.")
        return
    if as_json:
        write_json(ran_data(ended, kept))
    else:
        show_ran(ended, kept)
    if ended.left:
        raise typer.Exit(_LEFT)
    if not any(each.outcome == "answer" for each in kept.results.values()):
        raise typer.Exit(FAILED)


def _name(given: str | None, suite: Path, tasks: Sequence[str]) -> str:
    if given is None:
        which = "+".join(tasks)
        parts = (
            suite.name.partition(".")[0],
            which if len(which) <= _LONGEST // 2 else f"{len(tasks)}-tasks",
            datetime.now(UTC).astimezone().date().isoformat(),
        )
        return "-".join(filter(None, parts))
    if not (given.isprintable() and 0 < len(given) <= _LONGEST):
        raise RequestError(f"expected up to {_LONGEST} printable characters.", key="--run")
    return given


def _agree(router: "Router", suite: "Suite", run: "Run", at_once: int, *, yes: bool) -> None:
    from interlock_evaluation.grading import Graders
    from interlock_evaluation.runs import plan

    graders = Graders(router, judge=run.judge, run_code=run.run_code, usual=run.grader)
    planned = plan(router, suite, run.models, repeats=run.repeats, at_once=at_once, graders=graders)
    if yes or planned.cost <= _ASKED_ABOVE:
        return
    show_plan(planned)
    try:
        agreed = typer.confirm("Ask them?", err=True)
    except typer.Abort:  # nobody is there to answer
        note("")
        agreed = False
    if not agreed:
        note("Nobody was asked; --yes asks without a question.")
        raise typer.Exit(FAILED)
