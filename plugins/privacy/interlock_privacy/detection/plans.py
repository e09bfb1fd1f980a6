"""Which windows of a run are worth a look, remembered by how the run is written."""

import re
import string
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from itertools import accumulate
from operator import or_
from typing import NamedTuple

from interlock_privacy.detection.chains import LINE, Chain, chain
from interlock_privacy.detection.known import Known, Written
from interlock_privacy.detection.windows import MOST_GROUPS, PART, UNIT, windows, with_letters, wrapped

__all__ = ["FORM", "SEPARATORS", "Plan", "Plans", "Window"]

# Forms of which plans are kept, and the longest of them.
_MOST_REMEMBERED, _LONGEST_FORM = 4096, 48
# Characters of the longest value that is looked for, spelt out digit by digit.
_LONGEST = 80
# What is written between groups; ? stands for what has no width.
SEPARATORS = b" -./()\t\n\r?"
# Makes a form of what is written in ASCII: a 9 for each digit, an A for each letter.
FORM = bytes.maketrans((string.digits + string.ascii_letters).encode(), b"9" * 10 + b"A" * 52)
# Letters that may say that an extension follows, such as x22.
_EXTENDED = re.compile("9+(A{1,3})9{1,6}")
_LETTERS = re.compile(rb"(?:A+[^9A]+)*")
_GLUED = re.compile(rb"[^9A]*(A{3,})9+(?![9A])")
_NOTHING = (0, 0)


class Window(NamedTuple):
    """Groups that may be a value: where they are in the run and among its signs, and what is known of them.

    `way` is one of ALL, UNIT and PART, `line` the line of the run that they are in, -1 where it is more than
    one; `letters` whether they have any.
    """

    start: int
    end: int
    first: int
    last: int
    groups: tuple[int, ...]
    way: int
    line: int
    letters: bool
    written: Written | None


@dataclass(slots=True, kw_only=True)
class Plan:
    """The windows of a run, in the order in which they are looked at.

    `known` are those that some rule may know; the others of `every` may be telephone numbers from abroad.
    `lettered` have letters before or after their digits, as many as some value. Where no label is near whose
    bit is in `mask`, no others than those of `silent` and `silent_lettered` are believed. `accounts` are
    where an IBAN may begin, each behind where its group does and before its place among the signs; `units`
    are the groups, each a window. `start` is where the first group that may be a number is, `after` how many
    groups of letters end the run; `size` counts the letters and digits, `digits` the digits.

    Two things no form tells, and a plan is `unsure` where there are any. A run with `glued` letters before
    its first digits is divided as `split` says where they are a word; one with letters at `extension` is
    divided otherwise where an extension follows.
    """

    known: Iterable[Window]
    every: Iterable[Window]
    lettered: Iterable[Window]
    silent: Iterable[Window]
    silent_lettered: Iterable[Window]
    mask: int
    accounts: Sequence[tuple[int, int, int]]
    units: Iterable[Window]
    start: int
    after: int
    size: int
    digits: int
    brackets: bool
    glued: tuple[int, int] = _NOTHING
    split: "Plan | None" = None
    extension: tuple[int, int] = _NOTHING
    unsure: bool = False


class Plans:
    """Plans by the form of a run: its separators, a 9 for each digit, an A for each letter.

    Numbers are written in few forms, so that most runs of a text, and of the next text, were divided before:
    which of their groups make a value that any rule knows depends on the form alone. No digit and no letter
    of any text is kept, and only so many forms.
    """

    def __init__(self, known: Known) -> None:
        self._known = known
        self._remembered: dict[bytes, Plan] = {}
        # Asked first, and for most runs alone: a call costs as much as the answer.
        self.remembered = self._remembered.get

    def of(self, form: bytes) -> Plan | None:
        """The plan of a run that is not remembered, but will be; nothing for one that is long."""
        if len(form) > _LONGEST_FORM:
            return None
        plan = self._made(form)
        if len(self._remembered) >= _MOST_REMEMBERED:
            self._remembered.clear()
        self._remembered[form] = plan
        return plan

    def _made(self, form: bytes) -> Plan:
        found = _LETTERS.match(form)
        begin = found.end() if found else 0
        written = form.decode()
        plan = self._listed(written, begin, words=False)
        glued = _GLUED.match(form, begin)
        if glued is None:
            return plan
        split = self._listed(written, begin, words=True)
        return replace(plan, glued=glued.span(1), split=split, unsure=True)

    def _listed(self, form: str, begin: int, *, words: bool) -> Plan:
        plan = self.once(form, begin, words=words)
        # What was looked at as a whole need not be looked at again.
        once: dict[tuple[int, int], Window] = {}
        for window in plan.every:
            once.setdefault((window.start, window.end), window)
        every, lettered = list(once.values()), [*plan.lettered]
        known = [each for each in every if each.written or each.letters]
        masks = [each.written.mask for each in (*known, *lettered) if each.written]
        return replace(
            plan,
            known=known,
            every=every,
            lettered=lettered,
            silent=[each for each in known if each.letters or _silent(each)],
            silent_lettered=[*filter(_silent, lettered)],
            mask=reduce(or_, masks, 0),
            units=[*plan.units],
        )

    def once(self, written: str, begin: int, *, words: bool | None = None) -> Plan:
        """The plan of a run that is not remembered: its windows are made as they are taken.

        Groups of letters alone stand before `begin`. `words` says whether letters that are glued to the first
        digits are a word; left out, they say so themselves.
        """
        divided = _Divided(written, chain(written, begin, words=words), self._known, spelt=words is None)
        spans, _, before, after = divided.chain
        extended = _EXTENDED.fullmatch(written, *spans[-1 - after]) if spans else None
        start = spans[before][0] if before < len(spans) else len(written)
        every, lettered = divided.every(), divided.lettered()
        return Plan(
            known=every,
            every=every,
            lettered=lettered,
            silent=every,
            silent_lettered=lettered,
            mask=0,
            accounts=list(_accounts(written, spans, divided.sums)),
            units=divided.units(),
            start=start,
            after=after,
            size=divided.sums[-1] if before < len(spans) else 0,
            digits=sum(map(str.isdigit, written[start:])),
            brackets="(" in written or ")" in written,
            extension=extended.span(1) if extended else _NOTHING,
            unsure=extended is not None,
        )


class _Divided:
    """A run and its groups; `spelt` says whether it is the run itself, and not its form."""

    __slots__ = ("_known", "_signs", "_spelt", "chain", "sums")

    def __init__(self, written: str, chain: Chain, known: Known, *, spelt: bool) -> None:
        self.chain, self._known, self._spelt = chain, known, spelt
        self._signs = written.encode("ascii", "replace").translate(None, SEPARATORS).decode().upper()
        # How many letters and digits stand before each group.
        self.sums = [*accumulate((stop - start for start, stop in chain.spans), initial=0)]

    def every(self) -> Iterator[Window]:
        """Line by line, and what the ends of lines divide."""
        spans, gaps, first, after = self.chain
        last, line = len(spans) - after, 0
        while first < last:
            close = first + 1
            while close < last and gaps[close] != LINE:
                close += 1
            for begin, end, way in windows(spans, gaps, first, close, self._known.groups):
                if window := self._window(begin, end, way, line):
                    yield window
            if close < last:
                for begin, end in wrapped(spans, gaps, first, close, last):
                    if window := self._window(begin, end, PART, -1):
                        yield window
            first, line = close, line + 1

    def lettered(self) -> Iterator[Window]:
        """Letters before and after may belong to the value: BE 0403…, 12345678-Z, AB 12 34 56 C."""
        spans, gaps, before, after = self.chain
        if not (before or after) or len(spans) > MOST_GROUPS:
            return
        sizes = [stop - start for start, stop in spans]
        for begin, end in with_letters(sizes, gaps, before, len(spans) - after, self._known.begun):
            window = self._window(begin, end, UNIT, -1)
            if window is not None and window.written is not None:
                yield window

    def units(self) -> Iterator[Window]:
        """Every group."""
        for place in range(len(self.chain.spans)):
            if window := self._window(place, place + 1, UNIT, -1):
                yield window

    def _window(self, begin: int, end: int, way: int, line: int) -> Window | None:
        spans, first, last = self.chain.spans, self.sums[begin], self.sums[end]
        start, stop = spans[begin][0], spans[end - 1][1]
        if stop - start > _LONGEST:
            return None
        value = self._signs[first:last]
        letters, entry = not value.isdigit(), self._known.of(value)
        if entry is None:
            # A unit that no rule knows may hold one that is glued to a word, or misread; and digits behind a
            # + or 00 may be a telephone number.
            if letters:
                if way != UNIT:
                    return None
            elif self._spelt and start and value[:2] != "00":
                return None
        groups = tuple([stop - start for start, stop in spans[begin:end]])
        written = entry.written(groups) if entry else None
        return Window(start, stop, first, last, groups, way, line, letters, written)


def _silent(window: Window) -> bool:
    """Whether it may be believed though no label speaks for it."""
    written = window.written
    if written is None:
        return False
    return bool(written.prefixes or written.official or (written.alone and window.way != PART))


def _accounts(
    written: str, spans: Sequence[tuple[int, int]], sums: Sequence[int]
) -> Iterator[tuple[int, int, int]]:
    """Where an IBAN may begin: with the last two letters before a digit, or where a group of letters does."""
    for (start, stop), before in zip(spans, sums, strict=False):
        at = start
        while at < stop and written[at].isalpha():
            at += 1
        if at - start > 1:
            begin = at - 2 if at < stop else start
            yield start, begin, before + begin - start
