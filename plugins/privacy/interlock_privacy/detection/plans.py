"""Which windows of a run of digits are worth a look, remembered by how the run is written."""

import re
import string
from typing import NamedTuple

from interlock_privacy.detection.chains import gaps_of
from interlock_privacy.detection.folding import compact
from interlock_privacy.detection.known import Entry, Known
from interlock_privacy.detection.rules import Rule
from interlock_privacy.detection.windows import windows, with_letters

__all__ = ["FORM", "NO_DIGITS", "Plan", "Plans", "Window"]

# Forms of which plans are kept, and the longest of them.
_MOST_REMEMBERED, _LONGEST = 4096, 48
_SIGNS = b" -./()\t?"
# Makes a form of what is written in ASCII, ? standing for what has no width; and leaves its digits alone.
FORM = bytes.maketrans((string.digits + string.ascii_letters).encode(), b"9" * 10 + b"A" * 52)
NO_DIGITS = _SIGNS + string.ascii_letters.encode()
# Digits in one line, and letters only where they may stand before and after a number.
_PLANNED = re.compile(r"(?:A+[ \-./()?]+)*[ \-./()\t?]*9[9 \-./()\t?]*(?:(?<=[ \-./()?])A{1,2})?")
_GROUP = re.compile(r"9+|A+")


class Window(NamedTuple):
    """Groups that may be a value: where they are in the run and in its digits, and what is known of them.

    `way` is one of ALL, UNIT and PART; `rows` are the rules that know a value in such groups.
    """

    start: int
    end: int
    first: int
    last: int
    groups: tuple[int, ...]
    way: int
    entry: Entry | None
    rows: list[Rule] | None


class Plan(NamedTuple):
    """The windows of a run, in the order in which they are looked at.

    `known` are those whose length some rule knows; the others of `every` may be telephone numbers from
    abroad. `lettered` are those with letters that some rule knows, by where they are. `start` is where the
    first digit is, `after` how many letters end the run, `size` how many characters its groups have.
    """

    known: list[Window]
    every: list[Window]
    lettered: list[tuple[int, int, tuple[int, ...], Entry]]
    letters: bool
    start: int
    after: int
    size: int
    digits: int


class Plans:
    """Plans by the form of a run: its separators, a 9 for each digit, an A for each letter.

    Numbers are written in few forms, so that most runs of a text, and of the next text, were divided before:
    which of their groups make a number that any rule knows depends on the form alone. No digit and no letter
    of any text is kept, and only so many forms.
    """

    def __init__(self, known: Known) -> None:
        self._known = known
        self._remembered: dict[bytes, Plan | None] = {}

    def of(self, form: bytes) -> Plan | None:
        """The plan of a run; nothing for one that is long, goes over a line, or has letters within."""
        try:
            return self._remembered[form]
        except KeyError:
            pass
        if len(form) > _LONGEST:
            return None
        plan = self._made(form.decode()) if _PLANNED.fullmatch(form.decode()) else None
        if len(self._remembered) >= _MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[form] = plan
        return plan

    def _made(self, form: str) -> Plan:
        spans = [found.span() for found in _GROUP.finditer(form)]
        gaps, sizes = gaps_of(form, spans), [stop - start for start, stop in spans]
        before = next(place for place, (start, _) in enumerate(spans) if form[start] == "9")
        after = sizes[-1] if form[-1] == "A" else 0
        last = len(spans) - bool(after)
        every: dict[tuple[int, int], Window] = {}
        for begin, end, way in windows(spans, gaps, before, last, self._known.groups):
            # What was looked at as a whole need not be looked at again.
            if (begin, end) not in every:
                first, size = sum(sizes[before:begin]), sum(sizes[begin:end])
                entry, groups = self._known.of("9" * size), tuple(sizes[begin:end])
                every[begin, end] = Window(
                    start=spans[begin][0],
                    end=spans[end - 1][1],
                    first=first,
                    last=first + size,
                    groups=groups,
                    way=way,
                    entry=entry,
                    rows=entry.groups.get(groups) if entry else None,
                )
        lettered = []
        for begin, end in with_letters(sizes, gaps, before, last, self._known.begun):
            start, stop = spans[begin][0], spans[end - 1][1]
            entry = self._known.of(compact(form[start:stop].replace("?", "")))
            if entry is not None:
                lettered.append((start, stop, tuple(sizes[begin:end]), entry))
        return Plan(
            known=[each for each in every.values() if each.entry],
            every=list(every.values()),
            lettered=lettered,
            letters=before > 0 or after > 0,
            start=spans[before][0],
            after=after,
            size=sum(sizes),
            digits=sum(sizes[before:last]),
        )
