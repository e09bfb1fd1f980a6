"""Whether something has changed since it was measured, looked at as often as one likes.

A test at 5 % that is repeated every day raises the alarm in most years in which nothing changes. Here the
evidence is a likelihood ratio of "it changed at one of these looks" against "it never did", with what it was
and what it became left open (a mixture, as in Robbins 1970, and Johari et al. 2022 for two samples). While
nothing changes such a ratio exceeds 1 / level with a chance of at most that level, over all looks together.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, inf, isfinite, log, pi, sqrt
from statistics import NormalDist
from typing import Final, Protocol, Self

import numpy as np
from numpy.typing import ArrayLike

from interlock_evaluation.statistics.claims import LEVEL
from interlock_evaluation.statistics.intervals import CONFIDENCE, UNKNOWN, Interval, Numbers, checked, rate

HORIZON: Final = 365
"""Looks at which a change may begin: a year of days."""
_LARGEST_POWER: Final = 700
_SHIFT: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """A share by how many `hits` it has `of` how many prompts: of errors, refusals, answers that are right.

    Half marks make fractions of a hit; of several values to one prompt its mean is one mark.
    """

    hits: float
    of: float

    @classmethod
    def of_marks(cls, marks: ArrayLike) -> Self:
        """Of marks, 0 to 1, one a prompt; NaN is left out."""
        given = np.asarray(marks, dtype=np.float64).reshape(-1)
        known = given[~np.isnan(given)]
        return cls(hits=float(known.sum()), of=float(len(known)))


@dataclass(frozen=True, slots=True, kw_only=True)
class Moments:
    """A sample by its size, mean and variance: of what is spread roughly normally.

    Latency and cost are so as logarithms, and as they come they are not: their few largest values would raise
    the alarm.

    Attributes:
        count: how many prompts; of several values to one its mean, so that they are independent.
        mean, variance: in the values' unit, and in its square; of how many they are, `count` says.
    """

    count: float
    mean: float
    variance: float

    @classmethod
    def of_values(cls, values: ArrayLike) -> Self:
        """Of values, one a prompt; NaN is left out."""
        given = np.asarray(values, dtype=np.float64).reshape(-1)
        known = given[~np.isnan(given)]
        if not len(known):
            return cls(count=0, mean=0.0, variance=0.0)
        return cls(count=len(known), mean=float(known.mean()), variance=float(known.var()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Drift:
    """What the looks so far say.

    Attributes:
        drifted: whether the evidence is enough at the level that was asked for.
        evidence: how many times likelier the data are if something changed; 1 is nothing.
        since: the look, from 0, from which on the change is most likely; None where there was no look.
        change: how much the mean since then is over what it was before. Its interval says how large the
            change is if there is one; whether there is one, `drifted` alone says.
    """

    drifted: bool
    evidence: float
    since: int | None
    change: Interval


NOTHING: Final = Drift(drifted=False, evidence=1.0, since=None, change=UNKNOWN)


def drift(
    baseline: Counts | Moments,
    looks: Sequence[Counts] | Sequence[Moments],
    *,
    level: float = LEVEL,
    horizon: int = HORIZON,
    confidence: float = CONFIDENCE,
) -> Drift:
    """Whether the mean has changed since `baseline`, given what each look has brought since, in order.

    To be called at each look with one more; false alarms of all calls together stay below `level`, 0 to 1.

    Args:
        baseline: from when it was measured.
        looks: what is new at each; a day that brought nothing has a count of 0.
        level: 0 to 1.
        horizon: how many looks there will be; changes that begin later are not looked for.
        confidence: of the change's interval, 0 to 1.

    Raises:
        ValueError: a sample, the level or the horizon makes no sense, or shares are mixed with means.
    """
    if not 0 < level < 1 or horizon < 1:
        raise ValueError("a level lies between 0 and 1, and a horizon is 1 at least.")
    checked(confidence)
    samples = [baseline, *looks]
    if isinstance(baseline, Counts):
        shares = [each for each in samples if isinstance(each, Counts)]
        if len(shares) < len(samples) or not all(0 <= each.hits <= each.of < inf for each in shares):
            raise ValueError("expected shares, none with more hits than prompts.")
        if not looks or not baseline.of:
            return NOTHING
        return drawn(*_of_shares(shares, confidence), level, horizon)
    means = [each for each in samples if isinstance(each, Moments)]
    finite = all(isfinite(each.mean) and isfinite(each.variance) and each.count >= 0 for each in means)
    if len(means) < len(samples) or not finite:
        raise ValueError("expected means, all of them finite.")
    variance = _variance(means)
    if not looks or not baseline.count or variance <= 0:
        return NOTHING
    return drawn(*_of_means(means, variance, confidence), level, horizon)


def drawn(logs: Numbers, changes: "Changes", level: float, horizon: int) -> Drift:
    """The ratio of all beginnings together, each as likely as any; those to come have no evidence yet."""
    logs = logs[:horizon]
    most = max(float(logs.max()), 0.0)
    total = float(np.exp(logs - most).sum()) + (horizon - len(logs)) * exp(-most)
    power = log(total / horizon) + most
    at = int(logs.argmax())
    return Drift(
        drifted=power >= -log(level),
        evidence=exp(power) if power < _LARGEST_POWER else inf,
        since=at,
        change=changes.at(at),
    )


class Changes(Protocol):
    """What a change is, once it is known at which look it began."""

    def at(self, look: int) -> Interval:
        """Its interval."""
        ...


class _Changes:
    """The change's interval at any look, made for the one that is told."""

    def __init__(
        self, before: Numbers, after: Numbers, sums: tuple[Numbers, Numbers], spread: float, confidence: float
    ) -> None:
        self._before, self._after, self._sums = before, after, sums
        self._spread, self._confidence = spread, confidence

    def at(self, look: int) -> Interval:
        sizes = self._before[look], self._after[look]
        if not min(sizes):
            return UNKNOWN
        first, second = (float(sums[look]) for sums in self._sums)
        value = float(second / sizes[1] - first / sizes[0])
        if self._spread > 0:
            reach = NormalDist().inv_cdf((1 + self._confidence) / 2) * sqrt(
                self._spread * (1 / sizes[0] + 1 / sizes[1])
            )
            return Interval(value=value, low=value - reach, high=value + reach)
        # Newcombe (1998), method 10, of two of Wilson's intervals.
        old, new = (
            rate(hits, of, confidence=self._confidence)
            for hits, of in ((first, float(sizes[0])), (second, float(sizes[1])))
        )
        return Interval(
            value=value,
            low=value - sqrt((new.value - new.low) ** 2 + (old.high - old.value) ** 2),
            high=value + sqrt((new.high - new.value) ** 2 + (old.value - old.low) ** 2),
        )


def sides(values: Numbers) -> tuple[Numbers, Numbers]:
    """Sums before and from each look on; the baseline comes first and is always before."""
    # Each is added up by itself: a difference of sums would leave a little where there is nothing.
    return np.cumsum(values)[:-1], np.cumsum(values[::-1])[::-1][1:]


def _of_shares(samples: Sequence[Counts], confidence: float) -> tuple[Numbers, _Changes]:
    """With Jeffreys' prior for each share, which keeps the level for rare events, too."""
    hits, of = (sides(np.array([getattr(each, name) for each in samples])) for name in ("hits", "of"))
    hits = (np.minimum(hits[0], of[0]), np.minimum(hits[1], of[1]))
    one, other, all_ = (
        _log_beta(0.5 + won, 0.5 + asked - won)
        for won, asked in ((hits[0], of[0]), (hits[1], of[1]), (hits[0] + hits[1], of[0] + of[1]))
    )
    return one + other - all_ - log(pi), _Changes(of[0], of[1], hits, 0.0, confidence)


def _of_means(samples: Sequence[Moments], variance: float, confidence: float) -> tuple[Numbers, _Changes]:
    """With a change that is spread around nothing by half a standard deviation."""
    counts = np.array([each.count for each in samples], dtype=np.float64)
    before, after = sides(counts)
    sums = sides(counts * np.array([each.mean for each in samples]))
    apart = sums[1] / np.maximum(after, 1) - sums[0] / before
    spread = variance * (1 / before + 1 / np.maximum(after, 1))
    wide = spread + variance / 4
    logs = 0.5 * np.log(spread / wide) + apart**2 / 2 * (1 / spread - 1 / wide)
    return np.where(after > 0, logs, 0.0), _Changes(before, after, sums, variance, confidence)


def _variance(samples: Sequence[Moments]) -> float:
    """Of all together, as if nothing had changed."""
    total = sum(each.count for each in samples)
    if not total:
        return 0.0
    middle = sum(each.count * each.mean for each in samples) / total
    return sum(each.count * (each.variance + (each.mean - middle) ** 2) for each in samples) / total


def _log_beta(one: Numbers, other: Numbers) -> Numbers:
    found: Numbers = log_gamma(one) + log_gamma(other) - log_gamma(one + other)
    return found


def log_gamma(at: Numbers) -> Numbers:
    """Stirling's series, far enough out to hold to 1e-11; numpy has none of its own."""
    far = at + _SHIFT
    series = 1 / (12 * far) - 1 / (360 * far**3) + 1 / (1260 * far**5)
    found: Numbers = (far - 0.5) * np.log(far) - far + 0.5 * np.log(2 * np.pi) + series
    for step in range(_SHIFT):
        found = found - np.log(at + step)
    return found
