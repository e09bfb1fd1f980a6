"""Why a request goes where it goes, and what is tried."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

from interlock.errors import ProviderError
from interlock.types.response import Answer

Reason = Literal[
    "primary_optimal",
    "explicit",
    "demand",
    "fallback_high_error_rate",
    "fallback_unavailable",
    "fallback_excluded",
]
AttemptRole = Literal["answer", "member", "arbiter", "hedge", "classifier"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Classification:
    """What a classifier thinks. `confidence` is 0 to 1; `evidence` names what it saw, strongest first."""

    task: str
    confidence: float
    evidence: tuple[str, ...] = ()
    language: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A deployment that may be used; `reasons` say in words why it stands where it stands."""

    deployment: str
    model: str
    region: str
    reasons: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """Where a request may go.

    Attributes:
        confidence: 0 to 1; 1 when the caller named the task.
        evidence: what the classifier saw, strongest first.
        stage: which classifier spoke, or `explicit`, `default`.
        shortlist: what may be used, best first; empty when nothing may.
        excluded: deployment id -> the rule that excluded it, in words.
        input_tokens: our estimate of the request's length.
    """

    task: str
    confidence: float
    reason: Reason
    evidence: tuple[str, ...] = ()
    stage: str = "default"
    shortlist: tuple[Candidate, ...] = ()
    excluded: Mapping[str, str] = field(default_factory=dict)
    input_tokens: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempt:
    """One try that a strategy asks for, after waiting `delay` seconds.

    `repair` asks the same deployment to mend the structured output that it got wrong in the attempt before.
    """

    deployment: str
    delay: float = 0.0
    repair: bool = False
    role: AttemptRole = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class Race:
    """Several tries at once; `first` ends the race at the first success, otherwise all are awaited."""

    attempts: tuple[Attempt, ...]
    first: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """How an attempt ended: with an answer or with an error."""

    attempt: Attempt
    answer: Answer | None = None
    error: ProviderError | None = None
