"""What was seen, before it is decided which of two that overlap is right."""

from collections.abc import Iterable
from typing import NamedTuple

from interlock.types.findings import Finding

__all__ = ["Candidate", "resolved"]


class Candidate(NamedTuple):
    """A value that passed its rule, and how well it is supported; a higher score wins."""

    score: int
    start: int
    end: int
    kind: str
    rule: str
    value: str


def resolved(candidates: Iterable[Candidate], size: int) -> list[Finding]:
    """The best of them that do not overlap, in the order of the text, which is `size` characters long."""
    ordered = sorted(candidates, key=lambda each: (-each.score, each.start - each.end, each.start))
    taken = bytearray(size)
    kept: list[Candidate] = []
    for each in ordered:
        if taken.find(1, each.start, each.end) < 0:
            taken[each.start : each.end] = b"\x01" * (each.end - each.start)
            kept.append(each)
    kept.sort(key=lambda each: each.start)
    return [
        Finding(kind=each.kind, rule=each.rule, start=each.start, end=each.end, value=each.value)
        for each in kept
    ]
