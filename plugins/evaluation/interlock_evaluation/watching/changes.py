"""What has changed since the baseline, of all that is watched together, at one level for all of it."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import exp, isfinite
from typing import Final, Literal

from interlock_evaluation.statistics import (
    CONFIDENCE,
    Counts,
    Drift,
    Interval,
    Moments,
    dispersion,
    drift,
    mix_drift,
    thinned,
)
from interlock_evaluation.watching.traffic import Tally, Traffic, whole

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
        if _count(baseline.of(name), measure) >= least
    ]
    parts = [
        Series(measure=measure, deployment=place.deployment, task=place.task)
        for place, tally in sorted(baseline.places.items())
        for measure in MEASURES
        if _count(tally, measure) >= least
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
    baseline = whole(days)
    return [
        (_mix if series.measure == "mix" else _one)(
            series, days, steps, _Test(level=level * part, horizon=horizon, confidence=confidence)
        )
        for series, part in watched(baseline, least).items()
    ]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Test:
    level: float
    horizon: int
    confidence: float


def _one(series: Series, days: Sequence[Traffic], steps: Sequence[Traffic], test: _Test) -> Change:
    task = series.task or None
    before = [day.of(series.deployment, task) for day in days]
    after = [step.of(series.deployment, task) for step in steps]
    sample = _SAMPLES[series.measure]
    samples = [sample(each) for each in (*before, *after)]
    by = dispersion(samples)  # type: ignore[arg-type] # all of one kind: they are made by one function
    thin = thinned(samples, by)
    first = thinned([sample(_merged(before))], by)[0]
    found = drift(
        first,
        thin[len(days) :],  # type: ignore[arg-type] # as above
        level=test.level,
        horizon=test.horizon,
        confidence=test.confidence,
    )
    since = len(steps) if found.since is None else found.since
    old, new = _merged([*before, *after[:since]]), _merged(after[since:])
    return Change(
        series=series,
        drifted=found.drifted,
        evidence=found.evidence,
        wanted=1 / test.level,
        since=found.since,
        change=_times(found.change) if series.measure in _SCALED else found.change,
        before=_value(old, series.measure),
        now=_value(new, series.measure),
        n_before=_count(old, series.measure),
        n_now=_count(new, series.measure),
        dispersion=by,
        told=_classes(old, new) if series.measure == "errors" else "",
    )


def _mix(series: Series, days: Sequence[Traffic], steps: Sequence[Traffic], test: _Test) -> Change:
    by = dispersion([each.tasks for each in (*days, *steps)])
    baseline = whole(days)
    found = mix_drift(
        _thin(baseline.tasks, by),
        [_thin(each.tasks, by) for each in steps],
        level=test.level,
        horizon=test.horizon,
        confidence=test.confidence,
    )
    drifted: Drift = found.drift
    since = len(steps) if drifted.since is None else drifted.since
    old, new = whole([*days, *steps[:since]]), whole(steps[since:])
    largest = max(found.changes, key=lambda kind: abs(_known(found.changes[kind].value)), default="")
    return Change(
        series=series,
        drifted=drifted.drifted,
        evidence=drifted.evidence,
        wanted=1 / test.level,
        since=drifted.since,
        change=drifted.change,
        before=old.tasks[largest] / old.calls if old.calls else None,
        now=new.tasks[largest] / new.calls if new.calls else None,
        n_before=old.calls,
        n_now=new.calls,
        dispersion=by,
        told=largest,
    )


def _thin(counts: Mapping[str, int], by: float) -> dict[str, float]:
    return {kind: count / by for kind, count in counts.items()}


def _known(value: float) -> float:
    return value if isfinite(value) else 0.0


def _merged(tallies: Sequence[Tally]) -> Tally:
    found = Tally()
    for each in tallies:
        found.merge(each)
    return found


def _times(found: Interval) -> Interval:
    """A difference of logarithms as a factor."""
    return Interval(value=exp(found.value), low=_power(found.low), high=_power(found.high))


def _power(value: float) -> float:
    return exp(min(value, 700.0))


def _value(tally: Tally, measure: Measure) -> float | None:
    if measure in _SCALED:
        return (tally.cost if measure == "cost" else tally.latency).mean
    hits = tally.failed if measure == "errors" else tally.refused
    count = _count(tally, measure)
    return hits / count if count else None


def _count(tally: Tally, measure: Measure) -> int:
    match measure:
        case "cost":
            return tally.cost.count
        case "latency":
            return tally.latency.count
        case "refusals":
            return tally.asked - tally.failed
        case _:
            return tally.asked


def _classes(old: Tally, new: Tally) -> str:
    """The classes of errors whose shares have risen or fallen most, the most first."""
    apart = {
        name: new.errors[name] / max(new.asked, 1) - old.errors[name] / max(old.asked, 1)
        for name in {*old.errors, *new.errors}
    }
    first = sorted(apart, key=lambda name: (-abs(apart[name]), name))[:3]
    return ", ".join(f"{name} {old.errors[name]:,} → {new.errors[name]:,}" for name in first)


_SAMPLES: Final[Mapping[Measure, Callable[[Tally], Counts | Moments]]] = {
    "errors": lambda tally: Counts(hits=tally.failed, of=tally.asked),
    "refusals": lambda tally: Counts(hits=tally.refused, of=tally.asked - tally.failed),
    "cost": lambda tally: tally.cost.moments,
    "latency": lambda tally: tally.latency.moments,
}
