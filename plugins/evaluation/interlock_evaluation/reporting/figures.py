"""What a run comes to: for each model and task, with intervals that know which calls belong to one prompt."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from interlock_evaluation.learning import Features, LearnedTable, learn
from interlock_evaluation.learning.refining import too_few
from interlock_evaluation.learning.sight import vectors_of
from interlock_evaluation.outcomes import Outcomes
from interlock_evaluation.reporting.comparing import Compared, Verdict, best_of, compared, marks_of_tasks
from interlock_evaluation.reporting.judging import Basis, Judged, judged_of, quality_of
from interlock_evaluation.reporting.marking import Marked, marked, replaced, sheet
from interlock_evaluation.runs.asked import Kind, kind_of
from interlock_evaluation.runs.outcomes import outcomes_of
from interlock_evaluation.runs.run import Kept, Result
from interlock_evaluation.statistics import UNKNOWN, Interval, amount, median, quantile, share

__all__ = ["FEW", "Figures", "ModelFigures", "figures_of"]

FEW: Final = 8
"""Prompts of a task, below which its figures are shown and nothing is said of them."""
_P95: Final = 0.95


@dataclass(frozen=True, slots=True, kw_only=True)
class ModelFigures:
    """One model, over all prompts or those of a task. Shares are 0 to 1, latencies seconds, money dollars.

    Attributes:
        kind: whether it is a model, an ensemble of several, or the router with the choice left to it.
        prompts: how many have a mark.
        quality: the mean mark, and `basis` whose word it is.
        errors: of the calls that say something about the model, the share that failed.
        refusals: of the answers, the share that refuse.
        cost: of a prompt, in the mean.
        calls, answered, priced: how many prompts the failures, the answers and the costs are of.
    """

    model: str
    prompts: int
    quality: Interval
    basis: Basis
    errors: Interval
    refusals: Interval
    median_latency: Interval
    p95_latency: Interval
    cost: Interval
    calls: int = 0
    answered: int = 0
    priced: int = 0
    excluded: int = 0
    unmeasured: int = 0
    kind: Kind = "model"


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """All of a run.

    Attributes:
        tasks: each task's figures, by its name, and `told` what may be said of models beside the highest.
        judge: how far a judge that is a model may be believed; None where none has marked.
        replaced: how many of a rule's marks stand behind experts', while others of its marks count.
        why: what kept questions from being asked or measured, with how often.
        routing: what routes by task would gain, on prompts that they were not learned from; None where there
            are too few prompts or models to learn from.
        unrefined: why routes are not refined by prompts' words there; empty where they are.
        again: calls that were begun more often than once, and `lost` what those first ones have cost as well,
            if each cost what its answer did in the end.
        spent: dollars, with what marking cost and without `lost`.
    """

    run: str
    suite: str
    prompts: int
    models: Sequence[ModelFigures]
    tasks: Mapping[str, Sequence[ModelFigures]]
    best: str | None
    compared: Sequence[Compared]
    told: Mapping[str, Mapping[str, Verdict]] = field(default_factory=dict)
    judge: Judged | None = None
    replaced: int = 0
    why: Mapping[str, int] = field(default_factory=dict)
    routing: LearnedTable | None = None
    unrefined: str = ""
    again: int = 0
    lost: float = 0.0
    spent: float = 0.0

    @property
    def decides(self) -> bool:
        """Whether claims may follow from the marks: not from those of a judge alone whom nobody trusts."""
        return self.judge is None or self.judge.calibrated or self.judge.trusted

    @property
    def routes(self) -> LearnedTable | None:
        """What may be said of routes: nothing where a judge's marks chose them whom nobody trusts."""
        return self.routing if self.judge is None or self.judge.trusted else None


def figures_of(
    kept: Kept, *, trust_judge: bool = False, words: bool = True, told: Callable[[], None] = lambda: None
) -> Figures:
    """The figures of what has come so far; the same results give the same, in whatever order they came.

    `trust_judge` has a judge that is a model decide, whether experts have marked a part or not. `words` has
    routes refined by prompts' words where there are enough, which may take a minute; `told` is called
    whenever words were learned from, as `learning.fits` counts.
    """
    kept = _ordered(kept)
    routing, unrefined = _routing(kept, words=words, told=told)
    names = kept.run.models
    by_task: dict[str, list[Result]] = {task: [] for task in sorted(set(kept.tasks.values()))}
    for each in kept.results.values():
        by_task[kept.tasks[each.key.prompt]].append(each)
    rows = marked(kept, kept.results.values())
    models = [_model(name, kept.results.values(), rows) for name in names]
    tasks, of_task = {}, {}
    for task, results in by_task.items():
        of_task[task] = [each for each in rows if kept.tasks[each.result.key.prompt] == task]
        tasks[task] = [_model(name, results, of_task[task]) for name in names]
    best = best_of([each.quality.value for each in models])
    prompts = [each.id for each in kept.samples]
    marking = sum(mark.cost for marks in kept.marks.values() for mark in marks.values())
    return Figures(
        run=kept.run.id,
        suite=kept.run.suite,
        prompts=len(prompts),
        models=models,
        tasks=tasks,
        best=None if best is None else names[best],
        compared=[]
        if best is None
        else compared(names, best, sheet(rows, prompts, names), trust=trust_judge),
        told=_told(of_task, tasks, names, trust=trust_judge),
        judge=judged_of(
            {name: [each for each in rows if each.result.key.model == name] for name in names},
            kept.run.judge or "",
            trust=trust_judge,
        ),
        replaced=replaced(rows),
        why=dict(sorted(Counter(_why(each) for each in kept.results.values() if not each.measured).items())),
        routing=routing,
        unrefined=unrefined,
        again=kept.again,
        lost=sum((each.cost or 0.0) * max(0, each.asked - 1) for each in kept.results.values()),
        spent=sum(each.cost or 0.0 for each in kept.results.values()) + marking,
    )


def _ordered(kept: Kept) -> Kept:
    """In the order of the suite and of the models, whatever came first: resampling draws by place."""
    prompts = {each.id: at for at, each in enumerate(kept.samples)}
    models = {name: at for at, name in enumerate(kept.run.models)}
    keys = sorted(kept.results, key=lambda key: (prompts[key.prompt], models[key.model], key.repeat))
    marks = {key: dict(sorted(kept.marks[key].items())) for key in keys if key in kept.marks}
    return replace(kept, results={key: kept.results[key] for key in keys}, marks=marks)


def _told(
    rows: Mapping[str, Sequence[Marked]],
    tasks: Mapping[str, Sequence[ModelFigures]],
    names: Sequence[str],
    *,
    trust: bool,
) -> dict[str, dict[str, Verdict]]:
    sheets = []
    for several in rows.values():
        prompts = list(dict.fromkeys(each.result.key.prompt for each in several))
        sheets.append(sheet(several, prompts, names))
    highest = [best_of([each.quality.value for each in tasks[task]]) for task in rows]
    found = marks_of_tasks(sheets, highest, trust=trust)
    return {
        task: {names[at]: verdict for at, verdict in verdicts.items()}
        for task, verdicts in zip(rows, found, strict=True)
    }


def _routing(kept: Kept, *, words: bool, told: Callable[[], None]) -> tuple[LearnedTable | None, str]:
    """What routes would gain, and why they are not refined by words."""
    rows = outcomes_of(kept)
    if not rows:
        return None, ""
    outcomes = Outcomes.of(rows)
    why = too_few(outcomes.texts) if words else "Prompts' words were left out."
    try:
        if why:
            return learn(outcomes), why
        features = Features.of(outcomes.texts, vectors_of(outcomes.texts))
        # What was learned of words is of use to who writes routes, and is large.
        return replace(learn(outcomes, words=features, told=told), refinement=None), ""
    except ValueError:  # too little was marked
        return None, ""


def _model(name: str, results: Iterable[Result], rows: Iterable[Marked]) -> ModelFigures:
    of = [each for each in results if each.key.model == name]
    measured = [each for each in of if each.measured]
    answers = [each for each in measured if each.outcome == "answer"]
    marks = [each for each in rows if each.result.key.model == name]
    quality, basis = quality_of(marks)

    def told(
        estimate: Callable[..., Interval], rows: Sequence[Result], values: Sequence[float | None]
    ) -> Interval:
        known = [(row, value) for row, value in zip(rows, values, strict=True) if value is not None]
        if not known:
            return UNKNOWN
        return estimate([value for _, value in known], clusters=[row.key.prompt for row, _ in known])

    return ModelFigures(
        model=name,
        prompts=len({each.result.key.prompt for each in marks}),
        quality=quality,
        basis=basis,
        errors=told(share, measured, [float(each.outcome == "error") for each in measured]),
        refusals=told(share, answers, [float(each.finish_reason == "refusal") for each in answers]),
        median_latency=told(median, answers, [each.latency for each in answers]),
        p95_latency=told(_p95, answers, [each.latency for each in answers]),
        cost=told(amount, answers, [each.cost for each in answers]),
        calls=_prompts(measured),
        answered=_prompts(answers),
        priced=_prompts([each for each in answers if each.cost is not None]),
        excluded=sum(each.outcome == "excluded" for each in of),
        unmeasured=sum(each.outcome == "error" and not each.measured for each in of),
        kind=kind_of(name),
    )


def _prompts(results: Iterable[Result]) -> int:
    return len({each.key.prompt for each in results})


def _p95(values: Sequence[float], *, clusters: Sequence[str]) -> Interval:
    return quantile(values, _P95, clusters=clusters)


def _why(result: Result) -> str:
    return result.why or result.error or "" if result.outcome == "excluded" else result.error or ""
