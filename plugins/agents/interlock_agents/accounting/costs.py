"""What a call of a model may cost, and what it has cost."""

from collections.abc import Sequence
from dataclasses import replace

from interlock import AttemptRecord, Request, Router
from interlock_agents.budgets import Amounts

_MILLION = 1_000_000
_MOMENT = 0.001  # seconds; held so that nothing begins once no time is left


def bound(router: Router, request: Request) -> Amounts:
    """The most that a call may cost, at the price of the dearest that may answer it."""
    decision = router.decide(replace(request))  # observers may do as they like with what is decided on
    written = request.settings.max_tokens or 0
    dearest = 0.0
    for candidate in decision.shortlist:
        price = router.deployments[candidate.deployment].rates
        if price is not None:
            rates = price.of(decision.input_tokens)
            cost = decision.input_tokens * rates.input + written * rates.output
            dearest = max(dearest, cost / _MILLION)
    return Amounts(usd=dearest, tokens=decision.input_tokens + written, seconds=_MOMENT, calls=1)


def spent_on(tried: Sequence[AttemptRecord]) -> Amounts:
    """What all attempts of a call have cost, those that failed included."""
    tokens = sum((each.usage.input_tokens or 0) + (each.usage.output_tokens or 0) for each in tried)
    return Amounts(
        usd=sum(each.cost or 0.0 for each in tried),
        tokens=tokens,
        seconds=sum(each.latency for each in tried),
        calls=1,
    )
