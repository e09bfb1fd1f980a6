"""One step of a streamed call: where its deltas come from, and what it means when they break off."""

from collections.abc import AsyncGenerator

from interlock.engine.endings import exhausted
from interlock.engine.flight import Flight, Lane
from interlock.engine.races import Started
from interlock.engine.rescue import Delivery
from interlock.engine.runner import Engine
from interlock.errors import (
    InterlockError,
    OutputInvalid,
    PrefillRejected,
    ProviderError,
    RefusedAnswer,
    StreamInterrupted,
)
from interlock.types.decisions import Attempt, Outcome, Race
from interlock.types.response import Answer, Chunk, Delta

Step = Attempt | Race | Outcome
# A truncated answer may be gone on from; these say that what was delivered is no beginning of one.
_NOT_TO_GO_ON_FROM = (PrefillRejected, OutputInvalid, RefusedAnswer)


class Leg:
    """What a strategy asked for, under way for one consumer.

    `attempt` and `lane` are those of whoever speaks, as far as that is known.
    """

    __slots__ = ("_delivery", "_engine", "_flight", "_started", "_step", "attempt", "lane")

    def __init__(self, engine: Engine, flight: Flight, delivery: Delivery, step: Step) -> None:
        self._engine, self._flight, self._delivery, self._step = engine, flight, delivery, step
        self._started: Started | None = None
        self.attempt = _leader(step)
        self.lane = Lane()

    def begin(self) -> Chunk | None:
        """Take over from what has been delivered; the chunk, if any, tells the consumer to discard it.

        Raises Diverged when nothing can follow.
        """
        attempts, delivery = self._engine.attempts, self._delivery
        restart = delivery.begin(
            goes_on=isinstance(self._step, Attempt) and attempts.goes_on(self.attempt.deployment)
        )
        self.lane.prefix = delivery.prefix
        if delivery.started:
            self._flight.draft.rescue = delivery.way
        return restart

    async def open(self) -> AsyncGenerator[Delta] | Outcome:
        """The deltas; or the Outcome of a race in which nobody spoke, or of a choice that is no answer."""
        step = self._step
        if isinstance(step, Attempt):
            return self._engine.attempts.stream(self._flight, step, self.lane)
        if isinstance(step, Outcome):
            return step if step.answer is None else _whole(step, self.lane)
        opened = await self._engine.races.stream(self._flight, step)
        if isinstance(opened, Outcome):
            return opened
        self._started, self.attempt, self.lane = opened, opened.attempt, opened.lane
        return opened.deltas()

    @property
    def answer(self) -> Answer:
        """Once the deltas have ended without an error."""
        if self.lane.answer is None:
            raise AssertionError("a stream that ends without an error has an answer")
        return self.lane.answer

    def broken(self, error: ProviderError) -> Outcome:
        """What the strategy is told of the failure. Raises StreamInterrupted when nothing may follow it."""
        delivery = self._delivery
        if isinstance(error, _NOT_TO_GO_ON_FROM):
            delivery.no_beginning()
        if delivery.started:
            self._flight.draft.rescue = delivery.mode
            if delivery.mode == "raise":
                raise self.interrupted("the stream broke") from error
        if self._started is not None:
            return self._started.broken(error)
        return Outcome(attempt=self.attempt, error=error)

    def interrupted(self, what: str) -> StreamInterrupted:
        return interrupted(self._engine, self._flight, self._delivery, self.attempt, what)


def given_up(engine: Engine, flight: Flight, delivery: Delivery) -> InterlockError:
    """The error of a call whose strategy has nothing more to try."""
    failure, outcome = exhausted(flight), flight.outcome
    if outcome is None or not delivery.started:
        return failure
    what = "the stream broke, and nothing could take its place"
    error = interrupted(engine, flight, delivery, outcome.attempt, what)
    error.__cause__ = failure
    return error


def interrupted(
    engine: Engine, flight: Flight, delivery: Delivery, attempt: Attempt, what: str
) -> StreamInterrupted:
    deployment = engine.attempts.deployment(attempt.deployment)
    partial = delivery.partial(deployment, flight.draft.finish(deployment))
    return StreamInterrupted(
        f"{what} ({deployment.id}); the error's partial holds what came before", partial=partial
    )


def _leader(step: Step) -> Attempt:
    if isinstance(step, Attempt):
        return step
    return step.attempts[0] if isinstance(step, Race) else step.attempt


async def _whole(chosen: Outcome, lane: Lane) -> AsyncGenerator[Delta]:
    """The answer that a strategy chose among whole ones, in one step."""
    lane.answer, lane.parsed = chosen.answer, chosen.parsed
    if chosen.answer is not None:
        yield Delta(chosen.answer.text, reasoning=chosen.answer.reasoning)
