"""Outcome tables as files: JSON lines or CSV, one row for each prompt and model."""

from collections.abc import Mapping
from dataclasses import fields
from math import isfinite
from pathlib import Path
from typing import Any, Final

from interlock.errors import RequestError
from interlock_evaluation.outcomes.table import Outcome, Outcomes
from interlock_evaluation.rows import read_rows

_NAMES: Final = tuple(each.name for each in fields(Outcome))
_NEEDED: Final = ("prompt", "model", "correct")
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
    rows = read_rows(path, _NEEDED)
    outcomes = Outcomes.of(_outcome(row, place) for place, row in rows)
    if not outcomes.prompts:
        raise RequestError("holds no row.", key=str(path))
    return outcomes


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
