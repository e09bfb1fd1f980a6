"""What came of a run of a tool, as plain values: for artifacts of frameworks and whatever keeps them."""

from typing import Any

from interlock.errors import ApprovalNeeded
from interlock.tools import Question
from interlock.types.tools import ToolOutcome


def outcome_to_plain(outcome: ToolOutcome) -> dict[str, Any]:
    """JSON without the content, which is the model's: `outcome`, `reason`, `retry_after`, `receipt`,
    `truncated`, `more`, `error` with its `kind` and `message`, and `approval`: of a run to which somebody has
    to agree first, what they would be asked.
    """
    error = outcome.error
    asked = error.request if isinstance(error, ApprovalNeeded) else None
    return {
        "outcome": outcome.outcome,
        "reason": outcome.reason,
        "retry_after": outcome.retry_after,
        "receipt": None if outcome.receipt is None else dict(outcome.receipt),
        "truncated": outcome.truncated,
        "more": outcome.more,
        "error": None if error is None else {"kind": type(error).__name__, "message": error.message},
        "approval": None if asked is None else Question(request=asked).about,
    }
