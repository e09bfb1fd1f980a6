"""What was seen, before it is decided which of two that overlap is right."""

from collections.abc import Callable, Iterable
from functools import partial
from operator import attrgetter
from typing import NamedTuple, TypeAlias, cast

from interlock.types.findings import Finding

__all__ = ["Candidate", "candidate", "resolved"]


_START = attrgetter("start")


class Candidate(NamedTuple):
    """A value that passed its rule, and how well it is supported; a higher score wins."""

    score: int
    start: int
    end: int
    kind: str
    rule: str
    value: str


_Fields: TypeAlias = tuple[int, int, int, str, str, str]
candidate: Callable[[_Fields], Candidate] = partial(tuple.__new__, Candidate)
"""One from all its fields, at half of what its class takes."""


class _Draft:
    """A finding that can be written to: to make a frozen one costs seven times as much as all of this."""

    __slots__ = Finding.__slots__

    def __init__(self, kind: str, rule: str, start: int, end: int, value: str) -> None:
        self.kind, self.rule, self.start, self.end, self.value = kind, rule, start, end, value

    def frozen(self) -> Finding:
        """Itself, as a finding."""
        self.__class__ = Finding  # type: ignore[assignment] # the same slots
        return cast("Finding", self)


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
    return [_Draft(kind, rule, start, end, value).frozen() for _, start, end, kind, rule, value in kept]


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
