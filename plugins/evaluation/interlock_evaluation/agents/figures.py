"""What a run of agents comes to, with intervals that know which attempts are of one task."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from math import comb, isfinite, nan
from statistics import NormalDist
from typing import Final

import numpy as np

from interlock_evaluation.agents.attempt import OUT_OF_STEPS, Attempt, KeptAttempts
from interlock_evaluation.statistics import (
    CONFIDENCE,
    LEVEL,
    UNKNOWN,
    Interval,
    Numbers,
    difference,
    holm,
    mcnemar,
    mean,
    median,
    share,
)

_MOST: Final = 8  # of k, in pass^k
_ENDINGS: Final = {
    OUT_OF_STEPS: "out of steps",
    "over_budget": "out of money",
    "needs_person": "what became of an effect is not known",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentFigures:
    """One model's attempts, over all tasks or of one. Shares are 0 to 1, money is in dollars.

    Attributes:
        attempts: how many were measured, `tasks` at how many tasks.
        completion: the share of attempts that did what the task wants.
        passes: by k, the chance that all of k attempts at a task do: pass^k, without bias.
        calls: the share of tools' calls that ended without an error.
        twice: effects that the world applied more often than intended, and `lost`, that the ledger knows to
            have happened and the world has not applied; None where the world writes down nothing.
        open: effects of which nobody knew in the end whether they had happened.
        beyond: steps of attempts that were complete, as a multiple of the least calls of tools; NaN where
            nobody has said how many that are.
        cost: of an attempt, in the mean; `steps` and `seconds` are medians.
        consents: how often a person's consent was asked for.
    """

    model: str
    attempts: int
    tasks: int
    completion: Interval
    passes: Mapping[int, Interval]
    calls: Interval
    twice: int | None
    lost: int | None
    open: int
    beyond: float
    cost: Interval
    steps: Interval
    seconds: Interval
    consents: int = 0
    unmeasured: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentsCompared:
    """A model beside the one that completes most, on the tasks that both have attempted.

    Attributes:
        behind: by how much its completion is lower, paired by task, from -1 to 1.
        p: of that being nothing, adjusted for the number of models.
        claimed: whether it may be said to be worse; where not, nobody can tell.
    """

    model: str
    tasks: int
    behind: Interval
    p: float
    claimed: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentsFigures:
    """All of a run.

    Attributes:
        tasks: each task's figures by model, by its id.
        why: what kept attempts from saying anything, with how often.
        stopped: by model: how its attempts that were not complete ended, with how often.
        unmeasured: the share of attempts that say nothing, 0 to 1.
        again: attempts that were begun more often than once.
        spent: dollars, as far as prices are known.
    """

    run: str
    suite: str
    models: Sequence[AgentFigures]
    tasks: Mapping[str, Sequence[AgentFigures]]
    best: str | None
    compared: Sequence[AgentsCompared]
    why: Mapping[str, int] = field(default_factory=dict)
    stopped: Mapping[str, Mapping[str, int]] = field(default_factory=dict)
    unmeasured: float = 0.0
    again: int = 0
    spent: float = 0.0


def figures_of(kept: KeptAttempts) -> AgentsFigures:
    """The figures of what has come so far."""
    of = list(kept.attempts.values())
    models = [_model(kept, name, of) for name in kept.run.models]
    measured = [each for each in models if each.attempts]
    best = max(measured, key=lambda each: each.completion.value, default=None)
    unmeasured = [each for each in of if not each.measured]
    return AgentsFigures(
        run=kept.run.id,
        suite=kept.run.suite,
        models=models,
        tasks={
            task: [
                _model(kept, name, [each for each in of if each.key.task == task]) for name in kept.run.models
            ]
            for task in kept.run.tasks
        },
        best=None if best is None else best.model,
        compared=[] if best is None else _compared(of, best.model, [each.model for each in measured]),
        why=dict(Counter(each.error or each.why for each in unmeasured)),
        stopped={name: _stopped(name, of) for name in kept.run.models},
        unmeasured=len(unmeasured) / len(of) if of else 0.0,
        again=kept.again,
        spent=sum(each.cost or 0.0 for each in of),
    )


def passes(tries: Mapping[str, tuple[int, int]], k: int) -> Interval:
    """pass^k: the mean over tasks of C(c, k) / C(n, k), where c of n attempts were complete. Tasks that were
    attempted fewer than k times are left out.
    """
    found = [comb(c, k) / comb(n, k) for c, n in tries.values() if n >= k]
    return share(found) if found else UNKNOWN


def _model(kept: KeptAttempts, name: str, attempts: Iterable[Attempt]) -> AgentFigures:
    of = [each for each in attempts if each.key.model == name]
    measured = [each for each in of if each.measured]
    tasks = [each.key.task for each in measured]
    made = [(each.key.task, float(call.done)) for each in measured for call in each.calls]
    costs = [each for each in measured if each.cost is not None]
    tries = {task: _tries(each for each in measured if each.key.task == task) for task in set(tasks)}
    most = min(_MOST, max((n for _, n in tries.values()), default=0))
    beyond = [
        len(each.calls) / kept.least[each.key.task]
        for each in measured
        if each.complete and each.key.task in kept.least
    ]
    return AgentFigures(
        model=name,
        attempts=len(measured),
        tasks=len(tries),
        completion=share([float(each.complete) for each in measured], clusters=tasks)
        if measured
        else UNKNOWN,
        passes={k: passes(tries, k) for k in range(1, most + 1)},
        calls=share([done for _, done in made], clusters=[task for task, _ in made]) if made else UNKNOWN,
        twice=_sum(each.effects.twice for each in measured),
        lost=_sum(each.effects.lost for each in measured),
        open=sum(each.effects.open for each in measured),
        beyond=sum(beyond) / len(beyond) if beyond else nan,
        cost=mean([each.cost or 0.0 for each in costs], clusters=[each.key.task for each in costs])
        if costs
        else UNKNOWN,
        steps=median([each.steps for each in measured], clusters=tasks) if measured else UNKNOWN,
        seconds=median([each.seconds for each in measured], clusters=tasks) if measured else UNKNOWN,
        consents=sum(each.consents for each in measured),
        unmeasured=len(of) - len(measured),
    )


def _tries(attempts: Iterable[Attempt]) -> tuple[int, int]:
    of = list(attempts)
    return sum(each.complete for each in of), len(of)


def _sum(counts: Iterable[int | None]) -> int | None:
    known = [each for each in counts if each is not None]
    return sum(known) if known else None


def _stopped(name: str, attempts: Sequence[Attempt]) -> dict[str, int]:
    """How attempts ended that were measured and not complete."""
    of = [each for each in attempts if each.key.model == name and each.measured and not each.complete]
    return dict(Counter(_ending(each) for each in of))


def _ending(attempt: Attempt) -> str:
    if attempt.state != "done":
        return _ENDINGS.get(attempt.state, attempt.error or attempt.state)
    failed = [each.name for each in attempt.checks if not each.passed]
    return "wrong answer" if set(failed) <= {"deliverable", "expected"} else "wrong state"


def _compared(attempts: Sequence[Attempt], best: str, names: Sequence[str]) -> list[AgentsCompared]:
    """Every other model beside the best. That it was chosen as the best flatters it."""
    means = {name: _means(name, attempts) for name in names}
    found = []
    for name in names:
        if name == best:
            continue
        shared = sorted(means[best].keys() & means[name].keys())
        left, right = (np.array([means[each][task] for task in shared]) for each in (best, name))
        behind = difference(left, right)
        found.append((name, len(shared), behind, _p(left, right, behind)))
    adjusted = holm([p for *_, p in found])
    return [
        AgentsCompared(model=name, tasks=count, behind=behind, p=float(p), claimed=bool(p < LEVEL))
        for (name, count, behind, _), p in zip(found, adjusted, strict=True)
    ]


def _means(name: str, attempts: Sequence[Attempt]) -> dict[str, float]:
    """The completion of each task, over repeats."""
    found: dict[str, list[float]] = defaultdict(list)
    for each in attempts:
        if each.key.model == name and each.measured:
            found[each.key.task].append(float(each.complete))
    return {task: sum(several) / len(several) for task, several in found.items()}


def _p(left: Numbers, right: Numbers, found: Interval) -> float:
    """The two-sided p value of their being alike: exact where every task was attempted once, else the one
    that goes with the interval; NaN where that has no ends.
    """
    if np.isin(left, (0, 1)).all() and np.isin(right, (0, 1)).all():
        return mcnemar(int((left > right).sum()), int((right > left).sum()))
    width = found.high - found.low
    if not isfinite(width):
        return nan
    if width == 0:
        return float(found.value == 0)
    normal = NormalDist()
    reach = width / (2 * normal.inv_cdf((1 + CONFIDENCE) / 2))
    return 2 * normal.cdf(-abs(found.value) / reach)
