"""Whether routes hold on a table: what a gate in CI asks."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from interlock_evaluation.learning.estimating import Choice, Estimate, Held, Rule, by_task, cross_fit
from interlock_evaluation.learning.features import Features
from interlock_evaluation.learning.gating import best_single
from interlock_evaluation.learning.marks import Marks
from interlock_evaluation.learning.refining import Refinement
from interlock_evaluation.outcomes import Outcomes
from interlock_evaluation.statistics import UNKNOWN, Places

Verdict = Literal["holds", "worse", "not measured"]
PROMPTS: Final = 20
"""Compared prompts, below which nothing is said."""
MISSING: Final = 0.05
"""The share, 0 to 1, of the cells that are compared which may lack a mark."""
_SINGLE: Final = "single"


@dataclass(frozen=True, slots=True, kw_only=True)
class Holding:
    """Routes beside one model alone, on a table.

    Attributes:
        verdict: `worse` where the lower bound of the gain lies below minus the margin.
        why: the verdict in words.
        baseline: the model that is compared with; empty where the best one was chosen on other prompts than
            those that it is held against.
        estimate: of the routes; its gain is over that model.
        missing: the share of prompts, 0 to 1, whose route's answer or whose baseline's has no mark.
        unrouted: tasks of the table that the routes have no row for, and that are left out.
    """

    verdict: Verdict
    why: str
    baseline: str
    estimate: Estimate
    missing: float
    unrouted: tuple[str, ...]


def hold(
    outcomes: Outcomes,
    routes: Mapping[str, Sequence[str]],
    *,
    margin: float = 0.0,
    baseline: str | None = None,
    missing: float = MISSING,
    refinement: Refinement | None = None,
    words: Features | None = None,
) -> Holding:
    """Routes, as task -> models, held against one model alone.

    Of a route the first model that the table knows counts, or the one that `refinement` has for a prompt's
    `words`, where both are given. A prompt whose task has no route is left out.
    `margin` is a share of the best mark, 0 to 1, that may be lost, and `missing` the share of prompts, 0 to
    1, that may lack a mark.

    Raises:
        KeyError: a baseline that the table has no row of.
        ValueError: the table knows no model of a route.
    """
    if baseline is not None:
        outcomes.place(baseline)
    unrouted = tuple(sorted(set(outcomes.tasks) - set(routes)))
    kept = np.array([at for at, task in enumerate(outcomes.tasks) if task in routes], dtype=np.int64)
    marks = Marks.of(outcomes.rows(kept), features=None if words is None else words.rows(kept))
    route = _places(marks, routes)
    single = None if baseline is None else marks.models.index(baseline)
    if not len(marks) or np.isnan(marks.marks).all():
        return _unmeasured("no prompt of a task that has a route is marked.", baseline, unrouted)
    among = list(range(len(marks.models)))
    rule: Rule = by_task(lambda _part, _alone: route)
    if refinement is not None and words is not None:
        follow = _following(refinement, marks, route)
        rule = lambda _part, _alone: follow  # noqa: E731 - as `by_task` gives one
    held = cross_fit(marks, {"routes": rule}, among=among, single=single, repeats=1)
    return _judge(held, _name(marks, held, baseline), margin, missing, unrouted)


def _following(refinement: Refinement, marks: Marks, route: Places) -> Callable[[Marks], Choice]:
    """Chooses as a router does that has the refinement: among models that the table knows."""
    tasks = np.array([_place(refinement.tasks, name) for name in marks.tasks], dtype=np.int64)
    models = np.array([_place(marks.models, name) for name in refinement.models], dtype=np.int64)
    known = replace(refinement, allowed=refinement.allowed & (models >= 0))

    def choose(rest: Marks) -> Choice:
        chosen, at = route[rest.task], tasks[rest.task]
        mine = np.flatnonzero(at >= 0)
        some = rest.words.rows(mine)
        better = models[known.choose(known.gains(some, at[mine]), at[mine])]
        chosen[mine] = np.where(better >= 0, better, chosen[mine])
        return Choice(models=chosen)

    return choose


def _place(names: Sequence[str], name: str) -> int:
    return names.index(name) if name in names else -1


def _name(marks: Marks, held: Held, baseline: str | None) -> str:
    """The model that stood in all parts as the best one; empty where it was not the same one."""
    if baseline is not None:
        return baseline
    best = best_single(marks)
    same = np.nan_to_num(marks.marks[:, best], nan=-1) == np.nan_to_num(held.marks[_SINGLE], nan=-1)
    return marks.models[best] if same.all() else ""


def _places(marks: Marks, routes: Mapping[str, Sequence[str]]) -> Places:
    found = []
    for task in marks.tasks:
        known = [model for model in routes[task] if model in marks.models]
        if not known:
            raise ValueError(f"the table has no row of {', '.join(routes[task])}, to which {task!r} goes.")
        found.append(marks.models.index(known[0]))
    return np.array(found, dtype=np.int64)


def _judge(held: Held, baseline: str, margin: float, missing: float, unrouted: Collection[str]) -> Holding:
    estimate = held.estimates()["routes"]
    absent = float(np.isnan(held.marks["routes"] - held.marks[_SINGLE]).mean())
    low = estimate.gain.low
    verdict: Verdict = "holds"
    why = f"the routes lose no more than {100 * margin:g} points: at least {100 * low:+.1f}."
    if absent > missing:
        verdict, why = "not measured", f"{absent:.1%} of the prompts lack a mark; {missing:.1%} may."
    elif estimate.prompts < PROMPTS:
        verdict, why = "not measured", f"{estimate.prompts} prompts are too few: {PROMPTS} are needed."
    elif low < -margin:
        what = "are worse" if estimate.gain.high < 0 else "may be worse"
        verdict, why = (
            "worse",
            f"the routes {what}: by up to {-100 * low:.1f} points; {100 * margin:g} may be lost.",
        )
    return Holding(
        verdict=verdict,
        why=why,
        baseline=baseline,
        estimate=estimate,
        missing=absent,
        unrouted=tuple(unrouted),
    )


def _unmeasured(why: str, baseline: str | None, unrouted: tuple[str, ...]) -> Holding:
    nothing = Estimate(quality=UNKNOWN, gain=UNKNOWN, cost=UNKNOWN, prompts=0)
    return Holding(
        verdict="not measured",
        why=why,
        baseline=baseline or "",
        estimate=nothing,
        missing=1.0,
        unrouted=unrouted,
    )
