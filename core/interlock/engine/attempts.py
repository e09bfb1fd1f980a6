"""One attempt: checked again, permitted, timed, written down."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from time import perf_counter

from interlock.engine.decide import Decider
from interlock.engine.flight import Flight
from interlock.engine.fold import Fold
from interlock.engine.guards import Guards
from interlock.engine.limits import Limits
from interlock.engine.output import mending, parse
from interlock.engine.records import estimated
from interlock.engine.watch import Watch
from interlock.errors import (
    InterlockError,
    NoLongerAllowed,
    OutputInvalid,
    PermitError,
    ProtocolError,
    ProviderError,
)
from interlock.health import HealthBook
from interlock.http import HttpClient, Permit, origin_of, redacting_logger
from interlock.plugins import PluginHost
from interlock.protocols import Call, Provider
from interlock.types.decisions import Attempt
from interlock.types.models import Deployment
from interlock.types.records import AttemptRecord
from interlock.types.request import Output
from interlock.types.response import Answer, Delta, Usage

_log = redacting_logger("interlock.engine")


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
        health: HealthBook,
        host: PluginHost,
        http: HttpClient,
        guards: Guards,
    ) -> None:
        self._decider = decider
        self._deployments = deployments
        self._providers = providers
        self._health = health
        self._host = host
        self._http = http
        self._guards = guards
        self._origins: dict[str, str | None] = {}
        self._observed = host.observers("interlock_attempt_finished")

    def deployment(self, name: str) -> Deployment:
        return self._deployments[name]

    async def complete(self, flight: Flight, attempt: Attempt) -> Answer:
        """An answer that was accepted, or ProviderError; TotalTimeout when the flight is due."""
        call = self._permit(flight, attempt)
        deployment = call.deployment
        provider = self._providers[deployment.provider]
        now = asyncio.get_running_loop().time()
        limits = Limits(deployment, flight, now)
        watch = Watch()
        ticks = perf_counter()
        failure: InterlockError | None = None
        answer: Answer | None = None
        try:
            with watch.until(*limits.wait("answer", now)):
                answer = await provider.complete(call)
            answer = self._accept(flight, answer)
        except InterlockError as error:
            failure = error
            raise
        except asyncio.CancelledError:
            failure = InterlockError("cancelled by the caller")
            raise
        except Exception as error:
            failure = _stray(deployment, error)
            raise failure from error
        finally:
            call.permit.withdraw()
            watch.close()
            usage = answer.usage if answer else Usage()
            served = answer.served_model if answer else None
            record = flight.draft.attempt(
                deployment, attempt.role, ticks=ticks, error=failure, usage=usage, served_model=served
            )
            self._finished(flight, deployment, failure, record)
        return answer

    async def stream(self, flight: Flight, attempt: Attempt, landing: Landing) -> AsyncGenerator[Delta]:
        """The provider's deltas; when they end without an error, `landing.answer` is the accepted answer."""
        call = self._permit(flight, attempt)
        deployment = call.deployment
        provider = self._providers[deployment.provider]
        fold = Fold(provider.facts.name)
        loop_time = asyncio.get_running_loop().time
        limits = Limits(deployment, flight, loop_time())
        watch = Watch()
        ticks = perf_counter()
        first_token: float | None = None
        failure: InterlockError | None = None
        awaited = "first_token"
        try:
            async with aclosing(provider.stream(call)) as deltas:  # type: ignore[type-var]  # generators have aclose
                step = deltas.__anext__
                while True:
                    try:
                        with watch.until(*limits.wait(awaited, loop_time())):
                            delta = await step()
                    except StopAsyncIteration:
                        break
                    if first_token is None:
                        first_token = perf_counter() - ticks
                        awaited = "between_tokens"
                    fold.add(delta)
                    yield delta
            landing.answer = self._accept(flight, fold.answer())
        except InterlockError as error:
            failure = error
            raise
        except (asyncio.CancelledError, GeneratorExit):
            failure = InterlockError("left by the caller")
            raise
        except Exception as error:
            failure = _stray(deployment, error)
            raise failure from error
        finally:
            call.permit.withdraw()
            watch.close()
            record = flight.draft.attempt(
                deployment,
                attempt.role,
                ticks=ticks,
                error=failure,
                usage=landing.answer.usage if landing.answer else fold.usage,
                served_model=fold.served_model,
                first_token=first_token,
            )
            self._finished(flight, deployment, failure, record)

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
        self._health.began(deployment.id)
        request = flight.request
        if attempt.repair and flight.misfit is not None:
            request = mending(request, flight.misfit)
        return Call(request=request, deployment=deployment, permit=permit, http=self._http)

    def _finished(
        self, flight: Flight, deployment: Deployment, failure: InterlockError | None, record: AttemptRecord
    ) -> None:
        if failure is None or isinstance(failure, ProviderError):
            if isinstance(failure, ProviderError):
                failure.deployment = deployment.id
            self._health.ended(deployment.id, failure)
        else:
            self._health.released(deployment.id)
        if self._observed:
            self._host.notify("interlock_attempt_finished", request=flight.asked, attempt=record)


def _stray(deployment: Deployment, error: Exception) -> ProtocolError:
    """A provider may raise ProviderError alone; anything else is its own fault, and an attempt's failure."""
    _log.error("the provider of %s raised %s", deployment.id, type(error).__name__)
    return ProtocolError(f"the provider of {deployment.id} failed with {type(error).__name__}")
