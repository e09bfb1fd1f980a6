"""What each kind of failure leads to: the one table."""

from enum import Enum

from interlock.errors import (
    AnswerTooLarge,
    AttemptTimeout,
    ContentPolicyViolation,
    ContentRejected,
    ContextLengthExceeded,
    EmptyAnswer,
    InvalidRequest,
    OutputInvalid,
    Overloaded,
    PrefillRejected,
    ProtocolError,
    ProviderError,
    RateLimited,
    RefusedAnswer,
    RouterOverloaded,
    SettingRefused,
    TruncatedAnswer,
    Unavailable,
)
from interlock.types.content import ContentRules


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
    AnswerTooLarge: Action.FALL_BACK,  # the same deployment would say as much again
    OutputInvalid: Action.REPAIR,
    PrefillRejected: Action.REPAIR,  # asked again, for the answer from its beginning
    SettingRefused: Action.REPAIR,  # asked again without the setting
    ContentRejected: Action.FALL_BACK,
    RefusedAnswer: Action.END,
    AttemptTimeout: Action.FALL_BACK,  # a silent deployment is not asked twice
    ContextLengthExceeded: Action.OTHER_MODEL,
    ContentPolicyViolation: Action.END,  # a refusal is not routed around
    Overloaded: Action.FALL_BACK,
    RouterOverloaded: Action.END,  # another deployment would find the router as full
    InvalidRequest: Action.FALL_BACK,  # what one vendor cannot take, another may
    ProviderError: Action.FALL_BACK,
}


# What of that the configuration's `content` may change, and to what.
_RULED: tuple[tuple[type[ProviderError], str], ...] = (
    (EmptyAnswer, "empty"),
    (TruncatedAnswer, "truncated"),
    (RefusedAnswer, "refused"),
    (ContentPolicyViolation, "refused"),
    (OutputInvalid, "invalid"),
)
_BY_RULE = {
    "retry": Action.RETRY,
    "repair": Action.REPAIR,
    "fall_back": Action.FALL_BACK,
    "fail": Action.END,
}
_DEFAULT = ContentRules()


def action_for(error: ProviderError, content: ContentRules = _DEFAULT) -> Action:
    """What the table says, unless the configuration has a rule of its own for such an answer."""
    for kind, field in _RULED:
        if isinstance(error, kind):
            rule = getattr(content, field)
            if field == "refused" and rule == "fall_back":
                return Action.OTHER_MODEL  # the same model would refuse elsewhere, too
            if rule in _BY_RULE:
                return _BY_RULE[rule]
    return next(ACTIONS[kind] for kind in type(error).__mro__ if kind in ACTIONS)
