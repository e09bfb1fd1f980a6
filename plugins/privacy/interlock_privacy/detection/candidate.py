"""What was seen, before it is decided which of two that overlap is right."""

from collections.abc import Iterable
from operator import attrgetter
from typing import NamedTuple

from interlock.types.findings import Finding

__all__ = ["Candidate", "resolved"]


_START = attrgetter("start")


class Candidate(NamedTuple):
    """A value that passed its rule, and how well it is supported; a higher score wins."""

    score: int
    start: int
    end: int
    kind: str
    rule: str
    value: str


def resolved(candidates: Iterable[Candidate]) -> list[Finding]:
    """The best of them that do not overlap, in the order of the text."""
    kept: list[Candidate] = []
    together: list[Candidate] = []
    end = 0
    for each in sorted(candidates, key=_START):
        if each.start < end:
            together.append(each)
            end = max(end, each.end)
            continue
        # Few overlap: only those are weighed against one another.
        kept += _best(together) if len(together) > 1 else together
        together, end = [each], each.end
    kept += _best(together)
    return [
        Finding(kind=kind, rule=rule, start=start, end=end, value=value)
        for _, start, end, kind, rule, value in kept
    ]


def _best(together: list[Candidate]) -> list[Candidate]:
    """The best of candidates of which each overlaps another."""
    if len(together) < 2:
        return together
    first = together[0].start
    taken = bytearray(max(each.end for each in together) - first)
    kept: list[Candidate] = []
    for each in sorted(together, key=lambda each: (-each.score, each.start - each.end, each.start)):
        start, end = each.start - first, each.end - first
        if taken.find(1, start, end) < 0:
            taken[start:end] = b"\x01" * (end - start)
            kept.append(each)
    return sorted(kept, key=_START)
