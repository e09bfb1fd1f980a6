"""One after the other, best first; each retried a little before the next."""

from collections.abc import Generator

from interlock.errors import ProviderError, RateLimited
from interlock.failures import Action
from interlock.protocols import StrategyCall
from interlock.strategies.actions import action_for
from interlock.types.decisions import Attempt, Outcome, Race

_FIRST_WAIT = 0.25
_LONGEST_WAIT = 8.0
PATIENCE = 30.0
"""Seconds that a call waits when the vendor asks for it, and only where there is nobody else to ask."""


class Fallback:
    """The default strategy."""

    api = 1
    name = "fallback"

    def run(self, call: StrategyCall) -> Generator[Attempt | Race, Outcome, None]:
        barred: set[str] = set()  # models for which the request is too long
        for index, candidate in enumerate(call.shortlist):
            if candidate.model in barred:
                continue
            last = index == len(call.shortlist) - 1
            retries, repaired = 0, set[type[ProviderError]]()
            attempt = Attempt(deployment=candidate.deployment)
            while True:
                error = (yield attempt).error
                action = Action.END if error is None else action_for(error, call.content)
                if error is None or action is Action.END:
                    return
                if action is Action.OTHER_MODEL:
                    barred.add(candidate.model)
                if action is Action.REPAIR and type(error) not in repaired:
                    repaired.add(type(error))  # each kind of repair is tried once
                    attempt = Attempt(deployment=candidate.deployment, repair=True)
                    continue
                again = action is Action.RETRY and not error.late
                wait = _wait(error, retries, call, last=last) if again else None
                if wait is None or retries == call.retries or not call.may_retry(candidate.deployment):
                    break
                retries += 1
                attempt = Attempt(deployment=candidate.deployment, delay=wait)


def _wait(error: ProviderError, retry: int, call: StrategyCall, *, last: bool) -> float | None:
    """Seconds before the next retry, or None when falling back is better than waiting."""
    if error.retry_after is not None:
        return error.retry_after if error.retry_after <= (PATIENCE if last else 0.0) else None
    base = _FIRST_WAIT * (4 if isinstance(error, RateLimited) else 1)
    return call.random() * min(_LONGEST_WAIT, base * 2.0**retry)
