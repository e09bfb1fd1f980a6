"""What each kind of failure says about the deployment that it came from: the one table."""

from enum import Enum

from interlock.errors import (
    AttemptTimeout,
    AuthenticationError,
    ConnectTimeout,
    ContentRejected,
    EmptyAnswer,
    InvalidRequest,
    ModelNotFound,
    NoLongerAllowed,
    Overloaded,
    PermissionDenied,
    ProtocolError,
    ProviderError,
    QuotaExceeded,
    RateLimited,
    Unavailable,
)


class Effect(Enum):
    """NOTHING is the request's own fault, or ours.

    PARK, THROTTLE and DOWN concern the endpoint, and so every task; SILENT and SPOILT the task alone. DOWN
    and SILENT are hard: enough of them in a row open a breaker. REFUSE may be either, the endpoint or the
    request alone, which others show: it becomes PARK or NOTHING.
    """

    NOTHING = "says nothing"
    PARK = "the key or the model was refused"
    REFUSE = "refused, whether this request or all"
    THROTTLE = "a rate limit was reached"
    DOWN = "could not be reached, or could not serve"
    SILENT = "took too long"
    SPOILT = "answered, and the answer was of no use"


# The most specific class that stands here decides.
EFFECTS: dict[type[ProviderError], Effect] = {
    InvalidRequest: Effect.NOTHING,
    ModelNotFound: Effect.REFUSE,
    NoLongerAllowed: Effect.NOTHING,
    Overloaded: Effect.NOTHING,
    ContentRejected: Effect.NOTHING,
    EmptyAnswer: Effect.SPOILT,
    AuthenticationError: Effect.PARK,
    PermissionDenied: Effect.REFUSE,
    QuotaExceeded: Effect.REFUSE,
    RateLimited: Effect.THROTTLE,
    Unavailable: Effect.DOWN,
    ConnectTimeout: Effect.DOWN,
    AttemptTimeout: Effect.SILENT,
    ProtocolError: Effect.SPOILT,
    ProviderError: Effect.SPOILT,
}


def effect_of(error: ProviderError) -> Effect:
    return next(EFFECTS[kind] for kind in type(error).__mro__ if kind in EFFECTS)
