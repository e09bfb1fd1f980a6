"""A call whose answer comes in steps."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from types import TracebackType
from typing import Self

from interlock.engine.endings import exhausted
from interlock.engine.flight import Flight, Lane
from interlock.engine.rescue import Delivery, Diverged
from interlock.engine.runner import Engine
from interlock.engine.traces import CallTrace
from interlock.errors import PrefillRejected, ProviderError, StreamInterrupted
from interlock.types.decisions import Attempt, Outcome, Race
from interlock.types.request import Request
from interlock.types.response import Chunk, Delta, Response


class ResponseStream:
    """An answer in steps: iterate over it, in a `with` block or without.

    `response` is None until the last chunk, and then the whole answer. Leaving early closes the socket.
    """

    def __init__(self, chunks: AsyncGenerator[Chunk]) -> None:
        self._chunks = chunks
        self.response: Response | None = None

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.aclose()

    def __aiter__(self) -> Self:
        return self

    async def __anext__(self) -> Chunk:
        chunk = await self._chunks.__anext__()
        if chunk.response is not None:
            self.response = chunk.response
        return chunk

    async def aclose(self) -> None:
        await self._chunks.aclose()


def stream(engine: Engine, request: Request) -> AsyncGenerator[Chunk]:
    """The chunks of one call. The last one carries the response; before it, nothing is whole."""
    return engine.tracing.stream(lambda trace: _stream(engine, request, trace))


async def _stream(engine: Engine, request: Request, trace: CallTrace | None) -> AsyncGenerator[Chunk]:
    flight = await engine.take_off(request, streamed=True, trace=trace)
    delivery = Delivery(engine.delivery_mode(request))
    try:
        outcome: Outcome | None = None
        while (step := await engine.next_step(flight, outcome)) is not None:
            started, lane = None, Lane()
            attempt = _leader(step)
            try:
                restart = delivery.begin(
                    goes_on=isinstance(step, Attempt) and engine.attempts.goes_on(step.deployment)
                )
                lane.prefix = delivery.prefix
                if delivery.started:
                    flight.draft.rescue = delivery.way
                if restart is not None:
                    yield restart
                if isinstance(step, Attempt):
                    source = engine.attempts.stream(flight, step, lane)
                elif isinstance(step, Outcome):
                    source = _whole(step, lane)
                else:
                    opened = await engine.races.stream(flight, step)
                    if isinstance(opened, Outcome):
                        outcome = opened
                        continue
                    started = opened
                    attempt, lane, source = started.attempt, started.lane, started.deltas()
                async with aclosing(source) as deltas:
                    async for delta in deltas:
                        chunk = delivery.take(delta)
                        if chunk is not None:
                            yield chunk
                if lane.answer is None:
                    raise AssertionError("a stream that ends without an error has an answer")
                rest = delivery.settle(lane.answer)
            except ProviderError as error:
                outcome = Outcome(attempt=attempt, error=error) if started is None else started.broken(error)
                if isinstance(error, PrefillRejected):
                    delivery.refused()
                if delivery.started:
                    flight.draft.rescue = delivery.mode
                    if delivery.mode == "raise":
                        raise _interrupted(engine, flight, delivery, attempt, "the stream broke") from error
                continue
            except Diverged:
                what = "the stream broke, and the next answer does not go on where it stopped"
                raise _interrupted(engine, flight, delivery, attempt, what) from None
            if rest is not None:
                yield rest
            deployment, answer = engine.attempts.deployment(attempt.deployment), lane.answer
            break
        else:
            failure = exhausted(flight, outcome)
            if delivery.started and outcome is not None:
                what = "the stream broke, and nothing could take its place"
                raise _interrupted(engine, flight, delivery, outcome.attempt, what) from failure
            raise failure
    except BaseException as error:
        engine.failed(flight, error)
        raise
    response = engine.landed(flight, deployment, answer, lane.parsed)
    yield Chunk(tool_calls=response.tool_calls, response=response)


def _leader(step: Attempt | Race | Outcome) -> Attempt:
    if isinstance(step, Attempt):
        return step
    return step.attempts[0] if isinstance(step, Race) else step.attempt


async def _whole(chosen: Outcome, lane: Lane) -> AsyncGenerator[Delta]:
    """The answer that a strategy chose among whole ones, in one step."""
    lane.answer, lane.parsed = chosen.answer, chosen.parsed
    if chosen.answer is not None:
        yield Delta(chosen.answer.text, reasoning=chosen.answer.reasoning)


def _interrupted(
    engine: Engine, flight: Flight, delivery: Delivery, attempt: Attempt, what: str
) -> StreamInterrupted:
    deployment = engine.attempts.deployment(attempt.deployment)
    partial = delivery.partial(deployment, flight.draft.finish(deployment))
    return StreamInterrupted(
        f"{what} ({deployment.id}); the error's partial holds what came before", partial=partial
    )
