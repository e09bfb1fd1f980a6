"""Outcome tables as files: JSON lines or CSV, one row for each prompt and model."""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Iterator, Mapping
from dataclasses import fields
from math import isfinite
from pathlib import Path
from typing import Any, Final

from interlock.errors import RequestError
from interlock.types.files import read_regular
from interlock_evaluation.outcomes.table import Outcome, Outcomes

_LARGEST: Final = 512 * 1024**2
_NAMES: Final = tuple(each.name for each in fields(Outcome))
_NEEDED: Final = ("prompt", "model", "correct")
_ENDINGS: Final = (".jsonl", ".ndjson", ".csv", ".tsv")
_TRUTHS: Final = {"true": 1.0, "yes": 1.0, "false": 0.0, "no": 0.0}
_LEAST: Final = 0.0
_MOST: Final = 1.0


def read_outcomes(path: Path) -> Outcomes:
    """A table from `.jsonl` or `.csv` (or `.ndjson`, `.tsv`), with `.gz` after it or not, at most 512 MB.

    Columns go by the names of `Outcome`; `prompt`, `model` and `correct` are needed, what is empty is not
    known, and others are passed over. `correct` and `accepted` also take true and false.

    Raises:
        RequestError: the file cannot be read, or a row makes no sense; it names the line and the key.
    """
    ending = path.with_suffix("").suffix if path.suffix == ".gz" else path.suffix
    if ending.lower() not in _ENDINGS:
        raise RequestError(f"ends in none of {', '.join(_ENDINGS)}.", key=str(path))
    text = _text(path)
    rows = _table(text, ending.lower(), path) if ending.lower() in (".csv", ".tsv") else _lines(text, path)
    outcomes = Outcomes.of(_outcome(row, place) for place, row in rows)
    if not outcomes.prompts:
        raise RequestError("holds no row.", key=str(path))
    return outcomes


def _text(path: Path) -> str:
    try:
        data = read_regular(path, _LARGEST + 1)
        if path.suffix == ".gz":
            with gzip.open(io.BytesIO(data)) as file:
                data = file.read(_LARGEST + 1)
        if len(data) > _LARGEST:
            raise RequestError(f"is larger than {_LARGEST // 1024**2} MB.", key=str(path))
        return data.decode("utf-8-sig")
    except (EOFError, zlib.error, gzip.BadGzipFile):
        raise RequestError("is no whole gzip file.", key=str(path)) from None
    except OSError as error:
        raise RequestError(f"cannot be read: {error.strerror or error}.", key=str(path)) from None
    except UnicodeDecodeError:
        raise RequestError("is no UTF-8.", key=str(path)) from None


def _table(text: str, ending: str, path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    lines = csv.DictReader(io.StringIO(text, newline=""), delimiter="\t" if ending == ".tsv" else ",")
    try:
        names = [name.strip() for name in lines.fieldnames or ()]
        for missing in _NEEDED:
            if missing not in names:
                raise RequestError(
                    f"has no column {missing!r}; it has {', '.join(names) or 'none'}.",
                    key=str(path),
                )
        lines.fieldnames = names
        for row in lines:
            yield f"{path} line {lines.line_num}", row
    except csv.Error as error:
        raise RequestError(f"is no CSV: {error}.", key=f"{path} line {lines.line_num}") from None


def _lines(text: str, path: Path) -> Iterator[tuple[str, Mapping[str, Any]]]:
    for number, line in enumerate(text.split("\n"), 1):
        if not line.strip():
            continue
        place = f"{path} line {number}"
        try:
            row = json.loads(line)
        except (ValueError, RecursionError):
            raise RequestError("is no JSON.", key=place) from None
        if not isinstance(row, dict):
            raise RequestError("is no JSON object.", key=place)
        yield place, row


def _outcome(row: Mapping[str, Any], place: str) -> Outcome:
    given: dict[str, Any] = {name: row.get(name) for name in _NAMES}
    for name in ("prompt", "model"):
        if not isinstance(given[name], (str, int)) or given[name] == "" or isinstance(given[name], bool):
            raise RequestError(f"expected a name, not {given[name]!r}.", key=f"{place}, {name}")
        given[name] = str(given[name]).strip()
    length = _number(given["length"], f"{place}, length", most=float("inf"))
    accepted = _number(given["accepted"], f"{place}, accepted")
    correct = _number(given["correct"], f"{place}, correct")
    if correct is None:
        raise RequestError("expected 0 to 1, or true or false.", key=f"{place}, correct")
    return Outcome(
        prompt=given["prompt"],
        model=given["model"],
        correct=correct,
        task=str(given["task"] or ""),
        answer=None if given["answer"] is None else str(given["answer"]).strip(),
        cost=_number(given["cost"], f"{place}, cost", most=float("inf")),
        confidence=_number(given["confidence"], f"{place}, confidence"),
        accepted=None if accepted is None else accepted > _LEAST,
        length=None if length is None else int(length),
    )


def _number(value: object, place: str, *, most: float = _MOST) -> float | None:
    """A number from 0 to `most`; None where none is given."""
    if value is None or value == "":
        return None
    number = float("nan")
    if isinstance(value, str):
        number = _TRUTHS.get(value.strip().lower(), _written(value))
    elif isinstance(value, (bool, int, float)):
        number = _written(value)
    if not isfinite(number) or not _LEAST <= number <= most:
        wanted = "0 to 1" if most == _MOST else "0 or more"
        raise RequestError(f"expected {wanted}, not {value!r}.", key=place)
    return number


def _written(value: str | float) -> float:
    try:
        return float(value)
    except (ValueError, OverflowError):
        return float("nan")
