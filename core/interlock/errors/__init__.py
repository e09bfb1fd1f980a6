"""Every error that Interlock raises.

    InterlockError                  carries the attempts made before it
    ├── ConfigError                 a key or value in the configuration: key, line, suggestion
    ├── RequestError                an argument of a call: key
    │   └── UnknownTool             a call of a tool that is not there
    ├── PluginError                 a strategy that failed; any plugin, in strict mode: else it is reported
    ├── StoreError                  where records, a log or health are kept cannot be used
    ├── NoDeployment                every deployment is excluded: excluded, retry_after
    │   ├── BudgetExceeded          one by a budget alone: resets_at
    │   └── CoolingDown             one by its vendor's rate limit alone; a RateLimited as well
    ├── PermitError                 a send that its permit does not cover
    ├── GuardrailError              a guardrail stopped the call, or failed: guardrail, verdict
    ├── ApprovalNeeded              a person has to agree first: request, guardrail, verdict
    ├── LogUnavailable              what must be logged before it happens could not be, and did not happen
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
        │   ├── BlockedAnswer       a guardrail will not have it: guardrail, verdict
        │   ├── EmptyAnswer
        │   ├── TruncatedAnswer
        │   ├── RefusedAnswer
        │   └── MisplacedAnswer     made outside the residency, by its vendor's own word
        └── AttemptTimeout          one attempt ran out of time
            ├── ConnectTimeout
            ├── FirstTokenTimeout
            ├── BetweenTokensTimeout
            └── AnswerTimeout

Errors carry facts as attributes; messages never hold prompts, answers or keys.
They pickle with their facts, the attempts included; `__cause__` stays behind, as with any exception.
"""

from interlock.errors.answers import (
    AnswerTooLarge,
    BlockedAnswer,
    ContentRejected,
    EmptyAnswer,
    MisplacedAnswer,
    OutputInvalid,
    ProtocolError,
    RefusedAnswer,
    TruncatedAnswer,
)
from interlock.errors.attempts import (
    ConnectionFailed,
    NoLongerAllowed,
    Overloaded,
    ProviderError,
    RouterOverloaded,
    Unavailable,
)
from interlock.errors.calls import (
    AllAttemptsFailed,
    AllRateLimited,
    ApprovalNeeded,
    BudgetExceeded,
    CoolingDown,
    GuardrailError,
    LogUnavailable,
    NoDeployment,
    PermitError,
    RequestError,
    StreamInterrupted,
    TotalTimeout,
    UnknownTool,
)
from interlock.errors.installation import (
    ConfigError,
    PluginError,
    StoreError,
)
from interlock.errors.refusals import (
    AuthenticationError,
    ContentPolicyViolation,
    ContextLengthExceeded,
    InvalidRequest,
    ModelNotFound,
    PermissionDenied,
    PrefillRejected,
    QuotaExceeded,
    RateLimited,
    SettingRefused,
)
from interlock.errors.root import (
    InterlockError,
)
from interlock.errors.timeouts import (
    AnswerTimeout,
    AttemptTimeout,
    BetweenTokensTimeout,
    ConnectTimeout,
    FirstTokenTimeout,
)

__all__ = [
    "AllAttemptsFailed",
    "AllRateLimited",
    "AnswerTimeout",
    "AnswerTooLarge",
    "ApprovalNeeded",
    "AttemptTimeout",
    "AuthenticationError",
    "BetweenTokensTimeout",
    "BlockedAnswer",
    "BudgetExceeded",
    "ConfigError",
    "ConnectTimeout",
    "ConnectionFailed",
    "ContentPolicyViolation",
    "ContentRejected",
    "ContextLengthExceeded",
    "CoolingDown",
    "EmptyAnswer",
    "FirstTokenTimeout",
    "GuardrailError",
    "InterlockError",
    "InvalidRequest",
    "LogUnavailable",
    "MisplacedAnswer",
    "ModelNotFound",
    "NoDeployment",
    "NoLongerAllowed",
    "OutputInvalid",
    "Overloaded",
    "PermissionDenied",
    "PermitError",
    "PluginError",
    "PrefillRejected",
    "ProtocolError",
    "ProviderError",
    "QuotaExceeded",
    "RateLimited",
    "RefusedAnswer",
    "RequestError",
    "RouterOverloaded",
    "SettingRefused",
    "StoreError",
    "StreamInterrupted",
    "TotalTimeout",
    "TruncatedAnswer",
    "Unavailable",
    "UnknownTool",
]

# Tracebacks and pickles name the path that callers import.
for _name in __all__:
    globals()[_name].__module__ = __name__
