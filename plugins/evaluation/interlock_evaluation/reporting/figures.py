"""What a run comes to: for each model and task, with intervals that know which calls belong to one prompt."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import isfinite, nan
from statistics import NormalDist, fmean
from typing import Final

import numpy as np

from interlock_evaluation.learning import LearnedTable, learn
from interlock_evaluation.outcomes import Outcomes
from interlock_evaluation.runs.outcomes import outcomes_of, score_of
from interlock_evaluation.runs.run import Kept, Result
from interlock_evaluation.statistics import (
    Interval,
    difference,
    holm,
    mcnemar,
    mean,
    median,
    quantile,
    share,
)
from interlock_evaluation.statistics.claims import LEVEL
from interlock_evaluation.statistics.intervals import Numbers

_UNKNOWN: Final = Interval(value=nan, low=nan, high=nan)
_P95: Final = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFigures:
    """One model, over all prompts or those of a task. Shares are 0 to 1, latencies seconds, money dollars.

    Attributes:
        prompts: how many have a mark.
        quality: the mean mark.
        errors: of the calls that say something about the model, the share that failed.
        refusals: of the answers, the share that refuse.
        cost: of a prompt, in the mean.
    """

    model: str
    prompts: int
    quality: Interval
    errors: Interval
    refusals: Interval
    median_latency: Interval
    p95_latency: Interval
    cost: Interval
    excluded: int = 0
    unmeasured: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """A model beside the one that has the best mean, on the prompts that both were marked on.

    Attributes:
        behind: by how much its mean mark is lower, paired, from -1 to 1.
        p: of that being nothing, adjusted for the number of models.
        claimed: whether it may be said to be worse; where not, nobody can tell.
    """

    model: str
    prompts: int
    behind: Interval
    p: float
    claimed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All of a run.

    Attributes:
        tasks: each task's figures, by its name.
        why: what kept questions from being asked or measured, with how often.
        routing: what routes by task would gain, on prompts that they were not learned from; None where there
            are too few prompts or models to learn from.
        again: calls that were begun more often than once.
        spent: dollars, with what marking cost.
    """

    run: str
    suite: str
    prompts: int
    models: Sequence[ModelFigures]
    tasks: Mapping[str, Sequence[ModelFigures]]
    best: str | None
    compared: Sequence[Compared]
    why: Mapping[str, int] = field(default_factory=dict)
    routing: LearnedTable | None = None
    again: int = 0
    spent: float = 0.0


def figures_of(kept: Kept) -> Figures:
    """The figures of what has come so far."""
    names = kept.run.models
    models = [_model(kept, name, kept.results.values()) for name in names]
    tasks = {}
    for task in sorted(set(kept.tasks.values())):
        of = [each for each in kept.results.values() if kept.tasks[each.key.prompt] == task]
        tasks[task] = [_model(kept, name, of) for name in names]
    marked = [each for each in models if isfinite(each.quality.value)]
    best = max(marked, key=lambda each: each.quality.value, default=None)
    marking = sum(mark.cost for marks in kept.marks.values() for mark in marks.values())
    return Figures(
        run=kept.run.id,
        suite=kept.run.suite,
        prompts=len(kept.samples),
        models=models,
        tasks=tasks,
        best=None if best is None else best.model,
        compared=[] if best is None else _compared(kept, best.model, [each.model for each in marked]),
        why=dict(Counter(_why(each) for each in kept.results.values() if not each.measured)),
        routing=_routing(kept),
        again=kept.again,
        spent=sum(each.cost or 0.0 for each in kept.results.values()) + marking,
    )


def _routing(kept: Kept) -> LearnedTable | None:
    rows = outcomes_of(kept)
    if not rows:
        return None
    try:
        return learn(Outcomes.of(rows))
    except ValueError:  # too little was marked
        return None


def _model(kept: Kept, name: str, results: Iterable[Result]) -> ModelFigures:
    of = [each for each in results if each.key.model == name]
    measured = [each for each in of if each.measured]
    answers = [each for each in measured if each.outcome == "answer"]
    scores = [(each, score_of(kept, each)) for each in measured]
    marked = [(each, score) for each, score in scores if score is not None]

    def told(
        estimate: Callable[..., Interval], rows: Sequence[Result], values: Sequence[float | None]
    ) -> Interval:
        known = [(row, value) for row, value in zip(rows, values, strict=True) if value is not None]
        if not known:
            return _UNKNOWN
        return estimate([value for _, value in known], clusters=[row.key.prompt for row, _ in known])

    return ModelFigures(
        model=name,
        prompts=len({each.key.prompt for each, _ in marked}),
        quality=told(share, [each for each, _ in marked], [score for _, score in marked]),
        errors=told(share, measured, [float(each.outcome == "error") for each in measured]),
        refusals=told(share, answers, [float(each.finish_reason == "refusal") for each in answers]),
        median_latency=told(median, answers, [each.latency for each in answers]),
        p95_latency=told(_p95, answers, [each.latency for each in answers]),
        cost=told(mean, answers, [each.cost for each in answers]),
        excluded=sum(each.outcome == "excluded" for each in of),
        unmeasured=sum(each.outcome == "error" and not each.measured for each in of),
    )


def _p95(values: Sequence[float], *, clusters: Sequence[str]) -> Interval:
    return quantile(values, _P95, clusters=clusters)


def _compared(kept: Kept, best: str, names: Sequence[str]) -> list[Compared]:
    """Every other model beside the best. That it was chosen as the best flatters it: who has a claim of it
    in mind for other prompts learns from one part of the prompts and looks at another.
    """
    means = {name: _means(kept, name) for name in names}
    found = []
    for name in names:
        if name == best:
            continue
        shared = sorted(means[best].keys() & means[name].keys())
        left, right = (np.array([means[each][prompt] for prompt in shared]) for each in (best, name))
        behind = difference(left, right)
        found.append((name, len(shared), behind, _p(left, right, behind)))
    adjusted = holm([p for *_, p in found])
    return [
        Compared(model=name, prompts=count, behind=behind, p=float(p), claimed=bool(p < LEVEL))
        for (name, count, behind, _), p in zip(found, adjusted, strict=True)
    ]


def _means(kept: Kept, name: str) -> dict[str, float]:
    """The mean mark of each prompt, over repeats."""
    scores: dict[str, list[float]] = {}
    for each in kept.results.values():
        score = score_of(kept, each) if each.key.model == name else None
        if score is not None:
            scores.setdefault(each.key.prompt, []).append(score)
    return {prompt: fmean(several) for prompt, several in scores.items()}


def _p(left: Numbers, right: Numbers, found: Interval) -> float:
    """The two-sided p value of their being alike: exact where marks are right or wrong, else the one that
    goes with the interval; NaN where that has no ends.
    """
    if np.isin(left, (0, 1)).all() and np.isin(right, (0, 1)).all():
        return mcnemar(int((left > right).sum()), int((right > left).sum()))
    width = found.high - found.low
    if not np.isfinite(width):
        return nan
    if width == 0:
        return float(found.value == 0)
    normal = NormalDist()
    return 2 * normal.cdf(-abs(found.value) / (width / (2 * normal.inv_cdf(0.975))))


def _why(result: Result) -> str:
    return result.why or result.error or "" if result.outcome == "excluded" else result.error or ""
