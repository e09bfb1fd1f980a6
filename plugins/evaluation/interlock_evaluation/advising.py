"""Which prompts to ask next: of the tasks whose question is open, and not evenly."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from math import inf, isfinite, isnan, nan
from typing import Final

import numpy as np

from interlock_evaluation.outcomes import Outcomes
from interlock_evaluation.statistics import Interval, difference, discordance, prompts_needed

FAR: Final = 2_000  # prompts from which on a question is not worth its answer
_LEAST: Final = 8  # prompts that both have to have answered


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskAdvice:
    """What is open about one task.

    Attributes:
        prompts: that both have answered.
        rival: the model that does best there beside the one that does best overall; None where none has
            answered enough.
        gain: of the rival over the best overall, as a difference of shares.
        more: prompts that would settle it with the usual power, if the difference is as large as it looks: 0
            where it is settled, None where those would be more than `FAR`, or too little is known.
        cost: of so many, by both, in the table's unit; None where it is not known.
        share: of the prompts that are asked next, from 0 to 1, where not all of `more` can be afforded.
    """

    task: str
    prompts: int
    rival: str | None
    gain: Interval
    more: int | None
    cost: float | None
    share: float

    @property
    def settled(self) -> bool:
        return self.more == 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """`best` is the model with the highest mean over all prompts, with which others are compared."""

    best: str
    tasks: Sequence[TaskAdvice]


def advise(outcomes: Outcomes) -> Advice:
    """For each task, the best model overall and its best rival there.

    Shares are Neyman's: as a task's part of the prompts times the spread of the difference in it, over the
    tasks that are not settled.

    Raises:
        ValueError: there are not two models.
    """
    if len(outcomes.models) < 2:  # noqa: PLR2004 - nobody to be compared with
        raise ValueError("there is one model alone; nothing is to be settled.")
    best = _best(outcomes)
    found = [_task(outcomes, task, best) for task in sorted(set(outcomes.tasks))]
    open_ = [0.0 if advice.settled or isnan(spread) else advice.prompts * spread for advice, spread in found]
    whole = sum(open_)
    return Advice(
        best=outcomes.models[best],
        tasks=[
            replace(advice, share=weight / whole if whole else 0.0)
            for (advice, _), weight in zip(found, open_, strict=True)
        ],
    )


def _best(outcomes: Outcomes) -> int:
    """Among those that were asked at least half as often as the most asked."""
    asked = (~np.isnan(outcomes.correct)).sum(axis=0)
    means = np.where(
        asked * 2 >= asked.max(), np.nansum(outcomes.correct, axis=0) / np.maximum(asked, 1), -1.0
    )
    return int(means.argmax())


def _task(outcomes: Outcomes, task: str, best: int) -> tuple[TaskAdvice, float]:
    """With the standard deviation of the difference, NaN where there is none."""
    rows = np.array([each == task for each in outcomes.tasks])
    marks, costs = outcomes.correct[rows], outcomes.cost[rows]
    gaps = marks - marks[:, [best]]
    paired = (~np.isnan(gaps)).sum(axis=0)
    paired[best] = 0
    means = np.where(
        paired >= min(_LEAST, max(1, int(paired.max()))),
        np.nansum(gaps, axis=0) / np.maximum(paired, 1),
        -2.0,
    )
    rival, count = int(means.argmax()), int(paired.max())
    if count < _LEAST:
        unknown = Interval(value=nan, low=-inf, high=inf)
        return (
            TaskAdvice(task=task, prompts=count, rival=None, gain=unknown, more=None, cost=None, share=0.0),
            nan,
        )
    gain = difference(marks[:, rival], marks[:, best])
    more = _more(gain, int(paired[rival]), discordance(marks[:, rival], marks[:, best]))
    known = [float(np.nanmean(costs[:, at])) for at in (best, rival) if not np.isnan(costs[:, at]).all()]
    cost = more * sum(known) if more is not None and len(known) == 2 else None  # noqa: PLR2004 - both
    advice = TaskAdvice(
        task=task,
        prompts=int(paired[rival]),
        rival=outcomes.models[rival],
        gain=gain,
        more=more,
        cost=cost,
        share=0.0,
    )
    return advice, float(np.nanstd(gaps[:, rival]))


def _more(gain: Interval, prompts: int, apart: float) -> int | None:
    if isfinite(gain.low) and isfinite(gain.high) and (gain.low > 0 or gain.high < 0):
        return 0
    if not gain.value or isnan(gain.value):
        return None
    more = max(1, prompts_needed(abs(gain.value), discordance=min(1.0, apart)) - prompts)
    return more if more <= FAR else None
