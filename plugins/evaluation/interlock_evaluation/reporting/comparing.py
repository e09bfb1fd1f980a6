"""Models beside one another, paired by prompt: with intervals that hold together, and claims by Holm."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import isnan, nan
from typing import Final, Literal

import numpy as np

from interlock_evaluation.reporting.marking import Sheet
from interlock_evaluation.statistics import (
    CONFIDENCE,
    LEVEL,
    Interval,
    Numbers,
    Paired,
    holm,
    joined,
    mcnemar,
    paired,
    paired_predicted,
    together,
)

__all__ = ["Compared", "Pair", "Verdict", "best_of", "compared", "marks_of_tasks", "pairs"]

Verdict = Literal["worse", "cannot tell", "judge only"]
"""Of a model beside the best; `judge only` is what a judge says whom nobody has held against experts."""
_MARKS: Final = (0.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A model beside the one that has the best mean, on the prompts that both were marked on.

    Attributes:
        behind: by how much its mean mark is lower, paired, from -1 to 1. All of a report's hold together in
            95 of 100 runs, for it was not known before which model would be the best.
        p: of that being nothing, adjusted by Holm's procedure for the number of pairs of models; NaN where
            nothing was tested.
        claimed: whether it may be said to be worse; where not, `verdict` says why.
    """

    model: str
    prompts: int
    behind: Interval
    p: float
    claimed: bool
    verdict: Verdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two models, by their places, with how much the left one is over the right one and the p value of that.

    Attributes:
        decides: whether marks are such that a claim may follow from them.
    """

    left: int
    right: int
    over: Paired
    p: float
    decides: bool


def best_of(values: Sequence[float]) -> int | None:
    """The place of the highest; None where nothing is known."""
    known = [(value, -at) for at, value in enumerate(values) if not isnan(value)]
    return -max(known)[1] if known else None


def compared(models: Sequence[str], best: int, marks: Sheet, *, trust: bool) -> list[Compared]:
    """Every other model beside the best. `trust` has a judge decide whom nobody has held against experts."""
    found = list(pairs(marks, trust=trust))
    columns = [marks.told[:, each.left] - marks.told[:, each.right] for each in found]
    confidence = together(np.stack(columns, axis=1)) if columns else CONFIDENCE
    adjusted = holm([each.p for each in found])
    rows = []
    for pair, p in zip(found, adjusted, strict=True):
        if best not in (pair.left, pair.right):
            continue
        behind = pair.over.interval(confidence)
        if pair.right == best:
            behind = Interval(value=-behind.value, low=-behind.high, high=-behind.low)
        claimed = bool(pair.decides and p < LEVEL and behind.low > 0)
        verdict: Verdict = "worse" if claimed else "cannot tell" if pair.decides else "judge only"
        other = pair.right if pair.left == best else pair.left
        rows.append((other, pair.over.prompts, behind, float(p), claimed, verdict))
    return [
        Compared(model=models[at], prompts=count, behind=behind, p=p, claimed=claimed, verdict=verdict)
        for at, count, behind, p, claimed, verdict in sorted(rows, key=lambda each: each[0])
    ]


def marks_of_tasks(
    sheets: Sequence[Sheet], highest: Sequence[int | None], *, trust: bool
) -> list[dict[int, Verdict]]:
    """Of each task what may be said of models beside its highest one, by their places: one claim too many
    among all tasks together is made in 5 of 100 runs.
    """
    found = [list(pairs(each, trust=trust)) for each in sheets]
    adjusted = iter(holm([pair.p for each in found for pair in each]))
    told = []
    for task, best in zip(found, highest, strict=True):
        verdicts: dict[int, Verdict] = {}
        for pair in task:
            claimed = bool(next(adjusted) < LEVEL)
            if best is None or best not in (pair.left, pair.right):
                continue
            other = pair.right if pair.left == best else pair.left
            worse = claimed and (pair.over.value > 0) == (pair.left == best)
            verdicts[other] = "worse" if worse else "cannot tell" if pair.decides else "judge only"
        told.append(verdicts)
    return told


def pairs(marks: Sheet, *, trust: bool) -> Iterator[Pair]:
    """All pairs of models of which some prompt was marked, in order."""
    for left, right in combinations(range(marks.told.shape[1]), 2):
        told = marks.told[:, left] - marks.told[:, right]
        if not np.isnan(told).all():
            yield _pair(marks, left, right, told, trust=trust)


def _pair(marks: Sheet, left: int, right: int, told: Numbers, *, trust: bool) -> Pair:
    judged = (marks.judged[:, left] | marks.judged[:, right]) & ~np.isnan(told)
    if not judged.any():
        return _plain(marks, left, right, told, decides=True)
    said, known = (each[:, left] - each[:, right] for each in (marks.judge, marks.known))
    predicted = paired_predicted(np.where(judged, said, nan), np.where(judged, known, nan))
    if not predicted.prompts:
        return _plain(marks, left, right, told, decides=trust)
    over = joined([paired(np.where(judged, nan, told)), predicted])
    return Pair(left=left, right=right, over=over, p=over.p, decides=True)


def _plain(marks: Sheet, left: int, right: int, told: Numbers, *, decides: bool) -> Pair:
    over = paired(told)
    p = _p(marks, left, right, over) if decides else nan
    return Pair(left=left, right=right, over=over, p=p, decides=decides)


def _p(marks: Sheet, left: int, right: int, over: Paired) -> float:
    """Exact where marks are right or wrong, else the one that goes with the interval."""
    first, second = marks.told[:, left], marks.told[:, right]
    both = ~np.isnan(first + second)
    first, second = first[both], second[both]
    if np.isin(first, _MARKS).all() and np.isin(second, _MARKS).all():
        return mcnemar(int((first > second).sum()), int((second > first).sum()))
    return over.p
