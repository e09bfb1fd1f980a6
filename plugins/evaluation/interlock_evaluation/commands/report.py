"""`interlock eval report`: what a run comes to."""

import asyncio
import json
from collections.abc import Callable
from contextlib import ExitStack
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Final

import typer

from interlock.commands import finite, note, write_json
from interlock.errors import RequestError
from interlock_evaluation.commands.asked import JsonOption, StoreOption
from interlock_evaluation.commands.bars import counting
from interlock_evaluation.commands.outcomes import kept_run
from interlock_evaluation.commands.run import open_store

if TYPE_CHECKING:
    from interlock_evaluation.reporting import Figures
    from interlock_evaluation.runs import Kept, Run

_ENDINGS: Final = (".html", ".md", ".csv", ".json", ".svg")


def report(
    context: typer.Context,
    run: Annotated[str, typer.Argument(metavar="RUN", help="A run's name, as `eval runs` lists them.")],
    *,
    output: Annotated[
        Path | None,
        typer.Option(
            "--output",
            "-o",
            metavar="FILE",
            help="An .html or .md for people, .csv or .json with all figures, or .svg with the picture.",
        ),
    ] = None,
    trust_judge: Annotated[
        bool, typer.Option("--trust-judge", help="Let a judge decide whom no expert was held against.")
    ] = False,
    words: Annotated[
        bool, typer.Option("--words/--no-words", help="Refine routes by the prompts' own words.")
    ] = True,
    store: StoreOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say how good each model is, how often it fails, how long it takes and what it costs, with intervals."""
    from interlock_evaluation.commands.reported import show

    if output is not None and output.suffix.lower() not in _ENDINGS:
        raise RequestError(f"ends in none of {', '.join(_ENDINGS)}: {output.name!r}.", key="--output")
    kept = asyncio.run(kept_run(open_store(context, store), run))
    figures = _figures(kept, trust_judge=trust_judge, words=words)
    if output is not None:
        _write(output, figures, kept.run)
        note(f"The report is in {output}.")
    if as_json:
        write_json(_plain(figures))
    elif output is None:
        show(figures)


def _figures(kept: "Kept", *, trust_judge: bool, words: bool) -> "Figures":
    """With a bar from when words were first learned from."""
    from interlock_evaluation.learning import fits
    from interlock_evaluation.reporting import figures_of

    with ExitStack() as opened:
        bars: list[Callable[[int], None]] = []
        done = count(1)

        def told() -> None:
            if not bars:
                bars.append(opened.enter_context(counting("Learning from words", fits("quality"))))
            bars[0](next(done))

        return figures_of(kept, trust_judge=trust_judge, words=words, told=told)


def _write(output: Path, figures: "Figures", run: "Run") -> None:
    from interlock.types.files import write_whole
    from interlock_evaluation.reporting import cost_and_quality, report_of, tidy
    from interlock_reports import svg, write_report

    match output.suffix.lower():
        case ".json":
            write_whole(output, (json.dumps(_plain(figures), indent=1) + "\n").encode())
        case ".csv":
            write_whole(output, tidy(figures).encode())
        case ".svg":
            picture = cost_and_quality(figures)
            if picture is None:
                raise RequestError("no model has both a mark and a cost to draw.", key="--output")
            write_whole(output, svg(picture).encode())
        case _:
            write_report(report_of(figures, run), output)


def _plain(figures: "Figures") -> Any:
    data = finite(asdict(figures))
    if data["routing"] is not None:
        del data["routing"]["refinement"]  # arrays, as `eval learn --json` leaves them out
    return data
