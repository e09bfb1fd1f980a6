"""Routes out of a table of outcomes, and what they are worth on prompts that they were not learned from."""

import hashlib
import json
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final, Literal

import numpy as np

from interlock_evaluation.learning.estimating import USUAL, Choice, Estimate, Held, Rule, by_task, cross_fit
from interlock_evaluation.learning.features import Features
from interlock_evaluation.learning.folds import FOLDS
from interlock_evaluation.learning.gating import LEAST, RISK, Gains, best_single, gains, gate, gated
from interlock_evaluation.learning.marks import Marks
from interlock_evaluation.learning.ordering import Ordering, ordering
from interlock_evaluation.learning.refining import FITS, Refinement, Refiner
from interlock_evaluation.learning.saving import cheapest
from interlock_evaluation.outcomes import Outcomes
from interlock_evaluation.statistics import CONFIDENCE, Interval, Numbers, Places

Objective = Literal["quality", "cost"]
OBJECTIVES: Final[tuple[Objective, ...]] = ("quality", "cost")
PROMPTS: Final = 20
"""Below which nothing is learned."""
_TWO: Final = 2
_REPEATS: Final = {"quality": 2, "cost": 1}
_FITS: Final = {"quality": 1, "cost": FITS}


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
class Refined:
    """What the prompts' own words add to routes by task, out of fold.

    Attributes:
        used: whether that is so much that routes are refined by them: the lower bound of what is gained, or
            of what is saved where the least cost is sought, lies above nothing.
        over: how much better answers are than by the routes alone, as a share of the best mark.
        saved: how much less they cost than by the routes alone, in terms of the best single model's cost.
        level: of both intervals, 0 to 1.
        vectors: whether sentence vectors were at hand.
    """

    used: bool
    over: Interval
    saved: Interval
    level: float
    vectors: bool


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
            (each task's plain winner), `promising` (the table without a gate) and `oracle`; and of `refined`,
            the routes refined by words, where prompts have any.
        caution: what the gate costs: how much the table without one is over `routes`. Where it is below
            nothing, the gate has gained that much.
        risk: 0 to 1.
        margin: a share of the best mark that may be lost for what is saved.
        likely: whether tasks were taken along whose gain is only likely.
        level: of the intervals of the routes' gains, 0 to 1: those whose lower bounds decided, where nothing
            else did.
        prompts: how many the table has.
        unmarked: the share of its cells, 0 to 1, that hold no mark.
        refined: what words add; None where prompts have none, or are too few.
        refinement: what was learned of words, where it is used.
        ordering: of two models, how well prompts are told apart; None of more, and where neither is certainly
            better.
        served: what vendors said they served for each model, where the table says so.
        deployments: which were asked for each model, likewise.
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
    refined: Refined | None = None
    refinement: Refinement | None = None
    ordering: Ordering | None = None
    served: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    deployments: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def fits(objective: Objective) -> int:
    """How often `learn` learns from words."""
    return _REPEATS[objective] * FOLDS * _FITS[objective] + _FITS[objective]


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
    words: Features | None = None,
    guessed: bool = False,
    told: Callable[[], None] = lambda: None,
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
        words: of the same prompts in the same order, to refine routes by.
        guessed: whether tasks were guessed from the same words.
        told: called `fits` times, whenever words were learned from.

    Raises:
        KeyError: a model that the table has no row of.
        ValueError: the table is too small, or has no costs where they are sought.
    """
    for model in (*without, *([] if baseline is None else [baseline])):
        outcomes.place(model)
    if not 0 < risk < 1 or not 0 <= margin < 1 or least < _TWO:
        raise ValueError("a risk and a margin lie between 0 and 1, and a task needs two prompts at least.")
    marks = Marks.of(outcomes, without=without, features=words)
    single = _check(marks, objective, baseline)
    among = list(range(len(marks.models)))
    refiner = Refiner(least=least, guessed=guessed, told=told)

    def best(part: Marks, alone: int) -> Places:
        if objective == "quality":
            return gated(gains(part, alone), risk=risk, least=least, likely=likely)
        return cheapest(part, risk=risk, margin=margin, least=least, among=among, single=single)

    def alone_in(part: Marks) -> int:
        return best_single(part, among=among) if single is None else single

    def refinement(part: Marks, alone: int) -> Refinement | None:
        leads = best(part, alone)
        if objective == "quality":
            return refiner.refine(part, gains(part, alone), leads)
        return refiner.save(part, leads, risk=risk, margin=margin, single=alone, alone=alone_in)

    def by_words(part: Marks, alone: int) -> Callable[[Marks], Choice]:
        made = refinement(part, alone)
        return _chooser(made) if made is not None else by_task(best)(part, alone)

    alone = alone_in(marks)
    rules: dict[str, Rule] = {"routes": by_task(best), **USUAL}
    if np.isnan(marks.lengths).all():
        del rules["length"]
    if words is not None:
        rules = {"routes": rules.pop("routes"), "refined": by_words, **rules}
    held = cross_fit(marks, rules, among=among, single=single, repeats=_REPEATS[objective])
    found = gains(marks, alone)
    level = CONFIDENCE if likely or objective != "quality" else gate(found, risk=risk, least=least).level
    refined = None if words is None else _refined(held, objective, risk, margin, words)
    digest = hashlib.sha256(_plain(marks)).hexdigest()
    options = [digest, objective, risk, margin, least, likely, baseline, sorted(without)]
    return LearnedTable(
        id=hashlib.sha256(json.dumps(options).encode()).hexdigest()[:12],
        digest=digest,
        objective=objective,
        single=marks.models[alone],
        models=marks.models,
        routes=_routes(marks, found, best(marks, alone), level),
        estimates=held.estimates(),
        caution=held.over("promising", "routes"),
        risk=risk,
        margin=margin,
        likely=likely,
        level=level,
        prompts=len(marks),
        unmarked=float(np.isnan(marks.marks).mean()),
        refined=refined,
        refinement=refinement(marks, alone) if refined is not None and refined.used else None,
        ordering=_ordering(marks, held),
        served={name: each for name, each in outcomes.served.items() if name in marks.models},
        deployments={name: each for name, each in outcomes.deployments.items() if name in marks.models},
    )


def _chooser(made: Refinement) -> Callable[[Marks], Choice]:
    def choose(rest: Marks) -> Choice:
        predicted = made.gains(rest.words, rest.task)
        return Choice(models=made.choose(predicted, rest.task), gains=predicted)

    return choose


def _refined(held: Held, objective: Objective, risk: float, margin: float, words: Features) -> Refined:
    level = 1 - 2 * min(risk, 0.45)
    over, saved = (each("refined", "routes", confidence=level) for each in (held.over, held.saved))
    used = over.low > 0
    if objective == "cost":
        used = saved.low > 0 and held.over("refined", "single", confidence=level).low >= -margin
    return Refined(used=used, over=over, saved=saved, level=level, vectors=words.vectors.shape[1] > 0)


def _ordering(marks: Marks, held: Held) -> Ordering | None:
    """By words where they were learned from, else by task."""
    if len(marks.models) != _TWO:
        return None
    strong = int(np.nanmean(marks.marks, axis=0).argmax())
    weak = 1 - strong
    thought = held.gains.get("refined", held.gains["promising"])
    return ordering(
        marks.models[strong],
        marks.models[weak],
        marks.marks[:, strong] - marks.marks[:, weak],
        thought[:, strong] - thought[:, weak],
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
