"""Routes by task, refined by each prompt's own words.

What a task's prompts say of a model leads: words only add to it what they have learned that it does not say.
A task that is left to the best single model is left by words alone, and not by what was too uncertain there.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from typing import Final, Self

import numpy as np
from numpy.typing import NDArray

from interlock_evaluation.learning.features import Features
from interlock_evaluation.learning.folds import FOLDS, folds
from interlock_evaluation.learning.gating import Gains, gains
from interlock_evaluation.learning.marks import Marks
from interlock_evaluation.learning.saving import PRICES, affordable, costs_of
from interlock_evaluation.learning.wording import Wording
from interlock_evaluation.statistics import Numbers, Places

PROMPTS: Final = 1_000
"""Prompts with words, below which routes are not refined."""
# How much of what words predict is added: of .25, .5, .75 and 1 the best on MMLU-Pro.
_SHARE: Final = 0.5
_KNOWN: Final = 0.9
_MODELS: Final = 6
FITS: Final = FOLDS + 1
"""How often words are learned from to find a price for one table."""


def too_few(texts: Sequence[str]) -> str:
    """Why routes are not refined by the words of so many prompts; empty where they may be."""
    worded = sum(bool(each.strip()) for each in texts)
    if worded >= PROMPTS and worded >= _KNOWN * len(texts):
        return ""
    return (
        f"{worded:,} of {len(texts):,} prompts have words; routes are refined by them from {PROMPTS:,} on, "
        "where nine of ten have any."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Refinement:
    """What routes by task are refined by. A gain is over the best single model, as a share of the best mark.

    Attributes:
        tasks, models: their names; arrays have a row for each task and a column for each model.
        leads: the place of the model that leads each task by the table.
        base: the gains that words are added to.
        costs: what a prompt of the task costs, in gains.
        allowed: whether the model may be chosen for the task.
        columns: the places of the models that `wording` predicts.
    """

    tasks: tuple[str, ...]
    models: tuple[str, ...]
    leads: Places
    base: Numbers
    costs: Numbers
    allowed: NDArray[np.bool_]
    columns: Places
    wording: Wording

    def gains(self, features: Features, task: Places) -> Numbers:
        """Of each prompt and model, (prompts, models)."""
        found = self.base[task].copy()
        found[:, self.columns] += _SHARE * self.wording.predict(features)
        return found

    def worth(self, features: Features, task: int) -> tuple[Numbers, Numbers]:
        """Of one prompt: what each model gains, and that less what it costs; minus infinity where it may not
        be chosen, (models,).
        """
        gains = self.gains(features, np.array([task]))[0]
        return gains, np.where(self.allowed[task], gains - self.costs[task], -np.inf)

    def choose(self, gains: Numbers, task: Places) -> Places:
        """The model of each prompt: the task's, unless another one is worth more."""
        rows = np.arange(len(task))
        worth = np.where(self.allowed[task], gains - self.costs[task], -np.inf)
        best, lead = worth.argmax(axis=1), self.leads[task]
        return np.where(worth[rows, best] > worth[rows, lead], best, lead)

    def at_price(self, price: float, costs: Numbers, leads: Places) -> Self:
        """The same, where each model's cost counts for so much."""
        known = ~np.isnan(costs)
        known[np.arange(len(leads)), leads] = True
        return replace(self, leads=leads, costs=price * np.nan_to_num(costs), allowed=self.allowed & known)


@dataclass(frozen=True, slots=True, kw_only=True)
class Refiner:
    """How routes are refined.

    Attributes:
        least: prompts of a task that both models have answered, below which a model may not be chosen.
        guessed: whether tasks were guessed from the words themselves; they then say nothing beside them.
        told: called whenever words were learned from, which is what takes time.
    """

    least: int
    guessed: bool
    told: Callable[[], None]

    def refine(self, part: Marks, found: Gains, leads: Places, costs: Numbers | None = None) -> Refinement:
        """What words add to the routes `leads`.

        `costs`, (tasks, models), are given where less is to be spent: then no model has to be certainly
        better.
        """
        apart = part.marks - part.marks[:, [found.single]]
        table = np.broadcast_to(_mean(apart), found.gain.shape) if self.guessed else found.gain
        columns = self._columns(found, costs)
        rest = np.nan_to_num(apart - table[part.task])[:, columns]
        base = table.copy()
        if not self.guessed and costs is None:
            left = leads == found.single
            base[left] = np.minimum(base[left], 0.0)
        base[:, found.single] = 0.0
        allowed = found.shared >= self.least
        allowed[:, found.single] = True
        allowed[np.arange(len(leads)), leads] = True
        wording = Wording.learn(part.words, rest)
        self.told()
        return Refinement(
            tasks=part.tasks,
            models=part.models,
            leads=leads,
            base=base,
            costs=np.zeros_like(base),
            allowed=allowed,
            columns=columns,
            wording=wording,
        )

    def save(
        self,
        part: Marks,
        leads: Places,
        *,
        risk: float,
        margin: float,
        single: int,
        alone: Callable[[Marks], int],
    ) -> Refinement | None:
        """At the highest price of cost at which quality does not fall, as `cheapest`; None if none is."""
        apart = np.full((len(PRICES), len(part)), np.nan)
        for learn, held in folds(part.task):
            some, others = part.rows(learn), part.rows(held)
            best = alone(some)
            found, costs = gains(some, best), costs_of(some, best)
            usual = np.full(len(part.tasks), best, dtype=np.int64)
            made = self.refine(some, found, usual, costs)
            predicted = made.gains(others.words, others.task)
            for at, price in enumerate(PRICES):
                chosen = made.at_price(float(price), costs, usual).choose(predicted, others.task)
                apart[at, held] = others.at(chosen)[0] - others.marks[:, best]
        price = affordable(apart, risk=risk, margin=margin)
        if price is None:
            return None
        costs = costs_of(part, single)
        return self.refine(part, gains(part, single), leads, costs).at_price(price, costs, leads)

    def _columns(self, found: Gains, costs: Numbers | None) -> Places:
        """Models that are worth being told apart: the first of tasks, and the cheapest that come near."""
        share = found.prompts / max(int(found.prompts.sum()), 1)
        orders: list[Sequence[float]] = []
        for cheap in (0.0, 0.1) if costs is not None else (0.0,):
            worth = found.gain - cheap * np.nan_to_num(costs) if costs is not None else found.gain
            ranks = (-np.where(found.shared > 0, worth, -np.inf)).argsort(axis=1).argsort(axis=1)
            orders.append(list((share[:, None] / (1 + ranks)).sum(axis=0)))
        standing = np.array(orders).max(axis=0)
        standing[found.single] = -1.0
        count = min(_MODELS, len(standing) - 1)
        return np.sort(np.argsort(-standing, kind="stable")[:count]).astype(np.int64)


def _mean(values: Numbers) -> Numbers:
    known = (~np.isnan(values)).sum(axis=0)
    found: Numbers = np.nan_to_num(values).sum(axis=0) / np.maximum(known, 1)
    return found
