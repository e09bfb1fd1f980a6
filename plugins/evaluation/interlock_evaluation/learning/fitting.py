"""Routes out of a table of outcomes, and what they are worth on prompts that they were not learned from."""

import hashlib
import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from interlock_evaluation.learning.estimating import USUAL, Estimate, Rule, by_task, cross_fit
from interlock_evaluation.learning.gating import LEAST, RISK, Gains, best_single, bound, gains, gated
from interlock_evaluation.learning.marks import Marks
from interlock_evaluation.learning.saving import cheapest
from interlock_evaluation.outcomes import Outcomes
from interlock_evaluation.statistics import CONFIDENCE, Interval, Numbers, Places

Objective = Literal["quality", "cost"]
OBJECTIVES: Final[tuple[Objective, ...]] = ("quality", "cost")
PROMPTS: Final = 20
"""Below which nothing is learned."""
_TWO: Final = 2


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskRoute:
    """One task's models.

    Attributes:
        models: the one that leads, and behind it the others by what they promise.
        gain: of the leader over the best single model, as a share of the best mark, from this task's prompts
            and, drawn towards them, from all; None where the single one leads.
        prompts: how many there are of this task.
        cost: of the leader's answers to the task, in terms of the single one's; NaN where it is not known.
    """

    task: str
    models: tuple[str, ...]
    gain: Interval | None
    prompts: int
    cost: float


@dataclass(frozen=True, slots=True, kw_only=True)
class LearnedTable:
    """What was learned.

    Attributes:
        id: of what was learned from, and how: the same table and options give the same.
        digest: SHA-256 of the marks, in hexadecimal digits.
        objective: `quality`, or the least `cost` at the best single model's quality.
        single: the best model on all prompts, or the one that was given.
        routes: by task, in order.
        estimates: out of fold, of `routes` and of what they are compared with: `single`, `length`, `winners`
            (each task's plain winner), `promising` (the table without a gate) and `oracle`.
        caution: what the gate costs: how much the table without one is over `routes`. Where it is below
            nothing, the gate has gained that much.
        risk: 0 to 1.
        margin: a share of the best mark that may be lost for what is saved.
        likely: whether tasks were taken along whose gain is only likely.
        level: of the intervals of the routes' gains, 0 to 1: those whose lower bounds decided, where nothing
            else did.
        prompts: how many the table has.
        unmarked: the share of its cells, 0 to 1, that hold no mark.
    """

    id: str
    digest: str
    objective: Objective
    single: str
    models: tuple[str, ...]
    routes: tuple[TaskRoute, ...]
    estimates: dict[str, Estimate]
    caution: Interval
    risk: float
    margin: float
    likely: bool
    level: float
    prompts: int
    unmarked: float


def learn(
    outcomes: Outcomes,
    *,
    objective: Objective = "quality",
    risk: float = RISK,
    margin: float = 0.0,
    least: int = LEAST,
    likely: bool = False,
    baseline: str | None = None,
    without: Collection[str] = (),
) -> LearnedTable:
    """Routes by task, and what they are worth.

    Args:
        outcomes: marks of at least two models, and a task for each prompt.
        objective: what is sought.
        risk: how often the routing may be worse than the best single model, 0 to 1.
        margin: a share of the best mark, 0 to 1, that may be lost for what is saved; of `cost` alone.
        least: prompts of a task, below which it is left to the best single model.
        likely: have tasks that are certain carry others, whose gain is only likely; of `quality` alone.
        baseline: the model that counts as the best single one, if it is not to be found.
        without: models that may not be used anywhere.

    Raises:
        KeyError: a model that the table has no row of.
        ValueError: the table is too small, or has no costs where they are sought.
    """
    for model in (*without, *([] if baseline is None else [baseline])):
        outcomes.place(model)
    if not 0 < risk < 1 or not 0 <= margin < 1 or least < _TWO:
        raise ValueError("a risk and a margin lie between 0 and 1, and a task needs two prompts at least.")
    marks = Marks.of(outcomes, without=without)
    single = _check(marks, objective, baseline)
    among = list(range(len(marks.models)))

    def best(part: Marks, alone: int) -> Places:
        if objective == "quality":
            return gated(gains(part, alone), risk=risk, least=least, likely=likely)
        return cheapest(part, risk=risk, margin=margin, least=least, among=among, single=single)

    alone = best_single(marks) if single is None else single
    rules: dict[str, Rule] = {"routes": by_task(best), **USUAL}
    if np.isnan(marks.lengths).all():
        del rules["length"]
    held = cross_fit(marks, rules, among=among, single=single, repeats=_TWO if objective == "quality" else 1)
    digest = hashlib.sha256(_plain(marks)).hexdigest()
    options = [digest, objective, risk, margin, least, likely, baseline, sorted(without)]
    level = CONFIDENCE if likely or objective != "quality" else bound(risk)
    return LearnedTable(
        id=hashlib.sha256(json.dumps(options).encode()).hexdigest()[:12],
        digest=digest,
        objective=objective,
        single=marks.models[alone],
        models=marks.models,
        routes=_routes(marks, gains(marks, alone), best(marks, alone), level),
        estimates=held.estimates(),
        caution=held.over("promising", "routes"),
        risk=risk,
        margin=margin,
        likely=likely,
        level=level,
        prompts=len(marks),
        unmarked=float(np.isnan(marks.marks).mean()),
    )


def _check(marks: Marks, objective: Objective, baseline: str | None) -> int | None:
    if len(marks.models) < _TWO:
        raise ValueError("routes need two models at least.")
    pairs = (~np.isnan(marks.marks)).sum(axis=1) >= _TWO
    if pairs.sum() < PROMPTS:
        raise ValueError(
            f"{int(pairs.sum())} prompts were asked of two models and marked; {PROMPTS} are needed at least. "
            "Does `prompt` hold the same for every model that was asked it?"
        )
    if baseline is not None and baseline not in marks.models:
        raise ValueError(f"{baseline} is both the baseline and among those that may not be used.")
    if objective == "cost" and np.isnan(marks.cost).all(axis=0).sum() > len(marks.models) - _TWO:
        raise ValueError("the least cost is sought, and the table has no column `cost` with it.")
    single = None if baseline is None else marks.models.index(baseline)
    if (
        objective == "cost"
        and np.isnan(marks.cost[:, best_single(marks) if single is None else single]).all()
    ):
        raise ValueError("the least cost is sought, and that of the best single model is not known.")
    return single


def _plain(marks: Marks) -> bytes:
    return b"\n".join(
        (
            json.dumps([marks.models, marks.tasks]).encode(),
            np.ascontiguousarray(marks.marks).tobytes(),
            np.ascontiguousarray(marks.cost).tobytes(),
            marks.task.tobytes(),
        )
    )


def _routes(marks: Marks, found: Gains, route: Places, level: float) -> tuple[TaskRoute, ...]:
    costs = _mean_costs(marks)
    return tuple(
        TaskRoute(
            task=task,
            models=tuple(marks.models[model] for model in _order(found, at, int(route[at]))),
            gain=None if route[at] == found.single else found.interval(at, int(route[at]), confidence=level),
            prompts=int(found.prompts[at]),
            cost=float(costs[at, route[at]] / costs[at, found.single])
            if costs[at, found.single] > 0
            else float("nan"),
        )
        for at, task in enumerate(marks.tasks)
    )


def _order(found: Gains, task: int, first: int) -> Sequence[int]:
    others = [each for each in range(found.gain.shape[1]) if each != first]
    return [first, *sorted(others, key=lambda each: -found.gain[task, each])]


def _mean_costs(marks: Marks) -> Numbers:
    count = len(marks.tasks)
    known = marks.sums((~np.isnan(marks.cost)).astype(float), marks.task, count)
    return np.where(known > 0, marks.sums(marks.cost, marks.task, count) / np.maximum(known, 1), np.nan)
