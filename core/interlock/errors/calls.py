"""Errors in which a call ends for reasons of its own, or of all its attempts together."""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from interlock.errors.attempts import ProviderError
from interlock.errors.exclusions import listed
from interlock.errors.refusals import RateLimited
from interlock.errors.root import InterlockError

if TYPE_CHECKING:
    from interlock.types.approvals import ApprovalRequest
    from interlock.types.response import Response
    from interlock.types.verdicts import Verdict

_TOO_MANY_REQUESTS = 429


class RequestError(InterlockError, ValueError):
    """An argument of a call that cannot be used. Raised before anything is sent; the caller has to mend it.

    Attributes:
        key: the argument, or the path to what is wrong in it, e.g. `messages.2.content`.
        suggestion: the nearest valid name, when one is near.
    """

    def __init__(self, message: str, *, key: str = "", suggestion: str | None = None) -> None:
        super().__init__(message)
        self.key = key
        self.suggestion = suggestion

    def __str__(self) -> str:
        tail = f" Did you mean {self.suggestion!r}?" if self.suggestion else ""
        return f"{self.key}: {self.message}{tail}" if self.key else f"{self.message}{tail}"


class UnknownTool(RequestError):
    """A call of a tool that no connector of the toolbox has, or that several have by this name.

    Nothing was run. A model that made the name up may be told the message.
    """


class NoDeployment(InterlockError):
    """No deployment may serve the request, and nothing was sent. The rules say what would have to change.

    Attributes:
        excluded: each deployment's id to the rule that excludes it, in words.
        retry_after: seconds until the first of them may serve again; None when time changes nothing.
    """

    def __init__(
        self, message: str, *, excluded: Mapping[str, str], retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.excluded = dict(excluded)
        self.retry_after = retry_after

    def __str__(self) -> str:
        return self.message + listed(self.excluded)


class BudgetExceeded(NoDeployment):
    """No deployment may serve the request, and from one at least only a budget keeps it.

    Both times are None when the request may cost more than a whole budget: a smaller one may still fit.

    Attributes:
        resets_at: seconds since the epoch, when the first such deployment is free again at the latest.
        retry_after: the seconds until then.
    """

    def __init__(
        self,
        message: str,
        *,
        excluded: Mapping[str, str],
        resets_at: float | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message, excluded=excluded, retry_after=retry_after)
        self.resets_at = resets_at


class CoolingDown(NoDeployment, RateLimited):
    """Nothing was sent: whoever may serve the request is at a rate limit, until `retry_after` is over."""

    def __init__(
        self, message: str, *, excluded: Mapping[str, str], retry_after: float | None = None
    ) -> None:
        RateLimited.__init__(self, message, status=_TOO_MANY_REQUESTS, retry_after=retry_after)
        self.excluded = dict(excluded)


class PermitError(InterlockError):
    """A send without a permit, to another host than the permit names, or after it was withdrawn.

    The send did not happen, and the call ends: a plugin tried what it may not, or an address can be read in
    two ways.
    """


class GuardrailError(InterlockError):
    """A guardrail stopped the call, or failed; `__cause__` is what it raised.

    What it stopped was not sent, or not handed over.

    Attributes:
        guardrail: its name.
        verdict: what it thinks, and why; None of one that failed.
    """

    def __init__(self, message: str, *, guardrail: str, verdict: "Verdict | None" = None) -> None:
        super().__init__(message)
        self.guardrail = guardrail
        self.verdict = verdict


class ApprovalNeeded(InterlockError):
    """A person has to agree first: to a run of a tool, or to what a guardrail leaves to them.

    What nobody has agreed to did not happen.

    Attributes:
        request: the run that is to be approved; its `grant` is the consent. None where a guardrail asks.
        guardrail: the name of the guardrail that asks; empty where a tool was to be run.
        verdict: what that guardrail thinks, and why.
    """

    def __init__(
        self,
        message: str,
        *,
        request: "ApprovalRequest | None" = None,
        guardrail: str = "",
        verdict: "Verdict | None" = None,
    ) -> None:
        super().__init__(message)
        self.request = request
        self.guardrail = guardrail
        self.verdict = verdict


class LogUnavailable(InterlockError):
    """The configuration's `log` is required, and could not be written in time; `__cause__` is why, if known.

    What was to be written there first was not sent, or not handed over. Another deployment would not help,
    and none is asked.
    """


class StreamInterrupted(InterlockError):
    """A stream ended before its answer was complete, and `rescue` found nothing to take its place.

    `__cause__` is the failure.

    Attributes:
        partial: the response so far, with what had been delivered: to be shown as unfinished, or dropped.
    """

    def __init__(self, message: str, *, partial: "Response") -> None:
        super().__init__(message)
        self.partial = partial


class AllAttemptsFailed(InterlockError):
    """Several deployments were tried and none answered; `__cause__` is the last failure.

    Attributes:
        causes: the last failure of each deployment, in the order in which they were tried.
        retry_after: seconds until the first may be asked again; None when no vendor or breaker says so.
    """

    def __init__(
        self, message: str, *, causes: Sequence[ProviderError] = (), retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.causes = tuple(causes)
        self.retry_after = retry_after


class AllRateLimited(AllAttemptsFailed, RateLimited):
    """Every deployment that was tried answered that its rate limit is reached; see `retry_after`."""

    def __init__(
        self, message: str, *, causes: Sequence[ProviderError] = (), retry_after: float | None = None
    ) -> None:
        RateLimited.__init__(self, message, status=_TOO_MANY_REQUESTS, retry_after=retry_after)
        self.causes = tuple(causes)


class TotalTimeout(InterlockError, TimeoutError):
    """The call as a whole took longer than `timeouts.total` seconds, all attempts and waits included."""
