"""Learned routes as a file that `learned_routes` may name."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

import yaml

from interlock_evaluation.learning.fitting import LearnedTable, TaskRoute

FORMAT: Final = "interlock-routes/1"
_DIGITS: Final = 4
_NAMES: Final = 20  # of one model that are named


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrays:
    """The file beside routes that they are refined by: its name, and `sha256:` with its digest."""

    file: str
    digest: str


def routes_to_text(
    found: LearnedTable, measured: date, *, name: str = "", arrays: Arrays | None = None
) -> str:
    """YAML, sorted by task; the same for the same table, options and day. `name` is the table's, for people,
    and `arrays` is what `to_bytes` gave, where routes are refined.

    Prompts without a task have no row: what the built-in table has for the task that they turn out to be
    stands.
    """
    routes = [each for each in found.routes if each.task]
    about = f"# What {found.prompts:,} marked prompts say of {len(found.models)} models."
    source = yaml.safe_dump({"source": _source(found, name)}, sort_keys=False)
    lines = [
        f"{about} Gains are over {_plain(found.single)} alone,",
        f"# in points, with intervals of {found.level:.0%}. `interlock routes apply` puts them to use.",
        f"format: {FORMAT}",
        "routes:",
        *(f"{_row({each.task: list(each.models)})}  # {comment(each, found, measured)}" for each in routes),
        "evidence:",
        *(_row({each.task: _evidence(each, found, measured)}) for each in routes),
    ]
    if arrays is not None:
        refined = {"by": "words", "file": arrays.file, "digest": arrays.digest}
        lines.append(yaml.safe_dump({"refined": refined}, sort_keys=False).rstrip())
    return "\n".join([*lines, source])


def comment(route: TaskRoute, found: LearnedTable, measured: date) -> str:
    """A route's evidence in one line."""
    count = f"n={route.prompts}, {measured.isoformat()}, {found.id}"
    if route.gain is None:
        return f"nothing certainly better, {count}"
    low, high = 100 * route.gain.low, 100 * route.gain.high
    return f"{100 * route.gain.value:+.1f} [{low:+.1f}, {high:+.1f}], {count}"


def _row(value: dict[str, Any]) -> str:
    """One key and its value, within a mapping; one line, unless the key is very long."""
    # What cannot be seen is written by its number: some of it would break the line.
    seen = all(each.isprintable() for each in _names(value))
    text = yaml.safe_dump(value, default_flow_style=None, sort_keys=False, width=10**6, allow_unicode=seen)
    return "\n".join(f"  {line}" for line in text.rstrip().splitlines())


def _names(value: dict[str, Any]) -> Iterator[str]:
    for task, row in value.items():
        yield task
        yield from (
            each for each in (row if isinstance(row, list) else row.values()) if isinstance(each, str)
        )


def _plain(name: str) -> str:
    """For a comment, which ends with its line."""
    return "".join(each if each.isprintable() else "?" for each in name)


def _evidence(route: TaskRoute, found: LearnedTable, measured: date) -> dict[str, Any]:
    said: dict[str, Any] = {"id": found.id, "measured": measured.isoformat(), "n": route.prompts}
    if route.gain is not None:
        bounds = {name: round(getattr(route.gain, at), _DIGITS) for name, at in _BOUNDS.items()}
        said |= {"over": found.single, **bounds, "level": round(found.level, _DIGITS)}
    return said


_BOUNDS: Final = {"gain": "value", "low": "low", "high": "high"}


def _source(found: LearnedTable, name: str) -> dict[str, Any]:
    whole = found.estimates["routes" if found.refinement is None else "refined"]
    return {
        "table": name,
        "digest": f"sha256:{found.digest}",
        "prompts": found.prompts,
        "models": list(found.models),
        "single": found.single,
        "objective": found.objective,
        "risk": found.risk,
        "margin": found.margin,
        "likely": found.likely,
        "out_of_fold": {name: round(getattr(whole.gain, at), _DIGITS) for name, at in _BOUNDS.items()},
        "cost": round(whole.cost.value, _DIGITS) if whole.cost.value == whole.cost.value else None,
        **{
            key: {model: list(each)[:_NAMES] for model, each in sorted(of.items())}
            for key, of in (("served", found.served), ("deployments", found.deployments))
            if of
        },
    }
