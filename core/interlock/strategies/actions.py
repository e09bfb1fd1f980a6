"""What each kind of failure leads to: the one table."""

from enum import Enum

from interlock.errors import (
    AttemptTimeout,
    ContentPolicyViolation,
    ContextLengthExceeded,
    InvalidRequest,
    OutputInvalid,
    ProtocolError,
    ProviderError,
    RateLimited,
    Unavailable,
)


class Action(Enum):
    """What comes next.

    RETRY and REPAIR ask the same deployment, FALL_BACK another, OTHER_MODEL one with another model; END ends
    the call.
    """

    RETRY = "retry"
    REPAIR = "repair"
    FALL_BACK = "fall back"
    OTHER_MODEL = "fall back to another model"
    END = "end"


# The most specific class that stands here decides.
ACTIONS: dict[type[ProviderError], Action] = {
    RateLimited: Action.RETRY,
    Unavailable: Action.RETRY,
    ProtocolError: Action.RETRY,
    OutputInvalid: Action.REPAIR,
    AttemptTimeout: Action.FALL_BACK,  # a silent deployment is not asked twice
    ContextLengthExceeded: Action.OTHER_MODEL,
    ContentPolicyViolation: Action.END,  # a refusal is not routed around
    InvalidRequest: Action.FALL_BACK,  # what one vendor cannot take, another may
    ProviderError: Action.FALL_BACK,
}


def action_for(error: ProviderError) -> Action:
    return next(ACTIONS[kind] for kind in type(error).__mro__ if kind in ACTIONS)
