"""Intervals, and shares with theirs."""

from collections.abc import Iterable
from dataclasses import dataclass
from math import inf, isfinite, nan, sqrt
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import ArrayLike, NDArray

Numbers = NDArray[np.float64]
Places = NDArray[np.int64]
CONFIDENCE: Final = 0.95
"""Of intervals, where nothing else is said."""
_CERTAIN: Final = 2
_FEW_DEGREES: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """An estimate and the bounds of its interval, in the unit of what was estimated.

    What cannot be estimated is NaN. A bound that nothing is known of is infinite, or the end of the scale: a
    claim such as `low > 0` is then never made.
    """

    value: float
    low: float
    high: float


UNKNOWN: Final = Interval(value=nan, low=-inf, high=inf)
"""Of what nobody has measured."""


def rate(hits: float, of: float, *, confidence: float = CONFIDENCE) -> Interval:
    """Wilson's interval of a share of independent prompts; the whole range where nothing was counted.

    `hits` and `of` are how many; half marks make fractions of a hit. Of several answers to the same prompt,
    `share` knows.

    Raises:
        ValueError: fewer than none, or more hits than prompts.
    """
    if not (0 <= hits <= of and isfinite(of)):
        raise ValueError(f"a share of {of!r} cannot have {hits!r} hits.")
    if of <= 0:
        return Interval(value=nan, low=0.0, high=1.0)
    z = NormalDist().inv_cdf((1 + checked(confidence)) / 2)
    share = hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    reach = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    # At the ends rounding would leave the share itself outside.
    low = 0.0 if hits <= 0 else max(0.0, middle - reach)
    high = 1.0 if hits >= of else min(1.0, middle + reach)
    return Interval(value=share, low=low, high=high)


def share(
    values: ArrayLike, *, clusters: Iterable[object] | None = None, confidence: float = CONFIDENCE
) -> Interval:
    """Wilson's interval of a share whose marks, 0 to 1, come several to a cluster, such as a prompt.

    Marks of one cluster resemble one another, so that they count for fewer: as many as would have the
    variance that the clusters have, at least one a cluster where all marks are the same. NaN is left out.

    Raises:
        ValueError: a mark lies outside 0 to 1, or `values` and `clusters` are not of the same length.
    """
    known, groups = grouped(values, clusters)
    if ((known < 0) | (known > 1)).any():
        raise ValueError("marks lie between 0 and 1.")
    count = int(groups.max()) + 1 if len(groups) else 0
    if count < _CERTAIN:
        return rate(float(known.sum()) / max(len(known), 1) * count, count, confidence=confidence)
    center = float(known.mean())
    variance = _variance_of_mean(known, groups)
    independent = center * (1 - center)
    # Halves vary less than truths do, and for that count for more; but no more than five times.
    effective = min(independent / variance, 5 * len(known)) if variance > 0 else float(count)
    # Few clusters do not know their own variance well.
    reach = student((1 + checked(confidence)) / 2, count - 1) / NormalDist().inv_cdf((1 + confidence) / 2)
    effective /= reach * reach
    return Interval(
        value=center,
        low=rate(center * effective, effective, confidence=confidence).low,
        high=rate(center * effective, effective, confidence=confidence).high,
    )


def checked(confidence: float) -> float:
    """Raises ValueError for what is no confidence, 0 to 1."""
    if not 0 < confidence < 1:
        raise ValueError(f"confidence lies between 0 and 1, not at {confidence!r}.")
    return confidence


def grouped(values: ArrayLike, clusters: Iterable[object] | None) -> tuple[Numbers, Places]:
    """Values that are known, and the number of each one's cluster, from 0 on; its own where none is given.

    Raises:
        ValueError: values are infinite or no row of numbers, or clusters are not as many.
    """
    given = np.asarray(values, dtype=np.float64)
    if given.ndim != 1:
        raise ValueError(f"expected one row of values, not an array of {given.ndim} dimensions.")
    if np.isinf(given).any():
        raise ValueError("a value is infinite.")
    kept = ~np.isnan(given)
    if clusters is None:
        return given[kept], np.arange(int(kept.sum()))
    return given[kept], numbered(clusters, len(given), kept)


def numbered(clusters: Iterable[object], count: int, kept: NDArray[np.bool_]) -> Places:
    """The number of each cluster that is kept, from 0 on, in order of appearance.

    Raises:
        ValueError: they are not `count`, how many values there are.
    """
    names = list(clusters)
    if len(names) != count:
        raise ValueError(f"{len(names)} clusters were given for {count} values.")
    places: dict[object, int] = {}
    found = [places.setdefault(name, len(places)) for name, keep in zip(names, kept, strict=True) if keep]
    return np.array(found, dtype=np.int64)


def _variance_of_mean(values: Numbers, groups: Places) -> float:
    """Of a mean over clusters that may differ in size, from how their residuals vary."""
    count = int(groups.max()) + 1
    residuals = np.bincount(groups, weights=values - values.mean(), minlength=count)
    return float((residuals**2).sum()) / len(values) ** 2 * count / (count - 1)


def student(share: float, degrees: int) -> float:
    """The quantile of Student's t at `share`, 0 to 1, with how many `degrees` of freedom; infinite with none.

    By Cornish and Fisher's expansion, to .1 % from three degrees on (Abramowitz and Stegun, 26.7.5).
    """
    if degrees < 1:
        return inf if share > 0.5 else -inf  # noqa: PLR2004 - the middle
    if degrees <= _FEW_DEGREES:
        if degrees == 1:
            return float(np.tan(np.pi * (share - 0.5)))
        return float((2 * share - 1) / sqrt(2 * share * (1 - share)))
    z = NormalDist().inv_cdf(share)
    terms = (
        (z**3 + z) / 4,
        (5 * z**5 + 16 * z**3 + 3 * z) / 96,
        (3 * z**7 + 19 * z**5 + 17 * z**3 - 15 * z) / 384,
        (79 * z**9 + 776 * z**7 + 1482 * z**5 - 1920 * z**3 - 945 * z) / 92160,
    )
    return float(z + sum(term / degrees**power for power, term in enumerate(terms, 1)))
