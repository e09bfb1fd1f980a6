"""`interlock eval report`: what a run comes to."""

import asyncio
import json
from dataclasses import asdict
from math import isfinite
from pathlib import Path
from typing import Annotated, Any, Final

import typer

from interlock.commands import note, tables, write_json
from interlock.errors import RequestError
from interlock_evaluation.commands.asked import JsonOption, StoreOption
from interlock_evaluation.commands.outcomes import kept_run
from interlock_evaluation.commands.run import open_store

_ENDINGS: Final = (".html", ".md", ".json")


def report(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's name, as `eval runs` lists them.")],
    *,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", metavar="FILE", help="An .html or .md for people, or .json."),
    ] = None,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say how good each model is, how often it fails, how long it takes and what it costs, with intervals."""
    from interlock.types.files import write_whole
    from interlock_evaluation.reporting import figures_of, report_of
    from interlock_reports import write_report

    if output is not None and output.suffix.lower() not in _ENDINGS:
        raise RequestError(f"ends in none of {', '.join(_ENDINGS)}: {output.name!r}.", key="--output")
    kept = asyncio.run(kept_run(open_store(context, store), run))
    figures = figures_of(kept)
    if output is not None:
        if output.suffix.lower() == ".json":
            write_whole(output, (json.dumps(_finite(asdict(figures)), indent=1) + "\n").encode())
        else:
            write_report(report_of(figures, kept.run), output)
        note(f"The report is in {output}.")
    if as_json:
        write_json(_finite(asdict(figures)))
    elif output is None:
        _show(figures)


def _show(figures: Any) -> None:
    behind = {each.model: each for each in figures.compared}
    rows = []
    for each in figures.models:
        beside = behind.get(each.model)
        told = "-" if beside is None else "worse" if beside.claimed else "cannot tell"
        if each.model == figures.best:
            told = "the highest"
        rows.append(
            (
                each.model,
                f"{each.prompts:,}",
                _share(each.quality),
                told,
                _share(each.errors),
                _share(each.refusals),
                _figure(each.median_latency.value, "{:.2f} s"),
                _figure(each.cost.value * 1000, "${:.2f}"),
            )
        )
    columns = ("Model", "Marked", "Mean mark", "", "Failed", "Refused", "Half within", "1,000 prompts")
    tables((columns, rows))
    if figures.again:
        note(f"{figures.again:,} calls were made again after a break or a failure, and cost as often.")
    for why, count in figures.why.items():
        note(f"Left out, {count:,}: {why}")


def _share(found: Any) -> str:
    if not isfinite(found.value):
        return "-"
    return f"{100 * found.value:.1f} % [{100 * found.low:.1f}, {100 * found.high:.1f}]"


def _figure(value: float, form: str) -> str:
    return form.format(value) if isfinite(value) else "-"


def _finite(value: Any) -> Any:
    """JSON has no NaN and no infinity: what nobody knows is null."""
    if isinstance(value, float):
        return value if isfinite(value) else None
    if isinstance(value, dict):
        return {key: _finite(each) for key, each in value.items()}
    if isinstance(value, (list, tuple)):
        return [_finite(each) for each in value]
    return value
