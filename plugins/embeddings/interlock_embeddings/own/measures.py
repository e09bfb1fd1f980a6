"""What a lesson is worth: a confusion matrix, shares with their intervals, and a verdict with its reasons."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import sqrt
from typing import Any, Final

from interlock_embeddings.own.examples import Example

__all__ = ["ELSE", "Measure", "Share", "measured"]

ELSE: Final = "(other)"
"""What is said of a prompt that is of no own task."""
FOUND: Final = 0.8
"""The share of a task's examples, kept aside, below which the task is rejected."""
TAKEN: Final = 0.05
"""The share of Interlock's own prompts above which the tasks are rejected."""
FROM_ONE: Final = 0.15
"""The share of the prompts of one of Interlock's tasks above which they are."""
_Z: Final = 1.959964


@dataclass(frozen=True, slots=True)
class Share:
    """`part` of `whole`, with a 95 % Wilson interval."""

    part: int
    whole: int

    @property
    def value(self) -> float:
        """0 of nothing."""
        return self.part / self.whole if self.whole else 0.0

    @property
    def interval(self) -> tuple[float, float]:
        """From and to, 0 to 1."""
        if not self.whole:
            return 0.0, 1.0
        spread = _Z * _Z / self.whole
        middle = (self.value + spread / 2) / (1 + spread)
        half = _Z * sqrt(self.value * (1 - self.value) / self.whole + spread / self.whole / 4) / (1 + spread)
        return max(0.0, middle - half), min(1.0, middle + half)

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        low, high = self.interval
        shown = {"share": round(self.value, 4), "low": round(low, 4), "high": round(high, 4)}
        return {"part": self.part, "whole": self.whole, **shown}

    def __str__(self) -> str:
        low, high = self.interval
        return f"{self.value:.0%} [{low:.0%}, {high:.0%}] ({self.part} of {self.whole})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Measure:
    """How prompts whose task is known were told.

    Attributes:
        matrix: labelled task -> what was said -> how many; of what was said, own tasks and `ELSE`.
        recall, precision: of each own task.
        taken: of each of Interlock's tasks, the prompts that an own task claimed.
        reasons: why the tasks are rejected; none where they are adopted.
    """

    matrix: Mapping[str, Mapping[str, int]]
    recall: Mapping[str, Share]
    precision: Mapping[str, Share]
    taken: Mapping[str, Share]
    reasons: tuple[str, ...]

    @property
    def verdict(self) -> str:
        """Adopt or reject."""
        return "reject" if self.reasons else "adopt"

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return {
            "verdict": self.verdict,
            "reasons": list(self.reasons),
            "recall": {name: share.plain() for name, share in self.recall.items()},
            "precision": {name: share.plain() for name, share in self.precision.items()},
            "taken": {name: share.plain() for name, share in self.taken.items() if share.part},
            "confusion": {name: dict(row) for name, row in self.matrix.items()},
        }


def measured(examples: Sequence[Example], said: Sequence[str], names: Sequence[str]) -> Measure:
    """`said` is, of each example, the own task that claimed it, or "". `names` are the own tasks."""
    matrix: dict[str, dict[str, int]] = {}
    for example, own in zip(examples, said, strict=True):
        row = matrix.setdefault(example.task, {})
        row[own or ELSE] = row.get(own or ELSE, 0) + 1
    recall = {name: Share(matrix.get(name, {}).get(name, 0), _sum(matrix.get(name, {}))) for name in names}
    precision = {
        name: Share(matrix.get(name, {}).get(name, 0), sum(row.get(name, 0) for row in matrix.values()))
        for name in names
    }
    taken = {
        task: Share(_sum(row) - row.get(ELSE, 0), _sum(row))
        for task, row in sorted(matrix.items())
        if task not in names
    }
    return Measure(
        matrix=matrix, recall=recall, precision=precision, taken=taken, reasons=_reasons(recall, taken)
    )


def _reasons(recall: Mapping[str, Share], taken: Mapping[str, Share]) -> tuple[str, ...]:
    found = [
        f"{name} is found in {share}; {FOUND:.0%} are wanted: more or other examples may help"
        for name, share in recall.items()
        if share.whole and share.value < FOUND
    ]
    whole = Share(sum(each.part for each in taken.values()), sum(each.whole for each in taken.values()))
    if whole.value > TAKEN:
        found.append(f"{whole} prompts of Interlock's own tasks would be taken; {TAKEN:.0%} are the most")
    found += [
        f"{share} prompts of {task} would be taken; {FROM_ONE:.0%} are the most of one task"
        for task, share in taken.items()
        if share.value > FROM_ONE and share.whole >= 10  # noqa: PLR2004 - of fewer, one is many
    ]
    return tuple(found)


def _sum(row: Mapping[str, int]) -> int:
    return sum(row.values())
