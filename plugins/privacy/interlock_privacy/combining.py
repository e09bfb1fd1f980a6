"""Rules of our own and detectors of others, as one."""

from collections.abc import Collection, Iterable, Iterator, Sequence

from interlock.protocols import Detector
from interlock.types.findings import Finding
from interlock_privacy.scanning import Finder

__all__ = ["Combined"]


class Combined:
    """What the rules find, and what the detectors find beside it: a checksum is surer than a model, and the
    first detector goes before the second. `kinds` are those that are looked for; none of them means all.
    """

    def __init__(self, rules: Finder, detectors: Sequence[Detector], kinds: Collection[str] = ()) -> None:
        self._rules = rules
        self._detectors = detectors
        self._kinds = frozenset(kinds)

    def find(self, text: str) -> list[Finding]:
        """What is in the text, in its order; no two overlap.

        Raises:
            ValueError: a detector gave what is no finding of its kinds in this text.
        """
        found = list(self._rules.find(text))
        taken = bytearray(len(text))
        for each in found:
            _take(taken, each.start, each.end)
        for detector in self._detectors:
            for each in _checked(detector, text):
                if self._kinds and each.kind not in self._kinds:
                    continue
                for piece in _beside(taken, text, each):
                    _take(taken, piece.start, piece.end)
                    found.append(piece)
        return sorted(found, key=lambda each: each.start)


def _checked(detector: Detector, text: str) -> Iterable[Finding]:
    found = list(detector.find(text))
    for each in found:
        if not isinstance(each, Finding) or each.kind not in detector.kinds:
            raise ValueError("no finding of its kinds")
        if not 0 <= each.start < each.end <= len(text):
            raise ValueError("a finding out of place")
    return found


def _beside(taken: bytearray, text: str, finding: Finding) -> Iterator[Finding]:
    """What of a finding nothing else has: all of it, mostly."""
    start = finding.start
    while start < finding.end:
        free = taken.find(0, start, finding.end)
        if free < 0:
            return
        end = taken.find(1, free, finding.end)
        end = finding.end if end < 0 else end
        start = end
        if (free, end) == (finding.start, finding.end):
            yield finding
            return
        while free < end and not text[free].isalnum():
            free += 1
        while free < end and not text[end - 1].isalnum():
            end -= 1
        if free < end:
            value = " ".join(text[free:end].split()).casefold()
            yield Finding(kind=finding.kind, rule=finding.rule, start=free, end=end, value=value)


def _take(taken: bytearray, start: int, end: int) -> None:
    taken[start:end] = b"\x01" * (end - start)
