"""When an attempt has taken too long, and which error says so."""

from collections.abc import Callable
from functools import partial

from interlock.engine.call import CallState
from interlock.errors import (
    AnswerTimeout,
    AttemptTimeout,
    BetweenTokensTimeout,
    FirstTokenTimeout,
    InterlockError,
)
from interlock.types.models import Deployment

_MISSED: dict[str, tuple[type[AttemptTimeout], str]] = {
    "answer": (AnswerTimeout, "no answer"),
    "first_token": (FirstTokenTimeout, "no first token"),
    "between_tokens": (BetweenTokensTimeout, "no further token"),
    "total": (AttemptTimeout, "not finished"),
}
# The share of between_tokens that a finished answer is kept waiting for its usage and its end.
_AFTER_FINISH = 0.1

Limit = tuple[float, Callable[[], InterlockError]]


class Limits:
    """The limits of one attempt that begins at the loop's time `now`.

    Whatever an attempt waits for, it waits no longer than its deployment's total and its call's.
    """

    __slots__ = ("_deployment", "_end", "_waits")

    def __init__(self, deployment: Deployment, state: CallState, now: float) -> None:
        self._deployment = deployment
        own = now + deployment.timeouts.total
        self._end: Limit = (own, partial(_missed, deployment, "total"))
        if state.due <= own:
            self._end = (state.due, state.too_late)
        self._waits: dict[str, tuple[float, Callable[[], InterlockError]]] = {}

    def wait(self, name: str, now: float) -> Limit:
        """The loop's time until which a wait that begins at `now` may last, and what to raise then."""
        known = self._waits.get(name)
        if known is None:
            seconds: float = getattr(self._deployment.timeouts, name)
            known = self._waits[name] = (seconds, partial(_missed, self._deployment, name))
        due = now + known[0]
        return (due, known[1]) if due < self._end[0] else self._end

    def after_finish(self, now: float) -> Limit:
        """How long usage and the stream's end may be waited for, once the answer has said that it is done."""
        due = now + self._deployment.timeouts.between_tokens * _AFTER_FINISH
        return (due, self.wait("between_tokens", now)[1]) if due < self._end[0] else self._end


def _missed(deployment: Deployment, name: str) -> AttemptTimeout:
    kind, what = _MISSED[name]
    seconds = getattr(deployment.timeouts, name)
    return kind(f"{deployment.id}: {what} within {seconds:g} s (timeouts.{name})")
