"""What recorded calls come to: sums by deployment and task, which may be kept, read again and added up."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from math import log
from typing import Any, Final, NamedTuple

from interlock import Record
from interlock.types.records import AttemptRecord
from interlock_evaluation.statistics import Moments

_ROLES: Final = ("answer", "hedge", "member")
_REFUSED: Final = "RefusedAnswer"


class Place(NamedTuple):
    """A deployment, and a task that it was asked."""

    deployment: str
    task: str


@dataclass(slots=True, kw_only=True)
class Sums:
    """Of values that are compared as logarithms: how many, their sum as they are, and of the logarithms the
    sum and the sum of squares.
    """

    count: int = 0
    total: float = 0.0
    logs: float = 0.0
    squares: float = 0.0

    def add(self, value: float) -> None:
        """One more, above 0."""
        power = log(value)
        self.count += 1
        self.total += value
        self.logs += power
        self.squares += power * power

    def merge(self, other: "Sums") -> None:
        self.count += other.count
        self.total += other.total
        self.logs += other.logs
        self.squares += other.squares


def moments(count: float, logs: float, squares: float) -> Moments:
    """Of so many logarithms, by their sum and their sum of squares."""
    if not count:
        return Moments(count=0, mean=0.0, variance=0.0)
    mean = logs / count
    return Moments(count=count, mean=mean, variance=max(0.0, squares / count - mean * mean))


@dataclass(slots=True, kw_only=True)
class Tally:
    """What was asked of one place, and what came of it.

    Attributes:
        asked: attempts that ended in an answer or an error; what nobody waited for is none.
        errors: by the class of the error.
        refused: answers in which the model declined, those included that were not accepted.
        cost: US dollars of an answer, where prices are known.
        latency: seconds of an answer.
        served: who the vendor says has answered, with how often.
    """

    asked: int = 0
    errors: Counter[str] = field(default_factory=Counter)
    refused: int = 0
    cost: Sums = field(default_factory=Sums)
    latency: Sums = field(default_factory=Sums)
    served: Counter[str] = field(default_factory=Counter)

    @property
    def failed(self) -> int:
        return sum(self.errors.values())

    def add(self, attempt: AttemptRecord) -> None:
        self.asked += 1
        kind = None if attempt.error is None else attempt.error.kind
        if attempt.finish_reason == "refusal" or kind == _REFUSED:
            self.refused += 1
        elif kind is not None:
            self.errors[kind] += 1
        if attempt.served_model is not None:
            self.served[attempt.served_model] += 1
        if kind is None:
            if attempt.cost is not None and attempt.cost > 0:
                self.cost.add(attempt.cost)
            if attempt.latency > 0:
                self.latency.add(attempt.latency)

    def merge(self, other: "Tally") -> None:
        self.asked += other.asked
        self.errors.update(other.errors)
        self.refused += other.refused
        self.cost.merge(other.cost)
        self.latency.merge(other.latency)
        self.served.update(other.served)


@dataclass(slots=True, kw_only=True)
class Traffic:
    """What was recorded in some time.

    Attributes:
        calls: how many.
        tasks: of the calls, by task.
        places: of their attempts, by deployment and task.
    """

    calls: int = 0
    tasks: Counter[str] = field(default_factory=Counter)
    places: dict[Place, Tally] = field(default_factory=dict)

    def add(self, record: Record) -> None:
        """One call. Those of an evaluation are no traffic, and are not to be added."""
        task = record.decision.task
        self.calls += 1
        self.tasks[task] += 1
        for attempt in record.attempts:
            if attempt.role in _ROLES and attempt.cancelled is None:
                self.places.setdefault(Place(attempt.deployment, task), Tally()).add(attempt)

    def merge(self, other: "Traffic") -> None:
        self.calls += other.calls
        self.tasks.update(other.tasks)
        for place, tally in other.places.items():
            self.places.setdefault(place, Tally()).merge(tally)

    def of(self, deployment: str, task: str | None = None) -> Tally:
        """All of a deployment, or of one of its tasks; it is not to be changed."""
        if task is not None:
            return self.places.get(Place(deployment, task)) or Tally()
        found = Tally()
        for place, tally in self.places.items():
            if place.deployment == deployment:
                found.merge(tally)
        return found


def whole(parts: "Sequence[Traffic]") -> Traffic:
    found = Traffic()
    for part in parts:
        found.merge(part)
    return found


def plain(traffic: Traffic) -> dict[str, Any]:
    """As JSON has it."""
    return {
        "calls": traffic.calls,
        "tasks": dict(traffic.tasks),
        "places": [
            {
                "deployment": place.deployment,
                "task": place.task,
                "asked": tally.asked,
                "errors": dict(tally.errors),
                "refused": tally.refused,
                "served": dict(tally.served),
                **{
                    name: [each.count, each.total, each.logs, each.squares]
                    for name, each in (("cost", tally.cost), ("latency", tally.latency))
                },
            }
            for place, tally in sorted(traffic.places.items())
        ],
    }


def from_plain(facts: Mapping[str, Any]) -> Traffic:
    """What `plain` made."""
    return Traffic(
        calls=facts["calls"],
        tasks=Counter(facts["tasks"]),
        places={
            Place(each["deployment"], each["task"]): Tally(
                asked=each["asked"],
                errors=Counter(each["errors"]),
                refused=each["refused"],
                served=Counter(each["served"]),
                cost=_sums(each["cost"]),
                latency=_sums(each["latency"]),
            )
            for each in facts["places"]
        },
    )


def _sums(facts: list[Any]) -> Sums:
    count, total, logs, squares = facts
    return Sums(count=count, total=total, logs=logs, squares=squares)
