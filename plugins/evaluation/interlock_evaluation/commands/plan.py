"""`interlock eval plan`: what a run would ask, cost and tell."""

from dataclasses import asdict
from math import isfinite
from typing import TYPE_CHECKING, Annotated, Final

import typer

from interlock.commands import note, session, tables, write_json
from interlock_evaluation.commands.asked import (
    AtOnceOption,
    JsonOption,
    ModelsOption,
    RepeatsOption,
    SuiteArgument,
    models_of,
)

if TYPE_CHECKING:
    from interlock_evaluation.runs import RunPlan

_CENT: Final = 0.01
_MINUTE: Final = 60


def plan(
    context: typer.Context,
    suite: SuiteArgument,
    *,
    model: ModelsOption = None,
    repeats: RepeatsOption = 1,
    at_once: AtOnceOption = 4,
    discordance: Annotated[
        float,
        typer.Option(
            min=0.01, max=1, metavar="SHARE", help="On how many prompts two models are taken to differ."
        ),
    ] = 0.2,
    as_json: JsonOption = False,
) -> None:
    """Say what would be asked of which model, what it would cost, and what it could tell. Nobody is asked."""
    from interlock_evaluation.runs import plan as planned
    from interlock_evaluation.suites import read_suite

    read = read_suite(suite)
    with session(context).router() as router:
        found = planned(
            router,
            read,
            models_of(router, model),
            repeats=repeats,
            at_once=at_once,
            discordance=discordance,
        )
    if as_json:
        write_json({**asdict(found), "calls": found.calls, "cost": found.cost})
    else:
        show_plan(found)


def show_plan(found: "RunPlan") -> None:
    models = [
        (
            each.model,
            f"{each.calls:,}",
            _money(each.cost) + (f", and {each.unpriced:,} of unknown price" if each.unpriced else ""),
            "; ".join(f"{count:,}: {rule}" for rule, count in each.excluded.items()),
        )
        for each in found.models
    ]
    tasks = [(each.task, f"{each.prompts:,}", _points(each.difference)) for each in found.tasks]
    tables(
        (("Model", "Calls", "About", "Prompts that it may not have"), models),
        (("Task", "Prompts", "Smallest difference that will be seen"), tasks),
    )
    note(
        f"{found.prompts:,} prompts, {found.calls:,} calls, about {_money(found.cost)} and "
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


def _money(dollars: float) -> str:
    return f"${dollars:,.2f}" if dollars >= _CENT or not dollars else "less than $0.01"


def _time(seconds: float) -> str:
    if seconds < 1.5 * _MINUTE:
        return f"{seconds:.0f} s"
    minutes = seconds / _MINUTE
    return f"{minutes:.0f} min" if minutes < 1.5 * _MINUTE else f"{minutes / _MINUTE:.1f} h"
