"""What a strategy wants tried next. It may be anybody's code, and ends the call when it fails."""

from interlock.engine.call import CallState
from interlock.errors import PermitError, PluginError
from interlock.protocols import Steps, Strategy, StrategyCall
from interlock.types.decisions import Arbitration, Attempt, Check, Outcome, Race


def steps_of(strategy: Strategy, call: StrategyCall) -> Steps:
    """The strategy under way. Raises PluginError where the strategy fails."""
    try:
        return (yield from strategy.run(call))
    except Exception as error:
        raise PluginError(f"the strategy {strategy.name} failed with {type(error).__name__}") from error


async def next_step(state: CallState) -> Attempt | Race | Arbitration | Check | Outcome | None:
    """What the strategy wants tried after the call's `outcome`, an attempt after the wait that it asks for.

    An Outcome is the strategy's choice among whole answers. None when it has given up.

    Raises:
        PluginError: the strategy failed, or asks for what cannot be tried.
        PermitError: it asks for a deployment that is not on the shortlist.
    """
    try:
        step = next(state.steps) if state.outcome is None else state.steps.send(state.outcome)
    except StopIteration as end:
        chosen = end.value
        if chosen is None or isinstance(chosen, Outcome):
            return chosen
        raise PluginError(f"the strategy chose a {type(chosen).__name__}, not an Outcome") from None
    _check(state, step)
    if isinstance(step, Attempt) and step.delay > 0:
        await state.pause(step.delay)
    return step


def _check(state: CallState, step: Attempt | Race | Arbitration | Check) -> None:
    if isinstance(step, Attempt):
        attempts: tuple[Attempt, ...] = (step,)
    elif isinstance(step, Race):
        attempts = step.attempts
    else:
        arbitrated = isinstance(step, Arbitration) and state.arbitrate is not None
        if arbitrated or (isinstance(step, Check) and state.check is not None):
            return
        raise PluginError(f"the strategy asks for a {type(step).__name__}, not an Attempt or a Race")
    listed = [candidate.deployment for candidate in state.decision.shortlist]
    for attempt in attempts:
        if attempt.deployment not in listed:
            raise PermitError(f"{attempt.deployment} is not on the request's shortlist")
