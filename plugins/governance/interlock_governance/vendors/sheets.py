"""A vendor's sheet: to each question what is said, by whom, since when; what nobody has said is a gap."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Final, Literal

from interlock_governance.vendors.questions import QUESTIONS, SECTIONS, Question

FRESH_DAYS: Final = 180
"""What was read longer ago is old: pages that say such things change."""

Value = str | bool | int | float | tuple[str, ...]
State = Literal["stated", "old", "gap"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """What somebody says about one question.

    Attributes:
        value: None when it was looked for and not found, which answers nothing.
        evidence: the address of a page, or the name of a document.
        as_of: when that was read, or the day that it gives itself.
        by: who says so.
        valid_until: the last day on which it holds; None when it has none.
        scope: of which of the vendor's offers, hosts or rows; empty for all.
        note: conditions and reservations, in a sentence.
        origin: `sheet`, `row` of a provider's plugin, or `yours`.
    """

    value: Value | None
    evidence: str
    as_of: date
    by: str
    valid_until: date | None = None
    scope: str = ""
    note: str = ""
    origin: Literal["sheet", "row", "yours"] = "sheet"

    def is_old(self, today: date) -> bool:
        """Whether it was read too long ago, or holds no more."""
        return (today - self.as_of).days > FRESH_DAYS or (
            self.valid_until is not None and self.valid_until < today
        )

    @property
    def told(self) -> str:
        """Its value as people read it; empty where there is none."""
        if self.value is None:
            return ""
        if isinstance(self.value, bool):
            return "yes" if self.value else "no"
        if isinstance(self.value, tuple):
            return ", ".join(self.value)
        return f"{self.value:g}" if isinstance(self.value, float) else str(self.value)


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """All that is said about one question; what is old stands behind what is not."""

    question: Question
    state: State
    statements: tuple[Statement, ...] = ()

    @classmethod
    def of(cls, question: Question, statements: Iterable[Statement], today: date) -> "Answer":
        said = tuple(sorted(statements, key=lambda each: each.is_old(today)))
        valued = [each for each in said if each.value is not None]
        state: State = "gap"
        if valued:
            state = "old" if all(each.is_old(today) for each in valued) else "stated"
        return cls(question=question, state=state, statements=said)

    @property
    def valued(self) -> tuple[Statement, ...]:
        """The statements that have a value."""
        return tuple(each for each in self.statements if each.value is not None)


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """A vendor. `answers` has every question, in the order of QUESTIONS. `providers` are what the
    configuration calls it; `today` is the day on which its age was judged.
    """

    vendor: str
    name: str
    providers: tuple[str, ...]
    answers: tuple[Answer, ...]
    today: date

    def ids(self, state: State) -> tuple[str, ...]:
        """The questions of this state."""
        return tuple(each.question.id for each in self.answers if each.state == state)

    def count(self, state: State, section: str | None = None) -> int:
        """How many questions are of this state, in all or below one heading."""
        return sum(each.state == state and section in (None, each.question.section) for each in self.answers)

    @cached_property
    def gaps(self) -> tuple[str, ...]:
        """The questions to which nobody has said anything."""
        return self.ids("gap")

    @cached_property
    def old(self) -> tuple[str, ...]:
        """The questions whose every answer is old."""
        return self.ids("old")

    def known(self, section: str) -> str:
        """`3 of 5`: how many questions below a heading have an answer that is not old."""
        asked = sum(each.section == section for each in QUESTIONS)
        return f"{self.count('stated', section)} of {asked}"


def sheet_data(sheet: Sheet) -> dict[str, object]:
    """As JSON has it. A gap has no value, and `no` is one."""
    return {
        "vendor": sheet.vendor,
        "name": sheet.name,
        "providers": list(sheet.providers),
        "counts": {state: sheet.count(state) for state in ("stated", "old", "gap")}
        | {"facts": len(QUESTIONS)},
        "sections": [
            {"section": each} | {state: sheet.count(state, each) for state in ("stated", "old", "gap")}
            for each in SECTIONS
        ],
        "answers": [_answer_data(each, sheet.today) for each in sheet.answers],
    }


def _answer_data(answer: Answer, today: date) -> dict[str, object]:
    return {
        "id": answer.question.id,
        "section": answer.question.section,
        "question": answer.question.asks,
        "state": answer.state,
        "statements": [
            {
                "value": list(each.value) if isinstance(each.value, tuple) else each.value,
                "scope": each.scope,
                "evidence": each.evidence,
                "as_of": each.as_of.isoformat(),
                "by": each.by,
                "valid_until": None if each.valid_until is None else each.valid_until.isoformat(),
                "old": each.is_old(today),
                "note": each.note,
                "origin": each.origin,
            }
            for each in answer.statements
        ],
    }
