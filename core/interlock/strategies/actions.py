"""What a failure leads to under a configuration's `content`."""

from interlock.errors import (
    ContentPolicyViolation,
    EmptyAnswer,
    MisplacedAnswer,
    OutputInvalid,
    ProviderError,
    RefusedAnswer,
    TruncatedAnswer,
)
from interlock.failures import Action, failure_of
from interlock.types.content import ContentRules

# What of the table of failures the configuration's `content` may change, and to what.
_RULED: tuple[tuple[type[ProviderError], str], ...] = (
    (EmptyAnswer, "empty"),
    (TruncatedAnswer, "truncated"),
    (RefusedAnswer, "refused"),
    (ContentPolicyViolation, "refused"),
    (OutputInvalid, "invalid"),
    (MisplacedAnswer, "misplaced"),
)
_BY_RULE = {
    "retry": Action.RETRY,
    "repair": Action.REPAIR,
    "fall_back": Action.FALL_BACK,
    "fail": Action.END,
}
_DEFAULT = ContentRules()


def action_for(error: ProviderError, content: ContentRules = _DEFAULT) -> Action:
    """What the table of failures says, unless the configuration has a rule of its own for such an answer."""
    for kind, field in _RULED:
        if isinstance(error, kind):
            rule = getattr(content, field)
            if field == "refused" and rule == "fall_back":
                return Action.OTHER_MODEL  # the same model would refuse elsewhere, too
            if rule in _BY_RULE:
                return _BY_RULE[rule]
    return failure_of(type(error)).action
