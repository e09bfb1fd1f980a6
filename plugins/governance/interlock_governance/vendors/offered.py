"""What the plugins of providers say of a vendor: their rows, as answers."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from interlock_governance.vendors.sheets import Statement, Value

if TYPE_CHECKING:
    from interlock import Router

_ITS_REGION: Final = "{region}"
_ELSEWHERE: Final = "the row's page is about where it processes, and need not say this"
_BY_SEAT: Final = "follows from where the operator and its parent are; by which law, the row does not say"
_AGREED: Final = {"dpa": "dpa", "scc": "transfer_clauses", "baa": "baa", "zdr": "zero_retention"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Said:
    """One row's answer to one question."""

    question: str
    value: Value
    source: str
    as_of: date
    by: str
    note: str
    row: str
    guessed: bool


def offered(router: "Router") -> dict[str, dict[str, tuple[Statement, ...]]]:
    """By provider and by question: what its plugin's rows say, the widest rows last.

    Storage that a row gives as anywhere is no answer: rows say so as well where nobody has recorded it.
    """
    found: dict[str, dict[str, tuple[Statement, ...]]] = {}
    for provider in router.places:
        said = list(_rows(router, provider))
        if said:
            found[provider] = _told(said)
    return found


def _rows(router: "Router", provider: str) -> Iterator[_Said]:
    for row in router.places[provider]:
        as_of = date.fromisoformat(row.as_of)
        for question, value, note in (
            ("processing", _places(row.processed), row.note),
            ("storage", None if row.stored == ("global",) else _places(row.stored), ""),
            ("home", row.operator or None, _ELSEWHERE),
            ("parent", row.parent or None, f"the jurisdiction of its ultimate parent; {_ELSEWHERE}"),
            ("retention", row.retention_days, _ELSEWHERE),
            ("training", row.training, _ELSEWHERE),
            ("compelled_access", _authorities(row.operator, row.parent), _BY_SEAT),
            *((question, True, _ELSEWHERE) for name, question in _AGREED.items() if name in row.agreements),
        ):
            if value is not None:
                yield _Said(
                    question=question,
                    value=value,
                    source=row.source,
                    as_of=as_of,
                    by=f"the rows of {provider}'s plugin",
                    note=note,
                    row=row.id,
                    guessed=row.confidence == "inferred" and question in ("processing", "storage"),
                )


def _places(places: tuple[str, ...]) -> Value:
    told = tuple("its own region" if each == _ITS_REGION else each for each in places)
    return told[0] if len(told) == 1 else told


def _authorities(*seats: str) -> Value | None:
    """Said of every vendor in the same words, wherever it is from."""
    named = tuple(f"authorities of {seat}" for seat in dict.fromkeys(seats) if seat)
    return named[0] if len(named) == 1 else named or None


def _told(said: list[_Said]) -> dict[str, tuple[Statement, ...]]:
    """What rows say alike, once: dated as the oldest of them, with its page, and a reservation where one has
    any.
    """
    rows = dict.fromkeys(each.row for each in said)
    by_question: dict[str, dict[Value, list[_Said]]] = {}
    for each in said:
        by_question.setdefault(each.question, {}).setdefault(each.value, []).append(each)
    return {
        question: tuple(_statement(group, everywhere=len(group) == len(rows)) for group in values.values())
        for question, values in by_question.items()
    }


def _statement(alike: list[_Said], *, everywhere: bool) -> Statement:
    oldest = min(alike, key=lambda each: each.as_of)
    notes = dict.fromkeys(each.note for each in alike)
    guesses = [each.row for each in alike if each.guessed]
    note = next(iter(notes)) if len(notes) == 1 else ""
    if guesses:
        whose = "" if len(guesses) == len(alike) else f" for {', '.join(guesses)}"
        note = "; ".join(part for part in (f"inferred{whose}, and published in no words", note) if part)
    return Statement(
        value=oldest.value,
        evidence=oldest.source,
        as_of=oldest.as_of,
        by=oldest.by,
        scope="" if everywhere else ", ".join(each.row for each in alike),
        note=note,
        origin="row",
    )
