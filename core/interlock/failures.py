"""What a failed attempt leads to: the one table, with a row for each class of error that needs its own."""

from enum import Enum
from typing import NamedTuple

from interlock.errors import (
    AnswerTooLarge,
    AttemptTimeout,
    AuthenticationError,
    ConnectTimeout,
    ContentPolicyViolation,
    ContentRejected,
    ContextLengthExceeded,
    EmptyAnswer,
    InvalidRequest,
    MisplacedAnswer,
    ModelNotFound,
    NoLongerAllowed,
    OutputInvalid,
    Overloaded,
    PermissionDenied,
    PrefillRejected,
    ProtocolError,
    ProviderError,
    QuotaExceeded,
    RateLimited,
    RefusedAnswer,
    RouterOverloaded,
    SettingRefused,
    Unavailable,
)


class Action(Enum):
    """What a strategy tries next.

    RETRY and REPAIR ask the same deployment, FALL_BACK another, OTHER_MODEL one with another model; END ends
    the call.
    """

    RETRY = "retry"
    REPAIR = "repair"
    FALL_BACK = "fall back"
    OTHER_MODEL = "fall back to another model"
    END = "end"


class Effect(Enum):
    """What health learns of the deployment. NOTHING is the request's own fault, or ours.

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


class Failure(NamedTuple):
    action: Action
    effect: Effect


# In the order of the tree of errors; a class without a row has the one of its nearest parent.
FAILURES: dict[type[ProviderError], Failure] = {
    ProviderError: Failure(Action.FALL_BACK, Effect.SPOILT),
    NoLongerAllowed: Failure(Action.FALL_BACK, Effect.NOTHING),
    Overloaded: Failure(Action.FALL_BACK, Effect.NOTHING),
    RouterOverloaded: Failure(Action.END, Effect.NOTHING),  # another deployment would find it as full
    AuthenticationError: Failure(Action.FALL_BACK, Effect.PARK),
    PermissionDenied: Failure(Action.FALL_BACK, Effect.REFUSE),
    QuotaExceeded: Failure(Action.FALL_BACK, Effect.REFUSE),
    RateLimited: Failure(Action.RETRY, Effect.THROTTLE),
    ModelNotFound: Failure(Action.FALL_BACK, Effect.REFUSE),
    InvalidRequest: Failure(Action.FALL_BACK, Effect.NOTHING),  # what one vendor cannot take, another may
    ContextLengthExceeded: Failure(Action.OTHER_MODEL, Effect.NOTHING),
    PrefillRejected: Failure(Action.REPAIR, Effect.NOTHING),  # for the answer from its beginning
    SettingRefused: Failure(Action.REPAIR, Effect.NOTHING),  # without the setting
    ContentPolicyViolation: Failure(Action.END, Effect.NOTHING),  # a refusal is not routed around
    Unavailable: Failure(Action.RETRY, Effect.DOWN),
    ProtocolError: Failure(Action.RETRY, Effect.SPOILT),
    AnswerTooLarge: Failure(Action.FALL_BACK, Effect.SPOILT),  # the same deployment would say as much again
    OutputInvalid: Failure(Action.REPAIR, Effect.SPOILT),
    ContentRejected: Failure(Action.FALL_BACK, Effect.NOTHING),
    EmptyAnswer: Failure(Action.FALL_BACK, Effect.SPOILT),
    RefusedAnswer: Failure(Action.END, Effect.NOTHING),
    MisplacedAnswer: Failure(Action.END, Effect.NOTHING),  # nor is a breach
    AttemptTimeout: Failure(Action.FALL_BACK, Effect.SILENT),  # a silent deployment is not asked twice
    ConnectTimeout: Failure(Action.FALL_BACK, Effect.DOWN),
}


def failure_of(kind: type[ProviderError]) -> Failure:
    """The row of a class of errors, or of the nearest one that it derives from: a plugin's own, too."""
    return next(FAILURES[parent] for parent in kind.__mro__ if parent in FAILURES)
