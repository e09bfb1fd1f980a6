"""The whole of a call: decide, try what the strategy says, answer or fail with every attempt listed."""

import asyncio

from interlock.engine.attempts import Attempts
from interlock.engine.decide import Decider
from interlock.engine.flight import Flight, Steps
from interlock.engine.guards import Guards
from interlock.engine.records import RecordDraft, Ring
from interlock.engine.refining import Refinery
from interlock.engine.rescue import MODES
from interlock.errors import (
    AllAttemptsFailed,
    InterlockError,
    NoDeployment,
    ProviderError,
    RequestError,
)
from interlock.plugins import PluginHost
from interlock.protocols import RandomSource, Responded, Strategy, StrategyCall
from interlock.types.decisions import Attempt, Classification, Decision, Outcome, Race
from interlock.types.models import Deployment, Timeouts
from interlock.types.names import nearest
from interlock.types.records import Record
from interlock.types.request import Request
from interlock.types.response import Answer, Response


class Engine:
    """Runs calls. One serves every event loop and thread of its router."""

    def __init__(
        self,
        *,
        decider: Decider,
        attempts: Attempts,
        strategy: Strategy,
        refinery: Refinery,
        guards: Guards,
        host: PluginHost,
        records: Ring,
        timeouts: Timeouts,
        retries: int,
        rescue: str,
        random: RandomSource,
    ) -> None:
        self.decider = decider
        self.attempts = attempts
        self.records = records
        self._rescue = rescue
        self._guards = guards
        self._strategy = strategy
        self._refinery = refinery
        self._host = host
        self._timeouts = timeouts
        self._retries = retries
        self._random = random
        self._sees_decisions = host.observers("interlock_decided")
        self._sees_responses = host.observers("interlock_responded")

    def decide(self, request: Request, opinion: tuple[Classification, str] | None = None) -> Decision:
        decision = self.decider.decide(request, opinion)
        if self._sees_decisions:
            self._host.notify("interlock_decided", request=request, decision=decision)
        return decision

    async def complete(self, request: Request) -> Response:
        flight = await self.take_off(request, streamed=False)
        try:
            deployment, answer = await self._answer(flight)
        except BaseException as error:
            self.failed(flight, error)
            raise
        return self.landed(flight, deployment, answer)

    async def take_off(self, request: Request, *, streamed: bool) -> Flight:
        """Decide and get ready. A call that may go nowhere is recorded and ends here, in NoDeployment."""
        if request.ensemble is not None:
            raise RequestError("this version runs no ensembles", key="ensemble")
        decision = self.decide(request)
        guarded, kept = self._guards.before(request)
        flight = Flight(
            asked=request,
            request=guarded,
            kept=kept,
            decision=decision,
            draft=RecordDraft(decision, request.metadata, streamed=streamed),
            due=asyncio.get_running_loop().time() + self._timeouts.total,
            total=self._timeouts.total,
            steps=self._steps(decision),
        )
        if self._refinery.wanted(flight):
            await self._refine(flight)
        if not flight.decision.shortlist:
            error = NoDeployment("no deployment may serve this request", excluded=flight.decision.excluded)
            self.failed(flight, error)
            raise error
        return flight

    async def _refine(self, flight: Flight) -> None:
        """Decide again when a classifier that asks a model is surer than the local ones."""
        try:
            opinion = await self._refinery.refine(flight)
        except BaseException as error:
            self.failed(flight, error)
            raise
        if opinion is not None and self.decider.knows(opinion[0].task):
            flight.decision = flight.draft.decision = self.decide(flight.asked, opinion)
            flight.steps = self._steps(flight.decision)

    def _steps(self, decision: Decision) -> Steps:
        call = StrategyCall(shortlist=decision.shortlist, retries=self._retries, random=self._random)
        return self._strategy.run(call)

    async def next_attempt(self, flight: Flight, outcome: Outcome | None) -> Attempt | None:
        """What the strategy wants tried now, after the wait that it asks for; None when it has given up."""
        try:
            step = next(flight.steps) if outcome is None else flight.steps.send(outcome)
        except StopIteration:
            return None
        if isinstance(step, Race):
            raise TypeError("this version's engine runs no races")
        if step.delay > 0:
            loop_time = asyncio.get_running_loop().time()
            if loop_time + step.delay >= flight.due:
                await asyncio.sleep(max(0.0, flight.due - loop_time))
                raise flight.too_late()
            await asyncio.sleep(step.delay)
        return step

    async def _answer(self, flight: Flight) -> tuple[Deployment, Answer]:
        outcome: Outcome | None = None
        while (attempt := await self.next_attempt(flight, outcome)) is not None:
            try:
                answer = await self.attempts.complete(flight, attempt)
            except ProviderError as error:
                outcome = Outcome(attempt=attempt, error=error)
                continue
            return self.attempts.deployment(attempt.deployment), answer
        raise exhausted(flight, outcome)

    def delivery_mode(self, request: Request) -> str:
        """How a stream is delivered; guardrails see whole answers only, and so nothing before its end."""
        mode = request.rescue or self._rescue
        if mode not in MODES:
            raise RequestError(
                f"{mode!r} is no way to rescue a stream; there are {', '.join(MODES)}.",
                key="rescue",
                suggestion=nearest(mode, MODES),
            )
        return "hold" if self._guards else mode

    def landed(self, flight: Flight, deployment: Deployment, answer: Answer) -> Response:
        """The response, its record kept and observed."""
        record = flight.draft.finish(deployment)
        response = flight.response(deployment, answer, record)
        self._keep(flight, record, response)
        return response

    def failed(self, flight: Flight, error: BaseException) -> None:
        """Keep the record of a call that ended without an answer, and list its attempts on the error."""
        if isinstance(error, InterlockError):
            error.attempts = flight.draft.attempts
        self._keep(flight, flight.draft.finish(error=error), None)

    def _keep(self, flight: Flight, record: Record, response: Response | None) -> None:
        self.records.put(record)
        if self._sees_responses:
            self._host.notify(
                "interlock_responded",
                request=flight.asked,
                responded=Responded(record=record, response=response),
            )


def exhausted(flight: Flight, outcome: Outcome | None) -> InterlockError:
    """The error for a call whose strategy gave up: the only deployment's own, or one that names them all."""
    last = outcome.error if outcome else None
    if last is None:
        return NoDeployment("no deployment may serve this request", excluded=flight.decision.excluded)
    tried = {attempt.deployment: attempt.error for attempt in flight.draft.attempts}
    if len(tried) == 1:
        return last
    causes = "".join(f"\n  {deployment}: {error}" for deployment, error in tried.items())
    error = AllAttemptsFailed(f"none of {len(tried)} deployments answered:{causes}")
    error.__cause__ = last
    return error
