"""One way to ask a model on behalf of a call that is under way."""

from collections.abc import Generator
from dataclasses import replace

from interlock.engine.call import CallState
from interlock.engine.guarding.guards import Guards
from interlock.engine.rescue import UNHEARD
from interlock.engine.run import Run
from interlock.engine.steps import steps_of
from interlock.protocols import Steps, Strategy, StrategyCall
from interlock.requests.checking import as_request
from interlock.requests.output import bare
from interlock.strategies.races import in_turn
from interlock.types.decisions import Attempt, AttemptRole, Candidate, Outcome
from interlock.types.messages import Text
from interlock.types.request import Output, Request
from interlock.types.response import Answer


class SubCalls:
    """Asks what the call's own shortlist allows and nobody else, each deployment once and one at a time.

    Each attempt has a permit of its own, counts in the call's budget, ends with the call's time, and is
    written down in the call's record. What is asked is sealed for whom the call is, and the answer
    stays as it comes.
    """

    def __init__(self, run: Run, strategy: Strategy, guards: Guards | None) -> None:
        self._run = run
        self._strategy = strategy
        self._guards = guards

    async def ask(self, state: CallState, request: Request, role: AttemptRole) -> Answer:
        """The first answer, of whoever the call may ask.

        Raises:
            ProviderError, AllAttemptsFailed: nobody has answered.
            TotalTimeout: the call is due.
        """
        return (await self.ask_among(state, request, role, state.decision.shortlist))[1]

    async def ask_among(
        self, state: CallState, request: Request, role: AttemptRole, shortlist: tuple[Candidate, ...]
    ) -> tuple[Attempt, Answer]:
        """The first answer and whose it is, of a part of the call's shortlist. Where the request has an
        output, the answer's text is JSON that fits it and nothing else.
        """
        request = as_request(request, {})
        inner = replace(
            state,
            given=request,
            request=request,
            kept={},
            guarded=False,
            misfits={},
            outcome=None,
            panel=None,
            arbitrate=None,
            check=None,
            sealed_alike=False,
            progress=None,
            role=role,
        )
        if self._guards is not None:
            inner.request, inner.unsealed = await self._guards.sealed(state, request, role)
        call = StrategyCall(shortlist=shortlist, retries=0, random=lambda: 0.0)
        inner.steps = _in_role(in_turn(steps_of(self._strategy, call)), role)
        async for _ in self._run(inner, UNHEARD):
            pass
        attempt, answer, _ = inner.answered
        if isinstance(request.output, Output) and (text := bare(answer.text)) != answer.text:
            answer = replace(answer, parts=(Text(text),))
        return attempt, answer


def _in_role(steps: Generator[Attempt, Outcome, None], role: AttemptRole) -> Steps:
    outcome: Outcome | None = None
    while True:
        try:
            step = next(steps) if outcome is None else steps.send(outcome)
        except StopIteration:
            return None
        outcome = yield replace(step, role=role, delay=0.0)
