"""One attempt: checked again, permitted, timed, written down."""

import asyncio
from collections.abc import AsyncGenerator, Mapping
from contextlib import ExitStack, closing
from dataclasses import replace
from itertools import count
from time import perf_counter
from typing import Any

from interlock.engine.attempting.bounds import bounded, overlaid
from interlock.engine.attempting.call_log import CallLog
from interlock.engine.attempting.concurrency import AT_ONCE, ConcurrencyLimits, Slot
from interlock.engine.attempting.contents import check_calls, check_content, check_place
from interlock.engine.attempting.embedding import embedded
from interlock.engine.attempting.limits import Limits
from interlock.engine.attempting.provider_stream import ProviderStream
from interlock.engine.attempting.recorder import AttemptRecorder, AttemptScope
from interlock.engine.attempting.shared_budgeting import SharedBudgeting
from interlock.engine.attempting.unhurried import unhurried
from interlock.engine.call import AttemptState, CallState
from interlock.engine.deadline import Deadline
from interlock.engine.deciding.decide import Decider
from interlock.engine.deciding.exclusions import AllowedTreatment, Exclusion
from interlock.engine.guarding.guards import Guards
from interlock.engine.rescue import prefilled
from interlock.errors import AttemptTimeout, NoLongerAllowed, OutputInvalid, PermitError, TotalTimeout
from interlock.fold import Fold
from interlock.health import RefusedSettings, without
from interlock.http import HttpClient, Permit, origin_of
from interlock.protocols import Provider, ProviderCall
from interlock.records.costs import estimated
from interlock.requests.output import mending, parse
from interlock.types.content import ContentRules
from interlock.types.decisions import Attempt
from interlock.types.embeddings import EmbeddingRequest
from interlock.types.models import Deployment
from interlock.types.provenance import signed
from interlock.types.request import Output
from interlock.types.response import Answer, Delta

_AT_WORK = Delta()
_NO_PINS: Mapping[str, Any] = {}
# Deltas. A provider that has them ready never waits, and nor would the loop's other tasks ever have a turn.
_BREATH = 64


class Attempts:
    """Runs attempts for the calls of one router."""

    def __init__(
        self,
        *,
        decider: Decider,
        deployments: Mapping[str, Deployment],
        providers: Mapping[str, Provider],
        recorder: AttemptRecorder,
        http: HttpClient,
        guards: Guards | None,
        content: ContentRules,
        refused: RefusedSettings,
        concurrency: ConcurrencyLimits | None = None,
        log: CallLog | None = None,
        ledger: SharedBudgeting | None = None,
    ) -> None:
        self._decider = decider
        self._deployments = deployments
        self._providers = providers
        self._recorder = recorder
        self._http = http
        self._guards = guards
        self._content = content
        self._refused = refused
        self._concurrency = concurrency
        self._log = log
        self._ledger = ledger
        self._at_once = concurrency is None and log is None
        self._origins: dict[str, str | None] = {}

    def deployment(self, name: str) -> Deployment:
        return self._deployments[name]

    def goes_on(self, name: str) -> bool:
        """Whether a deployment's model takes an answer begun and goes on with it."""
        return "prefill" in self._deployments[name].card.capabilities

    async def complete(self, state: CallState, attempt: Attempt, progress: AttemptState) -> Answer:
        """An answer that was accepted, or ProviderError; TotalTimeout when the call is due."""
        slot = AT_ONCE if self._at_once else await self._admitted(state, attempt, progress)
        with (
            slot,
            AttemptScope(
                self._recorder, state, attempt, self._permit(state, attempt, progress), progress
            ) as scope,
        ):
            if self._ledger is not None:
                await self._ledger.reserve(scope)
            call = scope.call
            provider = self._providers[call.deployment.provider]
            deadline = Deadline()
            now = deadline.time()
            try:
                with deadline.until(*Limits(call.deployment, state, now).wait("answer", now)):
                    if isinstance(call.request, EmbeddingRequest):
                        answer = await scope.carried(embedded)(provider, call, call.request, progress)
                    else:
                        answer = _marked(await scope.carried(provider.complete)(call), call.deployment)
                    answer = scope.masked(answer)
            finally:
                deadline.close()
            scope.answer, scope.usage, scope.served_model = answer, answer.usage, answer.served_model
            self._make_way(slot)
            answer = await self._accept(state, attempt, call, answer, progress)
            scope.usage = answer.usage
        return answer

    async def stream(
        self, state: CallState, attempt: Attempt, progress: AttemptState
    ) -> AsyncGenerator[Delta]:
        """The provider's deltas; when they end without an error, `progress.answer` is the accepted answer."""
        slot = AT_ONCE if self._at_once else await self._admitted(state, attempt, progress)
        with (
            slot,
            AttemptScope(
                self._recorder,
                state,
                attempt,
                self._permit(state, attempt, progress),
                progress,
                streamed=True,
            ) as scope,
            closing(Deadline()) as deadline,
        ):
            if self._ledger is not None:
                await self._ledger.reserve(scope)
            call = scope.call
            provider = self._providers[call.deployment.provider]
            loop_time = deadline.time
            began = loop_time()
            limits = Limits(call.deployment, state, began)
            progress.fold = fold = Fold(provider.facts.name, call.deployment.largest_answer)
            if progress.prefix:
                fold.add(Delta(progress.prefix))
            strict = self._content.misplaced != "accept"
            window = None if self._guards is None else self._guards.window(state, progress.id)
            async with ProviderStream(provider.stream(call), scope, deadline) as deltas:
                step = scope.carried(deltas.__anext__)
                limit = limits.wait("first_token", began)
                for number in count(1):
                    if number % _BREATH == 0:
                        await asyncio.sleep(0)
                    try:
                        with deadline.until(*limit):
                            delta = await step()
                    except StopAsyncIteration:
                        if deadline.left and not fold.finished:
                            raise asyncio.CancelledError from None
                        break
                    except (AttemptTimeout, TotalTimeout):
                        if not fold.settled:
                            raise
                        break  # the answer is whole; only its connection was left open
                    fold.add(delta)
                    if strict and delta.evidenced is not None:
                        check_place(call.deployment, progress, delta.evidenced, fold.text)
                    scope.usage, scope.served_model = fold.usage, fold.served_model
                    if scope.first_token is None and speaks(delta):
                        scope.spoke()
                    yield delta if window is None else window.take(delta)
                    if fold.finished:
                        limit = limits.after_finish(loop_time())
                    elif scope.first_token is not None:
                        limit = limits.wait("between_tokens", loop_time())
            scope.answer = scope.masked(_marked(await unhurried(fold.size, fold.answer), call.deployment))
            self._make_way(slot)
            answer = await self._accept(state, attempt, call, scope.answer, progress)
            scope.usage = answer.usage
            if window is not None:
                yield window.rest()

    async def _admitted(self, state: CallState, attempt: Attempt, progress: AttemptState) -> Slot:
        """The attempt's slot, once the log has what it must have before the attempt is permitted."""
        limits = self._concurrency
        slot = AT_ONCE if limits is None else await limits.slot(state, attempt, progress)
        if self._log is None:
            return slot
        with ExitStack() as leaving:
            leaving.enter_context(slot)
            if progress.id is None:
                progress.id = state.draft.number()
            deployment = self._deployments[attempt.deployment]
            if deployment.pins:
                bound = self._decider.bound(state.asked, state.kept_to, state.decision)
                progress.pinned = self._decider.pin(deployment, bound, state.sensed) or None
            await self._log.attempt(state, attempt, progress, deployment)
            leaving.pop_all()
        return slot

    def _make_way(self, slot: Slot) -> None:
        """The vendor is done: what guardrails ask a model about its answer may need the place."""
        if self._guards is not None and self._guards.asks:
            slot.leave()

    async def _accept(
        self,
        state: CallState,
        attempt: Attempt,
        call: ProviderCall,
        answer: Answer,
        progress: AttemptState,
    ) -> Answer:
        """The answer, still sealed; its output parsed, its usage known or estimated."""
        if attempt.confidence and state.given.settings.logprobs is None and "logprobs" in answer.extra:
            extra = {key: value for key, value in answer.extra.items() if key != "logprobs"}
            answer = replace(answer, extra=extra)  # the caller has not asked for them
        if answer.evidenced is not None and self._content.misplaced != "accept":
            check_place(call.deployment, progress, answer.evidenced, answer.text)
        if not isinstance(call.request, EmbeddingRequest):
            check_content(self._content, state.request, answer)
            check_calls(state.request, call, answer)
        guards = self._guards
        if guards is not None:
            answer = await guards.admit(state, answer, progress.id)
        output = state.request.output
        if isinstance(output, Output) and answer.finish_reason != "refusal" and not answer.tool_calls:
            try:
                text = answer.text
                if guards is None:
                    progress.parsed = await unhurried(len(text), parse, output, text)
                else:
                    progress.parsed = await unhurried(len(text), guards.parsed, output, state, answer)
            except OutputInvalid as misfit:
                state.misfits[attempt.member, attempt.deployment, progress.treatment] = misfit
                raise
        usage = answer.usage
        if usage.input_tokens is None or usage.output_tokens is None:
            usage = estimated(usage, state.decision.input_tokens, answer)
            answer = replace(answer, usage=usage)
        progress.answer = answer
        return answer

    def _permit(self, state: CallState, attempt: Attempt, progress: AttemptState) -> ProviderCall:
        """Check the constraints once more, and only then mint the permit."""
        if attempt.deployment not in [candidate.deployment for candidate in state.decision.shortlist]:
            raise PermitError(f"{attempt.deployment} is not on the request's shortlist")
        deployment = self._deployments[attempt.deployment]
        progress.id = number = state.draft.number() if progress.id is None else progress.id
        bound = self._decider.bound(state.asked, state.kept_to, state.decision)
        if deployment.pins:
            progress.pinned = self._decider.pin(deployment, bound, state.sensed) or None
        progress.bound = self._decider.bound_at(bound, deployment, state.sensed)
        found = self._decider.recheck(state.judged, bound, state.decision, deployment, state.sensed)
        if isinstance(found, AllowedTreatment):
            found = _still(found, state, progress)
        if isinstance(found, Exclusion):
            error = NoLongerAllowed(f"{deployment.id} was allowed and is no longer: {found.sentence}")
            record = state.draft.attempt(
                number,
                deployment,
                attempt.role,
                ticks=perf_counter(),
                error=error,
                parent=progress.parent,
                member=attempt.member,
            )
            if state.trace is not None:
                state.trace.refused(deployment, record)
            if self._log is not None:
                self._log.ended(state, record)
            raise error
        # Answers that are compared, or may be put together, are asked for in the same words.
        progress.treatment = "sealed" if state.sealed_alike and state.is_sealed else found.treatment
        state.opened = state.opened or state.is_open(progress)
        if deployment.id not in self._origins:
            facts = self._providers[deployment.provider].facts
            self._origins[deployment.id] = None if facts.in_process else origin_of(deployment.base_url)
        pins = deployment.pins[progress.pinned] if progress.pinned else _NO_PINS
        permit = Permit(deployment=deployment.id, origin=self._origins[deployment.id], pins=pins)
        request = state.treated(progress.treatment)
        kind = (attempt.member, deployment.id, progress.treatment)
        if attempt.repair and (misfit := state.misfits.get(kind)) is not None:
            request = mending(request, misfit)
        elif progress.prefix:
            request = prefilled(request, progress.prefix)
        if attempt.member is not None and state.panel is not None:
            own = state.panel.settings.get(attempt.member)
            request = request if own is None else replace(request, settings=overlaid(request.settings, own))
        if attempt.confidence and request.settings.logprobs is None:
            request = replace(request, settings=replace(request.settings, logprobs=0))
        if refused := self._refused.among(deployment.id, request):
            request = without(request, refused)
        request, lowered = bounded(request, deployment)
        call = ProviderCall(request=request, deployment=deployment, permit=permit, http=self._http, pins=pins)
        for setting in lowered:
            value = getattr(request.settings, setting)
            call.adjust(setting, f"sent as {value}; the model's answers are no longer")
        for setting in refused:
            call.adjust(setting, "left out; the vendor has refused it before")
        return call


def _still(
    allowed: AllowedTreatment, state: CallState, progress: AttemptState
) -> Exclusion | AllowedTreatment:
    """What is allowed, unless what would go is not sealed as it must be."""
    if allowed.seal is not None and state.unsealed:
        what = "a guardrail that seals was passed over"
        return Exclusion(allowed.seal.rule, f"only sealed, and {what}: {allowed.seal.sentence}")
    if allowed.treatment == "sealed" and state.opened and progress.prefix:
        return Exclusion("treatment", "only sealed, and the answer that it would go on from is not")
    return allowed


def _marked(answer: Answer, deployment: Deployment) -> Answer:
    """The answer, its signatures marked with the endpoint that can check them."""
    parts = signed(answer.parts, deployment)
    return answer if parts is answer.parts else replace(answer, parts=parts)


def speaks(delta: Delta) -> bool:
    """Whether a delta is a token; some vendors open a stream with an id and a role, and then think."""
    said = delta.text or delta.reasoning or delta.tool_calls or delta.refusal or delta.media
    return bool(said or delta.finish_reason) or delta == _AT_WORK
