"""What a reply is as an outcome, once its status is known to be good, and what never left."""

from typing import Any

from interlock import ProviderError, RateLimited, ToolOutcome
from interlock.http import HttpReply
from interlock_tools.answers import Answer, text_of
from interlock_tools.operations import Operation

_NO_CONTENT = (204, 205)


def done(operation: Operation, reply: HttpReply, told: Any) -> ToolOutcome:
    """What a 2xx says. Of a write whose answer cannot be read, nobody knows what has come of it."""
    answer = operation.answer
    if not isinstance(answer, Answer):
        return answer(told, reply)
    if reply.status in _NO_CONTENT:
        etag = reply.headers.get("etag")
        content = f"done; its etag is {etag} now" if etag else "done"
        return ToolOutcome(outcome="done", content=content, receipt=answer.receipt_in(told, reply) or None)
    kept = answer.of(told)
    if kept is None:
        return unreadable(operation)
    receipt = answer.receipt_in(told, reply)
    if answer.receipt and not receipt:
        return unreadable(operation)  # JSON, but not of what was to be made
    return ToolOutcome(outcome="done", content=text_of(kept), receipt=receipt or None)


def unreadable(operation: Operation) -> ToolOutcome:
    """A good status, and something else than an answer."""
    content = "the service sent something else than it documents"
    if operation.effect == "read":
        return ToolOutcome(outcome="refused", content=content)
    return ToolOutcome(outcome="unknown", content=content)


def refused(content: str) -> ToolOutcome:
    """Turned down before anything was sent."""
    return ToolOutcome(outcome="refused", reason="not_sent", content=content)


def not_sent(error: ProviderError) -> ToolOutcome:
    """It could not be sent: no connection, or nobody who would let it in."""
    limited = isinstance(error, RateLimited)
    return ToolOutcome(
        outcome="refused",
        reason="limited" if limited else "not_sent",
        content=error.message,
        retry_after=error.retry_after,
        error=error,
    )
