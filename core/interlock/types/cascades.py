"""A cascade as one request meets it: who of its steps may be asked, and what it is bounded by."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from typing import Literal

from interlock.types.decisions import Candidate
from interlock.types.escalations import Bound, SignalName, StepFacts


@dataclass(frozen=True, slots=True, kw_only=True)
class CascadeStep:
    """A place in a cascade.

    Attributes:
        number: from 1, in the order of the cascade's steps.
        name: a model or a deployment, as the configuration names it.
        candidates: who of the request's shortlist may answer for it, best first; empty when nobody may.
        excluded: the rule that excludes each of its other deployments, in words.
    """

    number: int
    name: str
    candidates: tuple[Candidate, ...]
    excluded: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Cascade:
    """The steps of one call, cheapest first.

    Attributes:
        signal: what says whether an answer is enough.
        threshold: what the signal's value has to reach; None where it has none.
        absent: what follows when a signal comes to nothing.
        rejected: what becomes of a whole answer that was rejected when nobody gave a better one.
        max_steps: how many steps may be asked; None for all.
        affords: whether attempts at these deployments, one more at each, stay within the call's `max_cost`.
        left: the seconds that the call has left.
        note: told of each step what became of it; what is said last of a step counts.
        bounded: told which bound has kept a step from being asked.
    """

    steps: tuple[CascadeStep, ...]
    signal: SignalName
    threshold: float | None = None
    absent: Literal["escalate", "accept"] = "escalate"
    rejected: Literal["fail", "hand_over"] = "fail"
    max_steps: int | None = None
    affords: Callable[[Collection[str]], bool]
    left: Callable[[], float]
    note: Callable[[StepFacts], None]
    bounded: Callable[[Bound], None]
