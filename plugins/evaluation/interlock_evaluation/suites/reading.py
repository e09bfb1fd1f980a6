"""Suites as files: JSON lines, JSON or CSV, one row for each prompt."""

import json
from collections.abc import Callable, Iterable, Mapping
from dataclasses import fields
from pathlib import Path
from typing import Any, Final

from interlock import Constraints, RequestError, Settings
from interlock.types.names import nearest
from interlock_evaluation.rows import read_rows
from interlock_evaluation.suites.sample import Sample, Suite

_CONSTRAINTS: Final = tuple(each.name for each in fields(Constraints))
_SETTINGS: Final = tuple(each.name for each in fields(Settings))
_OWN: Final = (
    "id",
    "prompt",
    "messages",
    "system",
    "task",
    "reference",
    "grader",
    "rubric",
    "constraints",
    "settings",
    "tags",
)
_KEYS: Final = (*_OWN, *_CONSTRAINTS, "max_tokens", "temperature")
_TRUTHS: Final = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False}


def read_suite(path: Path) -> Suite:
    """The suite in a `.jsonl`, `.json` or `.csv` (or `.ndjson`, `.tsv`), with `.gz` after it or not.

    A row has `prompt`, or `messages`; constraints may stand below `constraints` or as columns of their own.
    A row without an `id` has its number.

    Raises:
        RequestError: the file cannot be read, or a row makes no sense; it names the line and the key.
    """
    found: dict[str, Sample] = {}
    for number, (place, row) in enumerate(read_rows(path), 1):
        sample = _sample(row, place, number)
        if sample.id in found:
            what = f"{sample.id!r} is the id of {found[sample.id].place} too; each needs its own."
            raise RequestError(what, key=f"{place}, id")
        found[sample.id] = sample
    if not found:
        raise RequestError("holds no row.", key=str(path))
    return Suite(samples=tuple(found.values()), name=path.name)


def _sample(row: Mapping[str, Any], place: str, number: int) -> Sample:
    given = {str(key).strip(): value for key, value in row.items() if value not in (None, "")}
    for key in given:
        if key not in _KEYS:
            near = nearest(key, _KEYS)
            raise RequestError(
                f"there is no such key; there are {', '.join(_OWN)}.", key=f"{place}, {key}", suggestion=near
            )

    def take(key: str, read: Callable[[Any], Any], default: Any) -> Any:
        return _taken(given, place, key, read, default)

    name, options = take("grader", _grader, ("", {}))
    constraints = take("constraints", _constraints, {})
    for key in _CONSTRAINTS:
        constraints |= {key: take(key, _constraint(key), None)} if key in given else {}
    settings = take("settings", lambda value: _known(value, _SETTINGS), {})
    for key in ("max_tokens", "temperature"):
        settings |= {key: take(key, _number, None)} if key in given else {}
    return Sample(
        id=take("id", _text, str(number)),
        messages=_messages(given, place, take),
        task=take("task", _text, ""),
        reference=take("reference", _reference, None),
        grader=name,
        options=options,
        rubric=take("rubric", _text, ""),
        constraints=Constraints(**constraints),
        settings=settings,
        tags=take("tags", _names, ()),
        place=place,
    )


def said_in(given: Mapping[str, Any], place: str) -> tuple[Mapping[str, Any], ...]:
    """The messages of a row's `prompt` or `messages`, and `system`. Raises RequestError."""

    def take(key: str, read: Callable[[Any], Any], default: Any) -> Any:
        return _taken(given, place, key, read, default)

    return _messages(given, place, take)


def _messages(
    given: Mapping[str, Any], place: str, take: Callable[..., Any]
) -> tuple[Mapping[str, Any], ...]:
    if ("prompt" in given) == ("messages" in given):
        what = (
            "has both `prompt` and `messages`."
            if "prompt" in given
            else "has neither `prompt` nor `messages`."
        )
        raise RequestError(what, key=place)
    system = take("system", _text, "")
    before = ({"role": "system", "content": system},) if system else ()
    if "prompt" in given:
        return (*before, {"role": "user", "content": take("prompt", _text, "")})
    return (*before, *take("messages", _said, ()))


def _taken(given: Mapping[str, Any], place: str, key: str, read: Callable[[Any], Any], default: Any) -> Any:
    try:
        return read(given[key]) if key in given else default
    except RequestError as error:
        within = f".{error.key}" if error.key else ""
        raise RequestError(
            error.message, key=f"{place}, {key}{within}", suggestion=error.suggestion
        ) from None


def _said(value: Any) -> tuple[Mapping[str, Any], ...]:
    value = _json(value)
    if not isinstance(value, list) or not value:
        raise RequestError("expected a list of messages.")
    for index, each in enumerate(value):
        if not isinstance(each, Mapping) or not {"role", "content"} <= set(each):
            raise RequestError("expected a mapping with `role` and `content`.", key=str(index))
    return tuple(value)


def _grader(value: Any) -> tuple[str, Mapping[str, Any]]:
    """A name, or a mapping with one and the grader's options."""
    if isinstance(value, str) and not value.lstrip().startswith("{"):
        return value.strip(), {}
    value = _json(value)
    if not isinstance(value, Mapping) or not isinstance(value.get("name"), str):
        raise RequestError("expected a name, or a mapping with `name` and options.")
    return value["name"], {key: each for key, each in value.items() if key != "name"}


def _reference(value: Any) -> str:
    """Text; anything else as JSON, which graders of structure read."""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, sort_keys=True)


def _constraints(value: Any) -> dict[str, Any]:
    value = _json(value)
    return {key: _constraint(key)(each) for key, each in _known(value, _CONSTRAINTS).items()}


def _constraint(key: str) -> Callable[[Any], Any]:
    return _truth if key == "on_premise" else _names


def _known(value: Any, names: Iterable[str]) -> dict[str, Any]:
    value, names = _json(value), list(names)
    if not isinstance(value, Mapping):
        raise RequestError("expected a mapping.")
    for key in value:
        if key not in names:
            what = f"there is no such key; there are {', '.join(names)}."
            raise RequestError(what, key=str(key), suggestion=nearest(str(key), names))
    return dict(value)


def _names(value: Any) -> tuple[str, ...]:
    if isinstance(value, str):
        value = value.replace(";", ",").split(",")
    if not isinstance(value, list) or not all(isinstance(each, str) for each in value):
        raise RequestError("expected names, with commas between them.")
    return tuple(each.strip() for each in value if each.strip())


def _truth(value: Any) -> bool:
    if isinstance(value, bool):
        return value
    found = _TRUTHS.get(str(value).strip().lower())
    if found is None:
        raise RequestError(f"expected true or false, not {value!r}.")
    return found


def _number(value: Any) -> float:
    try:
        found = float("nan") if isinstance(value, bool) else float(value)
    except (TypeError, ValueError, OverflowError):
        found = float("nan")
    if not 0 <= found < float("inf"):
        raise RequestError(f"expected a number of 0 or more, not {value!r}.")
    return int(found) if found == int(found) else found


def _text(value: Any) -> str:
    if isinstance(value, (int, float)) and not isinstance(value, bool):
        value = str(value)
    if not isinstance(value, str) or not value.strip():
        raise RequestError(f"expected text, not {value!r}.")
    return value


def _json(value: Any) -> Any:
    """What stands in a cell of a CSV as JSON."""
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except (ValueError, RecursionError):
        raise RequestError("is no JSON.") from None
