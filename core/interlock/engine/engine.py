"""The whole of a call: decide, try what the strategy says, answer or fail with every attempt listed."""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing, suppress
from dataclasses import replace
from typing import TypeVar

from interlock.engine.asking import SubCalls
from interlock.engine.attempting.budgeting import Budgeting
from interlock.engine.attempting.call_log import CallLog
from interlock.engine.attempting.embedding import check_texts
from interlock.engine.attempting.health import RetryGate
from interlock.engine.call import CallState
from interlock.engine.cascades import Cascades
from interlock.engine.deciding.decide import Decider
from interlock.engine.endings import nowhere
from interlock.engine.guarding.guards import Guards
from interlock.engine.loops import running_loop
from interlock.engine.panels import Panels
from interlock.engine.progress import Progress
from interlock.engine.record_writer import RequiredRecords
from interlock.engine.refining import LocalRefinement, Opinion, Refinement
from interlock.engine.reranking import Reranking
from interlock.engine.rescue import UNHEARD, Delivery
from interlock.engine.run import Run
from interlock.engine.sharing import Sharing
from interlock.engine.steps import steps_of
from interlock.engine.traces import CallTrace
from interlock.engine.tracing import Tracing
from interlock.errors import InterlockError, RequestError
from interlock.plugins import PluginHost
from interlock.protocols import RandomSource, Responded, Steps, Strategy, StrategyCall
from interlock.records.draft import RecordDraft
from interlock.records.recent import RecentRecords
from interlock.records.under_way import CallsUnderWay
from interlock.types.content import ContentRules
from interlock.types.decisions import Decision
from interlock.types.embeddings import EMBEDDINGS, EmbeddingRequest, EmbeddingResponse
from interlock.types.models import Timeouts
from interlock.types.records import Record
from interlock.types.request import Request
from interlock.types.response import Chunk, Response
from interlock.types.sensed import Sensed

T = TypeVar("T")

# A timer may wake a call a little before the moment that it was set to.
_CLOCKS_GRAIN = 0.001
_NO_MARKS: Mapping[str, str] = {}


class Engine:
    """Runs calls. One serves every event loop and thread of its router."""

    def __init__(
        self,
        *,
        decider: Decider,
        run: Run,
        strategy: Strategy,
        local_refinement: LocalRefinement,
        refinement: Refinement,
        sub_calls: SubCalls,
        guards: Guards | None,
        host: PluginHost,
        records: RecentRecords,
        tracing: Tracing,
        timeouts: Timeouts,
        retries: int,
        retry_gate: RetryGate,
        sharing: Sharing | None,
        rescue: str,
        random: RandomSource,
        content: ContentRules,
        budgeting: Budgeting | None,
        panels: Panels,
        cascades: Cascades | None,
        log: CallLog | None,
        required: RequiredRecords | None,
        reranking: Reranking | None = None,
    ) -> None:
        self.decider = decider
        self.attempts = run.attempts
        self.records = records
        self.under_way = CallsUnderWay()
        self.tracing = tracing
        self.rescue = rescue
        self.panels = panels
        self.cascades = cascades
        self._guards = guards
        self._strategy = strategy
        self.local_refinement = local_refinement
        self._refinement = refinement
        self._sub_calls = sub_calls
        self._run = run
        self._host = host
        self._timeouts = timeouts
        self._retries = retries
        self._retry_gate = retry_gate
        self._sharing = sharing
        self._random = random
        self._content = content
        self._budgeting = budgeting
        self._log = log
        self._required = required
        self._reranking = reranking
        self._sees_decisions = host.observers("interlock_decided")
        self._sees_responses = host.observers("interlock_responded")

    def decide(
        self,
        request: Request,
        opinion: Opinion | None = None,
        sensed: Sensed | None = None,
    ) -> Decision:
        decision = self._decision(request, opinion, sensed)
        self._tell(request, decision)
        return decision

    def _decision(self, request: Request, opinion: Opinion | None, sensed: Sensed | None) -> Decision:
        if self._sharing is not None:
            self._sharing.ensure()
        if request.ensemble is not None:
            self.panels.of(request.ensemble)
        return self.decider.decide(request, opinion, sensed)

    def _tell(self, request: Request, decision: Decision) -> None:
        if self._sees_decisions:
            self._host.notify("interlock_decided", request=request, decision=decision)

    async def complete(self, request: Request) -> Response:
        _check_worded(request)
        return await self._whole(request, self._succeed)

    async def embed(self, request: EmbeddingRequest) -> EmbeddingResponse:
        """Vectors, by a call like any other: the very deployments of the one model that is meant, in turn."""
        self.decider.names.check_one(request.model or "", EMBEDDINGS)
        return await self._whole(request, self._embedded)

    async def _whole(self, request: Request, succeed: Callable[[CallState], T]) -> T:
        with self.tracing.call() as trace:
            state = await self._begin(request, streamed=False, trace=trace)
            try:
                async for _ in self._run(state, UNHEARD):
                    pass
                if self._log is not None:
                    await self._written_down(self._log, state)
            except BaseException as error:
                await self._fail(state, error)
                raise
            response = succeed(state)
            if self._required is not None:
                await self._kept(self._required, state)
            return response

    def stream(
        self, request: Request, begun: Callable[[RecordDraft], None] | None = None
    ) -> AsyncGenerator[Chunk]:
        """The chunks of one call. The last one carries the response; before it, nothing is whole.

        `begun` is given the call's draft before the first attempt.
        """
        return self.tracing.stream(lambda trace: self._stream(request, trace, begun))

    async def _stream(
        self, request: Request, trace: CallTrace | None, begun: Callable[[RecordDraft], None] | None
    ) -> AsyncGenerator[Chunk]:
        _check_worded(request)
        rescue, guards = request.rescue or self.rescue, self._guards
        delivery = Delivery(rescue) if guards is None else guards.delivery(request, rescue)
        state = await self._begin(request, streamed=True, trace=trace)
        if begun is not None:
            begun(state.draft)
        try:
            async with aclosing(self._run(state, delivery)) as chunks:
                async for chunk in chunks:
                    yield chunk
            if self._log is not None:
                await self._written_down(self._log, state)
        except BaseException as error:
            await self._fail(state, error)
            raise
        response = self._succeed(state)
        if self._required is not None:
            await self._kept(self._required, state)
        yield Chunk(tool_calls=response.tool_calls, response=response)

    async def _begin(self, request: Request, *, streamed: bool, trace: CallTrace | None) -> CallState:
        """Decide and get ready. Whatever ends a call here, but an argument that is none, is recorded:
        a guardrail that stops it, or that it may go nowhere, which is NoDeployment.
        """
        vectors = request if isinstance(request, EmbeddingRequest) else None
        kept_to = self.decider.kept(request)
        marks = dict(request.metadata or _NO_MARKS)
        total = min(self._timeouts.total, request.timeout or self._timeouts.total)
        due = running_loop().time() + total
        decision, sensed, opinion = await self._decided(request)
        state = CallState(
            asked=request,
            kept_to=kept_to,
            marks=marks,
            given=request,
            request=request,
            decision=decision,
            draft=RecordDraft(decision, request, streamed=streamed),
            due=due,
            total=total,
            trace=trace,
            short_of=None if self._budgeting is None else self._budgeting.nowhere,
            wait_of=self._retry_gate.wait_of,
            # Who makes vectors answers no questions of classifiers and guardrails.
            ask=None if vectors is not None else self._sub_calls.ask,
            sensed=sensed,
            progress=Progress() if streamed and request.ensemble is not None else None,
        )
        if trace is not None:
            state.draft.trace = trace.traceparent
        if self._log is not None:
            self._log.decided(state)
        self.under_way.begins(state.draft)
        try:
            if self._guards is not None:
                await self._guards.send_off(state)
                if sensed is not None:
                    state.sensed = replace(sensed, changed=state.is_sealed)
            if vectors is not None:
                check_texts(vectors, state)
            if not decision.shortlist:
                await self._outlast(state, opinion)
            if vectors is None and self._refinement.wanted(state.decision):
                await self._refine(state)
            if not state.decision.shortlist:
                raise nowhere(state)
            state.steps = self._steps(state, streamed=streamed)
        except BaseException as error:
            await self._fail(state, error)
            raise
        return state

    async def _outlast(self, state: CallState, opinion: Opinion | None) -> None:
        """Wait for who has said when to come back, as a retry would, and decide again."""
        now = asyncio.get_running_loop().time
        for _ in range(self._retries):
            seconds = self._retry_gate.worth(state.decision, state.due - now())
            if seconds is None:
                return
            await state.pause(seconds + _CLOCKS_GRAIN)
            await self._decide_again(state, opinion)
            if state.decision.shortlist:
                return

    async def warm(self) -> None:
        """Have local classifiers load what the first unsure request would have to wait for."""
        request = Request("What is this about?")
        unsure = replace(self.decider.decide(request), confidence=0.0)
        await self.local_refinement.refine(request, unsure)

    @property
    def refines(self) -> bool:
        """Whether a call's decision may differ from that of `decide`, though no model is asked."""
        return bool(self.local_refinement) or self._reranking is not None

    async def refine(self, request: Request) -> Decision:
        """The decision of a call that asks no model: as `decide`, and what local classifiers and a reranker
        make of it.
        """
        return (await self._decided(request))[0]

    async def _decided(self, request: Request) -> tuple[Decision, Sensed | None, Opinion | None]:
        """The decision, what guardrails have found in the request, where a policy needs to know, and the
        opinion of a local classifier that the decision follows.
        """
        sensing = self.decider.sensing
        sensed = None if sensing is None else await sensing.unhurried(request)
        decision, opinion = self._decision(request, None, sensed), None
        if self.local_refinement.wanted(decision):
            opinion = await self.local_refinement.refine(request, decision)
            if opinion is not None and not self.decider.knows(opinion[0].task):
                opinion = None
            if opinion is not None:
                decision = self._decision(request, opinion, sensed)
        if self._reranking is not None:
            decision = await self._reranking.applied(request, decision)
        self._tell(request, decision)
        return decision, sensed, opinion

    async def _refine(self, state: CallState) -> None:
        """Decide again when a classifier that asks a model is surer than the local ones."""
        opinion = await self._refinement.refine(state)
        if opinion is not None and self.decider.knows(opinion[0].task):
            await self._decide_again(state, opinion)

    async def _decide_again(self, state: CallState, opinion: Opinion | None) -> None:
        decision = self._decision(state.asked, opinion, state.sensed)
        if self._reranking is not None:
            decision = await self._reranking.applied(state.asked, decision)
        self._tell(state.asked, decision)
        state.decision = state.draft.decision = decision
        if self._log is not None:
            self._log.decided(state, again=True)

    def _steps(self, state: CallState, *, streamed: bool) -> Steps:
        decision, ensemble = state.decision, state.asked.ensemble
        call = StrategyCall(
            shortlist=decision.shortlist,
            retries=self._retries,
            may_retry=self._retry_gate.of(decision),
            is_well=self._retry_gate.well_at(decision.task),
            random=self._random,
            content=self._content,
            request=state.request,
            streamed=streamed,
        )
        if isinstance(state.asked, EmbeddingRequest):
            # All are sent the same words, or their vectors would be of different texts.
            state.sealed_alike = any(each.treatment == "sealed" for each in decision.shortlist)
            return steps_of(self._strategy, call)
        if ensemble is not None:
            return self.panels.steps(state, ensemble, call)
        if self.cascades is not None and (rules := self.cascades.of(decision.task)) is not None:
            return self.cascades.steps(state, rules, call)
        return steps_of(self._strategy, call)

    async def _written_down(self, log: CallLog, state: CallState) -> None:
        """The log has the answer. Raises what ends the call where it has to, and has not."""
        attempt, _, _ = state.answered
        await log.answered(state, self.attempts.deployment(attempt.deployment))

    def _succeed(self, state: CallState) -> Response:
        """The response, its record kept and observed."""
        attempt, answer, parsed = state.answered
        deployment = self.attempts.deployment(attempt.deployment)
        record = state.draft.finish(deployment)
        response = state.response(deployment, answer, parsed, record)
        self._keep(state, record, response)
        return response

    def _embedded(self, state: CallState) -> EmbeddingResponse:
        """The vectors, their record kept and observed."""
        attempt, answer, vectors = state.answered
        deployment = self.attempts.deployment(attempt.deployment)
        record = state.draft.finish(deployment)
        self._keep(state, record, None)
        return EmbeddingResponse(
            vectors=vectors,
            usage=answer.usage,
            cost=record.cost,
            model=deployment.card.id,
            served_model=answer.served_model,
            deployment=deployment.id,
            record=record,
        )

    async def _fail(self, state: CallState, error: BaseException) -> None:
        """Keep the record of a call that ended without an answer, and list its attempts on the error."""
        if isinstance(error, InterlockError):
            error.attempts = state.draft.attempts
            if self._guards is not None:
                self._guards.reveal(state, error)
        record = state.draft.finish(error=error)
        self._keep(state, record, None)
        if self._log is not None:
            await self._log.failed(state, record, error)
        if self._required is not None and isinstance(error, Exception):
            with suppress(InterlockError):  # what the caller is told is why the call has failed
                await self._kept(self._required, state)

    async def _kept(self, required: RequiredRecords, state: CallState) -> None:
        """The store has the call's record. Raises what ends the call where it has to, and has not."""
        if state.keeping is None:
            return
        try:
            await required.kept(state.keeping, state.due, state.too_late)
        except InterlockError as error:
            error.attempts = state.draft.attempts
            raise

    def _keep(self, state: CallState, record: Record, response: Response | None) -> None:
        state.over()
        self.under_way.ended(state.draft)
        self.records.put(record)
        if self._required is not None:
            state.keeping = self._required.hand(record)
        if state.trace is not None:
            state.trace.finished(record)
        if self._sees_responses:
            self._host.notify(
                "interlock_responded",
                request=state.asked,
                responded=Responded(record=record, response=response),
            )


def _check_worded(request: Request) -> None:
    """Raises RequestError for what has no answer in words."""
    if isinstance(request, EmbeddingRequest):
        raise RequestError("texts to be made into vectors are given to embed")
