"""How sure one may be of one answer: an arbiter that verifies says so, or nobody does."""

import asyncio
from collections.abc import Awaitable, Callable
from contextlib import closing
from functools import partial

from interlock.engine.arbitration import value_of
from interlock.engine.asking import SubCalls
from interlock.engine.call import CallState
from interlock.engine.deadline import Deadline
from interlock.engine.jury import Judges, Jury
from interlock.engine.rulings import fault_of
from interlock.errors import (
    GuardrailError,
    InterlockError,
    LogUnavailable,
    PermitError,
    PluginError,
)
from interlock.protocols import Arbiter, ArbitrateCall, Panelist, RandomSource, Ruling
from interlock.types.decisions import Check, Outcome

_LABEL = "A"
# Of the time that the call has left.
_SHARE = 0.5


class Checks:
    """Has answers of one router's cascades verified."""

    def __init__(self, sub_calls: SubCalls) -> None:
        self._sub_calls = sub_calls

    def of(
        self, state: CallState, arbiter: Arbiter, judges: Judges, random: RandomSource
    ) -> Callable[[Check], Awaitable[Outcome]]:
        """What verifies in one call; `judges` are whom it may ask."""
        return partial(self._check, state, arbiter, judges, random)

    async def _check(
        self, state: CallState, arbiter: Arbiter, judges: Judges, random: RandomSource, step: Check
    ) -> Outcome:
        """What the verifier says; nothing where nobody may be asked, or nobody has said anything in time.

        Raises:
            PluginError: the arbiter does not keep to its protocol.
            TotalTimeout: the call is due.
        """
        outcome, answer = step.outcome, step.outcome.answer
        if not judges or answer is None:
            return Outcome(attempt=outcome.attempt)
        now = asyncio.get_running_loop().time()
        due = now + (state.due - now) * _SHARE
        jury = Jury(self._sub_calls, state, judges)
        call = ArbitrateCall(
            request=state.request,
            members=(Panelist(label=_LABEL, answer=answer, parsed=value_of(state.request, answer)),),
            judges=len(judges),
            ask=jury,
            random=random,
            due=due,
        )
        ruling = await _ruling(state, arbiter, call, jury)
        if ruling is None:
            return Outcome(attempt=outcome.attempt)
        return Outcome(attempt=outcome.attempt, checked=ruling.scores.get(_LABEL), flags=tuple(ruling.flags))


async def _ruling(state: CallState, arbiter: Arbiter, call: ArbitrateCall, jury: Jury) -> Ruling | None:
    """What the arbiter says, once it is known to make sense."""
    try:
        with closing(Deadline()) as deadline, deadline.until(call.due, _late):
            ruling = await arbiter.arbitrate(call)
        fault = fault_of(ruling, call)
    except (LogUnavailable, PluginError, GuardrailError, PermitError):
        raise
    except InterlockError:
        if asyncio.get_running_loop().time() >= state.due:
            raise state.too_late() from None
        return None
    except Exception as error:
        raise PluginError(f"the arbiter {arbiter.name} failed with {type(error).__name__}") from error
    finally:
        await jury.aclose()
    if fault is None and not all(0 <= score <= 1 for score in ruling.scores.values()):
        fault = "verified with a score that does not lie between 0 and 1"
    if fault is not None:
        raise PluginError(f"the arbiter {arbiter.name} {fault}")
    return ruling


class _Late(InterlockError):
    """The verifier has had its time."""


def _late() -> InterlockError:
    return _Late("the verifier was not back in time")
