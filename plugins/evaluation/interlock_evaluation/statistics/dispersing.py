"""How much more days differ than calls that have nothing to do with one another would have them differ.

A slow afternoon or a batch of alike prompts makes calls of one day resemble one another; taken for
independent, ten thousand of them show a difference every day. What days differ by is measured from one to the
next, so that a change counts once, however many days follow it.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from math import sqrt
from typing import Final

import numpy as np

from interlock_evaluation.statistics.drifting import Counts, Moments
from interlock_evaluation.statistics.intervals import Numbers

_LEAST: Final = 4  # differences below which nobody knows how much days differ
_CAUTION: Final = 2.0


def dispersion(days: Sequence[Counts] | Sequence[Moments] | Sequence[Mapping[str, float]]) -> float:
    """By how much the calls of each day should be divided before they are compared; 1 at least.

    Of independent calls about 1. It is a little more while few days are known, for then it may be more.
    """
    if not days:
        return 1.0
    squares = _squares(days)
    if len(squares) < _LEAST:
        return 1.0
    known = len(squares)
    return max(1.0, float(squares.mean()) * (1 + _CAUTION / sqrt(known)))


def thinned(samples: Sequence[Counts | Moments], by: float) -> list[Counts | Moments]:
    """The same samples with fewer in each."""
    return [
        replace(each, hits=each.hits / by, of=each.of / by)
        if isinstance(each, Counts)
        else replace(each, count=each.count / by)
        for each in samples
    ]


def _squares(days: Sequence[Counts] | Sequence[Moments] | Sequence[Mapping[str, float]]) -> Numbers:
    """Of each two days that follow one another, the squared difference in its own variance."""
    counts = [each for each in days if isinstance(each, Counts) and each.of > 0]
    if counts:
        of = np.array([each.of for each in counts])
        share = np.array([each.hits for each in counts]) / of
        middle = float((share * of).sum() / of.sum())
        return _apart(share, of, middle * (1 - middle))
    moments = [each for each in days if isinstance(each, Moments) and each.count > 0]
    if moments:
        of = np.array([each.count for each in moments])
        within = float((of * np.array([each.variance for each in moments])).sum() / of.sum())
        return _apart(np.array([each.mean for each in moments]), of, within)
    mixes = [each for each in days if isinstance(each, Mapping) and sum(each.values()) > 0]
    kinds = sorted({kind for each in mixes for kind in each})
    parts = []
    of = np.array([sum(each.values()) for each in mixes], dtype=np.float64)
    for kind in kinds:
        share = np.array([each.get(kind, 0.0) for each in mixes]) / of
        middle = float((share * of).sum() / of.sum())
        # Pearson's: each kind's part of the squared distance, over one fewer than there are kinds.
        parts.append(_apart(share, of, middle))
    if len(parts) <= 1:
        return np.zeros(0)
    return np.asarray(np.sum(parts, axis=0) / (len(kinds) - 1), dtype=np.float64)


def _apart(means: Numbers, of: Numbers, variance: float) -> Numbers:
    if len(means) <= 1 or variance <= 0:
        return np.zeros(0)
    found: Numbers = np.diff(means) ** 2 / (variance * (1 / of[1:] + 1 / of[:-1]))
    return found
