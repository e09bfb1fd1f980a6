"""What an inventory as a whole shows: how often each value occurs, what is missing, what is there twice."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from interlock.errors import RequestError
from interlock.types.names import nearest
from interlock_governance.use_cases.use_case import CHOICES, DATES, FIELDS, FLAGS, LISTS, NUMBERS, UseCase

COUNTED: Final = (
    *("stage", "technique", "sensitivity", "subjects_jurisdictions", "task", "current_model", "latency"),
    *("human_oversight", "decision_effect", "annex_iii"),
)
"""Fields of which the values are worth counting."""
UNKNOWN: Final = "unknown"
NONE: Final = "none"
_EXACT: Final = CHOICES.keys() | LISTS | NUMBERS | FLAGS | DATES | {"id", "task"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """Use cases that may be one. `by` is `id` or `name`; `same` what they have in common, and the unit with
    it; `use_cases` are they.
    """

    by: str
    same: str
    use_cases: tuple[UseCase, ...]


def counts(use_cases: Iterable[UseCase]) -> Mapping[str, Mapping[str, int]]:
    """Field -> value -> how many use cases have it, the most frequent first and `unknown` last."""
    found: dict[str, Counter[str]] = {name: Counter() for name in COUNTED}
    for each in use_cases:
        for name, counter in found.items():
            counter.update(shown(getattr(each, name)))
    return {
        name: dict(sorted(counter.items(), key=lambda item: (item[0] == UNKNOWN, -item[1], item[0])))
        for name, counter in found.items()
    }


def gaps(use_cases: Iterable[UseCase]) -> Mapping[str, int]:
    """Field -> of how many use cases nobody knows it; every field, in the fields' order."""
    found = dict.fromkeys(FIELDS, 0)
    for each in use_cases:
        for name in each.gaps:
            found[name] += 1
    return found


def duplicates(use_cases: Iterable[UseCase]) -> tuple[Duplicate, ...]:
    """Those that share an id, or a name, within a unit of one file; an id without a unit within the file."""
    groups: dict[tuple[str, str, str, str], list[UseCase]] = {}
    for each in use_cases:
        file = "" if each.source is None else each.source.file
        unit = (each.unit or "").casefold()
        # The widest unit: ids are given out by it.
        whole = unit.partition(" / ")[0]
        if each.id:
            groups.setdefault(("id", file, whole, each.id), []).append(each)
        if each.name:
            groups.setdefault(("name", file, unit, " ".join(each.name.casefold().split())), []).append(each)
    return tuple(
        Duplicate(by=by, same=_same(by, found[0]), use_cases=tuple(found))
        for (by, *_), found in groups.items()
        if len(found) > 1
    )


def _same(by: str, use_case: UseCase) -> str:
    return (use_case.id if by == "id" else use_case.name) or ""


def shown(value: object) -> Sequence[str]:
    """A field's value in words: one, or one for each part of a list."""
    if value is None:
        return (UNKNOWN,)
    if isinstance(value, tuple):
        return value or (NONE,)
    if isinstance(value, bool):
        return ("yes" if value else "no",)
    return (str(value),)


def where(use_cases: Iterable[UseCase], conditions: Iterable[str]) -> tuple[UseCase, ...]:
    """Those for which every condition `field=value` holds: `unknown` is what nobody knows; a text need only
    hold the words, whatever their case. Raises RequestError.
    """
    tests = [_parsed(each) for each in conditions]
    return tuple(
        each for each in use_cases if all(_holds(getattr(each, name), name, wanted) for name, wanted in tests)
    )


def _parsed(condition: str) -> tuple[str, str]:
    name, equals, wanted = condition.partition("=")
    name, wanted = name.strip(), wanted.strip().casefold()
    if not equals or not wanted:
        raise RequestError(f"expected field=value, not {condition!r}.", key="--where")
    if name not in FIELDS:
        raise RequestError(
            f"{name!r} is no field; there are {', '.join(FIELDS)}.",
            key="--where",
            suggestion=nearest(name, FIELDS),
        )
    valid = CHOICES.get(name)
    if valid and wanted not in (*valid, UNKNOWN):
        raise RequestError(
            f"{name} is one of {', '.join(valid)}, or unknown; not {wanted!r}.",
            key="--where",
            suggestion=nearest(wanted, valid),
        )
    return name, wanted


def _holds(value: object, name: str, wanted: str) -> bool:
    if value is None or name in _EXACT:
        return wanted in (each.casefold() for each in shown(value))
    return wanted in str(value).casefold()
