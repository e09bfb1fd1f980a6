"""Intervals of what is estimated from prompts that are a sample of those to come."""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import NDArray

Numbers = NDArray[np.float64]
CONFIDENCE: Final = 0.95
"""Of intervals, where nothing else is said."""
_DRAWS: Final = 1000
_AT_ONCE: Final = 4_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """An estimate and the bounds of its interval."""

    value: float
    low: float
    high: float


def rate(hits: float, of: float, *, confidence: float = CONFIDENCE) -> Interval:
    """Wilson's interval of a share; the whole range where nothing was counted."""
    if of <= 0:
        return Interval(value=float("nan"), low=0.0, high=1.0)
    z = NormalDist().inv_cdf((1 + confidence) / 2)
    share = hits / of
    middle = (share + z * z / (2 * of)) / (1 + z * z / of)
    reach = z * sqrt(share * (1 - share) / of + z * z / (4 * of * of)) / (1 + z * z / of)
    # At the ends rounding would leave the share itself outside.
    low = 0.0 if hits <= 0 else max(0.0, middle - reach)
    high = 1.0 if hits >= of else min(1.0, middle + reach)
    return Interval(value=share, low=low, high=high)


def mean(values: Numbers, *, confidence: float = CONFIDENCE, seed: int = 0) -> Interval:
    """Bootstrap percentiles of the mean of one value a prompt, such as a paired difference."""
    drawn = bootstrap(values[:, None], seed=seed)[:, 0]
    low, high = np.quantile(drawn, [(1 - confidence) / 2, (1 + confidence) / 2])
    return Interval(value=float(values.mean()), low=float(low), high=float(high))


def bootstrap(values: Numbers, *, draws: int = _DRAWS, seed: int = 0) -> Numbers:
    """Means of `values` (prompts, quantities) over prompts drawn with replacement: (draws, quantities).

    The same seed draws the same prompts, so that quantities may be compared draw by draw.
    """
    random = np.random.default_rng(seed)
    count = len(values)
    found = np.empty((draws, values.shape[1]))
    step = max(1, _AT_ONCE // max(count, 1))
    for start in range(0, draws, step):
        size = min(step, draws - start)
        weights = random.multinomial(count, np.full(count, 1 / count), size=size)
        found[start : start + size] = weights @ values / count
    return found
