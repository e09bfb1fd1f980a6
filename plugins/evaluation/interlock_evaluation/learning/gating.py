"""Which model leads each task, where leaving the best single one is worth the risk.

Out of few prompts the best model of each task is mostly the luckiest, and routing by it is worse than no
routing at all. So what a task's prompts say of a model is drawn towards what all prompts say of it, as far as
tasks differ no more than chance would have them differ (empirical Bayes); and a task is left to the best
single model unless the lower bound of what another would gain lies above zero. How far down that bound
reaches follows from the risk of the routing as a whole. Who wants more may have it reach less far where the
tasks that are certain carry the whole: others are then taken along whose gain is only likely.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import NormalDist
from typing import Final

import numpy as np

from interlock_evaluation.learning.marks import Marks
from interlock_evaluation.statistics import CONFIDENCE, Interval, Numbers, Places

RISK: Final = 0.05
"""How often, 0 to 1, the routing may be worse than the best single model."""
LEAST: Final = 8
"""Prompts of a task that both models have answered, below which it is left to the best single model."""
_PRIOR: Final = 20.0
"""Prompts that what all tasks say counts for in each, at least."""
# How much answers vary within a task is not known from its first 50 prompts, and half known from 400 more.
# Found on MMLU-Pro, as what follows: where less is asked for, routes out of few prompts gain less there.
_UNKNOWN: Final = 50.0
_ALIKE: Final = 400.0
_USABLE: Final = 0.5
# Of tasks alone, and once the whole is safe; found on MMLU-Pro, and tried on another table and on worlds
# in which no model is better than any other.
_TAIL: Final = 2.0
_CARRIED: Final = (2.5, 3.0, 3.5, 4.0)
_LOOSER: Final = (0.4, 0.3, 0.2)
_WHOLE: Final = 0.03
_MOST: Final = 0.45


@dataclass(frozen=True, slots=True, kw_only=True)
class Gains:
    """What each model would gain over the best single one, as shares of the best mark: (tasks, models).

    Attributes:
        single: the place of the best single model.
        prompts: how many of each task there are, of shape (tasks,).
        shared: how many prompts both have answered.
        gain: as the tasks' and all prompts together have it.
        spread: its standard deviation.
        mean: of the task's prompts alone; NaN without any.
    """

    single: int
    prompts: Places
    shared: Places
    gain: Numbers
    spread: Numbers
    mean: Numbers

    def interval(self, task: int, model: int, *, confidence: float = CONFIDENCE) -> Interval:
        """Of one gain."""
        value = float(self.gain[task, model])
        reach = _reach((1 - confidence) / 2) * float(self.spread[task, model])
        return Interval(value=value, low=max(-1.0, value - reach), high=min(1.0, value + reach))


def best_single(marks: Marks, *, among: Sequence[int] | None = None) -> int:
    """The place of the model that is best on all prompts, of those that at least half of them were asked of.

    Raises:
        ValueError: there is no mark.
    """
    standings = marks.standings()
    asked = (~np.isnan(marks.marks)).sum(axis=0)
    allowed = np.zeros(len(marks.models), dtype=bool)
    allowed[list(range(len(marks.models)) if among is None else among)] = True
    usable = allowed & ~np.isnan(standings)
    if not usable.any():
        raise ValueError("no model has a mark.")
    often = usable & (asked >= _USABLE * asked[usable].max())
    return int(np.where(often, standings, -np.inf).argmax())


def gains(marks: Marks, single: int) -> Gains:
    """What the prompts say of each task and model."""
    apart = marks.marks - marks.marks[:, [single]]
    tasks = len(marks.tasks)
    shared = marks.sums((~np.isnan(apart)).astype(float), marks.task, tasks)
    sums, squares = (marks.sums(values, marks.task, tasks) for values in (apart, apart**2))
    whole = np.maximum(shared.sum(axis=0), 1)
    overall = sums.sum(axis=0) / whole
    mean = sums / np.maximum(shared, 1)
    filled = (shared > 0).sum(axis=0)
    # One prompt that differs at least, as a few that all say the same are not without variance.
    unlike = (squares.sum(axis=0) - (shared * mean**2).sum(axis=0)).clip(min=1.0)
    within = unlike / np.maximum(whole - filled, 1)
    between = (shared * (mean - overall) ** 2).sum(axis=0) - (filled - 1) * within
    scale = whole - (shared**2).sum(axis=0) / whole
    others = np.arange(len(marks.models)) != single
    # How much tasks differ, all models together: of one alone too little is known.
    apart_by = max(float(between[others].sum()) / max(float(scale[others].sum()), 1.0), 0.0)
    # Of a task's own prompts, as far as there are enough to know it: of some, models say much the same.
    itself = (squares - shared * mean**2).clip(min=0.0) / np.maximum(shared, 1)
    known = (shared - _UNKNOWN).clip(min=0.0)
    own = (known * itself + _ALIKE * within) / (known + _ALIKE)
    prior = np.maximum(_PRIOR, own / max(apart_by, 1e-9))
    gain = (sums + prior * overall) / (shared + prior)
    gain[:, single] = 0.0
    return Gains(
        single=single,
        prompts=np.bincount(marks.task, minlength=tasks),
        shared=shared.astype(np.int64),
        gain=gain,
        spread=np.sqrt(own / (shared + prior)),
        mean=np.where(shared > 0, mean, np.nan),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """What a gate has let through.

    Attributes:
        route: the model of each task.
        level: the confidence, 0 to 1, of the intervals whose lower bounds decided.
    """

    route: Places
    level: float


def gate(found: Gains, *, risk: float = RISK, least: int = LEAST, likely: bool = False) -> Gate:
    """The model of each task: the most promising of those that may be taken for better than the single.

    The bounds reach less far down where most of what is moved is certain: as long as, of all prompts that are
    moved, no more than a share of `risk` is expected to belong to tasks that lose by it. With `likely`, tasks
    are taken along that are only likely to gain, where the whole is better all the same.
    """
    firm = min(_TAIL * risk, _MOST)
    if likely:
        for tail in (each for each in _LOOSER if each > firm):
            route = _let_through(found, tail, least)
            if _is_safe(found, route, _WHOLE * risk):
                return Gate(route=route, level=1 - 2 * tail)
    best = Gate(route=_let_through(found, firm, least), level=1 - 2 * firm)
    for tail in (min(each * risk, _MOST) for each in _CARRIED):
        route = _let_through(found, tail, least)
        if (route != best.route).any() and _expected_losers(found, route) <= risk:
            best = Gate(route=route, level=1 - 2 * tail)
    return best


def gated(found: Gains, *, risk: float = RISK, least: int = LEAST, likely: bool = False) -> Places:
    """The route of `gate`."""
    return gate(found, risk=risk, least=least, likely=likely).route


def _let_through(found: Gains, tail: float, least: int) -> Places:
    better = (found.gain - _reach(tail) * found.spread > 0) & (found.shared >= least)
    better[:, found.single] = False
    most = np.where(better, found.gain, -np.inf).argmax(axis=1)
    return np.where(better.any(axis=1), most, found.single)


def _is_safe(found: Gains, route: Places, tail: float) -> bool:
    """Whether the whole gains something all but certainly."""
    share, gain, spread = _moved(found, route)
    whole, apart = float((share * gain).sum()), float(np.sqrt((share**2 * spread**2).sum()))
    return whole > _reach(tail) * apart


def _expected_losers(found: Gains, route: Places) -> float:
    """The share of the prompts that are moved, 0 to 1, in tasks that lose by it, as far as one can know."""
    share, gain, spread = _moved(found, route)
    if not share.any():
        return 0.0
    loses = [NormalDist().cdf(-each) for each in gain / np.maximum(spread, 1e-12)]
    return float((share * loses).sum() / share.sum())


def _moved(found: Gains, route: Places) -> tuple[Numbers, Numbers, Numbers]:
    """By task: the share of prompts that leave the single model, what they gain, and its deviation."""
    tasks = np.arange(len(route))
    share = found.prompts / max(int(found.prompts.sum()), 1)
    moved = np.where(route != found.single, share, 0.0)
    return moved, found.gain[tasks, route], found.spread[tasks, route]


def _reach(tail: float) -> float:
    return NormalDist().inv_cdf(1 - tail)


def promising(found: Gains) -> Places:
    """The model of each task that promises most, without a gate: what caution is compared with."""
    best: Places = np.where(found.shared > 0, found.gain, -np.inf).argmax(axis=1)
    return best


def winners(found: Gains) -> Places:
    """The model of each task with the best mean, whatever it is worth; what is often made."""
    best = np.where(np.isnan(found.mean), -np.inf, found.mean)
    return np.where((found.shared > 0).any(axis=1), best.argmax(axis=1), found.single)
