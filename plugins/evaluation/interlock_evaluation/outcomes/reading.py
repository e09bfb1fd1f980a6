"""Outcome tables as files: JSON lines, JSON or CSV, one row for each prompt and model."""

from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

import numpy as np

from interlock.errors import RequestError
from interlock.types.names import nearest
from interlock_evaluation.outcomes.columns import columns_of, number
from interlock_evaluation.outcomes.table import Outcome, Outcomes
from interlock_evaluation.outcomes.wide import long_rows
from interlock_evaluation.rows import Row, Table, read_file

_NEEDED: Final = ("prompt", "model", "correct")
_LEAST: Final = 0.0
_WORDS: Final = 24
"""Characters from which on a prompt that has blanks is taken for its own text."""
Named = tuple[str, Mapping[str, Any], Mapping[str, str]]
"""Where a row stands, its values by our names, and what the file calls them."""


def read_outcomes(path: Path, *, excluded: bool = False) -> Outcomes:
    """A table from `.jsonl`, `.json` or `.csv` (or `.ndjson`, `.tsv`), with `.gz` or not, up to 512 MB.

    Columns go by the names of `Outcome` or by what else they are usually called, in any case; `prompt`,
    `model` and `correct` are needed, what is empty is not known, and others are passed over. Without a column
    `model`, columns with other names are models and hold their marks. `correct` and `accepted` also take true
    and false. A row without a mark is left out, unless its `error` says why: then its prompt and its model
    are known, and the mark is NaN. Of what a rule excluded, whose `error` is `excluded`, that is so with
    `excluded` alone.

    Raises:
        RequestError: the file cannot be read, or a row makes no sense; it names the line and the key.
    """
    found = read_file(path)
    rows = _table(found, path) if isinstance(found, Table) else _renamed(found)
    outcomes = Outcomes.of(
        each
        for place, row, names in rows
        for each in (_outcome(row, place, names),)
        if each is not None and (excluded or not each.excluded)
    )
    if np.isnan(outcomes.correct).all():
        raise RequestError("holds no row with a mark.", key=str(path))
    return outcomes


def _table(found: Table, path: Path) -> Iterator[Named]:
    columns = columns_of(found.names, str(path))
    wide = long_rows(found.names, columns, str(path))
    if wide is None:
        _check_columns(found.names, columns, path)
    names = {ours: name for name, ours in columns.items()}
    places = [(at, columns[name]) for at, name in enumerate(found.names) if name in columns]
    for place, cells in found.rows:
        row = {ours: cells[at] for at, ours in places if at < len(cells)}
        if wide is None:
            yield place, row, names
        else:
            yield from ((place, each, {**names, "correct": each["model"]}) for each in wide(row, cells))


def _check_columns(header: Sequence[str], columns: Mapping[str, str], path: Path) -> None:
    for missing in _NEEDED:
        if missing not in columns.values():
            raise RequestError(
                f"has no column {missing!r}; it has {', '.join(header) or 'none'}.",
                key=str(path),
                suggestion=nearest(missing, [name for name in header if name not in columns]),
            )


def _renamed(rows: Iterator[Row]) -> Iterator[Named]:
    seen: dict[tuple[str, ...], dict[str, str]] = {}
    for place, row in rows:
        keys = tuple(row)
        if keys not in seen:
            seen[keys] = columns_of(keys, place)
        names = {ours: name for name, ours in seen[keys].items()}
        yield place, {ours: row[name] for ours, name in names.items()}, names


def _outcome(row: Mapping[str, Any], line: str, names: Mapping[str, str]) -> Outcome | None:
    def place(name: str) -> str:
        return f"{line}, {names.get(name, name)}"

    named = {name: _name(row.get(name), place(name)) for name in ("prompt", "model")}
    failed = row.get("error")
    if "correct" not in row and not failed:
        raise RequestError("expected 0 to 1, or true or false.", key=place("correct"))
    correct = number(row.get("correct"), place("correct"))
    given = {
        name: number(row[name], place(name), most=float("inf") if name in ("cost", "length") else 1.0)
        for name in ("cost", "confidence", "accepted", "length")
        if name in row
    }
    if correct is None and not failed:
        return None
    text = row.get("text")
    if text is None and len(named["prompt"]) >= _WORDS and " " in named["prompt"]:
        text = named["prompt"]
    length, accepted = given.get("length"), given.get("accepted")
    answer = row.get("answer")
    return Outcome(
        prompt=named["prompt"],
        model=named["model"],
        correct=float("nan") if correct is None else correct,
        task=_word(row.get("task"), place("task")),
        answer=None if answer is None else str(answer).strip(),
        cost=given.get("cost"),
        confidence=given.get("confidence"),
        accepted=None if accepted is None else accepted > _LEAST,
        length=None if length is None else int(length),
        text="" if text is None else str(text),
        deployment=_word(row.get("deployment"), place("deployment")),
        served_model=_word(row.get("served_model"), place("served_model")),
        error=_word(failed, place("error")),
        graded_by=_word(row.get("graded_by"), place("graded_by")),
    )


def _name(value: object, place: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)) or not (name := str(value).strip()):
        raise RequestError(f"expected a name, not {value!r}.", key=place)
    return name


def _word(value: object, place: str) -> str:
    if isinstance(value, (dict, list)):
        raise RequestError("expected a name.", key=place)
    return "" if value is None else str(value).strip()
