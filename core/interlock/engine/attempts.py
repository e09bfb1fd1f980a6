"""One attempt: checked again, permitted, timed, written down."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing, closing
from dataclasses import dataclass, replace
from time import perf_counter

from interlock.engine.decide import Decider
from interlock.engine.flight import Flight
from interlock.engine.fold import Fold
from interlock.engine.guards import Guards
from interlock.engine.limits import Limits
from interlock.engine.logbook import Logbook
from interlock.engine.output import mending, parse
from interlock.engine.records import estimated
from interlock.engine.watch import Watch
from interlock.errors import BetweenTokensTimeout, NoLongerAllowed, OutputInvalid, PermitError
from interlock.http import HttpClient, Permit, origin_of
from interlock.protocols import Call, Provider
from interlock.types.decisions import Attempt
from interlock.types.models import Deployment
from interlock.types.request import Output
from interlock.types.response import Answer, Delta

_AT_WORK = Delta()


@dataclass(slots=True)
class Landing:
    """Where a stream leaves its whole answer."""

    answer: Answer | None = None


class Attempts:
    """Runs attempts for the calls of one router."""

    def __init__(
        self,
        *,
        decider: Decider,
        deployments: Mapping[str, Deployment],
        providers: Mapping[str, Provider],
        logbook: Logbook,
        http: HttpClient,
        guards: Guards,
    ) -> None:
        self._decider = decider
        self._deployments = deployments
        self._providers = providers
        self._logbook = logbook
        self._http = http
        self._guards = guards
        self._origins: dict[str, str | None] = {}

    def deployment(self, name: str) -> Deployment:
        return self._deployments[name]

    async def complete(self, flight: Flight, attempt: Attempt) -> Answer:
        """An answer that was accepted, or ProviderError; TotalTimeout when the flight is due."""
        call = self._permit(flight, attempt)
        provider = self._providers[call.deployment.provider]
        now = asyncio.get_running_loop().time()
        with self._logbook.entry(flight, attempt, call) as entry, closing(Watch()) as watch:
            with watch.until(*Limits(call.deployment, flight, now).wait("answer", now)):
                answer = await provider.complete(call)
            entry.usage, entry.served_model = answer.usage, answer.served_model
            answer = self._accept(flight, answer)
            entry.usage = answer.usage
        return answer

    async def stream(self, flight: Flight, attempt: Attempt, landing: Landing) -> AsyncGenerator[Delta]:
        """The provider's deltas; when they end without an error, `landing.answer` is the accepted answer."""
        call = self._permit(flight, attempt)
        provider = self._providers[call.deployment.provider]
        loop_time = asyncio.get_running_loop().time
        began = loop_time()
        limits = Limits(call.deployment, flight, began)
        fold = Fold(provider.facts.name)
        with self._logbook.entry(flight, attempt, call) as entry, closing(Watch()) as watch:
            async with aclosing(provider.stream(call)) as deltas:  # type: ignore[type-var]  # generators have aclose
                step = deltas.__anext__
                limit = limits.wait("first_token", began)
                while True:
                    try:
                        with watch.until(*limit):
                            delta = await step()
                    except StopAsyncIteration:
                        break
                    except BetweenTokensTimeout:
                        if not fold.finished:
                            raise
                        break  # the answer is whole; only its connection was left open
                    fold.add(delta)
                    entry.usage, entry.served_model = fold.usage, fold.served_model
                    if entry.first_token is None and _speaks(delta):
                        entry.spoke()
                    yield delta
                    if fold.finished:
                        limit = limits.after_finish(loop_time())
                    elif entry.first_token is not None:
                        limit = limits.wait("between_tokens", loop_time())
            landing.answer = self._accept(flight, fold.answer())
            entry.usage = landing.answer.usage

    def _accept(self, flight: Flight, answer: Answer) -> Answer:
        """The answer as guardrails leave it, its output parsed and its usage known or estimated."""
        answer = self._guards.after(flight.request, answer, flight.kept)
        output = flight.request.output
        if isinstance(output, Output) and answer.finish_reason != "refusal" and not answer.tool_calls:
            try:
                flight.parsed = parse(output, answer.text)
            except OutputInvalid as misfit:
                flight.misfit = misfit
                raise
        usage = answer.usage
        if usage.input_tokens is None or usage.output_tokens is None:
            usage = estimated(usage, flight.decision.input_tokens, answer)
            answer = replace(answer, usage=usage)
        return answer

    def _permit(self, flight: Flight, attempt: Attempt) -> Call:
        """Check the constraints once more, and only then mint the permit."""
        if all(candidate.deployment != attempt.deployment for candidate in flight.decision.shortlist):
            raise PermitError(f"{attempt.deployment} is not on the request's shortlist")
        deployment = self._deployments[attempt.deployment]
        rule = self._decider.recheck(flight.asked, flight.decision, deployment)
        if rule is not None:
            error = NoLongerAllowed(f"{deployment.id} was allowed and is no longer: {rule}")
            flight.draft.attempt(deployment, attempt.role, ticks=perf_counter(), error=error)
            raise error
        if deployment.id not in self._origins:
            facts = self._providers[deployment.provider].facts
            self._origins[deployment.id] = None if facts.in_process else origin_of(deployment.base_url)
        permit = Permit(deployment=deployment.id, origin=self._origins[deployment.id])
        request = flight.request
        if attempt.repair and flight.misfit is not None:
            request = mending(request, flight.misfit)
        return Call(request=request, deployment=deployment, permit=permit, http=self._http)


def _speaks(delta: Delta) -> bool:
    """Whether a delta is a token; some vendors open a stream with an id and a role, and then think."""
    said = delta.text or delta.reasoning or delta.tool_calls or delta.refusal or delta.media
    return bool(said or delta.finish_reason) or delta == _AT_WORK
