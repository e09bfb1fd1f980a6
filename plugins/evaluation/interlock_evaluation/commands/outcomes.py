"""`interlock eval outcomes` and `runs`: what was asked, as a table that the other verbs read."""

import asyncio
import csv
import io
import json
from dataclasses import asdict, fields
from datetime import UTC, datetime
from math import isnan
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from interlock.commands import note, tables, write_json
from interlock.errors import RequestError
from interlock_evaluation.commands.asked import JsonOption, StoreOption, open_store

if TYPE_CHECKING:
    from interlock_evaluation.outcomes import Outcome
    from interlock_evaluation.runs import Kept, Run
    from interlock_evaluation.store import Store


def outcomes(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's name, as `eval runs` lists them.")],
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="A .csv or .jsonl; without it, CSV is printed."),
    ] = None,
    everyone: Annotated[
        bool, typer.Option("--all", help="With ensembles and the router itself, which no route can name.")
    ] = False,
    words: Annotated[
        bool,
        typer.Option(
            "--text/--no-text",
            help="Whether prompts' and answers' words are in it, which may be secret.",
        ),
    ] = True,
    store: StoreOption = None,
) -> None:
    """Write a run as a table of outcomes: a row for each prompt and model, means of its repeats."""
    from interlock.types.files import write_whole
    from interlock_evaluation.commands.words import tell_judged
    from interlock_evaluation.outcomes import Outcomes
    from interlock_evaluation.runs import is_model, outcomes_of

    if output is not None and output.suffix.lower() not in (".csv", ".jsonl"):
        raise RequestError(f"ends in neither .csv nor .jsonl: {output.name!r}.", key="--output")
    kept = asyncio.run(kept_run(open_store(context, store), run))
    rows = outcomes_of(kept, texts=words, everyone=everyone, unmeasured=True)
    others = [each for each in kept.run.models if not is_model(each)]
    if others and not everyone:
        note(f"Without {', '.join(others)}, which no route can name; --all has them.")
    if all(isnan(row.correct) for row in rows):
        raise RequestError(
            "has no answer that was marked; name a --grader, a --judge, or let experts.", key=run
        )
    tell_judged(Outcomes.of(rows))
    lines = output is not None and output.suffix.lower() == ".jsonl"
    text = _lines(rows) if lines else _table(rows)
    if output is None:
        typer.echo(text, nl=False)
        return
    write_whole(output, text.encode())
    note(f"Wrote {len(rows):,} rows to {output}.")


def runs(context: typer.Context, *, store: StoreOption = None, as_json: JsonOption = False) -> None:
    """List the runs, newest first."""
    found = asyncio.run(_runs(open_store(context, store)))
    if as_json:
        write_json([asdict(each) for each in found])
        return
    if not found:
        note("Nothing was run yet.")
        return
    rows = [
        (
            each.id,
            ", ".join((each.suite, *each.tasks)),
            ", ".join(each.models),
            f"{each.repeats}",
            datetime.fromtimestamp(each.started, UTC).strftime("%Y-%m-%d %H:%M UTC"),
            "whole" if each.ended is not None else "something is left",
        )
        for each in found
    ]
    tables((("Run", "Suite", "Models", "Repeats", "Begun", "State"), rows))


async def kept_run(store: "Store", run: str) -> "Kept":
    """All that is known of a run. Raises RequestError where there is none of that name."""
    from interlock_evaluation.runs import RunStore

    try:
        return await RunStore(store).kept(run)
    finally:
        await store.aclose()


async def _runs(store: "Store") -> "list[Run]":
    from interlock_evaluation.runs import RunStore

    try:
        return await RunStore(store).runs()
    finally:
        await store.aclose()


def _lines(rows: "list[Outcome]") -> str:
    return "".join(
        json.dumps(
            {key: value for key, value in _written(row).items() if value not in (None, "")},
            ensure_ascii=False,
        )
        + "\n"
        for row in rows
    )


def _table(rows: "list[Outcome]") -> str:
    written = io.StringIO(newline="")
    table = csv.DictWriter(written, [each.name for each in fields(rows[0])], lineterminator="\n")
    table.writeheader()
    table.writerows(map(_written, rows))
    return written.getvalue()


def _written(row: "Outcome") -> dict[str, Any]:
    """What has no mark has an empty one."""
    return asdict(row) | ({"correct": None} if isnan(row.correct) else {})
