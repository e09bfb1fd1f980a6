"""What has changed since the baseline, of all that is watched together, at one level for all of it."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from math import exp, isfinite
from typing import Final, Literal

import numpy as np

from interlock_evaluation.statistics import (
    CONFIDENCE,
    Counts,
    Interval,
    Moments,
    Numbers,
    dispersion,
    drift,
    mix_drift,
)
from interlock_evaluation.watching.traffic import Tally, Traffic, moments, whole

Measure = Literal["mix", "errors", "refusals", "cost", "latency"]
MEASURES: Final[tuple[Measure, ...]] = ("errors", "refusals", "cost", "latency")
_SCALED: Final = ("cost", "latency")


@dataclass(frozen=True, slots=True, kw_only=True)
class Series:
    """One thing that is watched: a measure of a deployment, or of one of its tasks; the mix has neither."""

    measure: Measure
    deployment: str = ""
    task: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What the looks say of one series.

    Attributes:
        drifted: whether it has changed, at its part of the level.
        evidence: how many times likelier what was seen is if it changed; from `wanted` on it counts.
        since: the step, from 0, from which on a change is most likely; None where nothing has come yet.
        change: of a share, in shares; of cost and latency, how many times as much. It says how large a
            change is if there is one.
        before, now: the share, or the mean in US dollars a call or in seconds, before `since` and since then.
        n_before, n_now: of how many attempts, or calls.
        dispersion: how much more days differ than independent calls would have them differ.
        told: what else there is to say: of errors their classes, of a mix its shares.
    """

    series: Series
    drifted: bool
    evidence: float
    wanted: float
    since: int | None
    change: Interval
    before: float | None
    now: float | None
    n_before: int
    n_now: int
    dispersion: float = 1.0
    told: str = ""


def watched(baseline: Traffic, least: int) -> dict[Series, float]:
    """What is watched, as far as the baseline has `least` calls of it, and its part of the level.

    A half is shared by the mix of tasks and by deployments as wholes, the other half by their tasks; all
    parts together are 1.
    """
    wholes = [Series(measure="mix")] if baseline.calls >= least and len(baseline.tasks) else []
    wholes += [
        Series(measure=measure, deployment=name)
        for name in sorted({place.deployment for place in baseline.places})
        for measure in MEASURES
        if _count(_row(baseline.of(name)), measure) >= least
    ]
    parts = [
        Series(measure=measure, deployment=place.deployment, task=place.task)
        for place, tally in sorted(baseline.places.items())
        for measure in MEASURES
        if _count(_row(tally), measure) >= least
    ]
    # A deployment that has one task alone would be watched twice.
    tasks = {series.deployment: set[str]() for series in parts}
    for place in baseline.places:
        tasks.setdefault(place.deployment, set()).add(place.task)
    parts = [each for each in parts if len(tasks[each.deployment]) > 1]
    shares = {each: (0.5 if parts else 1.0) / len(wholes) for each in wholes}
    return shares | {each: (0.5 if wholes else 1.0) / len(parts) for each in parts}


def changes_of(
    days: Sequence[Traffic],
    steps: Sequence[Traffic],
    *,
    least: int,
    level: float,
    horizon: int,
    confidence: float = CONFIDENCE,
) -> list[Change]:
    """What has changed of everything that is watched, given the baseline's days and what came at each step.

    False alarms of all series and all calls of this with one more step, up to `horizon` of them, stay below
    `level` together.
    """
    everything = [*days, *steps]
    rows = columns(everything)
    found = []
    for series, part in watched(whole(days), least).items():
        test = _Test(level=level * part, horizon=horizon, confidence=confidence)
        if series.measure == "mix":
            found.append(_mix(series, everything, len(days), test))
        else:
            change = _one(series, rows[series.deployment, series.task], len(days), test)
            if series.measure == "errors" and change.drifted:
                change = replace(change, told=_classes(series, everything, len(days) + (change.since or 0)))
            found.append(change)
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class _Test:
    level: float
    horizon: int
    confidence: float


def _one(series: Series, rows: Numbers, first: int, test: _Test) -> Change:
    """`rows` are of all steps, those of the baseline the `first` of them."""
    by = dispersion(_samples(rows, series.measure))
    thin = rows / by
    found = drift(
        _samples(thin[:first].sum(axis=0, keepdims=True), series.measure)[0],
        _samples(thin[first:], series.measure),
        level=test.level,
        horizon=test.horizon,
        confidence=test.confidence,
    )
    at = len(rows) if found.since is None else first + found.since
    old, new = rows[:at].sum(axis=0), rows[at:].sum(axis=0)
    return Change(
        series=series,
        drifted=found.drifted,
        evidence=found.evidence,
        wanted=1 / test.level,
        since=found.since,
        change=_times(found.change) if series.measure in _SCALED else found.change,
        before=_value(old, series.measure),
        now=_value(new, series.measure),
        n_before=int(_count(old, series.measure)),
        n_now=int(_count(new, series.measure)),
        dispersion=by,
    )


def _mix(series: Series, everything: Sequence[Traffic], first: int, test: _Test) -> Change:
    by = dispersion([each.tasks for each in everything])
    found = mix_drift(
        _thin(_tasks(everything[:first]), by),
        [_thin(each.tasks, by) for each in everything[first:]],
        level=test.level,
        horizon=test.horizon,
        confidence=test.confidence,
    )
    drifted = found.drift
    at = len(everything) if drifted.since is None else first + drifted.since
    old, new = _tasks(everything[:at]), _tasks(everything[at:])
    largest = max(found.changes, key=lambda kind: abs(_known(found.changes[kind].value)), default="")
    return Change(
        series=series,
        drifted=drifted.drifted,
        evidence=drifted.evidence,
        wanted=1 / test.level,
        since=drifted.since,
        change=drifted.change,
        before=old[largest] / old.total() if old else None,
        now=new[largest] / new.total() if new else None,
        n_before=old.total(),
        n_now=new.total(),
        dispersion=by,
        told=largest,
    )


def columns(traffic: Sequence[Traffic]) -> dict[tuple[str, str], Numbers]:
    """By deployment and task, and by deployment with an empty task for all, a row of sums for each."""
    found: dict[tuple[str, str], Numbers] = {}
    for at, each in enumerate(traffic):
        for place, tally in each.places.items():
            row = _row(tally)
            for key in (place, (place.deployment, "")):
                if key not in found:
                    found[key] = np.zeros((len(traffic), len(row)))
                found[key][at] += row
    return found


def _row(tally: Tally) -> tuple[float, ...]:
    cost, latency = (
        (each.count, each.total, each.logs, each.squares) for each in (tally.cost, tally.latency)
    )
    return (tally.asked, tally.failed, tally.refused, *cost, *latency)


_ASKED, _FAILED, _REFUSED, _COST, _LATENCY = 0, 1, 2, 3, 7
_SUMS: Final = {"cost": _COST, "latency": _LATENCY}


def _samples(rows: Numbers, measure: Measure) -> list[Counts] | list[Moments]:
    if measure in ("errors", "refusals"):
        hits = rows[:, _FAILED if measure == "errors" else _REFUSED]
        of = rows[:, _ASKED] if measure == "errors" else rows[:, _ASKED] - rows[:, _FAILED]
        # Thinned, a difference of the same may be a little less than the same.
        return [
            Counts(hits=min(each, all_), of=all_)
            for each, all_ in zip(hits.tolist(), of.tolist(), strict=True)
        ]
    at = _SUMS[measure]
    return [moments(each[at], each[at + 2], each[at + 3]) for each in rows.tolist()]


def _tasks(parts: Sequence[Traffic]) -> Counter[str]:
    found = Counter[str]()
    for each in parts:
        found.update(each.tasks)
    return found


def _thin(counts: Mapping[str, int], by: float) -> dict[str, float]:
    return {kind: count / by for kind, count in counts.items()}


def _known(value: float) -> float:
    return value if isfinite(value) else 0.0


def _times(found: Interval) -> Interval:
    """A difference of logarithms as a factor."""
    return Interval(value=exp(found.value), low=_power(found.low), high=_power(found.high))


def _power(value: float) -> float:
    return exp(min(value, 700.0))


def _value(row: Numbers, measure: Measure) -> float | None:
    count = float(_count(row, measure))
    if not count:
        return None
    if measure in _SCALED:
        return float(row[_SUMS[measure] + 1]) / count
    return float(row[_FAILED if measure == "errors" else _REFUSED]) / count


def _count(row: Numbers | Sequence[float], measure: Measure) -> float:
    """How many attempts are compared: of refusals, those that did not fail."""
    if measure == "errors":
        return row[_ASKED]
    return row[_ASKED] - row[_FAILED] if measure == "refusals" else row[_SUMS[measure]]


def _classes(series: Series, everything: Sequence[Traffic], at: int) -> str:
    """The classes of errors whose shares have risen or fallen most, the most first."""
    task = series.task or None
    old, new = (whole(part).of(series.deployment, task) for part in (everything[:at], everything[at:]))
    apart = {
        name: new.errors[name] / max(new.asked, 1) - old.errors[name] / max(old.asked, 1)
        for name in {*old.errors, *new.errors}
    }
    first = sorted(apart, key=lambda name: (-abs(apart[name]), name))[:3]
    return ", ".join(f"{name} {old.errors[name]:,} → {new.errors[name]:,}" for name in first)
