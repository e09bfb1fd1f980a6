"""How well prompts are told apart by what the better of two models gains on them."""

from dataclasses import dataclass
from typing import Final

import numpy as np

from interlock_evaluation.statistics import Interval, Numbers, between

_DRAWS: Final = 300
_CERTAIN: Final = 3.0  # standard errors, below which shares of a gain mean nothing


@dataclass(frozen=True, slots=True, kw_only=True)
class Ordering:
    """Of two models, out of fold.

    Attributes:
        strong, weak: the models; the first is right more often.
        apgr: the average share of the strong one's gain that is had over all shares of prompts that it is
            given, with an interval of 95 %; .5 is what chance gives (arXiv 2406.18665).
        cpt50, cpt80: the least share of prompts, 0 to 1, that the strong one has to be given for a half, and
            for four fifths, of its gain.
    """

    strong: str
    weak: str
    apgr: Interval
    cpt50: float
    cpt80: float


def ordering(strong: str, weak: str, gains: Numbers, score: Numbers) -> Ordering | None:
    """Of what the strong model gains on each prompt, and what was predicted; None where it may be none."""
    known = ~np.isnan(gains + score)
    gains, score = gains[known], score[known]
    if not len(gains) or gains.mean() <= _CERTAIN * gains.std() / len(gains) ** 0.5:
        return None
    random = np.random.default_rng(0)
    drawn = [
        recovered(gains[which], score[which])
        for which in random.integers(0, len(gains), size=(_DRAWS, len(gains)))
        if gains[which].mean() > 0
    ]
    apgr = between(recovered(gains, score), drawn, clusters=len(gains))
    needed = [_needed(gains, score, share) for share in (0.5, 0.8)]
    return Ordering(strong=strong, weak=weak, apgr=apgr, cpt50=needed[0], cpt80=needed[1])


def recovered(gains: Numbers, score: Numbers) -> float:
    """The average share of the better model's gain that is had over all shares of prompts that it is given.

    By falling `score`; .5 is what chance gives, and more than 1 is possible where it is worse on some prompts
    (APGR of arXiv 2406.18665).
    """
    return float(_had(gains, score).mean())


def _had(gains: Numbers, score: Numbers) -> Numbers:
    order = np.argsort(-score, kind="stable")
    found: Numbers = np.concatenate([[0.0], np.cumsum(gains[order])]) / len(gains) / np.mean(gains)
    return found


def _needed(gains: Numbers, score: Numbers, share: float) -> float:
    return float(np.flatnonzero(_had(gains, score) >= share)[0]) / len(gains)
