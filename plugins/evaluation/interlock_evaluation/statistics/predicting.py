"""A mean out of a judge's marks for all prompts and experts' for a random part of them.

Prediction-powered inference (Angelopoulos et al. 2023, with the weight of PPI++, arXiv 2311.01453): the judge
says what it likes of every prompt, and the experts' sample says how far the judge is off.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from math import nan, sqrt
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from interlock_evaluation.statistics.intervals import (
    CONFIDENCE,
    UNKNOWN,
    Interval,
    Numbers,
    Places,
    checked,
    grouped,
    student,
)

Ends = tuple[float, float]
LEAST: Final = 20
"""Prompts with an expert's mark, below which the judge's are not used."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Predicted:
    """A mean of what experts would say.

    Attributes:
        mean: in the unit of the marks.
        raw: what the judge alone says, without any interval: it has none that means anything.
        bias: how much the judge is over the experts where both have marked.
        weight: how much the judge was listened to, 0 to 1; 0 is the experts' own mean.
        judged, labelled: how many prompts each has marked.
    """

    mean: Interval
    raw: float
    bias: float
    weight: float
    judged: int
    labelled: int


def predicted_mean(
    judge: ArrayLike,
    experts: ArrayLike,
    *,
    clusters: Iterable[object] | None = None,
    scale: Ends = (0.0, 1.0),
    confidence: float = CONFIDENCE,
) -> Predicted:
    """The mean that experts would give all prompts; paired differences of two models go the same way.

    Args:
        judge: its mark for each prompt, NaN where it has given none.
        experts: theirs, NaN where they have given none. Which prompts they marked has to be drawn by lot:
            those that looked doubtful, or came first, say nothing of the others.
        clusters: whose prompt each place is, where there are several to one, such as two reviewers; each
            prompt then counts once, with its mean.
        scale: the least and the most that a mark can be; of a difference of marks -1 and 1.
        confidence: 0 to 1.

    Raises:
        ValueError: the two are not of the same length, or a mark lies outside the scale.
    """
    said, labels = _by_prompt(judge, experts, clusters)
    _check(said, labels, scale)
    both = ~np.isnan(said) & ~np.isnan(labels)
    rest = said[~np.isnan(said) & ~both]
    usable = both.sum() >= LEAST and len(rest) > 1
    weight = _weight(said[both], labels[both], rest) if usable else 0.0
    corrected = labels[both] - weight * said[both] if weight > 0 else labels[~np.isnan(labels)]
    bottom, top = scale[0] - weight * scale[1], scale[1] - weight * scale[0]
    known = said[~np.isnan(said)]
    return Predicted(
        mean=_interval(corrected, weight * rest if weight > 0 else None, (bottom, top), checked(confidence)),
        raw=float(known.mean()) if len(known) else nan,
        bias=float((said - labels)[both].mean()) if both.any() else nan,
        weight=weight,
        judged=len(known),
        labelled=int((~np.isnan(labels)).sum()),
    )


def _interval(corrected: Numbers, rest: Numbers | None, ends: Ends, confidence: float) -> Interval:
    """Of the sum of both means, with one value more at either end: a few seldom hold what is rare."""
    if not len(corrected):
        return UNKNOWN
    added = np.concatenate([corrected, ends])
    value, middle, variance = (
        float(corrected.mean()),
        float(added.mean()),
        float(added.var(ddof=1)) / len(added),
    )
    if rest is not None:
        value, middle = value + float(rest.mean()), middle + float(rest.mean())
        variance += float(rest.var(ddof=1)) / len(rest)
    reach = student((1 + confidence) / 2, len(corrected) - 1) * sqrt(variance)
    return Interval(value=value, low=min(value, middle - reach), high=max(value, middle + reach))


def _check(said: Numbers, labels: Numbers, scale: Ends) -> None:
    for marks in (said, labels):
        known = marks[~np.isnan(marks)]
        if ((known < scale[0]) | (known > scale[1])).any():
            raise ValueError(f"a mark lies outside {scale[0]:g} to {scale[1]:g}.")


def _weight(said: Numbers, labels: Numbers, rest: Numbers) -> float:
    """What makes the variance least, 0 to 1."""
    spread = float(np.concatenate([said, rest]).var(ddof=1))
    if spread <= 0:
        return 0.0
    together = float(np.cov(said, labels)[0, 1])
    return min(1.0, max(0.0, together / ((1 + len(said) / len(rest)) * spread)))


def _by_prompt(
    judge: ArrayLike, experts: ArrayLike, clusters: Iterable[object] | None
) -> tuple[Numbers, Numbers]:
    said, labels = np.asarray(judge, dtype=np.float64), np.asarray(experts, dtype=np.float64)
    if said.shape != labels.shape or said.ndim != 1:
        raise ValueError(f"{said.size} marks of a judge do not belong to {labels.size} of experts.")
    if clusters is None:
        return said, labels
    _, groups = grouped(np.zeros(len(said)), clusters)
    return _means(said, groups), _means(labels, groups)


def _means(values: Numbers, groups: Places) -> Numbers:
    count = int(groups.max()) + 1 if len(groups) else 0
    known = ~np.isnan(values)
    sums = np.bincount(groups[known], weights=values[known], minlength=count)
    sizes = np.bincount(groups[known], minlength=count)
    return np.where(sizes > 0, sums / np.maximum(sizes, 1), nan)
