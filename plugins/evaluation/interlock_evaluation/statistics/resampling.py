"""The bootstrap: what would have been found on other prompts, drawn with replacement.

Several answers to a prompt, or several reviewers of an answer, are no independent observations. Where
`clusters` names the prompt of each value, prompts are drawn with all that belongs to them.
"""

from collections.abc import Iterable, Iterator
from math import ceil, inf, nan
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

from interlock_evaluation.statistics.intervals import (
    CONFIDENCE,
    UNKNOWN,
    Interval,
    Numbers,
    Places,
    checked,
    grouped,
    numbered,
    student,
)

DRAWS: Final = 1000
_AT_ONCE: Final = 4_000_000
_CERTAIN: Final = 2
_UNSEEN: Final = 8
_ROUNDING: Final = 1e-7


def mean(
    values: ArrayLike,
    *,
    clusters: Iterable[object] | None = None,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
    seed: int = 0,
) -> Interval:
    """The mean with bootstrap percentiles, which are wider the fewer clusters there are.

    NaN is left out. The bounds of a single cluster are infinite; where all values are the same they are that
    value, however few there are: of a share, `share` and `rate` say more.

    Raises:
        ValueError: a value is infinite, or `values` and `clusters` are not of the same length.
    """
    known, groups = grouped(values, clusters)
    count = int(groups.max()) + 1 if len(groups) else 0
    if count < _CERTAIN:
        value = float(known.mean()) if len(known) else nan
        return Interval(value=value, low=-inf, high=inf)
    sums = np.bincount(groups, weights=known, minlength=count)
    sizes = np.bincount(groups, minlength=count).astype(float)
    drawn = np.concatenate([(w @ sums) / (w @ sizes) for w in weights(count, draws, seed)])
    return between(float(known.mean()), drawn, clusters=count, confidence=confidence)


def amount(
    values: ArrayLike,
    *,
    clusters: Iterable[object] | None = None,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
    seed: int = 0,
) -> Interval:
    """The mean of costs and the like, of which a few large ones make much: with bounds by a bootstrap-t.

    Percentiles of means, as `mean` has them, hold it too seldom among few prompts, for the largest are seldom
    among those. Few clusters count for more doubt still (`_UNSEEN`, tuned on log-normal costs of 8 prompts to
    200). NaN is left out; a bound
    that so few say nothing of is infinite, and of amounts of which none is below 0 the lower one is not.

    Raises:
        ValueError: a value is infinite, or `values` and `clusters` are not of the same length.
    """
    known, groups = grouped(values, clusters)
    count = int(groups.max()) + 1 if len(groups) else 0
    value = float(known.mean()) if len(known) else nan
    if count < _CERTAIN:
        return Interval(value=value, low=-inf, high=inf)
    sums = np.bincount(groups, weights=known, minlength=count).astype(np.float64)
    sizes = np.bincount(groups, minlength=count).astype(np.float64)
    error = _error(np.ones((1, count)), sums, sizes)[0]
    if error <= abs(value) * _ROUNDING:
        return Interval(value=value, low=value, high=value)
    found = []
    for drawn in weights(count, draws, seed):
        apart = (drawn @ sums) / (drawn @ sizes) - value
        errors = _error(drawn, sums, sizes)
        varied = errors > abs(value) * _ROUNDING
        found.append(np.where(varied, apart / np.where(varied, errors, 1.0), np.where(apart < 0, -inf, inf)))
    beyond = (1 - checked(confidence)) / 2 * count / (count + _UNSEEN)
    below, above = np.quantile(np.concatenate(found), [beyond, 1 - beyond], method="nearest")
    least = 0.0 if known.min() >= 0 else -inf
    return Interval(
        value=value,
        low=max(least, min(value, value - float(above) * float(error))),
        high=max(value, value - float(below) * float(error)),
    )


def _error(drawn: Numbers, sums: Numbers, sizes: Numbers) -> Numbers:
    """The standard error of the mean of each draw of clusters, shape (draws, clusters)."""
    count = len(sums)
    size = drawn @ sizes
    means = (drawn @ sums) / size
    # The square of each cluster's sum of residuals, taken apart so that draws need no loop.
    squares = drawn @ sums**2 - 2 * means * (drawn @ (sums * sizes)) + means**2 * (drawn @ sizes**2)
    found: Numbers = np.sqrt(np.maximum(squares, 0.0) * count / (count - 1)) / size
    return found


def difference(
    left: ArrayLike,
    right: ArrayLike,
    *,
    clusters: Iterable[object] | None = None,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
    seed: int = 0,
) -> Interval:
    """How much `left` is over `right` in the mean, paired: their values at one place belong together.

    Pairs of which either is NaN are left out; else as `mean`.

    Raises:
        ValueError: as `mean`, or the two are not of the same length.
    """
    first, second = np.asarray(left, dtype=np.float64), np.asarray(right, dtype=np.float64)
    if first.shape != second.shape:
        raise ValueError(f"{first.size} values cannot be paired with {second.size}.")
    return mean(first - second, clusters=clusters, confidence=confidence, draws=draws, seed=seed)


def median(
    values: ArrayLike, *, clusters: Iterable[object] | None = None, confidence: float = CONFIDENCE
) -> Interval:
    """The median, as `quantile`. Raises ValueError as that does."""
    return quantile(values, 0.5, clusters=clusters, confidence=confidence)


def quantile(
    values: ArrayLike, at: float, *, clusters: Iterable[object] | None = None, confidence: float = CONFIDENCE
) -> Interval:
    """A quantile, such as the p95 of latencies at `at` = .95 (0 to 1), between two of the values.

    Which two follows from how many of so many may lie below it by chance (Woodruff 1952): a bootstrap would
    put the upper bound of a p95 too low. Values of one cluster count for as many as their variance says. A
    bound beyond which too few lie to say anything is infinite: the p95 has an upper one from 72 on. NaN is
    left out.

    Raises:
        ValueError: as `mean`, or `at` does not lie between 0 and 1.
    """
    if not 0 < at < 1:
        raise ValueError(f"a quantile lies between 0 and 1, not at {at!r}.")
    known, groups = grouped(values, clusters)
    beyond = (1 - checked(confidence)) / 2
    if not len(known):
        return UNKNOWN
    value = float(np.quantile(known, at))
    count = int(groups.max()) + 1
    effective = float(count)
    if count < len(known):
        effective = _effective(known <= value, groups, at)
        # Few clusters do not know their own variance well.
        beyond = NormalDist().cdf(-student(1 - beyond, count - 1)) if count >= _CERTAIN else 0.0
    low, high = _ranks(max(1, round(effective)), at, beyond)
    ordered = np.sort(known)
    last = len(known) - 1
    return Interval(
        value=value,
        low=-inf if low <= 0 else min(value, float(ordered[max(0, ceil(low * len(known)) - 1)])),
        high=inf if high > 1 else max(value, float(ordered[min(last, ceil(high * len(known)) - 1)])),
    )


def _effective(below: NDArray[np.bool_], groups: Places, at: float) -> float:
    """As how many independent values those of clusters count, seen by how many lie below the quantile."""
    count = int(groups.max()) + 1
    if count < _CERTAIN:
        return 1.0
    apart = np.bincount(groups, weights=below - float(below.mean()), minlength=count)
    variance = float((apart**2).sum()) / len(below) ** 2 * count / (count - 1)
    if variance <= 0:
        return float(count)
    return min(float(len(below)), max(1.0, at * (1 - at) / variance))


def _ranks(count: int, at: float, beyond: float) -> tuple[float, float]:
    """The shares, 0 to 1, of the values at which bounds lie; 0 is below them all, and more than 1 above."""
    steps = np.arange(1, count + 1, dtype=np.float64)
    ways = np.concatenate([[0.0], np.cumsum(np.log(count - steps + 1) - np.log(steps))])
    chances = np.exp(
        ways + np.arange(count + 1) * np.log(at) + (count - np.arange(count + 1)) * np.log1p(-at)
    )
    fewer = np.cumsum(chances)
    # Fewer than `low` and as many as `high` or more lie below the quantile that seldom.
    low = int(np.searchsorted(fewer, beyond, side="right"))
    high = int(np.searchsorted(-(1 - np.concatenate([[0.0], fewer])), -beyond, side="left"))
    return low / count, high / count if high <= count else inf


def bootstrap(
    values: Numbers,
    *,
    clusters: Iterable[object] | None = None,
    draws: int = DRAWS,
    seed: int = 0,
) -> Numbers:
    """Means of `values` (observations, quantities) over clusters drawn with replacement: (draws, quantities).

    The same seed draws the same clusters, so that quantities may be compared draw by draw. Without
    observations all is NaN.

    Raises:
        ValueError: `values` and `clusters` are not of the same length.
    """
    if not len(values):
        return np.full((draws, values.shape[1]), nan)
    if clusters is None:
        count, sums, sizes = len(values), values, np.ones(len(values))
    else:
        groups = numbered(clusters, len(values), np.ones(len(values), dtype=bool))
        count = int(groups.max()) + 1
        sums = np.zeros((count, values.shape[1]))
        np.add.at(sums, groups, values)
        sizes = np.bincount(groups, minlength=count).astype(float)
    return np.concatenate([(w @ sums) / (w @ sizes)[:, None] for w in weights(count, draws, seed)])


def weights(count: int, draws: int, seed: int, *, width: int = 0) -> Iterator[Numbers]:
    """How often each of `count` clusters is drawn, some draws at a time: (draws, clusters).

    `width` is how many numbers the caller makes of a draw, if more than clusters: it bounds what is held at
    once.
    """
    random = np.random.default_rng(seed)
    step = max(1, _AT_ONCE // max(count, width, 1))
    for start in range(0, draws, step):
        size = min(step, draws - start)
        yield random.multinomial(count, np.full(count, 1 / count), size=size).astype(np.float64)


def between(value: float, drawn: ArrayLike, *, clusters: int, confidence: float = CONFIDENCE) -> Interval:
    """Percentiles of what was drawn from how many `clusters`, moved outwards as Student's t is.

    A bootstrap of n clusters varies less than it should, by sqrt((n - 1) / n), and knows nothing of the
    variance of its own (Hesterberg 2015, "expanded percentiles"). The estimate lies inside in any case.

    Raises:
        ValueError: the confidence does not lie between 0 and 1.
    """
    if clusters < _CERTAIN:
        return Interval(value=value, low=-inf, high=inf)
    beyond = _outside(clusters, confidence)
    low, high = np.quantile(np.asarray(drawn, dtype=np.float64), [beyond, 1 - beyond])
    return Interval(value=value, low=min(float(low), value), high=max(float(high), value))


def _outside(clusters: int, confidence: float) -> float:
    """The share of draws that lies beyond either bound."""
    if clusters < _CERTAIN:
        return (1 - checked(confidence)) / 2
    reach = student((1 + checked(confidence)) / 2, clusters - 1) * (clusters / (clusters - 1)) ** 0.5
    return NormalDist().cdf(-reach)
