"""Whether routes hold on a table: what a gate in CI asks."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final, Literal

import numpy as np

from interlock_evaluation.learning.estimating import Estimate, Held
from interlock_evaluation.learning.features import Features
from interlock_evaluation.learning.folds import folds
from interlock_evaluation.learning.gating import best_single
from interlock_evaluation.learning.marks import Marks
from interlock_evaluation.learning.refining import Refinement
from interlock_evaluation.outcomes import Outcomes
from interlock_evaluation.outcomes.table import Truths
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
        missing: the share of prompts that both sides may have, 0 to 1, where either has no mark.
        unrouted: tasks of the table that the routes have no row for, and that are left out.
        excluded: how many prompts a rule keeps from all models of their route, or from the baseline: they are
            compared nowhere.
    """

    verdict: Verdict
    why: str
    baseline: str
    estimate: Estimate
    missing: float
    unrouted: tuple[str, ...]
    excluded: int = 0


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

    Of a route the first model counts that the table knows and that may have the prompt, or the one that
    `refinement` has for a prompt's `words`, where both are given. A prompt whose task has no route is left
    out. `margin` is a share of the best mark, 0 to 1, that may be lost, and `missing` the share, 0 to 1, of
    the prompts that both sides may have which may lack a mark.

    Raises:
        KeyError: a baseline that the table has no row of.
        ValueError: the table knows no model of a route.
    """
    if baseline is not None:
        outcomes.place(baseline)
    unrouted = tuple(sorted(set(outcomes.tasks) - set(routes)))
    routed = np.array([at for at, task in enumerate(outcomes.tasks) if task in routes], dtype=np.int64)
    chosen = _leaders(outcomes.rows(routed), routes)
    led, chosen = routed[chosen >= 0], chosen[chosen >= 0]
    kept_from = outcomes.excluded[led]
    marks = Marks.of(outcomes.rows(led), features=None if words is None else words.rows(led))
    if not len(led) or np.isnan(marks.marks).all():
        why = "no prompt of a task that has a route is marked."
        return _unmeasured(why, baseline, len(routed) - len(led), unrouted)
    if refinement is not None and words is not None:
        chosen = _refined(refinement, marks, chosen, kept_from)
    single = _singles(marks, baseline)
    name = _name(marks, single, baseline)
    both = np.flatnonzero(~kept_from[np.arange(len(led)), single])
    excluded = len(routed) - len(both)
    if not len(both):
        return _unmeasured("no prompt may be had by both sides.", name, excluded, unrouted)
    held = _held(marks, {"routes": chosen, _SINGLE: single}, both)
    found = _judge(held, name, margin, missing, unrouted)
    return replace(found, excluded=excluded)


def _leaders(outcomes: Outcomes, routes: Mapping[str, Sequence[str]]) -> Places:
    """Who answers each prompt as a router serves it: the first of its route that may have it; -1 if none."""
    found = np.full(len(outcomes.prompts), -1, dtype=np.int64)
    tasks = np.array(outcomes.tasks)
    for task in sorted(set(outcomes.tasks)):
        known = np.array([outcomes.place(model) for model in routes[task] if model in outcomes.models])
        if not len(known):
            raise ValueError(f"the table has no row of {', '.join(routes[task])}, to which {task!r} goes.")
        mine = np.flatnonzero(tasks == task)
        may = ~outcomes.excluded[mine][:, known]
        found[mine] = np.where(may.any(axis=1), known[may.argmax(axis=1)], -1)
    return found


def _refined(refinement: Refinement, marks: Marks, chosen: Places, kept_from: Truths) -> Places:
    """Chooses as a router does that has the refinement: among models that the table knows and that may have
    the prompt, and where it knows who leads.
    """
    tasks = np.array([_place(refinement.tasks, name) for name in marks.tasks], dtype=np.int64)[marks.task]
    models = np.array([_place(marks.models, name) for name in refinement.models], dtype=np.int64)
    leads = np.array([_place(refinement.models, name) for name in marks.models], dtype=np.int64)[chosen]
    mine = np.flatnonzero((tasks >= 0) & (leads >= 0))
    if not len(mine):
        return chosen
    rows, task, lead = np.arange(len(mine)), tasks[mine], leads[mine]
    may = refinement.allowed[task] & (models >= 0) & ~kept_from[mine][:, models]
    gains = refinement.gains(marks.words.rows(mine), task)
    worth = np.where(may, gains - refinement.costs[task], -np.inf)
    best = worth.argmax(axis=1)
    found = chosen.copy()
    found[mine] = models[np.where(worth[rows, best] > worth[rows, lead], best, lead)]
    return found


def _place(names: Sequence[str], name: str) -> int:
    return names.index(name) if name in names else -1


def _singles(marks: Marks, baseline: str | None) -> Places:
    """The baseline, or of each prompt the model that is best on others."""
    found = np.zeros(len(marks), dtype=np.int64)
    if baseline is not None:
        return found + marks.models.index(baseline)
    for learn, rest in folds(marks.task):
        part = marks.rows(learn)
        found[rest] = best_single(marks if np.isnan(part.marks).all() else part)
    return found


def _name(marks: Marks, single: Places, baseline: str | None) -> str:
    """The model that stood in all parts as the best one; empty where it was not the same one."""
    if baseline is not None:
        return baseline
    best = best_single(marks)
    same = np.nan_to_num(marks.marks[:, best], nan=-1) == np.nan_to_num(marks.at(single)[0], nan=-1)
    return marks.models[best] if same.all() else ""


def _held(marks: Marks, choices: Mapping[str, Places], which: Places) -> Held:
    """Of some prompts."""
    found = {name: marks.at(models) for name, models in choices.items()}
    return Held(
        marks={name: each[which] for name, (each, _) in found.items()},
        cost={name: each[which] for name, (_, each) in found.items()},
        gains={},
    )


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


def _unmeasured(why: str, baseline: str | None, excluded: int, unrouted: tuple[str, ...]) -> Holding:
    nothing = Estimate(quality=UNKNOWN, gain=UNKNOWN, cost=UNKNOWN, prompts=0)
    return Holding(
        verdict="not measured",
        why=why,
        baseline=baseline or "",
        estimate=nothing,
        missing=1.0,
        excluded=excluded,
        unrouted=unrouted,
    )
