"""Made-up marks whose truth is known: several to an item, and alike within it."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import cache

import numpy as np

from interlock_evaluation.statistics import (
    Interval,
    Numbers,
    Preference,
    agreement,
    amount,
    difference,
    mean,
    median,
    paired,
    predicted_mean,
    quantile,
    ranking,
    rate,
    share,
    strengths,
    together,
)

ALIKE = 0.6
"""The correlation of two marks of one item."""


@dataclass(frozen=True)
class World:
    """An interval of each draw of so many items, and what it should hold."""

    name: str
    truth: float
    interval: Callable[[np.random.Generator, int], Interval]

    def coverage(self, worlds: int, items: int = 200, seed: int = 0) -> float:
        held = 0
        for at in range(worlds):
            found = self.interval(np.random.default_rng([seed, at]), items)
            held += found.low <= self.truth <= found.high
        return held / worlds


def marks(random: np.random.Generator, items: int, right: float = 0.7, reviewers: int = 3) -> Numbers:
    """True or false, of shape (items, reviewers)."""
    together = 1 / ALIKE - 1
    chance = random.beta(right * together, (1 - right) * together, size=(items, 1))
    return (random.random((items, reviewers)) < chance).astype(float)


def seconds(random: np.random.Generator, items: int, repeats: int = 3) -> Numbers:
    item = random.normal(size=(items, 1)) * ALIKE**0.5
    return np.exp(0.8 * (item + random.normal(size=(items, repeats)) * (1 - ALIKE) ** 0.5))


def names(items: int, reviewers: int = 3) -> list[int]:
    return [item for item in range(items) for _ in range(reviewers)]


def votes(random: np.random.Generator, items: int, reviewers: int = 3) -> Numbers:
    """One of four choices: an item's own in most cases, else any; one in ten is not given."""
    own = random.choice(4, p=[0.4, 0.3, 0.2, 0.1], size=(items, 1))
    said = np.where(random.random((items, reviewers)) < 0.7, own, random.integers(0, 4, (items, reviewers)))
    return np.where(random.random(said.shape) < 0.1, np.nan, said)


MODELS = ("a", "b", "c", "d")


def pairs(random: np.random.Generator, items: int, reviewers: int = 3) -> list[Preference]:
    """Each item is one pair of models, on which reviewers incline the same way."""
    found = []
    for item in range(items):
        left, right = random.choice(4, size=2, replace=False)
        chance = 1 / (1 + np.exp(-(0.5 * (right - left) + 1.5 * random.normal())))
        for _ in range(reviewers):
            score = 0.5 if random.random() < 0.2 else float(random.random() < chance)
            found.append(Preference(prompt=str(item), left=MODELS[left], right=MODELS[right], score=score))
    return found


def judged(random: np.random.Generator, items: int) -> tuple[Numbers, Numbers]:
    """A judge that likes what is wrong as well, and experts on 15 % of the items."""
    truth = (random.random(items) < 0.6).astype(float)
    said = np.where(random.random(items) < np.where(truth > 0, 0.95, 0.45), 1.0, 0.0)
    labelled = random.permutation(items) < round(0.15 * items)
    return said, np.where(labelled, truth, np.nan)


def _strongest() -> float:
    """Of a population: what very many items would say."""
    random = np.random.default_rng(9)
    wins = np.zeros((4, 4))
    odds = random.normal(size=400_000) * 1.5
    for left in range(4):
        for right in range(4):
            if left != right:
                wins[left, right] = 0.1 + 0.8 * (1 / (1 + np.exp(-(0.5 * (right - left) + odds)))).mean()
    return float(strengths(wins[None])[0, 0])


def _pair(random: np.random.Generator, items: int) -> Interval:
    left, right = marks(random, items, 0.75), marks(random, items, 0.65)
    return difference(left.ravel(), right.ravel(), clusters=names(items))


def _beside_the_best(random: np.random.Generator, items: int) -> Interval:
    """Six models that are alike, each beside the one that looks best: it holds 0 if all of them do."""
    right = np.stack([marks(random, items, reviewers=1)[:, 0] for _ in range(6)], axis=1)
    best = int(right.mean(axis=0).argmax())
    apart = [right[:, left] - right[:, other] for left in range(6) for other in range(left)]
    confidence = together(np.stack(apart, axis=1))
    found = [
        paired(right[:, best] - right[:, each]).interval(confidence) for each in range(6) if each != best
    ]
    return Interval(value=0.0, low=max(each.low for each in found), high=min(each.high for each in found))


def _paired(random: np.random.Generator, items: int) -> Interval:
    left, right = marks(random, items, 0.95, 1), marks(random, items, 0.9, 1)
    return paired((left - right)[:, 0]).interval()


@cache
def worlds() -> dict[str, World]:
    far = np.random.default_rng(8)
    found = [
        World("naive share", 0.7, lambda r, n: rate(float(marks(r, n).sum()), 3 * n)),
        World("share", 0.7, lambda r, n: share(marks(r, n).ravel(), clusters=names(n))),
        World("rare share", 0.05, lambda r, n: share(marks(r, n, 0.05).ravel(), clusters=names(n))),
        World("mean", 0.7, lambda r, n: mean(marks(r, n).ravel(), clusters=names(n))),
        World(
            "mean seconds", float(np.exp(0.32)), lambda r, n: mean(seconds(r, n).ravel(), clusters=names(n))
        ),
        World("median", 1.0, lambda r, n: median(seconds(r, n).ravel(), clusters=names(n))),
        World(
            "p95",
            float(np.exp(0.8 * 1.6448536)),
            lambda r, n: quantile(seconds(r, n).ravel(), 0.95, clusters=names(n)),
        ),
        World("difference", 0.1, _pair),
        World("costs", float(np.exp(0.32)), lambda r, n: amount(seconds(r, n).ravel(), clusters=names(n))),
        World(
            "costs of few",
            float(np.exp(0.32)),
            lambda r, n: amount(seconds(r, n // 16, 1).ravel(), clusters=range(n // 16)),
        ),
        World("median of few", 1.0, lambda r, n: median(seconds(r, n // 16, 1).ravel())),
        World("share of few", 0.7, lambda r, n: share(marks(r, n // 16).ravel(), clusters=names(n // 16))),
        World("paired", 0.05, _paired),
        World("paired of few", 0.05, lambda r, n: _paired(r, n // 10)),
        World("all beside the best", 0.0, _beside_the_best),
        World(
            "alpha",
            agreement(votes(far, 200_000), draws=1).alpha.value,
            lambda r, n: agreement(votes(r, n), draws=500).alpha,
        ),
        World(
            "ordinal alpha",
            agreement(votes(far, 200_000), "ordinal", draws=1).alpha.value,
            lambda r, n: agreement(votes(r, n), "ordinal", draws=500).alpha,
        ),
        World(
            "strength",
            _strongest(),
            lambda r, n: next(each for each in ranking(pairs(r, n), draws=500) if each.model == "a").strength,
        ),
        World("judge and experts", 0.6, lambda r, n: predicted_mean(*judged(r, n)).mean),
        World("judge alone", 0.6, lambda r, n: mean(judged(r, n)[0])),
    ]
    return {each.name: each for each in found}
