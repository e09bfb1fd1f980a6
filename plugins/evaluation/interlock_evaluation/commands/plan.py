"""`interlock eval plan`: what a run would ask, cost and tell, and what to ask after one."""

from collections.abc import Sequence
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final

import typer

from interlock.commands import note, session, tables, write_json
from interlock.errors import RequestError
from interlock_evaluation.commands.after import advice_data, advice_of, show_advice
from interlock_evaluation.commands.asked import (
    AtOnceOption,
    GraderOption,
    JsonOption,
    JudgeOption,
    ModelsOption,
    RepeatsOption,
    StoreOption,
    TasksOption,
    models_of,
)
from interlock_evaluation.commands.words import money

if TYPE_CHECKING:
    from interlock_evaluation.runs import RunPlan

_MINUTE: Final = 60


def plan(
    context: typer.Context,
    suite: Annotated[
        Path | None,
        typer.Argument(metavar="[SUITE]", help="Prompts: .jsonl or .csv, one row for each."),
    ] = None,
    *,
    model: ModelsOption = None,
    task: TasksOption = None,
    repeats: RepeatsOption = 1,
    at_once: AtOnceOption = 4,
    discordance: Annotated[
        float,
        typer.Option(
            min=0.01, max=1, metavar="SHARE", help="On how many prompts two models are taken to differ."
        ),
    ] = 0.2,
    grader: GraderOption = "",
    judge: JudgeOption = None,
    after: Annotated[
        str | None,
        typer.Option(metavar="RUN", help="Say what to ask after this run, or this table of outcomes."),
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say what would be asked of which model, what it would cost, and what it could tell. Nobody is asked."""
    if suite is None and after is None:
        raise RequestError("expected a suite, or --after a run.", key="SUITE")
    if suite is None and task:
        raise RequestError("says which prompts of a suite are asked; name the suite.", key="--task")
    advice = None if after is None else advice_of(context, after, store)
    found = None
    if suite is not None:
        found = _planned(
            context,
            suite,
            model,
            grader,
            judge,
            tasks=task or (),
            repeats=repeats,
            at_once=at_once,
            discordance=discordance,
        )
    if as_json:
        write_json(
            {
                **({} if found is None else {**asdict(found), "calls": found.calls, "cost": found.cost}),
                **({} if advice is None else {"after": advice_data(advice)}),
            }
        )
        return
    if found is not None:
        show_plan(found)
    if advice is not None:
        show_advice(advice)


def _planned(
    context: typer.Context,
    suite: Path,
    model: list[str] | None,
    grader: str,
    judge: str | None,
    *,
    tasks: Sequence[str],
    repeats: int,
    at_once: int,
    discordance: float,
) -> "RunPlan":
    from interlock_evaluation.grading import Graders
    from interlock_evaluation.runs import of_tasks
    from interlock_evaluation.runs import plan as planned
    from interlock_evaluation.suites import read_suite

    read = read_suite(suite)
    with session(context).router() as router:
        return planned(
            router,
            of_tasks(router, read, tasks),
            models_of(router, model),
            repeats=repeats,
            at_once=at_once,
            discordance=discordance,
            # Whether programs may be run is asked of a run, and changes nothing here.
            graders=Graders(router, judge=judge, run_code=True, usual=grader) if judge else None,
        )


def show_plan(found: "RunPlan") -> None:
    models = [
        (
            each.model,
            f"{each.calls:,}",
            money(each.cost) + (f", and {each.unpriced:,} of unknown price" if each.unpriced else ""),
            "; ".join(f"{count:,}: {rule}" for rule, count in each.excluded.items()),
        )
        for each in found.models
    ]
    if (judge := found.judge) is not None:
        models.append(
            (
                f"{judge.model}, to mark",
                f"{judge.calls:,}",
                money(judge.cost) + (f", and {judge.unpriced:,} of unknown price" if judge.unpriced else ""),
                "; ".join(f"{count:,}: {rule}" for rule, count in judge.excluded.items()),
            )
        )
    tasks = [(each.task, f"{each.prompts:,}", _points(each.difference)) for each in found.tasks]
    tables(
        (("Model", "Calls", "About", "Prompts that it may not have"), models),
        (("Task", "Prompts", "Smallest difference that will be seen"), tasks),
    )
    note(
        f"{found.prompts:,} prompts, {found.calls:,} calls, about {money(found.cost)} and "
        f"{_time(found.seconds)}."
    )
    if isfinite(found.difference):
        note(
            f"Two models are told apart from {_points(found.difference)} on, if only one of them is right "
            f"about {found.discordance:.0%} of the prompts."
        )
    else:
        note("No two models are told apart by so few prompts.")


def _points(share: float) -> str:
    return f"{100 * share:.1f} points" if isfinite(share) else "none: too few prompts"


def _time(seconds: float) -> str:
    if seconds < 1.5 * _MINUTE:
        return f"{seconds:.0f} s"
    minutes = seconds / _MINUTE
    return f"{minutes:.0f} min" if minutes < 1.5 * _MINUTE else f"{minutes / _MINUTE:.1f} h"
