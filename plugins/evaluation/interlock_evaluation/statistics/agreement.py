"""Krippendorff's alpha: how far reviewers agree beyond what chance would bring.

K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011). 1 is perfect, 0 what reviewers bring who
vote without looking. Only items with two votes or more can be agreed on, and only they count.
"""

from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from math import nan
from typing import Final, Literal

import numpy as np
from numpy.typing import ArrayLike, NDArray

from interlock_evaluation.statistics.intervals import CONFIDENCE, UNKNOWN, Interval, Numbers
from interlock_evaluation.statistics.resampling import DRAWS, between, weights

Scale = Literal["nominal", "ordinal", "interval"]
SCALES: Final[tuple[Scale, ...]] = ("nominal", "ordinal", "interval")
_PAIR: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    """How far reviewers agree.

    Attributes:
        alpha: at most 1; NaN where every vote is the same, which tells agreement from chance as little as no
            vote does.
        raw: the share of pairs of votes that are the same, 0 to 1, an item's pairs weighing as its votes.
        items: how many had two votes or more.
        votes: how many they had.
        alone: how many items had one vote, and are not counted.
    """

    alpha: Interval
    raw: Interval
    items: int
    votes: int
    alone: int


def coded(rows: Iterable[Sequence[Hashable | None]]) -> Numbers:
    """Votes as words, a row an item and a column a reviewer, as numbers for a nominal `agreement`."""
    places: dict[Hashable, float] = {}
    return np.array(
        [
            [nan if vote is None else places.setdefault(vote, float(len(places))) for vote in row]
            for row in rows
        ],
        dtype=np.float64,
    )


def agreement(
    votes: ArrayLike,
    scale: Scale = "nominal",
    *,
    confidence: float = CONFIDENCE,
    draws: int = DRAWS,
    seed: int = 0,
) -> Agreement:
    """Alpha of `votes`, of shape (items, reviewers), NaN where one did not vote, with bootstrap intervals.

    Items are drawn with all their votes. `nominal` votes are the same or are not; of `ordinal` ones the order
    counts, of `interval` ones the distance. Without an item that has two votes all is unknown.

    Raises:
        ValueError: votes are infinite or not of that shape, or there is no such scale.
    """
    if scale not in SCALES:
        raise ValueError(f"expected one of {', '.join(SCALES)}, not {scale!r}.")
    given = np.asarray(votes, dtype=np.float64)
    if given.size == 0:
        return Agreement(alpha=UNKNOWN, raw=UNKNOWN, items=0, votes=0, alone=0)
    if given.ndim != _PAIR or np.isinf(given).any():
        raise ValueError("expected votes of shape (items, reviewers), none of them infinite.")
    said = (~np.isnan(given)).sum(axis=1)
    counted = given[said >= _PAIR]
    alone = int((said == 1).sum())
    if not len(counted):
        return Agreement(alpha=UNKNOWN, raw=UNKNOWN, items=0, votes=0, alone=alone)
    values, counts = _counts(counted)
    found = _alphas(np.ones((1, len(counts))), values, counts, scale)[0]
    same = _raw(np.ones((1, len(counts))), counts)[0]
    alphas, raws = [], []
    for drawn in weights(len(counts), draws, seed, width=counts.size):
        alphas.append(_alphas(drawn, values, counts, scale))
        raws.append(_raw(drawn, counts))
    return Agreement(
        alpha=_interval(found, np.concatenate(alphas), len(counts), confidence),
        raw=_interval(same, np.concatenate(raws), len(counts), confidence),
        items=len(counts),
        votes=int(counts.sum()),
        alone=alone,
    )


def _interval(value: float, drawn: Numbers, items: int, confidence: float) -> Interval:
    # A draw in which every vote is the same says nothing.
    known = drawn[~np.isnan(drawn)]
    if np.isnan(value) or not len(known):
        return UNKNOWN
    return between(float(value), known, clusters=items, confidence=confidence)


def _counts(votes: Numbers) -> tuple[Numbers, Numbers]:
    """The values in order, and how often each item has each of them."""
    known = ~np.isnan(votes)
    values, codes = np.unique(votes[known], return_inverse=True)
    counts = np.zeros((len(votes), len(values)))
    np.add.at(counts, (np.nonzero(known)[0], codes.reshape(-1)), 1.0)
    return values, counts


def _raw(drawn: Numbers, counts: Numbers) -> Numbers:
    sizes = counts.sum(axis=1)
    same = ((counts**2).sum(axis=1) - sizes) / (sizes - 1)
    found: Numbers = (drawn @ same) / (drawn @ sizes)
    return found


def _alphas(drawn: Numbers, values: Numbers, counts: Numbers, scale: Scale) -> Numbers:
    """Of each draw of items, shape (draws, items)."""
    sizes = counts.sum(axis=1)
    total = drawn @ sizes
    of_value = drawn @ counts
    if scale == "nominal":
        apart = drawn @ ((sizes**2 - (counts**2).sum(axis=1)) / (sizes - 1))
        chance = (total**2 - (of_value**2).sum(axis=1)) / (total - 1)
        return _ratio(apart, chance)
    # Ordinal distances are those between the middles of the ranks that a draw has.
    at = (
        np.cumsum(of_value, axis=1) - of_value / 2 if scale == "ordinal" else np.tile(values, (len(drawn), 1))
    )
    at = at - at.mean(axis=1, keepdims=True)
    sums, squares = at @ counts.T, at**2 @ counts.T
    apart = (drawn * (sizes * squares - sums**2) / (sizes - 1)).sum(axis=1)
    chance = (total * (of_value * at**2).sum(axis=1) - (of_value * at).sum(axis=1) ** 2) / (total - 1)
    return _ratio(apart, chance)


def _ratio(apart: Numbers, chance: Numbers) -> Numbers:
    varied: NDArray[np.bool_] = chance > 1e-12 * np.maximum(np.abs(apart), 1.0)
    return np.where(varied, 1 - apart / np.where(varied, chance, 1.0), nan)
