"""Every error that Interlock raises.

    InterlockError                  carries the attempts made before it
    ├── ConfigError                 a key or value in the configuration: key, line, suggestion
    ├── RequestError                an argument of a call: key
    ├── PluginError                 a strategy that failed; any plugin, in strict mode: else it is reported
    ├── StoreError                  where records are kept cannot be used; no call ever fails of it
    ├── NoDeployment                every deployment is excluded: excluded, retry_after
    │   ├── BudgetExceeded          one by a budget alone: resets_at
    │   └── CoolingDown             one by its vendor's rate limit alone; a RateLimited as well
    ├── PermitError                 a send that its permit does not cover
    ├── GuardrailError              a guardrail stopped the call: guardrail
    ├── StreamInterrupted           a stream died after its first chunk: partial
    ├── AllAttemptsFailed           several deployments were tried: causes, retry_after
    │   └── AllRateLimited          and each is at its vendor's rate limit; a RateLimited as well
    ├── TotalTimeout                the whole call ran out of time
    └── ProviderError               one attempt: status, code, vendor_message, request_id, retry_after
        ├── NoLongerAllowed         a rule has come to exclude the deployment since the decision
        ├── Overloaded              nothing was sent: as many attempts as allowed are under way: limit, queue
        │   └── RouterOverloaded    the same, for the router as a whole
        ├── AuthenticationError     401: the key is wrong or missing
        ├── PermissionDenied        403: the key may not do this
        ├── QuotaExceeded           402, or a 429 that says the balance is spent
        ├── RateLimited             429: retry_after says when to come back
        ├── ModelNotFound           404: the vendor does not serve this model
        ├── InvalidRequest          400, 413, 422: the vendor refuses the request's form
        │   ├── ContextLengthExceeded
        │   ├── PrefillRejected     the model does not go on from an answer begun
        │   ├── SettingRefused      the model does not take a setting that may be left out: setting
        │   └── ContentPolicyViolation
        ├── Unavailable             5xx, overloaded
        │   └── ConnectionFailed    refused, reset, no route, TLS
        ├── ProtocolError           an answer that is malformed, truncated or not of the dialect
        │   ├── AnswerTooLarge      it holds more than content.largest_answer: limit
        │   └── OutputInvalid       structured output that does not fit its schema: text
        ├── ContentRejected         a whole answer that `content` does not accept: text
        │   ├── EmptyAnswer
        │   ├── TruncatedAnswer
        │   └── RefusedAnswer
        └── AttemptTimeout          one attempt ran out of time
            ├── ConnectTimeout
            ├── FirstTokenTimeout
            ├── BetweenTokensTimeout
            └── AnswerTimeout

Errors carry facts as attributes; messages never hold prompts, answers or keys.
"""

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from interlock.types.exclusions import listed

if TYPE_CHECKING:
    from interlock.types.records import AttemptRecord
    from interlock.types.response import Response

_TOO_MANY_REQUESTS = 429


class InterlockError(Exception):
    """The root. `attempts` lists what was tried for the call, oldest first."""

    attempts: "tuple[AttemptRecord, ...]" = ()

    def __init__(self, message: str) -> None:
        super().__init__(message)
        self.message = message

    def __str__(self) -> str:
        return self.message


class ConfigError(InterlockError):
    """A configuration that cannot be used.

    Attributes:
        key: the dotted path of the offending key, e.g. `deployments.0.region`; empty when the whole is meant.
        source: the file, `environment`, or `mapping`.
        line: 1-based line in the file, when it came from one.
        suggestion: the nearest valid name, when one is near.
        others: what else is wrong in the same configuration; each is a line of its own in the text.
    """

    def __init__(
        self,
        message: str,
        *,
        key: str = "",
        source: str = "",
        line: int | None = None,
        suggestion: str | None = None,
        others: "Sequence[ConfigError]" = (),
    ) -> None:
        super().__init__(message)
        self.key = key
        self.source = source
        self.line = line
        self.suggestion = suggestion
        self.others = tuple(others)

    def __str__(self) -> str:
        where = self.source if self.line is None else f"{self.source}:{self.line}"
        head = ": ".join(part for part in (where, self.key) if part)
        tail = f" Did you mean {self.suggestion!r}?" if self.suggestion else ""
        first = f"{head}: {self.message}{tail}" if head else f"{self.message}{tail}"
        return "\n".join((first, *(str(other) for other in self.others)))


class RequestError(InterlockError, ValueError):
    """An argument of a call that cannot be used; `key` names it."""

    def __init__(self, message: str, *, key: str = "", suggestion: str | None = None) -> None:
        super().__init__(message)
        self.key = key
        self.suggestion = suggestion

    def __str__(self) -> str:
        tail = f" Did you mean {self.suggestion!r}?" if self.suggestion else ""
        return f"{self.key}: {self.message}{tail}" if self.key else f"{self.message}{tail}"


class PluginError(InterlockError):
    """A strategy that failed in a call, or any plugin while `INTERLOCK_STRICT_PLUGINS=1` is set."""

    def __init__(self, message: str, *, distribution: str = "") -> None:
        super().__init__(message)
        self.distribution = distribution


class StoreError(InterlockError):
    """Records cannot be kept or read there, or health not shared.

    Calls go on without: this is raised where records are read.
    """


class NoDeployment(InterlockError):
    """No deployment may serve the request. `excluded` maps each deployment id to its rule in words.

    `retry_after` is in how many seconds the first of them may serve again; None when time changes nothing.
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

    `resets_at`, in seconds since the epoch, is when the first such deployment is free again at the latest,
    `retry_after` the seconds until then. Both are None when the request may cost more than a whole budget.
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


class PermitError(InterlockError):
    """A send without a permit, to another host than the permit names, or after it was withdrawn."""


class GuardrailError(InterlockError):
    """A guardrail stopped the call, or failed; `__cause__` is what it raised."""

    def __init__(self, message: str, *, guardrail: str) -> None:
        super().__init__(message)
        self.guardrail = guardrail


class StreamInterrupted(InterlockError):
    """A stream ended before its answer was complete. `partial` holds what had been delivered."""

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
        self, message: str, *, causes: Sequence["ProviderError"] = (), retry_after: float | None = None
    ) -> None:
        super().__init__(message)
        self.causes = tuple(causes)
        self.retry_after = retry_after


class TotalTimeout(InterlockError, TimeoutError):
    """The call as a whole took longer than `timeouts.total` seconds."""


class ProviderError(InterlockError):
    """One attempt failed.

    Attributes:
        status: the HTTP status, when there was one.
        code: the vendor's own code or type, as sent.
        vendor_message: the vendor's own words.
        request_id: the vendor's id of the request, for its support desk.
        retry_after: seconds to wait, as the vendor asked.
        deployment: id of the deployment; filled in by the engine, as is
        late: it came after as long a silence as a timeout would have, and so would the next one.
    """

    def __init__(
        self,
        message: str,
        *,
        status: int | None = None,
        code: str | None = None,
        vendor_message: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.vendor_message = vendor_message
        self.request_id = request_id
        self.retry_after = retry_after
        self.deployment: str | None = None
        self.late = False


class NoLongerAllowed(ProviderError): ...


class Overloaded(ProviderError):
    """Nothing was sent: `limit` attempts are under way, and `queue` wait or the wait was too long.

    `retry_after` is our own estimate: how long those before would take, as the last ones did.
    """

    def __init__(
        self, message: str, *, limit: int = 0, queue: int = 0, retry_after: float | None = None
    ) -> None:
        super().__init__(message, retry_after=retry_after)
        self.limit = limit
        self.queue = queue

    def with_causes(self, message: str) -> "Overloaded":
        """The same for a call that found room nowhere; `__cause__` is the last refusal."""
        whole = type(self)(message, limit=self.limit, queue=self.queue, retry_after=self.retry_after)
        whole.__cause__ = self
        return whole


class RouterOverloaded(Overloaded):
    """The router as a whole has no room, and so no other deployment is tried."""


class AuthenticationError(ProviderError): ...


class PermissionDenied(ProviderError): ...


class QuotaExceeded(ProviderError): ...


class RateLimited(ProviderError): ...


class CoolingDown(NoDeployment, RateLimited):
    """Nothing was sent: whoever may serve the request is at a rate limit, until `retry_after` is over."""

    def __init__(
        self, message: str, *, excluded: Mapping[str, str], retry_after: float | None = None
    ) -> None:
        RateLimited.__init__(self, message, status=_TOO_MANY_REQUESTS, retry_after=retry_after)
        self.excluded = dict(excluded)


class AllRateLimited(AllAttemptsFailed, RateLimited):
    """Every deployment that was tried answered that its rate limit is reached."""

    def __init__(
        self, message: str, *, causes: Sequence[ProviderError] = (), retry_after: float | None = None
    ) -> None:
        RateLimited.__init__(self, message, status=_TOO_MANY_REQUESTS, retry_after=retry_after)
        self.causes = tuple(causes)


class ModelNotFound(ProviderError): ...


class InvalidRequest(ProviderError): ...


class ContextLengthExceeded(InvalidRequest): ...


class PrefillRejected(InvalidRequest): ...


class SettingRefused(InvalidRequest):
    """The vendor does not take `setting`, by its name in `Settings`, or not with this value."""

    def __init__(
        self,
        message: str,
        *,
        setting: str = "",
        status: int | None = None,
        code: str | None = None,
        vendor_message: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(
            message,
            status=status,
            code=code,
            vendor_message=vendor_message,
            request_id=request_id,
            retry_after=retry_after,
        )
        self.setting = setting


class ContentPolicyViolation(InvalidRequest): ...


class Unavailable(ProviderError): ...


class ConnectionFailed(Unavailable): ...


class ProtocolError(ProviderError): ...


class AnswerTooLarge(ProtocolError):
    """An answer that holds more than `limit`: bytes of a plain body, characters of a stream."""

    def __init__(self, message: str, *, limit: int = 0) -> None:
        super().__init__(message)
        self.limit = limit


class OutputInvalid(ProtocolError):
    """Structured output that is no JSON or does not fit its schema; `text` is the answer as it came."""

    def __init__(self, message: str, *, text: str) -> None:
        super().__init__(message)
        self.text = text


class ContentRejected(ProviderError):
    """An answer that the configuration's `content` does not accept; `text` is the answer as it came."""

    def __init__(self, message: str, *, text: str) -> None:
        super().__init__(message)
        self.text = text


class EmptyAnswer(ContentRejected): ...


class TruncatedAnswer(ContentRejected): ...


class RefusedAnswer(ContentRejected): ...


class AttemptTimeout(ProviderError, TimeoutError): ...


class ConnectTimeout(AttemptTimeout): ...


class FirstTokenTimeout(AttemptTimeout): ...


class BetweenTokensTimeout(AttemptTimeout): ...


class AnswerTimeout(AttemptTimeout): ...
