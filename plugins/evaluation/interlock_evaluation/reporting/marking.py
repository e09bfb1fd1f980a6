"""What each answer is worth, and whose word that is: a rule's, an expert's, or a judge's that is a model."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from math import isnan, nan
from statistics import fmean
from typing import Final

import numpy as np

from interlock_evaluation.grading import EXPERTS, Mark
from interlock_evaluation.runs.outcomes import JUDGES
from interlock_evaluation.runs.run import Kept, Result
from interlock_evaluation.statistics import Numbers

__all__ = ["Marked", "Sheet", "marked", "replaced", "sheet"]

_NOTHING: Final[dict[str, Mark]] = {}


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """One answer, or one failure of the model's.

    Attributes:
        known: by a rule or by experts, 0 to 1, and by experts where both have; NaN where neither has said
            anything.
        judge: what a judge says, 0 to 1; NaN where it was not asked, and `known` is all that there is.
        rules, experts: what each of them says, 0 to 1; NaN where it says nothing.
    """

    result: Result
    known: float
    judge: float
    rules: float = nan
    experts: float = nan

    @property
    def judged(self) -> bool:
        return not isnan(self.judge)

    @property
    def told(self) -> float:
        """Its mark: experts' before a judge's."""
        return self.judge if isnan(self.known) else self.known


@dataclass(frozen=True, slots=True, kw_only=True)
class Sheet:
    """Marks of shape (prompts, models), means over repeats, NaN where there is none.

    Attributes:
        told: what each is worth, experts' marks before a judge's.
        judge: what the judge says, with what is known where it was not asked.
        known: what rules and experts say; NaN where only a judge has marked.
        judged: whether a judge has marked, of the same shape.
    """

    told: Numbers
    judge: Numbers
    known: Numbers
    judged: np.ndarray[tuple[int, ...], np.dtype[np.bool_]]


def marked(kept: Kept, results: Iterable[Result]) -> list[Marked]:
    """Those of which something is known, in their order. A failure of the model's is worth 0."""
    found = []
    for each in results:
        if not each.measured:
            continue
        if each.outcome == "error":
            found.append(Marked(result=each, known=0.0, judge=nan))
            continue
        marks = kept.marks.get(each.key, _NOTHING)
        experts = _mean(mark for name, mark in marks.items() if name == EXPERTS)
        rules = _mean(mark for name, mark in marks.items() if name != EXPERTS and name not in JUDGES)
        judge = _mean(mark for name, mark in marks.items() if name in JUDGES)
        known = rules if isnan(experts) else experts
        one = Marked(result=each, known=known, judge=judge, rules=rules, experts=experts)
        if not isnan(one.told):
            found.append(one)
    return found


def replaced(rows: Iterable[Marked]) -> int:
    """How many of a rule's marks stand behind experts', where others of its marks count: two measures are in
    one mean then.
    """
    ruled = [each for each in rows if not isnan(each.rules)]
    count = sum(not isnan(each.experts) for each in ruled)
    return count if count < len(ruled) else 0


def _mean(marks: Iterable[Mark]) -> float:
    scores = [mark.score for mark in marks if mark.score is not None]
    return fmean(scores) if scores else nan


def sheet(rows: Iterable[Marked], prompts: Sequence[str], models: Sequence[str]) -> Sheet:
    """Of answers to those prompts, each once in `prompts`."""
    place = {prompt: at for at, prompt in enumerate(prompts)}
    column = {model: at for at, model in enumerate(models)}
    shape = (len(prompts), len(models))
    sums, counts = np.zeros((3, *shape)), np.zeros((3, *shape))
    judged = np.zeros(shape, dtype=bool)
    for row in rows:
        at = place[row.result.key.prompt], column[row.result.key.model]
        for number, value in enumerate((row.told, row.judge if row.judged else row.known, row.known)):
            if not isnan(value):
                sums[number, *at] += value
                counts[number, *at] += 1
        judged[at] |= row.judged
    told, judge, known = np.where(counts > 0, sums / np.maximum(counts, 1), nan)
    return Sheet(told=told, judge=judge, known=known, judged=judged)
