"""`interlock eval gate`: whether routes hold on marked answers, for CI."""

from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Annotated, Any

import typer

from interlock.commands import FAILED, note, tables, write_json
from interlock.documents import read
from interlock.errors import ConfigError, RequestError
from interlock.types.files import read_regular
from interlock_evaluation.commands.learn import with_tasks
from interlock_evaluation.commands.refining import features_for
from interlock_evaluation.commands.words import between, check_models, points
from interlock_evaluation.learning import MISSING, Holding, Refinement, hold, told
from interlock_evaluation.learning.arrays import from_bytes
from interlock_evaluation.outcomes import read_outcomes
from interlock_evaluation.reranking import Words

NOT_MEASURED = 3
_LARGEST = 16 * 1024**2


def gate(
    table: Annotated[
        Path, typer.Argument(help="Marked answers: .jsonl or .csv, one row a prompt and model.")
    ],
    *,
    routes: Annotated[Path, typer.Option(metavar="FILE", help="Routes, such as `eval learn` writes.")],
    baseline: Annotated[
        str | None,
        typer.Option(metavar="MODEL", help="The model to be compared with; the best one if not given."),
    ] = None,
    margin: Annotated[float, typer.Option(min=0, max=99, help="Points of quality that may be lost.")] = 0.0,
    missing: Annotated[
        float, typer.Option(min=0, max=100, help="Per cent of the prompts that may lack a mark.")
    ] = 100 * MISSING,
    words: Annotated[
        bool, typer.Option("--words/--no-words", help="Follow prompts' words, where the routes do.")
    ] = True,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Say whether routes are at least as good as the best model alone on these answers.

    Ends with 0 where the lower bound of what they gain does not lie below minus the margin, with 1 where it
    does, and with 3 where too little was marked to say so.
    """
    outcomes = with_tasks(read_outcomes(table, excluded=True))
    check_models(outcomes, [] if baseline is None else [baseline], "--baseline")
    refinement = read_refinement(routes) if words else None
    features = None if refinement is None else features_for(refinement, outcomes)
    try:
        found = hold(
            outcomes,
            read_routes(routes),
            margin=margin / 100,
            baseline=baseline,
            missing=missing / 100,
            refinement=refinement,
            words=features,
        )
    except ValueError as error:
        raise RequestError(str(error), key=str(table)) from None
    if as_json:
        write_json(asdict(found))
    else:
        _show(found)
    if found.verdict != "holds":
        raise typer.Exit(FAILED if found.verdict == "worse" else NOT_MEASURED)


def read_routes(path: Path) -> dict[str, tuple[str, ...]]:
    """The routes of a file of learned routes, or of a configuration.

    Raises:
        ConfigError: it is no YAML, or `routes` is no mapping of tasks to lists of models.
        RequestError: it cannot be read.
    """
    rows = _read(path).get("routes")
    if not isinstance(rows, dict) or not rows:
        raise ConfigError("expected tasks with their models, best first.", key="routes", source=str(path))
    for task, models in rows.items():
        if not isinstance(models, list) or not models or not all(isinstance(each, str) for each in models):
            raise ConfigError("expected models, best first.", key=f"routes.{task}", source=str(path))
    return {str(task): tuple(models) for task, models in rows.items()}


def read_refinement(path: Path) -> Refinement | None:
    """What routes are refined by, where the file says so.

    Raises:
        ConfigError: it is not beside the routes, or not what they were learned with.
    """
    refined = _read(path).get("refined")
    if not isinstance(refined, dict) or refined.get("by") != Words.name:
        return None
    try:
        content = read_regular(path.with_name(Path(str(refined.get("file"))).name), 2 * _LARGEST)
        if f"sha256:{sha256(content).hexdigest()}" != refined.get("digest"):
            raise ValueError("its digest is another one.")
        return from_bytes(content)
    except (OSError, ValueError) as error:
        what = f"{refined.get('file')} is not what these routes were learned with: {error}"
        raise ConfigError(what, key="refined.file", source=str(path)) from None


def _read(path: Path) -> dict[str, Any]:
    try:
        text = read_regular(path, _LARGEST).decode("utf-8-sig")
    except OSError as error:
        raise RequestError(f"cannot be read: {error.strerror or error}.", key=str(path)) from None
    except UnicodeDecodeError:
        raise RequestError("is no UTF-8.", key=str(path)) from None
    root = read(text, str(path))
    value: Any = None if root is None else root.plain()
    return value if isinstance(value, dict) else {}


def _show(found: Holding) -> None:
    over = f"over {found.baseline}" if found.baseline else "over the best model alone"
    rows = [
        ("right", between(found.estimate.quality)),
        (over, f"{points(found.estimate.gain)}: {told(found.estimate.gain)}"),
        ("prompts compared", f"{found.estimate.prompts:,}"),
        ("prompts without a mark", f"{found.missing:.1%}"),
    ]
    tables((("Routes", ""), rows))
    if found.excluded:
        note(
            f"Excluded: {found.excluded:,} prompts that rules keep from every model of their route, or from "
            "what it is compared with."
        )
    if found.unrouted:
        names = ", ".join(each or "(none)" for each in found.unrouted)
        note(f"Left out, as no route says where they go: {names}.")
    note(f"{found.verdict.capitalize()}: {found.why}")
