"""The cheapest routing that is as good as the best single model."""

from typing import Final

import numpy as np

from interlock_evaluation.learning.folds import folds
from interlock_evaluation.learning.gating import RISK, Gains, best_single, gains, gated
from interlock_evaluation.learning.marks import Marks
from interlock_evaluation.statistics import Numbers, Places, student

PRICES: Final = np.concatenate([[0.0], np.geomspace(0.002, 1.0, 64)])
"""What the best single model's cost of one prompt may be worth, in shares of the best mark."""
# The best of so many prices looks better than it is; they differ little, and count for a few.
_TRIED: Final = 4


def cheapest(
    marks: Marks, *, risk: float = RISK, margin: float = 0.0, least: int, among: list[int], single: int | None
) -> Places:
    """The model of each task at the highest price of cost at which quality does not fall.

    Quality and cost are traded at one price for all tasks. Which, is tried on parts of the prompts that the
    routes are not learned from: the lower bound of the routing's gain over the best single model must not
    lie below -`margin`, a share of the best mark. Where no price will do, tasks are as `gated` has them.
    """
    apart = np.full((len(PRICES), len(marks)), np.nan)
    for learn, held in folds(marks.task):
        part, rest = marks.rows(learn), marks.rows(held)
        alone = best_single(part, among=among) if single is None else single
        found, costs = gains(part, alone), costs_of(part, alone)
        for at, price in enumerate(PRICES):
            route = at_price(found, costs, float(price), least=least)
            apart[at, held] = rest.at(route[rest.task])[0] - rest.marks[:, alone]
    alone = best_single(marks, among=among) if single is None else single
    found = gains(marks, alone)
    price = affordable(apart, risk=risk, margin=margin)
    if price is None:
        return gated(found, risk=risk, least=least)
    return at_price(found, costs_of(marks, alone), price, least=least)


def affordable(apart: Numbers, *, risk: float, margin: float) -> float | None:
    """The highest price at which quality does not fall, of what is gained at each: (prices, prompts)."""
    low = np.array([_low(each[~np.isnan(each)], risk / _TRIED) for each in apart])
    enough = np.flatnonzero(low >= -margin)
    return float(PRICES[enough[-1]]) if len(enough) else None


def _low(values: Numbers, risk: float) -> float:
    if len(values) <= 1:
        return -np.inf
    return float(values.mean() - student(1 - risk, len(values) - 1) * values.std(ddof=1) / len(values) ** 0.5)


def at_price(found: Gains, costs: Numbers, price: float, *, least: int) -> Places:
    """The model of each task with the most gain after `costs`, (tasks, models), in the single one's.

    One of whose cost or marks in a task too little is known is not considered there.
    """
    known = ~np.isnan(costs) & (found.shared >= least)
    known[:, found.single] = True
    worth = found.gain - price * np.nan_to_num(costs)
    best: Places = np.where(known, worth, -np.inf).argmax(axis=1)
    return best


def costs_of(marks: Marks, single: int) -> Numbers:
    """Mean cost of each task and model, in terms of the single one's over all."""
    count = len(marks.tasks)
    known = marks.sums((~np.isnan(marks.cost)).astype(float), marks.task, count)
    usual = marks.cost[:, single]
    whole = np.nan_to_num(usual).sum() / max(int((~np.isnan(usual)).sum()), 1)
    found: Numbers = np.where(
        known > 0, marks.sums(marks.cost, marks.task, count) / np.maximum(known, 1), np.nan
    )
    return found / max(float(whole), 1e-300)
