"""Which differences may be claimed, and how small a difference a number of prompts can show."""

from collections.abc import Iterable
from math import ceil, inf, sqrt
from statistics import NormalDist
from typing import Final

import numpy as np
from numpy.typing import ArrayLike

from interlock_evaluation.statistics.intervals import Numbers

LEVEL: Final = 0.05
"""Of claims, where nothing else is said: how often one may be made of what is nothing, 0 to 1."""
POWER: Final = 0.8
"""How often a difference of the stated size is seen, 0 to 1."""


def mcnemar(only_left: int, only_right: int) -> float:
    """The two-sided exact p value, 0 to 1, of two models' marks on the same prompts, one mark a prompt.

    `only_left` and `only_right` are how many prompts only that one is right about. Where several reviewers
    mark a prompt their marks are no prompts of their own, and `difference` is the way.

    Raises:
        ValueError: fewer than none.
    """
    if only_left < 0 or only_right < 0:
        raise ValueError("fewer than no prompts.")
    count, fewer = int(only_left + only_right), int(min(only_left, only_right))
    steps = np.arange(fewer, dtype=np.float64)
    # Logarithms, as 2**-count is below what a float holds from 1,075 prompts on.
    ways = np.concatenate([[0.0], np.cumsum(np.log(count - steps) - np.log(steps + 1))])
    tail = float(np.exp(ways - count * np.log(2.0)).sum())
    return min(1.0, 2 * tail)


def holm(p_values: Iterable[float]) -> Numbers:
    """P values, 0 to 1, adjusted for being several, in the order given; NaN, which was not tested, stays.

    One below the level may be claimed, and all that are so together are wrong in one way or another only as
    often as the level says.

    Raises:
        ValueError: one lies outside 0 to 1.
    """
    given = np.array(list(p_values), dtype=np.float64)
    known = np.flatnonzero(~np.isnan(given))
    if ((given[known] < 0) | (given[known] > 1)).any():
        raise ValueError("p values lie between 0 and 1.")
    order = known[np.argsort(given[known], kind="stable")]
    factors = np.arange(len(order), 0, -1)
    adjusted = given.copy()
    adjusted[order] = np.minimum(1.0, np.maximum.accumulate(given[order] * factors))
    return adjusted


def smallest_difference(
    prompts: int, *, discordance: float = 0.2, power: float = POWER, level: float = LEVEL
) -> float:
    """The smallest paired difference of shares, 0 to 1, that is seen with that power; infinite if none is.

    Args:
        prompts: how many, each asked of both.
        discordance: the share of prompts that only one of the two is right about, 0 to 1. Unknown before
            the first run; between models of one rank it is often .2 to .3. Where it is smaller than what it
            would have to hold, all of it goes one way.
        power: 0 to 1.
        level: of the two-sided test, 0 to 1.

    Raises:
        ValueError: a share lies outside 0 to 1.
    """
    reach = _reach(power, level)
    if not 0 <= discordance <= 1:
        raise ValueError(f"discordance lies between 0 and 1, not at {discordance!r}.")
    if prompts <= 0:
        return inf
    found = max(reach * sqrt(discordance / prompts), reach * reach / prompts)
    return found if found <= 1 else inf


def prompts_needed(
    difference: float, *, discordance: float = 0.2, power: float = POWER, level: float = LEVEL
) -> int:
    """How many prompts show a paired difference of that size, 0 to 1; the arguments as `smallest_difference`.

    Raises:
        ValueError: a share lies outside 0 to 1, or the difference is 0.
    """
    reach = _reach(power, level)
    if not (0 < difference <= 1 and 0 <= discordance <= 1):
        raise ValueError("a difference and a discordance are shares, the first more than 0.")
    return ceil(reach * reach * max(discordance, difference) / difference**2 - 1e-9)


def _reach(power: float, level: float) -> float:
    if not (0 < power < 1 and 0 < level < 1):
        raise ValueError("power and level lie between 0 and 1.")
    normal = NormalDist()
    return normal.inv_cdf(1 - level / 2) + normal.inv_cdf(power)


def discordance(left: ArrayLike, right: ArrayLike) -> float:
    """How much of the marks of two models, 0 to 1, is on prompts where they differ; NaN without a pair."""
    apart = np.abs(np.asarray(left, dtype=np.float64) - np.asarray(right, dtype=np.float64))
    known = apart[~np.isnan(apart)]
    return float((known**2).mean()) if len(known) else float("nan")
