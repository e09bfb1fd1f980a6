"""`interlock eval run`: a suite is asked, marked and kept."""

import asyncio
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from time import time
from typing import TYPE_CHECKING, Annotated, Any, Final

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
    rates_of,
)
from interlock_evaluation.commands.bars import bar
from interlock_evaluation.commands.plan import show_plan
from interlock_evaluation.commands.ran import ran_data, show_ran

if TYPE_CHECKING:
    from interlock import Router
    from interlock_evaluation.runs import Ended, Kept, Progress, Run
    from interlock_evaluation.store import Store
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
    yes: Annotated[bool, typer.Option("--yes", "-y", help="Do not ask about the cost.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Ask every model every prompt that its constraints allow it, mark the answers, and keep them.

    What was asked is not asked again: the same command goes on where it was broken off. It asks before it
    begins what may cost more than a dollar. The exit code is 4 where the budget was over first.
    """
    from interlock_evaluation.runs import Pace, Purse, Run, of_tasks
    from interlock_evaluation.suites import read_suite

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
        pace = Pace(at_once=at_once, per_minute=rates_of(per_minute))
        limits = {"pace": pace, "purse": Purse(most=budget)}
        opened = open_store(context, store)
        try:
            ended, kept = asyncio.run(_asked(router, read, wanted, opened, errors=errors, **limits))
        except KeyboardInterrupt:
            note(f"What has come is kept as {wanted.id}; the same command goes on.")
            raise
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


async def _asked(
    router: "Router",
    suite: "Suite",
    run: "Run",
    store: "Store",
    *,
    errors: bool,
    **limits: Any,
) -> "tuple[Ended, Kept]":
    from interlock_evaluation.grading import Graders
    from interlock_evaluation.runs import Runner, RunStore

    kept = RunStore(store)
    graders = Graders(router, judge=run.judge, run_code=run.run_code, usual=run.grader)
    try:
        with bar(run.id) as shown:

            def tell(progress: "Progress") -> None:
                if shown is not None:
                    shown(progress.done, progress.total, _said(progress))

            runner = Runner(router, kept, graders, tell=tell, **limits)
            ended = await runner.ask(run, suite, errors=errors)
        return ended, await kept.kept(run.id)
    finally:
        await store.aclose()


def _said(progress: "Progress") -> str:
    failed = f", {progress.errors} failed" if progress.errors else ""
    return f"${progress.spent:.2f}{failed}"
