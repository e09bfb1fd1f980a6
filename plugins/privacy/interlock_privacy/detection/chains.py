"""Where numbers are: runs of groups of digits and letters that may be one value, or several."""

import re
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from interlock_privacy.detection.folding import UNSEEN
from interlock_privacy.detection.ibans import LENGTHS

__all__ = [
    "BEFORE",
    "EXTENSIONS",
    "LINE",
    "LOOSE",
    "TIGHT",
    "Chain",
    "chain",
    "gaps_of",
    "lettered",
    "letters_before",
    "places",
]

# What stands between two groups: dashes, dots and the like; spaces; the end of a line.
TIGHT, LOOSE, LINE = range(3)

# What may stand between letters and the run that they begin.
BEFORE = frozenset(" -./()" + UNSEEN)
_MARKS = rf"\-./(){UNSEEN}"
# Groups with a digit near their beginning, and at most three separators between two of them; groups of
# letters between dashes or dots; and one or two letters behind the last.
_CHAIN = re.compile(
    rf"[0-9][0-9A-Za-z]*+(?:[ \t\n\r{_MARKS}]{{1,3}}+[A-Za-z]{{0,6}}[0-9][0-9A-Za-z]*+"
    rf"|[\-./][A-Za-z]{{1,4}}(?=[\-./][0-9]))*+"
    rf"(?:[ {_MARKS}]{{1,2}}+[A-Za-z]{{1,2}}(?![0-9A-Za-z]))?+"
)
_GROUP = re.compile(r"[0-9A-Za-z]+")
# Letters that may begin a value: capitals, or few; longer words in lower case are words.
_LETTERS = rf"(?:[A-Z]{{1,6}}|[a-z]{{1,3}})[ {_MARKS}]{{1,2}}"
_BEFORE = re.compile(rf"(?<![0-9A-Za-z])(?:{_LETTERS}{_LETTERS})*?((?:{_LETTERS})?{_LETTERS})\Z")
_DATE = re.compile(
    r"(?:(?:19|20)[0-9]{2}([\-./])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12][0-9]|3[01])"
    r"|(?:0?[1-9]|[12][0-9]|3[01])([\-./])(?:0?[1-9]|[12][0-9]|3[01])\2(?:19|20)[0-9]{2})"
    r"(?![0-9A-Za-z]|[\-./][0-9A-Za-z])"
)
# What an office calls its extensions.
EXTENSIONS = frozenset(("x", "ext", "EXT", "w", "wew"))
_EXTENSION = re.compile(rf"[0-9]+(?=(?:{'|'.join(sorted(EXTENSIONS))})[0-9]{{1,6}}\Z)")
_GAPS = {"": TIGHT, "-": TIGHT, ".": TIGHT, "/": TIGHT, " ": LOOSE, "\n": LINE}
_GLUED = re.compile(r"([A-Za-z]+)([0-9]+)\Z")
_INSIDE = frozenset("-./0123456789")
_COUNTRIES = frozenset(
    first + second
    for each in LENGTHS
    for first in (each[0], each[0].lower())
    for second in (each[1], each[1].lower())
)
# A word before a number it is glued to, without a space; longer ones are no words.
_LONGEST_WORD = 40
_SHORTEST = 6


class Chain(NamedTuple):
    """The groups of a chain, by where they begin and end, and for each what stands before it.

    `before` groups of letters alone stand before the first digit, and `after` behind the last.
    """

    spans: list[tuple[int, int]]
    gaps: list[int]
    before: int
    after: int


def lettered(word: str) -> bool:
    """Whether letters that are glued to digits are a word rather than a piece of a hash."""
    one_case = word.islower() or word.isupper() or word.istitle()
    return len(word) > 2 and one_case and bool(set(word.lower()) - set("abcdef"))


def places(text: str) -> Iterator[tuple[int, int, int]]:
    """Where chains that are long enough to hold a value begin and end; before each, where the last ended."""
    last = 0
    for found in _CHAIN.finditer(text):
        start, end = found.span()
        glued = start
        if start and text[start - 1].isalpha():
            while glued > last and start - glued < _LONGEST_WORD and _letter(text[glued - 1]):
                glued -= 1
        if end - glued < _SHORTEST and not _country(text, start):
            continue
        # A date is no part of a number, and numbers on both sides of it are none of one another.
        if end - start > 9 and not (run := found[0]).isalnum() and ("20" in run or "19" in run):
            for day in _DATE.finditer(text, start, end):
                if day.start() > glued and text[day.start() - 1] in _INSIDE:
                    continue
                if day.start() - glued >= _SHORTEST:
                    yield last, glued, day.start()
                last = glued = day.end()
        if end > glued:
            yield last, glued, end
        last = end


def _letter(each: str) -> bool:
    return each.isascii() and each.isalpha()


def _country(text: str, start: int) -> bool:
    """Whether two letters that begin IBANs stand before: its next group may have no digit."""
    end = start - 1 if text[start - 1 : start] == " " else start
    return end > 1 and text[end - 2 : end] in _COUNTRIES


def letters_before(text: str, last: int, start: int) -> int:
    """Where letters begin that may begin the value of a chain that begins at `start`, or -1.

    One of BEFORE stands there.
    """
    # Most words are in lower case and too long to begin a value.
    word = text[start - 5 : start - 1] if start > 4 else ""
    if word.islower() and word.isalpha() and word.isascii():
        return -1
    found = _BEFORE.search(text, max(last, start - 16), start)
    return found.start(1) if found else -1


def chain(written: str, begin: int, *, words: bool | None = None) -> Chain:
    """The groups of a run; those before `begin` are letters that may begin its value.

    `words` says whether letters that are glued to the first digits are a word; left out, they say it.
    """
    spans = [found.span() for found in _GROUP.finditer(written)]
    before = 0
    while before < len(spans) and spans[before][0] < begin:
        before += 1
    glued = None
    if before < len(spans) and written[spans[before][0]].isalpha():
        glued = _GLUED.match(written, *spans[before])
    if glued is not None and (lettered(glued[1]) if words is None else words):
        spans[before : before + 1] = [glued.span(1), glued.span(2)]
        before += 1
    after = 0
    if len(spans) > before and not written[slice(*spans[-1])].isdigit():
        after = int(len(spans) > before + 1 and written[slice(*spans[-1])].isalpha())
        extended = _EXTENSION.match(written, *spans[-1 - after])
        if extended:
            spans[-1 - after :] = [extended.span()]
            after = 0
    return Chain(spans, gaps_of(written, spans), before, after)


def gaps_of(text: str, spans: Sequence[tuple[int, int]]) -> list[int]:
    """What stands before each of the groups; the first counts as tight."""
    gaps, previous = [], spans[0][0] if spans else 0
    for first, stop in spans:
        between = text[previous:first]
        gap = _GAPS.get(between)
        if gap is None:
            gap = (
                LINE
                if "\n" in between or "\r" in between
                else LOOSE
                if " " in between or "\t" in between
                else TIGHT
            )
        gaps.append(gap)
        previous = stop
    return gaps
