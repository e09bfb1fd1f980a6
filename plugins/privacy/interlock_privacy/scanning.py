"""Looks for personal data in the texts of a request, without keeping others from the loop."""

import re
from collections import deque
from collections.abc import Generator, Iterable, Iterator, Sequence
from typing import Any, Final, Protocol

from interlock.errors import PluginError
from interlock.types.findings import Finding
from interlock.types.passages import Passage

__all__ = ["AT_ONCE", "STEP", "Finder", "Found", "ScanFailed", "let_go", "pieces", "scan", "scan_in_slices"]

AT_ONCE: Final = 3_000
"""Characters that are looked into without a break, whatever they are."""
STEP: Final = 500
"""Findings after which whoever treats them may be interrupted."""
# Looking into a text takes as long as it has digits and the like: a slice has so many of them, and a size
# between these. That the size follows from the text alone keeps what is found the same each time.
_SIGNS: Final = "0123456789@:=\uff10\uff11\uff12\uff13\uff14\uff15\uff16\uff17\uff18\uff19"
_SIGNS_AT_ONCE: Final = 150
_LEAST, _MOST = 1_500, 6_000
_PIECE: Final = 3_000
_MARGIN: Final = 300  # what stands beside a value may say what it is
_RUN: Final = 16_000  # of what may be one value without a gap
_GAPS: Final = tuple(
    re.compile(gap)
    for gap in (r"[^\W\d_]{2}[.,;]?\s(?=[^\W\d_]{2})", r"\n", r"[^\W\d_]{2}[.,;:]?\s(?=\d)", r"\s")
)
"""Where a text may be cut, best first: no value goes on from one word of letters to the next."""
_BLOCK: Final = ("-----BEGIN", "-----END", 20_000)  # a key in many lines, and how long one may be

Found = Sequence[tuple[Passage, list[Finding]]]


class Finder(Protocol):
    """What finds values in a text."""

    def find(self, text: str) -> Sequence[Finding]: ...


class ScanFailed(Exception):
    """A text could not be looked into. Nothing of it, nor of what was raised, is said here.

    `lacks` says what must be installed first, where that is why.
    """

    def __init__(self, message: str, lacks: str = "") -> None:
        super().__init__(message)
        self.lacks = lacks


def scan(finder: Finder, passages: Iterable[Passage]) -> Found:
    """What is found in each passage. Raises ScanFailed."""
    return [(each, [*found]) for each in passages if (found := _found(finder, each.text))]


def scan_in_slices(finder: Finder, passages: Iterable[Passage]) -> Generator[None, None, Found]:
    """The same, a millisecond or so at a time. Raises ScanFailed."""
    found = []
    for each in passages:
        mine: list[Finding] = []
        for start, end, text, offset in _slices(each.text):
            for it in _found(finder, text):
                if max(start, mine[-1].end if mine else 0) <= it.start + offset < end:
                    mine.append(_moved(it, offset))
            yield
        if mine:
            found.append((each, mine))
    return found


def let_go(found: Found) -> Generator[None, None, None]:
    """Empties what is not needed any more, a little at a time: all at once takes milliseconds of a loop."""
    for _, several in found:
        while several:
            del several[-STEP:]
            yield


def _found(finder: Finder, text: str) -> Sequence[Finding]:
    """What a finder raises may hold the text, and so it is let go of here: no error of ours leads to it."""
    lacks = ""
    try:
        found: Any = finder.find(text)
        _check(found, text)
    except PluginError as error:
        failed, lacks = type(error).__name__, error.message
    except Exception as error:  # noqa: BLE001 - whatever it is, nothing may leave
        failed = type(error).__name__
    else:
        return found  # type: ignore[no-any-return] # checked in the line above
    raise ScanFailed(f"the detector failed ({failed})", lacks)


def _check(found: Any, text: str) -> None:
    end = 0
    for each in found:
        if not isinstance(each, Finding):
            raise TypeError("no finding")
        if not (end <= each.start < each.end <= len(text) and each.kind):
            raise ValueError("a finding out of place")
        end = each.end


def _moved(finding: Finding, offset: int) -> Finding:
    if not offset:
        return finding
    return Finding(
        kind=finding.kind,
        rule=finding.rule,
        start=finding.start + offset,
        end=finding.end + offset,
        value=finding.value,
    )


def _slices(text: str) -> Iterator[tuple[int, int, str, int]]:
    """From where to where each slice goes, the text with what stands around it, and where that begins."""
    start = 0
    while start < len(text):
        end = _seam(text, start + _size(text, start))
        first, last = _gap(text, start - 2 * _MARGIN, start - _MARGIN), min(len(text), end + _MARGIN)
        yield start, end, text[first:last], first
        start = end


def _size(text: str, start: int) -> int:
    ahead = text[start : start + _MOST]
    signs = sum(map(ahead.count, _SIGNS))
    return max(_LEAST, min(_MOST, _SIGNS_AT_ONCE * len(ahead) // max(signs, 1)))


def pieces(text: str) -> Iterator[tuple[int, int]]:
    """Where the pieces of a text begin and end. They cut no word of letters and digits, where that can be."""
    start = 0
    while len(text) - start > 2 * _PIECE:
        end = _gap(text, start + _PIECE // 2, start + _PIECE)
        yield start, end
        start = end
    yield start, len(text)


def _seam(text: str, at: int) -> int:
    """The end of a slice: between two words where there are words, and in no block."""
    if at >= len(text):
        return len(text)
    begin, finish, longest = _BLOCK
    opened = text.rfind(begin, max(0, at - longest), at)
    if opened >= 0:
        closed = text.find(finish, opened, opened + longest)
        if closed >= at:
            return min(len(text), closed + 80)
    end = _gap(text, at - _LEAST // 2, at)
    if end == at and (later := _GAPS[-1].search(text, at, at + _RUN)):
        return later.end()
    return end


def _gap(text: str, least: int, most: int) -> int:
    """A place for a cut, as late as may be."""
    if most <= 0:
        return 0
    least = max(0, least)
    for gap in _GAPS:
        if last := deque(gap.finditer(text, least, most), maxlen=1):
            return last[0].end()
    return most
