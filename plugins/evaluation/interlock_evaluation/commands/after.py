"""What to ask after a run, as `eval plan --after` says it."""

import asyncio
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import typer

from interlock.commands import note, tables
from interlock.errors import RequestError
from interlock_evaluation.commands.words import money, points

if TYPE_CHECKING:
    from interlock_evaluation.advising import Advice, TaskAdvice

_TABLES: Final = (".csv", ".tsv", ".json", ".jsonl", ".ndjson", ".gz")


def advice_of(context: typer.Context, after: str, store: str | None) -> "Advice":
    """Of a table of outcomes, if the name ends as one, else of a run. Raises RequestError."""
    from interlock_evaluation.advising import advise
    from interlock_evaluation.commands.asked import open_store
    from interlock_evaluation.commands.learn import with_tasks
    from interlock_evaluation.commands.outcomes import kept_run
    from interlock_evaluation.outcomes import Outcomes, read_outcomes
    from interlock_evaluation.runs import outcomes_of

    path = Path(after)
    if path.suffix.lower() in _TABLES:
        outcomes = with_tasks(read_outcomes(path))
    else:
        outcomes = Outcomes.of(outcomes_of(asyncio.run(kept_run(open_store(context, store), after))))
    try:
        return advise(outcomes)
    except ValueError as error:
        raise RequestError(str(error), key=f"--after {after}") from None


def advice_data(advice: "Advice") -> dict[str, Any]:
    tasks = [asdict(each) | {"settled": each.settled} for each in advice.tasks]
    return {"best": advice.best, "tasks": tasks}


def show_advice(advice: "Advice") -> None:
    rows = [
        (
            each.task or "-",
            f"{each.prompts:,}",
            each.rival or "-",
            points(each.gain) if each.rival else "-",
            _more(each),
            "-" if each.cost is None or each.settled else money(each.cost),
            f"{100 * each.share:.0f}" if each.share else "-",
        )
        for each in advice.tasks
    ]
    columns = ("Task", "Prompts", "Rival", f"Over {advice.best}", "More prompts", "About", "Of 100 more")
    tables((columns, rows))
    left = [each for each in advice.tasks if each.more]
    if all(each.settled for each in advice.tasks):
        note("Every task is settled; more prompts would change nothing.")
    elif left:
        costs = [each.cost for each in left]
        told = "" if None in costs else f" for about {money(sum(cost or 0.0 for cost in costs))}"
        more = sum(each.more or 0 for each in left)
        note(
            f"Ask where it cannot be told yet, and not evenly: {more:,} prompts would settle {len(left)} of "
            f"{len(advice.tasks)} tasks{told}, if differences are as large as they look."
        )


def _more(advice: "TaskAdvice") -> str:
    if advice.settled:
        return "settled"
    if advice.rival is None:
        return "too few to say"
    return "either will do" if advice.more is None else f"{advice.more:,}"
