"""What a cascade would have come to on prompts whose answers are marked, and whether it may be used.

A prompt is *decisive* where the cheap answer and the best model's are not equally right. `q` is the share of
decisive prompts on which the signal goes for the better one. With `w01` prompts on which only the best model
is right, and `w10` on which only the cheap one is, the cascade is as good as the best model alone exactly
where q reaches w01 / (w01 + w10), here `q_star`: a signal below that loses quality for whatever it saves.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np
from numpy.typing import NDArray

from interlock_evaluation.outcomes import Outcomes
from interlock_evaluation.statistics import Interval, Numbers, bootstrap, mean, rate

Signal = Literal["agreement", "confidence", "verifier"]
SIGNALS: Final[tuple[Signal, ...]] = ("agreement", "confidence", "verifier")
LEAST: Final = 200
"""Prompts, below which nothing is said about a signal."""
_STEPS: Final = 50
_PAIR: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Stakes:
    """What a cascade has to choose between, prompt by prompt.

    Attributes:
        cheap, best: how right each answer is, 0 to 1.
        score: what the signal says of the cheap answer, the higher the better.
        spent: the cost of the cheap answer and of its signal.
        dear: the cost of the best model's.
    """

    cheap: Numbers
    best: Numbers
    score: Numbers
    spent: Numbers
    dear: Numbers

    def __len__(self) -> int:
        return len(self.cheap)

    def rows(self, which: NDArray[np.int64]) -> "Stakes":
        return Stakes(
            cheap=self.cheap[which],
            best=self.best[which],
            score=self.score[which],
            spent=self.spent[which],
            dear=self.dear[which],
        )

    def quality(self, threshold: float) -> Numbers:
        return np.where(self.score >= threshold, self.cheap, self.best)

    def cost(self, threshold: float) -> Numbers:
        return self.spent + np.where(self.score >= threshold, 0.0, self.dear)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """What is known of a cascade.

    Attributes:
        threshold: of the signal, from which on the cheap answer is handed over.
        prompts: how many the figures are from; of a threshold that was learned, those it was not learned on.
        decisive: how many of them are.
        q: the share of those on which the signal goes for the better answer.
        q_star: what it has to reach.
        only_best, only_cheap: the shares of the prompts on which that answer alone is right.
        quality, best, cheap: the share that is right: of the cascade, of the best model and of the cheap one
            alone.
        gain: quality over the best model's, paired by prompt.
        cost: as a share of what the best model alone costs; NaN where costs are not known.
        escalated: the share of prompts that go on to the best model.
        refused: why it should not be used, in words; empty where it may be.
    """

    signal: Signal
    cheap_models: tuple[str, ...]
    best_model: str
    threshold: float
    prompts: int
    decisive: float
    q: Interval
    q_star: float
    only_best: float
    only_cheap: float
    quality: Interval
    best: float
    cheap: float
    gain: Interval
    cost: float
    escalated: float
    refused: str


def stakes(outcomes: Outcomes, cheap: Sequence[str], best: str, signal: Signal) -> Stakes:
    """What the table says about a cascade, of the prompts that all its models were asked.

    Raises:
        KeyError: a model that the table has no row of.
        ValueError: the signal's column is empty for some prompt, or agreement is asked of a single model.
    """
    if signal == "agreement" and len(cheap) < _PAIR:
        raise ValueError("agreement needs two cheap models at least.")
    found = outcomes.answered_by([*cheap, best])
    first, columns, last = found.place(cheap[0]), [found.place(each) for each in cheap], found.place(best)
    if signal == "agreement":
        said = found.answers[:, columns]
        score = ((said == said[:, :1]).all(axis=1) & (said[:, 0] >= 0)).astype(float)
        spent = found.cost[:, columns].sum(axis=1)
    else:
        score = (found.confidence if signal == "confidence" else found.accepted)[:, first]
        name = "confidence" if signal == "confidence" else "accepted"
        if np.isnan(score).any():
            raise ValueError(f"{name} is missing for {int(np.isnan(score).sum())} answers of {cheap[0]}.")
        spent = found.cost[:, first]
    return Stakes(
        cheap=found.correct[:, first],
        best=found.correct[:, last],
        score=score,
        spent=spent,
        dear=found.cost[:, last],
    )


def fit(outcomes: Outcomes, cheap: Sequence[str], best: str, signal: Signal, *, margin: float = 0.0) -> Fit:
    """Whether a cascade may be used, and with which threshold.

    `margin` is how much quality may be lost for what is saved, as a share of all prompts. A threshold of
    confidence is learned on half of the prompts, drawn by a fixed seed, and reported on the other half.

    Raises:
        KeyError, ValueError: as `stakes`.
    """
    known = stakes(outcomes, cheap, best, signal)
    threshold, reported = 1.0, known
    if signal == "confidence":
        order = np.random.default_rng(0).permutation(len(known))
        learned, reported = known.rows(order[::2]), known.rows(order[1::2])
        threshold = _cheapest(learned, margin)
    q, q_star, decisive = quotient(reported, threshold, margin=margin)
    gain, quality = _paired(reported, threshold)
    dear = float(reported.dear.sum())
    return Fit(
        signal=signal,
        cheap_models=tuple(cheap),
        best_model=best,
        threshold=threshold,
        prompts=len(reported),
        decisive=decisive,
        q=q,
        q_star=q_star,
        only_best=float((reported.best - reported.cheap).clip(min=0).mean()) if len(reported) else 0.0,
        only_cheap=float((reported.cheap - reported.best).clip(min=0).mean()) if len(reported) else 0.0,
        quality=quality,
        best=float(reported.best.mean()) if len(reported) else float("nan"),
        cheap=float(reported.cheap.mean()) if len(reported) else float("nan"),
        gain=gain,
        cost=float(reported.cost(threshold).sum()) / dear if dear > 0 else float("nan"),
        escalated=float((reported.score < threshold).mean()) if len(reported) else float("nan"),
        refused=_refusal(len(reported), q, q_star),
    )


def quotient(known: Stakes, threshold: float, *, margin: float = 0.0) -> tuple[Interval, float, float]:
    """`q`, `q_star` and how many prompts are decisive."""
    better = known.best - known.cheap
    w01, w10 = float(better.clip(min=0).sum()), float((-better).clip(min=0).sum())
    decisive = w01 + w10
    kept = known.score >= threshold
    right = float(np.where(kept, (-better).clip(min=0), better.clip(min=0)).sum())
    q_star = max(0.0, (w01 - margin * len(known)) / decisive) if decisive else 0.0
    return rate(right, decisive), q_star, decisive


def _refusal(prompts: int, q: Interval, q_star: float) -> str:
    if prompts < LEAST:
        return f"{prompts} prompts are too few to tell: {LEAST} are needed."
    if q.low < q_star:
        return (
            f"the signal goes for the better answer on {q.value:.1%} of the decisive prompts, at least "
            f"{q.low:.1%}; below {q_star:.1%} the best model alone is better."
        )
    return ""


def _cheapest(known: Stakes, margin: float) -> float:
    """The lowest threshold that holds on these prompts; one that nothing reaches where none does."""
    for threshold in np.unique(np.quantile(known.score, np.linspace(0, 1, _STEPS))):
        q, q_star, _ = quotient(known, float(threshold), margin=margin)
        if q.low >= q_star:
            return float(threshold)
    return float(np.nextafter(known.score.max(), np.inf)) if len(known) else 1.0


def _paired(known: Stakes, threshold: float) -> tuple[Interval, Interval]:
    """Gain over the best model, and quality."""
    if not len(known):
        nothing = Interval(value=float("nan"), low=float("nan"), high=float("nan"))
        return nothing, nothing
    quality = known.quality(threshold)
    return mean(quality - known.best), mean(quality)


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """A threshold's share of the best model's cost, and the share that is right."""

    threshold: float
    cost: Interval
    quality: Interval


def curve(known: Stakes, *, points: int = 21) -> tuple[Point, ...]:
    """Cost against quality, from always cheap to always best, by thresholds that split the scores evenly.

    Intervals are of 95 %, from prompts drawn with replacement.
    """
    beyond = float(np.nextafter(known.score.max(), np.inf))
    steps = np.unique([*np.quantile(known.score, np.linspace(0, 1, points)), beyond])
    costs = np.stack([known.cost(each) for each in steps], axis=1)
    qualities = np.stack([known.quality(each) for each in steps], axis=1)
    drawn = bootstrap(np.column_stack([known.dear, costs, qualities]))
    shares, right = drawn[:, 1 : 1 + len(steps)] / drawn[:, :1], drawn[:, 1 + len(steps) :]
    return tuple(
        Point(
            threshold=float(threshold),
            cost=_between(float(costs[:, at].sum() / known.dear.sum()), shares[:, at]),
            quality=_between(float(qualities[:, at].mean()), right[:, at]),
        )
        for at, threshold in enumerate(steps)
    )


def _between(value: float, drawn: Numbers) -> Interval:
    low, high = np.quantile(drawn, [0.025, 0.975])
    return Interval(value=value, low=float(low), high=float(high))


def by_task(known: Stakes, tasks: Sequence[str], learn: NDArray[np.int64], *, prior: float = 20.0) -> Stakes:
    """The same with a score that knows tasks: how often the cheap answer was right, of the prompts of that
    task and that score, on the prompts `learn`. Small groups are drawn towards all of that score.
    """
    names = np.array(tasks)
    table: dict[tuple[str, float], float] = {}
    for score in map(float, np.unique(known.score)):
        same = learn[known.score[learn] == score]
        usual = float(known.cheap[same].mean()) if len(same) else 0.0
        for task in set(tasks):
            group = known.cheap[same[names[same] == task]]
            table[task, score] = float((group.sum() + prior * usual) / (len(group) + prior))
    scores = [table[task, float(score)] for task, score in zip(tasks, known.score, strict=True)]
    return replace(known, score=np.array(scores))
