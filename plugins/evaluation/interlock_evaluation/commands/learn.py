"""`interlock eval learn`: who leads each task, out of marked answers, and what that is worth."""

from dataclasses import asdict, replace
from datetime import UTC, datetime
from hashlib import sha256
from itertools import count
from math import isfinite
from pathlib import Path
from typing import Annotated, Any

import typer

from interlock.commands import note, tables, write_json
from interlock.errors import RequestError
from interlock.types.files import write_whole
from interlock_evaluation.commands.bars import counting
from interlock_evaluation.commands.refining import features_of
from interlock_evaluation.commands.words import between, check_models, points, tell_judged
from interlock_evaluation.learning import (
    LEAST,
    OBJECTIVES,
    RISK,
    Arrays,
    Features,
    LearnedTable,
    Objective,
    TaskRoute,
    fits,
    learn,
    routes_to_text,
    to_bytes,
    told,
)
from interlock_evaluation.learning.guessing import guess_tasks
from interlock_evaluation.outcomes import Outcomes, read_outcomes
from interlock_evaluation.statistics import smallest_difference

_ARRAYS = ".words.npz"
_NAMES = {
    "routes": "these routes",
    "refined": "those, refined by words",
    "single": "the best model alone",
    "length": "by length alone",
    "winners": "each task's plain winner",
    "promising": "these without caution",
    "oracle": "the best for each prompt",
}


def learn_routes(
    table: Annotated[
        Path, typer.Argument(help="Marked answers: .jsonl or .csv, one row a prompt and model.")
    ],
    *,
    objective: Annotated[
        str, typer.Option(metavar="OBJECTIVE", help="quality, or cost: as good for the least.")
    ] = "quality",
    risk: Annotated[
        float, typer.Option(help="How often the routes may be worse than the best model alone.")
    ] = RISK,
    margin: Annotated[
        float, typer.Option(min=0, max=99, help="Points of quality that may be lost for less cost.")
    ] = 0.0,
    min_prompts: Annotated[
        int, typer.Option(min=2, help="Prompts of a task, below which the best model alone has it.")
    ] = LEAST,
    likely: Annotated[
        bool, typer.Option("--likely", help="Take along tasks whose gain is likely, where the whole is safe.")
    ] = False,
    baseline: Annotated[
        str | None, typer.Option(metavar="MODEL", help="The model to be compared with.")
    ] = None,
    without: Annotated[
        list[str], typer.Option(metavar="MODEL", help="A model that may not be used anywhere.")
    ] = [],  # noqa: B006 - typer wants it so, and nobody changes it
    words: Annotated[
        bool, typer.Option("--words/--no-words", help="Refine routes by the prompts' own words.")
    ] = True,
    write: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Write the routes there, for `interlock routes apply`."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print one JSON object.")] = False,
) -> None:
    """Learn routes by task out of marked answers, and say what they are worth on prompts not learned from.

    A task leaves the best single model only where another one is better beyond chance. Nothing is sent.
    """
    outcomes, guessed = _outcomes(table, without, baseline)
    found = _learn(
        outcomes,
        str(table),
        words=features_of(outcomes) if words else None,
        guessed=guessed,
        objective=_objective(objective),
        risk=_risk(risk),
        margin=margin / 100,
        least=min_prompts,
        likely=likely,
        baseline=baseline,
        without=without,
    )
    if as_json:
        write_json(_data(found))
    else:
        _show(found)
    if write is not None:
        _write(found, write, table.name)


def _data(found: LearnedTable) -> dict[str, Any]:
    """For JSON: figures alone, those of two models at the top as well."""
    data: dict[str, Any] = asdict(replace(found, refinement=None))
    del data["refinement"]
    if found.ordering is not None:
        data |= {
            "apgr": found.ordering.apgr.value,
            "cpt50": found.ordering.cpt50,
            "cpt80": found.ordering.cpt80,
        }
    return data


def _write(found: LearnedTable, path: Path, name: str) -> None:
    arrays = None
    try:
        if found.refinement is not None:
            content = to_bytes(found.refinement)
            beside = path.with_suffix(_ARRAYS)
            arrays = Arrays(file=beside.name, digest=f"sha256:{sha256(content).hexdigest()}")
            write_whole(beside, content)
            note(f"Written: {beside}, {len(content) / 1e6:.1f} MB, which belongs to it.")
        write_whole(path, routes_to_text(found, datetime.now(UTC).date(), name=name, arrays=arrays).encode())
    except OSError as error:
        raise RequestError(f"cannot be written: {error.strerror or error}.", key="--write") from None
    note(f"Written: {path}. `interlock routes apply {path}` puts it to use.")


def _outcomes(table: Path, without: list[str], baseline: str | None) -> tuple[Outcomes, bool]:
    """The table with tasks, and whether most of them were guessed from the prompts' words."""
    read = read_outcomes(table)
    outcomes = with_tasks(read)
    check_models(outcomes, without, "--without")
    check_models(outcomes, [] if baseline is None else [baseline], "--baseline")
    return outcomes, sum(map(bool, read.tasks)) < len(read.tasks) / 2


def _learn(
    outcomes: Outcomes, key: str, *, words: Features | None, objective: Objective, **options: Any
) -> LearnedTable:
    try:
        if words is None:
            return learn(outcomes, objective=objective, **options)
        with counting("Learning from words", fits(objective)) as tell:
            done = count(1)
            return learn(outcomes, objective=objective, words=words, told=lambda: tell(next(done)), **options)
    except ValueError as error:
        raise RequestError(str(error), key=key) from None


def _objective(given: str) -> Objective:
    found = next((each for each in OBJECTIVES if each == given), None)
    if found is None:
        raise RequestError(f"expected one of {', '.join(OBJECTIVES)}, not {given!r}.", key="--objective")
    return found


def _risk(given: float) -> float:
    if not 0 < given < 1:
        raise RequestError(f"expected a share between 0 and 1, such as {RISK}, not {given:g}.", key="--risk")
    return given


def with_tasks(outcomes: Outcomes) -> Outcomes:
    """The table with tasks guessed where there are none, and a note that says so, and another one where a
    judge that is a model has marked.
    """
    tell_judged(outcomes)
    found = guess_tasks(outcomes)
    if found.guessed:
        note(f"{found.guessed:,} prompts had no task; it was guessed from their words, as the router does.")
    if found.without:
        note(f"{found.without:,} prompts have neither a task nor words to guess it from.")
    return found.outcomes


def _show(found: LearnedTable) -> None:
    rows = [_route(each) for each in found.routes]
    estimates = [
        (
            _NAMES[name],
            between(each.quality),
            "" if name == "single" else f"{points(each.gain)}: {told(each.gain)}",
            _cost(each.cost.value),
        )
        for name, each in found.estimates.items()
    ]
    tables(
        (("Task", "Leads", f"Over {found.single}, {found.level:.0%}", "Prompts", "Cost"), rows),
        (("On prompts not learned from", "Right", "Over the best model alone", "Cost"), estimates),
    )
    _show_words(found)
    seen = 100 * smallest_difference(found.prompts)
    note(
        f"{found.prompts:,} prompts show a difference of {seen:.1f} points overall, if a fifth are decisive."
    )
    note(f"Without caution: {points(found.caution)} over these routes, {told(found.caution)}.")
    if found.unmarked > 0:
        note(f"{found.unmarked:.1%} of the cells have no mark; prompts are compared where both have one.")
    moved = [each for each in found.routes if each.gain is not None]
    if any(each.gain is not None and each.gain.low <= 0 < each.gain.high for each in moved):
        note("Where a task's interval holds 0, what it gains by itself cannot be told.")
    if not moved:
        note(f"Nothing is better than {found.single} beyond chance: every task is left to it.")


def _show_words(found: LearnedTable) -> None:
    """What words add, and how well they tell two models apart."""
    if found.refined is not None:
        over, saved = found.refined.over, found.refined.saved
        use = "and are used" if found.refined.used else "and are not used, as that may be nothing"
        told_of = f"{points(over)}, {found.refined.level:.0%}"
        if found.objective == "cost":
            told_of += (
                f"; {100 * saved.value:+.1f} % [{100 * saved.low:+.1f}, {100 * saved.high:+.1f}] of the cost"
            )
        note(f"Words add {told_of} to these routes, {use}.")
    if found.ordering is not None:
        each = found.ordering
        by = "words" if found.refined is not None else "task"
        note(
            f"Half of what {each.strong} gains over {each.weak} is had by sending it {each.cpt50:.0%} of the "
            f"prompts, chosen by {by}, and four fifths of it by {each.cpt80:.0%}. On average over all shares "
            f"of prompts {each.apgr.value:.3f} [{each.apgr.low:.3f}, {each.apgr.high:.3f}] of it is had "
            "(APGR), by chance .5."
        )


def _route(each: TaskRoute) -> tuple[str, str, str, str, str]:
    gain = "" if each.gain is None else points(each.gain)
    return each.task or "(none)", each.models[0], gain, f"{each.prompts:,}", _cost(each.cost)


def _cost(value: float) -> str:
    return f"{value:.2f}" if isfinite(value) else "unknown"
