"""Graders that compare an answer with a reference: word for word, a choice, words within, a number."""

import re
import unicodedata
from collections.abc import Iterable
from typing import Any, Final

from interlock import RequestError
from interlock.types.names import nearest
from interlock_evaluation.grading.grader import Mark, right
from interlock_evaluation.suites import Sample

_SPACES: Final = re.compile(r"\s+")
_EDGES: Final = " \t\n\"'`*_.,;:!?()[]{}"
_LETTER: Final = re.compile(r"(?<![\w'’-])\(?([A-Z])\)?(?![\w'’-])")
_SAID: Final = re.compile(
    r"(?:answer|choice|option)(?: is| would be)?(?: ?[:=])? ?[*_`]{0,3}\(?([A-Za-z])\)?[*_`]{0,3}(?![\w'’])",
    re.IGNORECASE,
)
_ALONE: Final = re.compile(r"[*_`\s]*+\(?([A-Za-z])\)?[*_`\s.:)]*+")
_NUMBER: Final = re.compile(
    r"(?<![\d.])[-+−]?(?:\d{1,3}(?:[,\u202f\u00a0']\d{3})++(?!\d)|\d++)(?:\.\d++)?(?:[eE][-+]?\d{1,3})?(?![\w])"
)
_LONGEST: Final = 100_000  # characters of an answer in which something is looked for, from its end


class Exact:
    """The same text, but for case, spaces and what stands around it. Option `case`: case counts."""

    name = "exact"

    def check(self, sample: Sample) -> None:
        _needs(sample)
        _flag(sample, "case")

    async def mark(self, sample: Sample, answer: str) -> Mark:
        case = bool(sample.options.get("case"))
        return right(
            sample, answer.strip(), same=plain(answer, case=case) == plain(sample.reference or "", case=case)
        )


class Choice:
    """One letter of several choices. What the answer says it is counts before any other letter in it."""

    name = "choice"

    def check(self, sample: Sample) -> None:
        _needs(sample)
        _only(sample, ())
        if not re.fullmatch(r"[A-Za-z]", (sample.reference or "").strip()):
            raise RequestError(f"expected one letter, not {sample.reference!r}.", key="reference")

    async def mark(self, sample: Sample, answer: str) -> Mark:
        found = letter_in(answer)
        return right(sample, found or "no choice", same=found == (sample.reference or "").strip().upper())


class Contains:
    """The reference stands in the answer, or with the options `any` or `all` one or all of those texts."""

    name = "contains"

    def check(self, sample: Sample) -> None:
        _only(sample, ("any", "all", "case"))
        _flag(sample, "case", others=("any", "all"))
        if not _wanted(sample, "any") and not _wanted(sample, "all"):
            _needs(sample)

    async def mark(self, sample: Sample, answer: str) -> Mark:
        case = bool(sample.options.get("case"))
        text = plain(answer, case=case)
        one, every = _wanted(sample, "any"), _wanted(sample, "all")
        if not one and not every:
            every = [sample.reference or ""]
        missing = [each for each in every if plain(each, case=case) not in text]
        found = not one or any(plain(each, case=case) in text for each in one)
        why = (
            f"without {', '.join(missing)}"
            if missing
            else ""
            if found
            else f"without any of {', '.join(one)}"
        )
        return Mark(score=float(found and not missing), why=why[:160])


class Numeric:
    """An answer's last number, within `tolerance` or `relative` of the reference (0.01 is a percent)."""

    name = "numeric"

    def check(self, sample: Sample) -> None:
        _needs(sample)
        _only(sample, ("tolerance", "relative"))
        if number_in(sample.reference or "") is None:
            raise RequestError(f"expected a number, not {sample.reference!r}.", key="reference")
        for key in ("tolerance", "relative"):
            given = sample.options.get(key, 0)
            if (
                isinstance(given, bool)
                or not isinstance(given, (int, float))
                or not 0 <= given < float("inf")
            ):
                raise RequestError(f"expected a number of 0 or more, not {given!r}.", key=f"grader.{key}")

    async def mark(self, sample: Sample, answer: str) -> Mark:
        wanted, found = number_in(sample.reference or ""), number_in(answer)
        if found is None or wanted is None:
            return right(sample, "no number", same=False)
        room = max(sample.options.get("tolerance", 0), abs(wanted) * sample.options.get("relative", 0), 1e-9)
        return right(sample, f"{found:g}", same=abs(found - wanted) <= room)


def plain(text: str, *, case: bool = False) -> str:
    """As it is compared: composed, spaces as one, without what stands around it."""
    text = _SPACES.sub(" ", unicodedata.normalize("NFKC", text)).strip(_EDGES)
    return text if case else text.casefold()


def letter_in(answer: str) -> str | None:
    """The choice that an answer makes: what it says last that its answer is, else the last letter that stands
    alone.
    """
    if alone := _ALONE.fullmatch(answer):
        return alone[1].upper()
    text = _SPACES.sub(" ", answer[-_LONGEST:])
    if said := _SAID.findall(text):
        return str(said[-1]).upper()
    letters = [each for each in _LETTER.findall(text) if each not in "AI"] or _LETTER.findall(text)
    return letters[-1] if letters else None


def number_in(text: str) -> float | None:
    """The last number in a text; thousands may be parted by a comma, an apostrophe or a narrow space."""
    found = _NUMBER.findall(text[-_LONGEST:])
    if not found:
        return None
    return float(re.sub(r"[,'\u202f\u00a0]", "", found[-1]).replace("−", "-"))


def _wanted(sample: Sample, key: str) -> list[str]:
    given: Any = sample.options.get(key) or []
    given = [given] if isinstance(given, str) else given
    if not isinstance(given, list) or not all(isinstance(each, str) and each.strip() for each in given):
        raise RequestError("expected texts.", key=f"grader.{key}")
    return given


def _needs(sample: Sample) -> None:
    if sample.reference is None:
        raise RequestError(f"is needed by the grader {sample.grader!r}.", key="reference")


def _flag(sample: Sample, key: str, *, others: Iterable[str] = ()) -> None:
    _only(sample, (key, *others))
    if not isinstance(sample.options.get(key, False), bool):
        raise RequestError("expected true or false.", key=f"grader.{key}")


def _only(sample: Sample, known: Iterable[str]) -> None:
    known = list(known)
    for key in sample.options:
        if key not in known:
            what = f"is no option of it; there are {', '.join(known)}." if known else "it has no options."
            raise RequestError(what, key=f"grader.{key}", suggestion=nearest(key, known))
