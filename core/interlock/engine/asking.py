"""One way to ask a model on behalf of a call that is under way."""

from collections.abc import Generator
from dataclasses import replace

from interlock.engine.call import CallState, Steps
from interlock.engine.guarding.guards import Guards
from interlock.engine.rescue import UNHEARD
from interlock.engine.run import Run
from interlock.engine.steps import steps_of
from interlock.protocols import Strategy, StrategyCall
from interlock.strategies.races import in_turn
from interlock.types.decisions import Attempt, AttemptRole, Outcome
from interlock.types.request import Request
from interlock.types.response import Answer


class SubCalls:
    """Asks what the call's own shortlist allows and nobody else, each deployment once and one at a time.

    Each attempt has a permit of its own, counts in the call's budget, ends with the call's time, and is
    written down in the call's record. What is asked is sealed, and the answer stays so.
    """

    def __init__(self, run: Run, strategy: Strategy, guards: Guards | None) -> None:
        self._run = run
        self._strategy = strategy
        self._guards = guards

    async def ask(self, state: CallState, request: Request, role: AttemptRole) -> Answer:
        """The first answer.

        Raises:
            ProviderError, AllAttemptsFailed: nobody has answered.
            TotalTimeout: the call is due.
        """
        if self._guards is not None:
            request = await self._guards.sealed(state, request, role)
        inner = replace(state, request=request, kept={}, guarded=False, misfits={}, outcome=None)
        call = StrategyCall(shortlist=state.decision.shortlist, retries=0, random=lambda: 0.0)
        inner.steps = _in_role(in_turn(steps_of(self._strategy, call)), role)
        async for _ in self._run(inner, UNHEARD):
            pass
        return inner.answered[1]


def _in_role(steps: Generator[Attempt, Outcome, None], role: AttemptRole) -> Steps:
    outcome: Outcome | None = None
    while True:
        try:
            step = next(steps) if outcome is None else steps.send(outcome)
        except StopIteration:
            return None
        outcome = yield replace(step, role=role, delay=0.0)
