"""Outcome tables as files: JSON lines, JSON or CSV, one row for each prompt and model."""

import csv
import io
import json
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Final

from interlock.errors import RequestError
from interlock.types.names import nearest
from interlock_evaluation.outcomes.columns import columns_of, number
from interlock_evaluation.outcomes.table import Outcome, Outcomes
from interlock_evaluation.outcomes.wide import long_rows
from interlock_evaluation.rows import Row, text_of

_NEEDED: Final = ("prompt", "model", "correct")
_ENDINGS: Final = (".jsonl", ".ndjson", ".json", ".csv", ".tsv")
_LEAST: Final = 0.0
_WORDS: Final = 24
"""Characters from which on a prompt that has blanks is taken for its own text."""


def read_outcomes(path: Path) -> Outcomes:
    """A table from `.jsonl`, `.json` or `.csv` (or `.ndjson`, `.tsv`), with `.gz` or not, up to 512 MB.

    Columns go by the names of `Outcome` or by what else they are usually called, in any case; `prompt`,
    `model` and `correct` are needed, what is empty is not known, and others are passed over. Without a column
    `model`, columns with other names are models and hold their marks. `correct` and `accepted` also take true
    and false. A row without a mark is left out.

    Raises:
        RequestError: the file cannot be read, or a row makes no sense; it names the line and the key.
    """
    ending = (path.with_suffix("").suffix if path.suffix.lower() == ".gz" else path.suffix).lower()
    if ending not in _ENDINGS:
        raise RequestError(f"ends in none of {', '.join(_ENDINGS)}.", key=str(path))
    text = text_of(path)
    rows = {".csv": _table, ".tsv": _table, ".json": _array}.get(ending, _lines)(text, path)
    outcomes = Outcomes.of(
        found for place, row in rows for found in (_outcome(row, place),) if found is not None
    )
    if not outcomes.prompts:
        raise RequestError("holds no row with a mark.", key=str(path))
    return outcomes


def _table(text: str, path: Path) -> Iterator[Row]:
    lines = csv.reader(io.StringIO(text, newline=""), delimiter=_delimiter(text))
    try:
        header = [name.strip() for name in next(lines, [])]
        columns = columns_of(header, str(path))
        if len(set(header)) < len(header):
            twin = next(name for name in header if header.count(name) > 1)
            raise RequestError(f"has two columns {twin!r}.", key=str(path))
        wide = long_rows(header, columns, str(path))
        if wide is None:
            _check_columns(header, columns, path)
        places = [(at, columns[name]) for at, name in enumerate(header) if name in columns]
        for cells in lines:
            if not any(cell.strip() for cell in cells):
                continue
            place = f"{path} line {lines.line_num}"
            if len(cells) > len(header):
                raise RequestError(f"has {len(cells)} values below {len(header)} names.", key=place)
            row = {ours: cells[at] for at, ours in places if at < len(cells)}
            if wide is None:
                yield place, row
            else:
                yield from ((place, each) for each in wide(row, cells))
    except csv.Error as error:
        raise RequestError(f"is no CSV: {error}.", key=f"{path} line {lines.line_num}") from None


def _delimiter(text: str) -> str:
    """What stands between the names of the first line most often, which may also be a semicolon."""
    first = text.split("\n", 1)[0]
    return max(",\t;", key=first.count)


def _check_columns(header: Sequence[str], columns: Mapping[str, str], path: Path) -> None:
    for missing in _NEEDED:
        if missing not in columns.values():
            raise RequestError(
                f"has no column {missing!r}; it has {', '.join(header) or 'none'}.",
                key=str(path),
                suggestion=nearest(missing, [name for name in header if name not in columns]),
            )


def _lines(text: str, path: Path) -> Iterator[Row]:
    seen: dict[tuple[str, ...], dict[str, str]] = {}
    for at, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        place = f"{path} line {at}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise RequestError("is no JSON.", key=place) from None
        yield place, _renamed(row, place, seen)


def _array(text: str, path: Path) -> Iterator[Row]:
    seen: dict[tuple[str, ...], dict[str, str]] = {}
    try:
        rows = json.loads(text)
    except (ValueError, RecursionError):
        raise RequestError(
            "is no JSON; a file with an object in each line ends in .jsonl.", key=str(path)
        ) from None
    if not isinstance(rows, list):
        raise RequestError("is no JSON list of objects.", key=str(path))
    for at, row in enumerate(rows, 1):
        yield f"{path} row {at}", _renamed(row, f"{path} row {at}", seen)


def _renamed(row: object, place: str, seen: dict[tuple[str, ...], dict[str, str]]) -> Mapping[str, Any]:
    if not isinstance(row, dict):
        raise RequestError("is no JSON object.", key=place)
    keys = tuple(row)
    if keys not in seen:
        seen[keys] = columns_of(keys, place)
    return {ours: row[name] for name, ours in seen[keys].items()}


def _outcome(row: Mapping[str, Any], place: str) -> Outcome | None:
    named = {name: _name(row.get(name), f"{place}, {name}") for name in ("prompt", "model")}
    failed = row.get("error")
    if "correct" not in row and not failed:
        raise RequestError("expected 0 to 1, or true or false.", key=f"{place}, correct")
    correct = None if failed and not row.get("correct") else number(row.get("correct"), f"{place}, correct")
    given = {
        name: number(row[name], f"{place}, {name}", most=float("inf") if name in ("cost", "length") else 1.0)
        for name in ("cost", "confidence", "accepted", "length")
        if name in row
    }
    if correct is None:
        return None
    text = row.get("text")
    if text is None and len(named["prompt"]) >= _WORDS and " " in named["prompt"]:
        text = named["prompt"]
    length, accepted = given.get("length"), given.get("accepted")
    answer = row.get("answer")
    return Outcome(
        prompt=named["prompt"],
        model=named["model"],
        correct=correct,
        task=_word(row.get("task"), f"{place}, task"),
        answer=None if answer is None else str(answer).strip(),
        cost=given.get("cost"),
        confidence=given.get("confidence"),
        accepted=None if accepted is None else accepted > _LEAST,
        length=None if length is None else int(length),
        text="" if text is None else str(text),
    )


def _name(value: object, place: str) -> str:
    if isinstance(value, bool) or not isinstance(value, (str, int)) or not (name := str(value).strip()):
        raise RequestError(f"expected a name, not {value!r}.", key=place)
    return name


def _word(value: object, place: str) -> str:
    if isinstance(value, (dict, list)):
        raise RequestError("expected a name.", key=place)
    return "" if value is None else str(value).strip()
