"""Where numbers are: runs of groups of digits and letters that may be one value, or several."""

import re
import string
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
    "backwards",
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
# Makes kinds of characters of what is written in ASCII: a 9 for each digit, an A for each capital, an a for
# each small letter, a space for each of BEFORE.
_KINDS = bytes.maketrans(
    f"{string.digits}{string.ascii_uppercase}{string.ascii_lowercase} -./()".encode(),
    b"9" * 10 + b"A" * 26 + b"a" * 26 + b" " * 6,
)
# Letters that may begin a value: capitals, or few; longer words in lower case are words. The last group of
# them counts, or the last two where they are an even number.
_LETTERS = rb" {1,2}+(?:A{1,6}|a{1,3})(?=[^9Aa])"
_LETTERS_BEFORE = re.compile(rb"%b(?=(?:%b%b)*+(?!%b))|%b%b" % ((_LETTERS,) * 6))
_FURTHEST = 16
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


def places(text: str, form: bytes) -> Iterator[tuple[int, int, int]]:
    """Where chains that are long enough to hold a value begin and end; before each, where the last ended.

    `form` has a 9 for each digit of the text and an A for each letter.
    """
    last = end = 0
    while (start := form.find(b"9", end)) >= 0:
        found = _CHAIN.match(text, start)
        end = found.end() if found else start + 1
        glued, before = start, form[start - 1 : start]
        if before == b"A":
            word = form[max(last, start - _LONGEST_WORD) : start]
            glued -= len(word) - len(word.rstrip(b"A"))
        if end - glued < _SHORTEST and not (before in b"A " and _country(text, start)):
            continue
        # A date is no part of a number, and numbers on both sides of it are none of one another.
        if end - start > 9 and not (run := text[start:end]).isalnum() and ("20" in run or "19" in run):
            for day in _DATE.finditer(text, start, end):
                if day.start() > glued and text[day.start() - 1] in _INSIDE:
                    continue
                if day.start() - glued >= _SHORTEST:
                    yield last, glued, day.start()
                last = glued = day.end()
        if end > glued:
            yield last, glued, end
        last = end


def _country(text: str, start: int) -> bool:
    """Whether two letters that begin IBANs stand before: its next group may have no digit."""
    end = start - 1 if text[start - 1 : start] == " " else start
    return end > 1 and text[end - 2 : end] in _COUNTRIES


def backwards(text: str) -> bytes:
    """The text for `letters_before`: its kinds of characters from its end.

    What ends at a place is found backwards at once, and forwards only by a search from each place before it.
    """
    plain = text if text.isascii() else text.replace(UNSEEN, " ")
    # The text's beginning ends a word, too.
    return plain.encode("ascii", "replace").translate(_KINDS)[::-1] + b"!"


def letters_before(back: bytes, last: int, start: int) -> int:
    """Where letters begin that may begin the value of a chain that begins at `start`: there, if none do.

    `back` is the text backwards, `last` where the chain before ended.
    """
    end, furthest = len(back) - 1, start - _FURTHEST
    if furthest < last:  # noqa: PLR1730 - max takes five times as long
        furthest = last
    # What stands before the furthest letter is read, too.
    found = _LETTERS_BEFORE.match(back, end - start, end + 1 - furthest)
    return end - found.end() if found else start


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
