"""One step of a call: whose words the answer is made of while it lasts, and what it means when they end."""

from collections.abc import AsyncGenerator
from dataclasses import replace

from interlock.engine.attempting.attempts import Attempts
from interlock.engine.call import AttemptState, CallState
from interlock.engine.endings import exhausted
from interlock.engine.races import Races, Started
from interlock.engine.rescue import Delivery
from interlock.errors import (
    BlockedAnswer,
    InterlockError,
    OutputInvalid,
    PrefillRejected,
    ProviderError,
    RefusedAnswer,
    StreamInterrupted,
)
from interlock.types.decisions import Arbitration, Attempt, Check, Outcome, Race
from interlock.types.provenance import signer_of
from interlock.types.response import Chunk, Delta

Step = Attempt | Race | Arbitration | Check | Outcome
# A truncated answer may be gone on from; these say that what was delivered is no beginning of one.
_NOT_TO_GO_ON_FROM = (PrefillRejected, OutputInvalid, RefusedAnswer, BlockedAnswer)


class Segment:
    """What a strategy asked for, under way for one consumer.

    `attempt` and `progress` are those of whoever speaks, as far as that is known.
    """

    __slots__ = (
        "_attempts",
        "_delivery",
        "_ended",
        "_races",
        "_started",
        "_state",
        "_step",
        "attempt",
        "progress",
    )  # fmt: skip

    def __init__(self, races: Races, state: CallState, delivery: Delivery, step: Step) -> None:
        self._attempts, self._races = races.attempts, races
        self._state, self._delivery, self._step = state, delivery, step
        self._started: Started | None = None
        self._ended: Outcome | None = None
        self.attempt = _leader(step)
        self.progress = AttemptState()

    def begin(self) -> Chunk | None:
        """Take over from what has been delivered; the chunk, if any, tells the consumer to discard it.

        Raises Diverged when nothing can follow.
        """
        delivery = self._delivery
        if not delivery.started:
            return None
        name, state = self.attempt.deployment, self._state
        goes_on = isinstance(self._step, Attempt) and self._attempts.goes_on(name)
        # Who is sent sealed requests is not told what somebody else made of an open one.
        goes_on = goes_on and not (state.opened and state.decision.treatment(name) == "sealed")
        # What was delivered is restored, and no vendor is to see that.
        goes_on = goes_on and not delivery.windowed
        restart = delivery.begin(goes_on=goes_on)
        self.progress.prefix = delivery.prefix
        if delivery.started:
            self._state.draft.rescue = delivery.way
        return restart

    async def open(self) -> AsyncGenerator[Delta] | None:
        """The deltas that are to be read before `outcome` is known; None when it is known already."""
        step, streams = self._step, self._delivery.streams
        if isinstance(step, Attempt):
            if streams:
                return self._attempts.stream(self._state, step, self.progress)
            await self._attempts.complete(self._state, step, self.progress)
            return None
        if isinstance(step, Race):
            started = await (self._races.stream if streams else self._races.complete)(self._state, step)
            if isinstance(started, Started):
                self._started, self.attempt, self.progress = started, started.attempt, started.progress
                return started.deltas()
            step = started
        elif isinstance(step, Arbitration):
            assert self._state.arbitrate is not None  # noqa: S101 - a step that was checked
            step = await self._state.arbitrate(step)
        elif isinstance(step, Check):
            assert self._state.check is not None  # noqa: S101 - a step that was checked
            step = await self._state.check(step)
        self._ended, self.attempt = step, step.attempt
        return None

    @property
    def chosen(self) -> bool:
        """Whether the answer is one that a strategy chose among whole ones, of which nothing was streamed."""
        return self._ended is not None and self._delivery.streams

    @property
    def outcome(self) -> Outcome:
        """Once the deltas have ended without an error. It may still be that nobody has answered."""
        if self._ended is not None:
            return self._ended
        return Outcome(attempt=self.attempt, answer=self.progress.answer, parsed=self.progress.parsed)

    def signed(self, chunk: Chunk) -> Chunk:
        """The chunk, its thoughts marked with whoever speaks: nobody else can check their signatures."""
        deployment = self._attempts.deployment(self.attempt.deployment)
        origin, vendor = signer_of(deployment), deployment.provider
        thoughts = tuple(
            each
            if each.vendor is not None
            else replace(each, vendor=vendor, origin=origin if each.signature else None)
            for each in chunk.thoughts
        )
        return replace(chunk, thoughts=thoughts)

    def broken(self, error: ProviderError) -> Outcome:
        """What the strategy is told of the failure. Raises StreamInterrupted when nothing may follow it."""
        delivery = self._delivery
        if isinstance(error, _NOT_TO_GO_ON_FROM):
            delivery.no_beginning()
        if delivery.started:
            self._state.draft.rescue = delivery.mode
            if delivery.mode == "raise":
                raise self.interrupted("the stream broke") from error
        if self._started is not None:
            return self._started.broken(error)
        return Outcome(attempt=self.attempt, error=error)

    def interrupted(self, what: str) -> StreamInterrupted:
        return _interrupted(self._attempts, self._state, self._delivery, self.attempt, what)


def given_up(attempts: Attempts, state: CallState, delivery: Delivery) -> InterlockError:
    """The error of a call whose strategy has nothing more to try."""
    failure, outcome = exhausted(state), state.outcome
    if outcome is None or not delivery.started:
        return failure
    what = "the stream broke, and nothing could take its place"
    error = _interrupted(attempts, state, delivery, outcome.attempt, what)
    error.__cause__ = failure
    return error


def _interrupted(
    attempts: Attempts, state: CallState, delivery: Delivery, attempt: Attempt, what: str
) -> StreamInterrupted:
    deployment = attempts.deployment(attempt.deployment)
    partial = delivery.partial(deployment, state.draft.finish(deployment))
    return StreamInterrupted(
        f"{what} ({deployment.id}); the error's partial holds what came before", partial=partial
    )


def _leader(step: Step) -> Attempt:
    if isinstance(step, Attempt):
        return step
    if isinstance(step, Arbitration):
        return step.outcomes[0].attempt
    if isinstance(step, Check):
        return step.outcome.attempt
    return step.attempts[0] if isinstance(step, Race) else step.attempt
