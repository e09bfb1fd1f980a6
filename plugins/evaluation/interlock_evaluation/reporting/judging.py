"""A judge that is a model, held against the experts who marked a part of what it marked."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import isfinite, isnan, nan, sqrt
from typing import Literal

import numpy as np

from interlock_evaluation.reporting.marking import Marked
from interlock_evaluation.statistics import (
    CONFIDENCE,
    LEAST,
    UNKNOWN,
    Interval,
    Predicted,
    agreement,
    pooled,
    predicted_mean,
    share,
    student,
)

__all__ = ["Basis", "Judged", "JudgedModel", "judged_of", "quality_of"]

Basis = Literal["marks", "experts and judge", "judge only"]
"""What a quality rests on: rules or experts alone; a judge's marks with experts' for a part of them; or a
judge's whom nobody has held against experts.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class JudgedModel:
    """What a judge says of one model's answers, beside what experts say of some of them.

    Attributes:
        judged, labelled: how many prompts the judge has marked, and how many of those experts.
        raw: the judge's mean, 0 to 1.
        predicted: the mean that experts would give all of them, with its interval; unknown where fewer than
            `LEAST` (20) have an expert's mark.
        bias: how much the judge is over the experts, from -1 to 1, where both have marked.
        more: how many more prompts with an expert's mark would narrow the interval, and `narrowed` to what on
            either side, from 0 to 1; 0 and NaN where all are marked or nothing can be said.
    """

    model: str
    judged: int
    labelled: int
    raw: float
    predicted: Interval
    bias: float
    more: int
    narrowed: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The judge of a run.

    Attributes:
        judge: the model that marked; empty where that is not known.
        agreement: of judge and experts on the same answers: Krippendorff's alpha, of distances; 1 is perfect,
            0 is chance.
        both: how many answers both have marked.
        calibrated: whether every model has enough experts' marks.
        trusted: whether it decides without them, because somebody has asked for that.
    """

    judge: str
    agreement: Interval
    both: int
    models: Sequence[JudgedModel]
    calibrated: bool
    trusted: bool


def quality_of(rows: Sequence[Marked]) -> tuple[Interval, Basis]:
    """The mean mark of answers, each prompt counting as one, and what it rests on."""
    if not rows:
        return UNKNOWN, "marks"
    judged = [each for each in rows if each.judged]
    if not judged:
        return _share(rows), "marks"
    predicted = _predicted(judged)
    if predicted.labelled < LEAST:
        return _share(rows), "marks" if all(not isnan(each.known) for each in rows) else "judge only"
    known = [each for each in rows if not each.judged]
    of = len(judged) / len(rows)
    parts = [(predicted.mean, of), *([(_share(known), 1 - of)] if known else [])]
    return pooled(parts, len({each.result.key.prompt for each in rows})), "experts and judge"


def judged_of(rows: Mapping[str, Sequence[Marked]], judge: str, *, trust: bool) -> Judged | None:
    """Of answers by model; None where no judge has marked any."""
    models = []
    votes: list[tuple[float, float]] = []
    for model, several in rows.items():
        judged = [each for each in several if each.judged]
        if judged:
            models.append(_model(model, _predicted(judged)))
            votes += [(each.judge, each.known) for each in judged if not isnan(each.known)]
    if not models:
        return None
    return Judged(
        judge=judge,
        agreement=agreement(np.array(votes).reshape(-1, 2), "interval").alpha,
        both=len(votes),
        models=models,
        calibrated=all(each.labelled >= LEAST for each in models),
        trusted=trust,
    )


def _model(model: str, found: Predicted) -> JudgedModel:
    enough = found.labelled >= LEAST
    more = min(found.labelled, found.judged - found.labelled) if enough else max(0, LEAST - found.labelled)
    return JudgedModel(
        model=model,
        judged=found.judged,
        labelled=found.labelled,
        raw=found.raw,
        predicted=found.mean if enough else UNKNOWN,
        bias=found.bias,
        more=more,
        narrowed=_narrowed(found, more) if enough and more else nan,
    )


def _narrowed(found: Predicted, more: int) -> float:
    """What is left on either side: as the share of it that is the experts' shrinks by their number."""
    reach = (found.mean.high - found.mean.low) / 2
    if not isfinite(reach):
        return nan
    before, after = (
        student((1 + CONFIDENCE) / 2, count - 1) for count in (found.labelled, found.labelled + more)
    )
    return reach * after / before * sqrt(found.labelled / (found.labelled + more))


def _predicted(rows: Sequence[Marked]) -> Predicted:
    return predicted_mean(
        [each.judge for each in rows],
        [each.known for each in rows],
        clusters=[each.result.key.prompt for each in rows],
    )


def _share(rows: Sequence[Marked]) -> Interval:
    return share([each.told for each in rows], clusters=[each.result.key.prompt for each in rows])
