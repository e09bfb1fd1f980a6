"""Which panel of models, if any, is better than the best of them alone, out of answers that are marked."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations
from math import log
from typing import Final

import numpy as np
from numpy.typing import NDArray

from interlock_evaluation.outcomes import Outcomes
from interlock_evaluation.statistics import Interval, Numbers, mean

LEAST: Final = 200
"""Prompts, below which no panel is proposed."""
_SIZES: Final = (3, 4, 5)
_CONSIDERED: Final = 10
_NEAR: Final = 0.005
_LEAST_WEIGHT: Final = 0.01


@dataclass(frozen=True, slots=True, kw_only=True)
class Voted:
    """What a vote comes to, prompt by prompt.

    Attributes:
        correct: how right the winner is.
        agreement: the share of the weight that says the same as the winner.
        split: whether somebody says something else.
    """

    correct: Numbers
    agreement: Numbers
    split: NDArray[np.bool_]


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelChoice:
    """The most promising panel, and whether it may be used.

    Attributes:
        members: models, the best first, with the weight of each one's voice.
        single: the best model alone.
        prompts: how many the figures are from: those on which the panel was not chosen.
        quality, alone: the share that is right, of the panel and of the best model alone.
        gain: the one over the other, paired by prompt.
        cost: in terms of what the best model alone costs; NaN where costs are not known.
        refused: why it should not be used, in words; empty where it may be.
    """

    members: dict[str, float]
    single: str
    prompts: int
    quality: float
    alone: float
    gain: Interval
    cost: float
    refused: str


def voted(outcomes: Outcomes, members: Sequence[str], weights: Sequence[float]) -> Voted:
    """A vote as the arbiter `vote` holds it: of equal answers the first member's stands."""
    columns = [outcomes.place(each) for each in members]
    said, correct = outcomes.answers[:, columns], outcomes.correct[:, columns]
    voices = np.array(weights, dtype=float)
    same = said[:, :, None] == said[:, None, :]
    same &= (said >= 0)[:, :, None]
    same |= np.eye(len(columns), dtype=bool)
    behind = same @ voices
    winner = behind.argmax(axis=1)
    rows = np.arange(len(said))
    return Voted(
        correct=correct[rows, winner],
        agreement=behind[rows, winner] / voices.sum(),
        split=~same.all(axis=(1, 2)),
    )


def choose(outcomes: Outcomes, *, models: Sequence[str] | None = None) -> PanelChoice:
    """The panel of three to five models that promises most on one half of the prompts, tried on the other.

    Of panels that promise nearly the same the smallest counts, and equal voices before weighted ones. The
    best model alone is chosen on the first half as well. At most the ten best models are considered.

    Raises:
        KeyError: a model that the table has no row of.
        ValueError: fewer than three models answered the same prompts.
    """
    asked = list(outcomes.models if models is None else models)
    known = outcomes.answered_by(asked)
    if len(asked) < _SIZES[0] or not known.prompts:
        raise ValueError("a panel needs three models that were asked the same prompts.")
    order = np.random.default_rng(0).permutation(len(known.prompts))
    learn, report = known.rows(order[::2]), known.rows(order[1::2])
    right = {model: float(learn.correct[:, learn.place(model)].mean()) for model in asked}
    ranked = sorted(asked, key=lambda model: -right[model])[:_CONSIDERED]
    single = ranked[0]
    tried = [
        (float(voted(learn, panel, weights).correct.mean()), panel, weights)
        for panel, weights in _panels(ranked, right)
    ]
    most = max(quality for quality, _, _ in tried)
    # They come smallest first, and equal voices before weighted ones.
    _, members, weights = next(each for each in tried if each[0] >= most - _NEAR)
    result = voted(report, members, weights).correct
    alone = report.correct[:, report.place(single)]
    gain = mean(result - alone)
    dear = float(report.cost[:, report.place(single)].sum())
    spent = float(report.cost[:, [report.place(each) for each in members]].sum())
    return PanelChoice(
        members=dict(zip(members, weights, strict=True)),
        single=single,
        prompts=len(report.prompts),
        quality=float(result.mean()),
        alone=float(alone.mean()),
        gain=gain,
        cost=spent / dear if dear > 0 else float("nan"),
        refused=_refusal(len(report.prompts), gain, single),
    )


def voice(right: float) -> float:
    """The weight of a model that is right this often: the logarithm of its odds, and hardly anything for one
    that is wrong more often than not.
    """
    share = min(max(right, _LEAST_WEIGHT), 1 - _LEAST_WEIGHT)
    return max(log(share / (1 - share)), _LEAST_WEIGHT)


def _panels(ranked: Sequence[str], right: dict[str, float]) -> Iterator[tuple[list[str], list[float]]]:
    for size in _SIZES:
        for panel in combinations(ranked, size):
            yield list(panel), [1.0] * size
        for panel in combinations(ranked, size):
            yield list(panel), [round(voice(right[model]), 3) for model in panel]


def _refusal(prompts: int, gain: Interval, single: str) -> str:
    if prompts < LEAST:
        return f"{prompts} prompts are too few to tell: {LEAST} are needed."
    if gain.low <= 0:
        return (
            f"it gains {100 * gain.value:+.1f} points over {single} alone, between {100 * gain.low:+.1f} and "
            f"{100 * gain.high:+.1f}: that may be nothing."
        )
    return ""
