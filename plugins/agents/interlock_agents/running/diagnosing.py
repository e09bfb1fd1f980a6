"""What is wrong with a way of doing a node, as far as its outcome or its error tells."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from interlock import InterlockError, ToolOutcome
from interlock.errors import (
    AllAttemptsFailed,
    AnswerTooLarge,
    ApprovalNeeded,
    AttemptTimeout,
    AuthenticationError,
    BlockedAnswer,
    ContentPolicyViolation,
    ContentRejected,
    ContextLengthExceeded,
    GuardrailError,
    InvalidRequest,
    MisplacedAnswer,
    ModelNotFound,
    NoDeployment,
    NoLongerAllowed,
    OutputInvalid,
    PermissionDenied,
    PermitError,
    ProtocolError,
    ProviderError,
    QuotaExceeded,
    RateLimited,
    RefusedAnswer,
    RequestError,
    TotalTimeout,
    TruncatedAnswer,
    Unavailable,
    UnknownTool,
)
from interlock_agents.errors import Unpriced

Fault = Literal["input", "limited", "tool", "content", "large", "denied", "declined", "stopped", "other"]
"""input: what it was given was refused. limited: too much was asked for, or nobody answered. tool: the wrong
one, or it cannot be had. content: what came back is of no use. large: too much for one call. denied: a
rule or a refusal stands against it. declined: a person has said no. stopped: a policy gave up. other: none of
these.
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Diagnosis:
    """What was wrong with one way of doing a node.

    Attributes:
        why: a sentence for people and models; it may repeat what a tool said.
        retry_after: seconds, as the service asked.
        deployment: of a model node, which one answered last.
    """

    fault: Fault
    why: str
    retry_after: float | None = None
    deployment: str | None = None

    def plain(self) -> dict[str, Any]:
        """As JSON."""
        return {name: getattr(self, name) for name in ("fault", "why", "retry_after", "deployment")}

    @classmethod
    def read(cls, plain: Mapping[str, Any]) -> "Diagnosis":
        """Out of what `plain` gave."""
        return cls(**plain)


# The first row that an error is an instance of decides; a derived class stands before its parent.
_ERRORS: tuple[tuple[type[InterlockError], Fault], ...] = (
    (ContextLengthExceeded, "large"),
    (TruncatedAnswer, "large"),
    (AnswerTooLarge, "large"),
    (ContentPolicyViolation, "denied"),
    (RefusedAnswer, "denied"),
    (BlockedAnswer, "denied"),
    (MisplacedAnswer, "denied"),
    (GuardrailError, "denied"),
    (ApprovalNeeded, "denied"),
    (UnknownTool, "tool"),
    (NoLongerAllowed, "tool"),
    (AuthenticationError, "tool"),
    (PermissionDenied, "tool"),
    (ModelNotFound, "tool"),
    (PermitError, "tool"),
    (QuotaExceeded, "limited"),
    (RateLimited, "limited"),
    (Unavailable, "limited"),
    (AttemptTimeout, "limited"),
    (TotalTimeout, "limited"),
    (InvalidRequest, "input"),
    (OutputInvalid, "content"),
    (ContentRejected, "content"),
    (ProtocolError, "content"),
    (NoDeployment, "denied"),
    (Unpriced, "denied"),
    (AllAttemptsFailed, "limited"),
    (RequestError, "input"),
    (ProviderError, "limited"),
)


def of_error(error: InterlockError) -> Diagnosis:
    """What a model's call failed with: by the cause that says most, where several were tried."""
    known = [each for each in _causes(error) if _fault(each) != "other"]
    told = next((each for each in known if _fault(each) == "large"), known[0] if known else error)
    wait = next(
        (each for each in (getattr(error, "retry_after", None), _wait(told)) if each is not None), None
    )
    fault = _fault(told)
    if isinstance(error, NoDeployment) and error.retry_after is not None:
        fault = "limited"
    return Diagnosis(fault=fault, why=str(error), retry_after=wait, deployment=_deployment(error))


def of_outcome(outcome: ToolOutcome, *, reads: bool) -> Diagnosis:
    """What a tool came to that is not done. Of one that only reads, nothing it comes to is in doubt."""
    why = said(outcome) or "it gave no reason"
    if outcome.reason == "limited":
        return Diagnosis(fault="limited", why=why, retry_after=outcome.retry_after)
    if outcome.error is not None and (fault := _fault(outcome.error)) != "other":
        if fault == "content" and reads:
            fault = "limited"  # it raised, or what came back was cut: another look may do
        return Diagnosis(fault=fault, why=why, retry_after=outcome.retry_after)
    if outcome.outcome == "unknown" or outcome.reason == "not_sent":
        return Diagnosis(fault="limited" if reads else "other", why=why, retry_after=outcome.retry_after)
    return Diagnosis(fault="input", why=why, retry_after=outcome.retry_after)


def said(outcome: ToolOutcome) -> str:
    """The text of an outcome."""
    if isinstance(outcome.content, str):
        return outcome.content
    return "".join(getattr(part, "text", "") for part in outcome.content)


def _causes(error: InterlockError) -> Iterator[InterlockError]:
    yield from reversed(getattr(error, "causes", ()))
    yield error


def _fault(error: InterlockError) -> Fault:
    return next((fault for kind, fault in _ERRORS if isinstance(error, kind)), "other")


def _wait(error: InterlockError) -> float | None:
    found = getattr(error, "retry_after", None)
    return found if isinstance(found, int | float) else None


def _deployment(error: InterlockError) -> str | None:
    return error.attempts[-1].deployment if error.attempts else None
