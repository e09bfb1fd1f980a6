"""Differences of two models on the same prompts: one, several that are to hold together, and out of parts."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import inf, isfinite, nan, sqrt
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from interlock_evaluation.statistics.intervals import CONFIDENCE, UNKNOWN, Interval, Numbers, checked, student
from interlock_evaluation.statistics.predicting import LEAST, predicted_mean

_TWO: Final = 2
_STEPS: Final = 60
_DRAWS: Final = 20_000
_AT_ONCE: Final = 4_000_000
_BOTH: Final = (-1.0, 1.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """A difference of marks, from -1 to 1, with how sure it is.

    Attributes:
        value: the mean difference; NaN where nothing was paired.
        middle: what its intervals lie around: with one prompt more that only one of the two is right about,
            by half to either side, for what is rare is seldom seen among a few.
        error: the standard error, infinite where nothing is known of it.
        degrees: of freedom, of Student's t.
        prompts: how many were paired.
    """

    value: float
    middle: float
    error: float
    degrees: int
    prompts: int

    def interval(self, confidence: float = CONFIDENCE) -> Interval:
        """Raises ValueError for what is no confidence, 0 to 1."""
        reach = student((1 + checked(confidence)) / 2, self.degrees) * self.error
        if not isfinite(reach) or not isfinite(self.value):
            return Interval(value=self.value, low=-inf, high=inf)
        return Interval(
            value=self.value,
            low=max(-1.0, min(self.value, self.middle - reach)),
            high=min(1.0, max(self.value, self.middle + reach)),
        )

    @property
    def p(self) -> float:
        """Two-sided, 0 to 1, of there being no difference: the level at which the interval would touch 0."""
        if not isfinite(self.error) or not isfinite(self.value):
            return nan
        if self.error == 0:
            return float(self.middle == 0)
        far = abs(self.middle) / self.error
        low, high = 0.5, 1.0
        for _ in range(_STEPS):
            half = (low + high) / 2
            low, high = (half, high) if half < 1 and student(half, self.degrees) < far else (low, half)
        return min(1.0, 2 * (1 - low))


_NOTHING: Final = Paired(value=nan, middle=nan, error=inf, degrees=0, prompts=0)


def paired(differences: ArrayLike) -> Paired:
    """Of one difference a prompt, from -1 to 1; NaN is left out."""
    given = np.asarray(differences, dtype=np.float64)
    known = given[~np.isnan(given)]
    count = len(known)
    if not count:
        return _NOTHING
    weight = count + 1  # half a prompt at either end
    middle = float(known.sum()) / weight
    variance = (float((known**2).sum()) + 1) / weight - middle**2
    return Paired(
        value=float(known.mean()),
        middle=middle,
        error=sqrt(max(variance, 0.0) / count) if count >= _TWO else inf,
        degrees=count - 1,
        prompts=count,
    )


def paired_predicted(judge: ArrayLike, experts: ArrayLike) -> Paired:
    """Of differences that a judge sees at every prompt, and experts at some that were drawn by lot.

    Nothing is said where fewer than `LEAST` prompts have both.
    """
    said, labels = np.asarray(judge, dtype=np.float64), np.asarray(experts, dtype=np.float64)
    found = predicted_mean(said, labels, scale=_BOTH)
    if found.labelled < LEAST:
        return _NOTHING
    degrees = found.labelled - 1
    return Paired(
        value=found.mean.value,
        middle=(found.mean.low + found.mean.high) / 2,
        error=(found.mean.high - found.mean.low) / 2 / student((1 + CONFIDENCE) / 2, degrees),
        degrees=degrees,
        prompts=max(found.judged, found.labelled),
    )


def joined(parts: Sequence[Paired]) -> Paired:
    """One difference out of those of parts of the prompts, weighed by how many prompts each has."""
    known = [each for each in parts if each.prompts]
    if len(known) <= 1:
        return known[0] if known else _NOTHING
    count = sum(each.prompts for each in known)
    weights = [each.prompts / count for each in known]
    value, middle = (
        sum(weight * getattr(each, name) for weight, each in zip(weights, known, strict=True))
        for name in ("value", "middle")
    )
    # How many prompts each part has is chance as well.
    apart = sum(weight * (each.value - value) ** 2 for weight, each in zip(weights, known, strict=True))
    shares = [(weight * each.error) ** 2 for weight, each in zip(weights, known, strict=True)]
    variance = sum(shares) + apart / count
    freedom = sum(share**2 / each.degrees for share, each in zip(shares, known, strict=True) if each.degrees)
    degrees = min(count - 1, int(variance**2 / freedom)) if freedom > 0 else count - 1
    return Paired(value=value, middle=middle, error=sqrt(variance), degrees=max(1, degrees), prompts=count)


def together(columns: Numbers, *, confidence: float = CONFIDENCE, seed: int = 0) -> float:
    """The confidence, 0 to 1, that each of several intervals needs for all to hold in `confidence` of cases.

    `columns`, of shape (prompts, intervals), are the values that the estimates are means of, NaN where one is
    not known: what resembles one another needs less. Of one interval, `confidence` itself.

    Raises:
        ValueError: `confidence` does not lie between 0 and 1.
    """
    checked(confidence)
    known = ~np.isnan(columns)
    counts = known.sum(axis=0)
    varied = np.flatnonzero(counts >= _TWO)
    if len(varied) < _TWO:
        return confidence
    means = np.where(known, columns, 0.0).sum(axis=0)[varied] / counts[varied]
    apart = np.where(known[:, varied], columns[:, varied] - means, 0.0)
    spread = np.sqrt((apart**2).sum(axis=0))
    apart = apart[:, spread > 0] / spread[spread > 0]
    if apart.shape[1] < _TWO:
        return confidence
    values, vectors = np.linalg.eigh(apart.T @ apart)
    root = (vectors * np.sqrt(np.maximum(values, 0.0))) @ vectors.T
    random = np.random.default_rng(seed)
    step = max(1, _AT_ONCE // len(root))
    largest = [
        np.abs(random.standard_normal((min(step, _DRAWS - start), len(root))) @ root).max(axis=1)
        for start in range(0, _DRAWS, step)
    ]
    # Rounded, for machines differ in the last digits of a matrix.
    reach = round(float(np.quantile(np.concatenate(largest), confidence)), 4)
    return max(confidence, 2 * NormalDist().cdf(reach) - 1)


def pooled(parts: Sequence[tuple[Interval, float]], prompts: int) -> Interval:
    """A mean out of those of parts, each with its share, 0 to 1, of how many `prompts`; from 0 to 1.

    The bounds are put together as if the parts' were normal (Zou and Donner 2008), with what the shares vary.
    """
    known = [(each, weight) for each, weight in parts if weight > 0]
    if len(known) == 1:
        return known[0][0]
    if not known or not all(isfinite(each.low) and isfinite(each.high) for each, _ in known):
        return UNKNOWN
    value = sum(weight * each.value for each, weight in known)
    apart = sum(weight * (each.value - value) ** 2 for each, weight in known)
    shares = student((1 + CONFIDENCE) / 2, max(1, prompts - 1)) ** 2 * apart / max(1, prompts)
    below = sum((weight * (each.value - each.low)) ** 2 for each, weight in known) + shares
    above = sum((weight * (each.high - each.value)) ** 2 for each, weight in known) + shares
    return Interval(value=value, low=max(0.0, value - sqrt(below)), high=min(1.0, value + sqrt(above)))
