"""Where numbers are: runs of groups of digits and letters that may be one value, or several."""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field

from interlock_privacy.detection.folding import UNSEEN
from interlock_privacy.detection.ibans import LENGTHS

__all__ = ["Chain", "chains", "compact", "lettered"]

_TIGHT = rf"\-./(){UNSEEN}"
# Groups with a digit near their beginning, and at most three separators between two of them.
_CHAIN = re.compile(
    rf"[0-9][0-9A-Za-z]*+(?:[ \t\n\r{_TIGHT}]{{1,3}}+[A-Za-z]{{0,6}}[0-9][0-9A-Za-z]*+"
    rf"|[\-./][A-Za-z]{{1,4}}(?=[\-./][0-9]))*+"
    rf"(?:[ {_TIGHT}]{{1,2}}+[A-Za-z]{{1,2}}(?![0-9A-Za-z]))?+"
)
_GROUP = re.compile(r"[0-9A-Za-z]+")
_BEFORE = re.compile(
    rf"(?<![0-9A-Za-z])(?:[A-Za-z]{{1,6}}[ {_TIGHT}]{{1,2}})?[A-Za-z]{{1,6}}[ {_TIGHT}]{{1,2}}"
    r"(?=[0-9A-Za-z]|\Z)"
)
_SEPARATORS = str.maketrans("", "", " \t\n\r-./()" + UNSEEN)
_DATE = re.compile(
    r"(?:(?:19|20)[0-9]{2}([\-./])(?:0?[1-9]|1[0-2])\1(?:0?[1-9]|[12][0-9]|3[01])"
    r"|(?:0?[1-9]|[12][0-9]|3[01])([\-./])(?:0?[1-9]|[12][0-9]|3[01])\2(?:19|20)[0-9]{2})(?![0-9A-Za-z\-./]*[0-9A-Za-z])"
)
_EXTENSION = re.compile(r"[0-9]+(?=(?:x|ext|EXT|w|wew)[0-9]{1,6}\Z)")
_LETTERED = re.compile(r"[A-Za-z]+")
_INSIDE = frozenset("-./0123456789")
# A word before a number it is glued to, without a space; longer ones are no words.
_LONGEST_WORD = 40
_SHORTEST = 6


def compact(text: str) -> str:
    """Without separators, letters as capitals."""
    return text.translate(_SEPARATORS).upper()


def lettered(word: str) -> bool:
    """Whether letters that are glued to digits are a word rather than a piece of a hash."""
    return (
        len(word) > 2
        and (word.islower() or word.isupper() or word.istitle())
        and bool(set(word.lower()) - set("abcdef"))
    )


@dataclass(slots=True)
class Chain:
    """The groups of a chain. A unit is a run of groups with nothing but tight separators in between.

    `before` groups of letters alone stand before the first digit, and `after` behind the last.
    """

    starts: list[int] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    opens: list[bool] = field(default_factory=list)
    before: int = 0
    after: int = 0


def chains(text: str) -> Iterator[Chain]:
    """Every chain that is long enough to hold a value."""
    last = 0
    for found in _CHAIN.finditer(text):
        start, end = found.span()
        glued = start
        while (
            glued > last
            and start - glued < _LONGEST_WORD
            and text[glued - 1].isascii()
            and text[glued - 1].isalpha()
        ):
            glued -= 1
        if end - glued < _SHORTEST and not _country(text, start):
            continue
        # A date is no part of a number, and numbers on both sides of it are none of one another.
        for day in _DATE.finditer(text, start, end):
            if day.start() > glued and text[day.start() - 1] in _INSIDE:
                continue
            if day.start() - glued >= _SHORTEST:
                yield from _chain(text, last, glued, day.start())
            last = glued = day.end()
        yield from _chain(text, last, glued, end)
        last = end


def _country(text: str, start: int) -> bool:
    """Whether two letters that begin IBANs stand before: its next group may have no digit."""
    if text[start - 1 : start] == " ":
        start -= 1
    return text[max(0, start - 2) : start].upper() in LENGTHS


def _chain(text: str, last: int, start: int, end: int) -> Iterator[Chain]:
    chain = Chain()
    if start > last and text[start - 1] in " -./()" + UNSEEN:
        for found in _BEFORE.finditer(text, max(last, start - 16), start):
            if found.end() == start:
                for group in _LETTERED.finditer(found[0]):
                    chain.starts.append(found.start() + group.start())
                    chain.ends.append(found.start() + group.end())
                    chain.before += 1
    for found in _GROUP.finditer(text, start, end):
        chain.starts.append(found.start())
        extended = _EXTENSION.match(text, found.start(), found.end())
        chain.ends.append(extended.end() if extended else found.end())
        if extended:
            break
    place = len(chain.starts) - 1
    if place > chain.before and text[chain.starts[place] : chain.ends[place]].isalpha():
        chain.after = 1
    previous = 0
    for first, stop in zip(chain.starts, chain.ends, strict=True):
        between = text[previous:first]
        chain.opens.append(
            previous == 0 or " " in between or "\n" in between or "\t" in between or "\r" in between
        )
        previous = stop
    if chain.before + chain.after < len(chain.starts):
        yield chain
