"""`interlock eval panel`: which panel, if any, is better than the best model alone."""

from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from interlock.commands import FAILED, note, tables, write_json
from interlock.errors import RequestError
from interlock_evaluation.commands.words import check_models, points, share, times
from interlock_evaluation.outcomes import read_outcomes
from interlock_evaluation.panels import PanelChoice, choose


def panel(
    table: Annotated[
        Path, typer.Argument(help="Marked answers: .jsonl or .csv, one row a prompt and model.")
    ],
    *,
    model: Annotated[
        list[str] | None, typer.Option(metavar="MODEL", help="Consider these models alone.")
    ] = None,
    name: Annotated[str, typer.Option(metavar="NAME", help="What the ensemble is to be called.")] = "panel",
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Choose three to five models whose vote is better than the best of them alone, and say by how much.

    Chosen on one half of the prompts, and reported on the other. Ends with 1 where the gain may be nothing.
    Prints the lines of the configuration where it is not.
    """
    outcomes = read_outcomes(table)
    check_models(outcomes, model or (), "--model")
    try:
        found = choose(outcomes, models=model)
    except ValueError as error:
        raise RequestError(str(error), key=str(table)) from None
    if as_json:
        write_json(asdict(found))
    else:
        _show(found, name)
    if found.refused:
        raise typer.Exit(FAILED)


def _show(found: PanelChoice, name: str) -> None:
    rows = [
        ("members", ", ".join(f"{model} ({weight:g})" for model, weight in found.members.items())),
        ("panel", share(found.quality)),
        (f"{found.single} alone", share(found.alone)),
        ("gain", points(found.gain)),
        ("cost", times(found.cost)),
        ("prompts", f"{found.prompts:,}, on which it was not chosen"),
    ]
    tables((("The most promising vote", ""), rows))
    if found.refused:
        note(f"Not to be used: {found.refused}")
        return
    note("It may be used:")
    typer.echo("\n".join(_lines(found, name)))


def _lines(found: PanelChoice, name: str) -> list[str]:
    """For interlock.yaml."""
    equal = len(set(found.members.values())) == 1
    members = [
        f"      - {model}" if equal else f"      - {{model: {model}, weight: {weight:g}}}"
        for model, weight in found.members.items()
    ]
    return ["ensembles:", f"  {name}:", "    mode: vote", "    members:", *members]
