"""What routings come to on prompts that they were not learned from."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from math import isfinite, nan
from typing import Final

import numpy as np

from interlock_evaluation.learning.folds import folds
from interlock_evaluation.learning.gating import best_single, gains, promising, winners
from interlock_evaluation.learning.marks import Marks
from interlock_evaluation.statistics import (
    CONFIDENCE,
    UNKNOWN,
    Interval,
    Numbers,
    Places,
    between,
    bootstrap,
    difference,
    share,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Choice:
    """The model of each prompt, and what each was thought to gain, (prompts, models), where that is known."""

    models: Places
    gains: Numbers | None = None


Rule = Callable[[Marks, int], Callable[[Marks], Choice]]
"""Learns on marks, of which the best single model is known, and then chooses for others."""
_REPEATS: Final = 2
_BINS: Final = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """What one way of choosing models comes to, out of fold.

    Attributes:
        quality: the mean mark, 0 to 1.
        gain: over the best single model that was chosen on the same prompts as the routes, paired by prompt.
        cost: in terms of that model's; unknown where costs are not.
        prompts: how many could be compared: those on which both models were marked.
    """

    quality: Interval
    gain: Interval
    cost: Interval
    prompts: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """Marks and costs of the models that each rule chose, by prompt, NaN where unknown; `single` is one.

    `gains` are what rules that say so thought that each model gains, beside what it gains in the mean of the
    prompts held back together: (prompts, models).
    """

    marks: Mapping[str, Numbers]
    cost: Mapping[str, Numbers]
    gains: Mapping[str, Numbers]

    def estimates(self, *, seed: int = 0) -> dict[str, Estimate]:
        """Of every rule: quality by Wilson, the rest by a bootstrap over prompts, all from the same draws."""
        names = list(self.marks)
        quality, gain, spent, usual = (
            np.stack(each, axis=1) for each in zip(*(self._of(name) for name in names), strict=True)
        )
        drawn = [_Drawn.of(each, seed) for each in (quality, gain, spent, usual)]
        with np.errstate(invalid="ignore", divide="ignore"):
            ratios, ratio = drawn[2].draws / drawn[3].draws, drawn[2].value / drawn[3].value
        return {
            name: Estimate(
                quality=share(quality[:, at]),
                gain=drawn[1].interval(at),
                cost=_interval(float(ratio[at]), ratios[:, at], int(drawn[2].counts[at])),
                prompts=int(drawn[1].counts[at]),
            )
            for at, name in enumerate(names)
        }

    def _of(self, name: str) -> tuple[Numbers, Numbers, Numbers, Numbers]:
        """Mark, gain, and what was spent by this rule and by the single model, of prompts that have both."""
        gain = self.marks[name] - self.marks["single"]
        pair = self.cost[name] + self.cost["single"]
        spent, usual = (np.where(np.isnan(pair), nan, self.cost[each]) for each in (name, "single"))
        return np.where(np.isnan(gain), nan, self.marks[name]), gain, spent, usual

    def over(self, name: str, other: str, *, confidence: float = CONFIDENCE, seed: int = 0) -> Interval:
        """How much one rule is over another, paired by prompt."""
        return difference(self.marks[name], self.marks[other], confidence=confidence, seed=seed)

    def saved(self, name: str, other: str, *, confidence: float = CONFIDENCE, seed: int = 0) -> Interval:
        """How much one rule costs less than another, in terms of the single model's cost."""
        usual = self.cost["single"]
        usual = usual[~np.isnan(usual)]
        if not len(usual) or usual.mean() <= 0:
            return UNKNOWN
        left, right = self.cost[other] / usual.mean(), self.cost[name] / usual.mean()
        return difference(left, right, confidence=confidence, seed=seed)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Drawn:
    """Means of columns of which some values are not known."""

    value: Numbers
    draws: Numbers
    counts: Numbers

    @classmethod
    def of(cls, columns: Numbers, seed: int) -> "_Drawn":
        known = (~np.isnan(columns)).astype(float)
        counts = known.sum(axis=0)
        both = bootstrap(np.concatenate([np.nan_to_num(columns), known], axis=1), seed=seed)
        width = columns.shape[1]
        with np.errstate(invalid="ignore", divide="ignore"):
            return cls(
                value=np.nan_to_num(columns).sum(axis=0) / counts,
                draws=both[:, :width] / both[:, width:],
                counts=counts,
            )

    def interval(self, at: int) -> Interval:
        return _interval(float(self.value[at]), self.draws[:, at], int(self.counts[at]))


def _interval(value: float, drawn: Numbers, count: int) -> Interval:
    known = drawn[np.isfinite(drawn)]
    if not isfinite(value) or not len(known):
        return UNKNOWN
    return between(value, known, clusters=count)


def by_task(learner: Callable[[Marks, int], Places]) -> Rule:
    """A rule that knows nothing of a prompt but its task."""

    def learn(marks: Marks, single: int) -> Callable[[Marks], Choice]:
        route = learner(marks, single)
        return lambda rest: Choice(models=route[rest.task])

    return learn


def by_promise(marks: Marks, single: int) -> Callable[[Marks], Choice]:
    """A rule that goes by what models promise for a task, without a gate."""
    found = gains(marks, single)
    route = promising(found)
    return lambda rest: Choice(models=route[rest.task], gains=found.gain[rest.task])


def by_length(marks: Marks, single: int) -> Callable[[Marks], Choice]:
    """A rule that knows a prompt's length alone: in ten bins, each with its most promising model."""
    known = marks.lengths[~np.isnan(marks.lengths)]
    edges = np.unique(np.quantile(known, np.linspace(0, 1, _BINS + 1)[1:-1])) if len(known) else np.array([])
    names = tuple(str(each) for each in range(len(edges) + 1))

    def binned(some: Marks) -> Marks:
        at = np.searchsorted(edges, np.nan_to_num(some.lengths, nan=-1.0), side="right")
        return replace(some, tasks=names, task=at)

    route = promising(gains(binned(marks), single))
    return lambda rest: Choice(models=route[binned(rest).task])


def oracle(marks: Marks, single: int) -> Callable[[Marks], Choice]:
    """Chooses the best model of each prompt, of equally good ones the cheapest: what no router can exceed."""
    del marks

    def choose(rest: Marks) -> Choice:
        best = np.where(np.isnan(rest.marks), -np.inf, rest.marks)
        cost = np.where(np.isnan(rest.cost), np.inf, rest.cost)
        equal = best == best.max(axis=1, keepdims=True)
        cheap = np.where(equal, np.where(np.isfinite(cost), cost, 1e300), np.inf).argmin(axis=1)
        return Choice(models=np.where(np.isfinite(best.max(axis=1)), cheap, single))

    return choose


USUAL: Final[Mapping[str, Rule]] = {
    "length": by_length,
    "winners": by_task(lambda marks, single: winners(gains(marks, single))),
    "promising": by_promise,
    "oracle": oracle,
}
"""What routes are compared with: length alone, each task's plain winner, the same table without a gate, and
the best that there is.
"""


def cross_fit(
    marks: Marks,
    rules: Mapping[str, Rule],
    *,
    among: list[int],
    single: int | None = None,
    repeats: int = _REPEATS,
) -> Held:
    """Every rule, and the best single model, chosen on four fifths of the prompts and held against the rest.

    `among` are the places that the single model is chosen from; `single` is its place where it is given. Done
    `repeats` times with other parts, of which each prompt has the mean.
    """
    shape = (repeats, len(marks))
    found = {name: (np.full(shape, nan), np.full(shape, nan)) for name in (*rules, "single")}
    thought: dict[str, Numbers] = {}
    for repeat in range(repeats):
        for learn, held in folds(marks.task, seed=repeat):
            part, rest = marks.rows(learn), marks.rows(held)
            alone = best_single(part, among=among) if single is None else single
            for name, rule in rules.items():
                choice = rule(part, alone)(rest)
                found[name][0][repeat, held], found[name][1][repeat, held] = rest.at(choice.models)
                if choice.gains is not None:
                    sums = thought.setdefault(name, np.zeros(marks.marks.shape))
                    # Parts that happen to gain more were learned of from others that gain less, and so on.
                    sums[held] += (choice.gains - choice.gains.mean(axis=0)) / repeats
            found["single"][0][repeat, held] = rest.marks[:, alone]
            found["single"][1][repeat, held] = rest.cost[:, alone]
    return Held(
        marks={name: _known_mean(each[0]) for name, each in found.items()},
        cost={name: _known_mean(each[1]) for name, each in found.items()},
        gains=thought,
    )


def _known_mean(values: Numbers) -> Numbers:
    known = (~np.isnan(values)).sum(axis=0)
    return np.where(known > 0, np.nan_to_num(values).sum(axis=0) / np.maximum(known, 1), nan)


def told(found: Interval) -> str:
    """Whether a difference is one: `better`, `worse`, or `cannot tell`."""
    if not isfinite(found.value):
        return "not measured"
    return "better" if found.low > 0 else "worse" if found.high < 0 else "cannot tell"
