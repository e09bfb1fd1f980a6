"""`interlock eval cascade`: whether a cascade may be used, and what it would save."""

import json
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer

from interlock.commands import FAILED, note, tables, write_json
from interlock.errors import RequestError
from interlock.types.calibrations import UnusableCalibration, calibration_to_plain
from interlock_evaluation.calibrating import calibration_of
from interlock_evaluation.cascades import SIGNALS, Fit, Signal, fit
from interlock_evaluation.commands.words import between, check_models, points, share, times
from interlock_evaluation.outcomes import read_outcomes


def cascade(
    table: Annotated[
        Path, typer.Argument(help="Marked answers: .jsonl or .csv, one row a prompt and model.")
    ],
    *,
    cheap: Annotated[
        list[str], typer.Option(metavar="MODEL", help="The cheap model; two or more for agreement.")
    ],
    best: Annotated[str, typer.Option(metavar="MODEL", help="The model that the rest goes on to.")],
    signal: Annotated[
        str, typer.Option(metavar="SIGNAL", help=f"What is gone by: {', '.join(SIGNALS)}.")
    ] = "agreement",
    margin: Annotated[
        float, typer.Option(min=0, max=100, help="Points of quality that may be lost for what is saved.")
    ] = 0.0,
    write: Annotated[
        Path | None, typer.Option(metavar="FILE", help="Write a calibration there, for cascades.TASK.")
    ] = None,
    task: Annotated[
        str | None, typer.Option(metavar="TASK", help="Whose prompts these are; needed with --write.")
    ] = None,
    verifier: Annotated[
        list[str], typer.Option(metavar="MODEL", help="Who verified; needed with --write of that signal.")
    ] = [],  # noqa: B006 - typer wants it so, and nobody changes it
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say whether a cascade is at least as good as its best model alone, and what it costs.

    The signal goes for the cheap answer or for the best model's. Where only one of the two is right, it has
    to find that one often enough: q, of which the lower bound must not lie below q*. Ends with 1 where it
    does.
    """
    chosen = next((each for each in SIGNALS if each == signal), None)
    if chosen is None:
        raise RequestError(f"expected one of {', '.join(SIGNALS)}, not {signal!r}.", key="--signal")
    if write is not None and (task is None or (chosen == "verifier" and not verifier)):
        missing = "--task" if task is None else "--verifier"
        raise RequestError("is missing: a calibration says so, too.", key=missing)
    found = _fit(table, cheap, best, chosen, margin / 100)
    if as_json:
        write_json(asdict(found))
    else:
        _show(found)
    if found.refused:
        raise typer.Exit(FAILED)
    if write is not None and task is not None:
        _write(write, found, task, margin / 100, verifier)


def _fit(table: Path, cheap: list[str], best: str, signal: Signal, margin: float) -> Fit:
    outcomes = read_outcomes(table)
    check_models(outcomes, cheap, "--cheap")
    check_models(outcomes, [best], "--best")
    try:
        return fit(outcomes, cheap, best, signal, margin=margin)
    except ValueError as error:
        raise RequestError(str(error), key="--signal") from None


def _write(path: Path, found: Fit, task: str, margin: float, verifier: list[str]) -> None:
    today = datetime.now(UTC).date()
    try:
        made = calibration_of(found, task, today, margin=margin, verifier=verifier)
        path.write_text(json.dumps(calibration_to_plain(made), indent=2) + "\n", "utf-8")
    except UnusableCalibration as error:
        raise RequestError(
            f"there is nothing to write: {error.key}: {error.message}.", key="--write"
        ) from None
    except OSError as error:
        raise RequestError(f"cannot be written: {error.strerror or error}.", key="--write") from None
    note(f"Written: {path}, for `cascades: {{{task}: {{calibration: …}}}}`.")


def _show(found: Fit) -> None:
    rows = [
        ("cascade", between(found.quality)),
        (f"{found.best_model} alone", share(found.best)),
        (f"{found.cheap_models[0]} alone", share(found.cheap)),
        ("gain over the best", points(found.gain)),
        ("cost", times(found.cost)),
        ("goes on to the best", share(found.escalated)),
        ("threshold", f"{found.threshold:.3f}"),
        ("decisive prompts", f"{found.decisive:,.0f} of {found.prompts:,}"),
        ("q", between(found.q)),
        ("q*", share(found.q_star)),
    ]
    tables(((f"{found.signal}: {', '.join(found.cheap_models)} -> {found.best_model}", ""), rows))
    note(f"Not to be used: {found.refused}" if found.refused else "It may be used.")
