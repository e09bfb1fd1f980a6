"""A call whose answer comes in steps."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from types import TracebackType
from typing import Self

from interlock.engine.legs import Leg, given_up
from interlock.engine.rescue import Delivery, Diverged
from interlock.engine.runner import Engine
from interlock.engine.steps import next_step
from interlock.engine.traces import CallTrace
from interlock.errors import ProviderError
from interlock.types.decisions import Outcome
from interlock.types.request import Request
from interlock.types.response import Chunk, Response


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
    delivery = Delivery(engine.delivery_mode(request))
    flight = await engine.take_off(request, streamed=True, trace=trace)
    try:
        while (step := await next_step(flight)) is not None:
            leg = Leg(engine, flight, delivery, step)
            try:
                restart = leg.begin()
                if restart is not None:
                    yield restart
                source = await leg.open()
                if isinstance(source, Outcome):
                    flight.outcome = source
                    continue
                async with aclosing(source) as deltas:
                    async for delta in deltas:
                        chunk = delivery.take(delta)
                        if chunk is not None:
                            yield chunk
                answer = engine.restored(flight, leg.answer)
                rest = delivery.settle(answer)
            except ProviderError as error:
                flight.outcome = leg.broken(error)
                continue
            except Diverged:
                what = "the stream broke, and the next answer does not go on where it stopped"
                raise leg.interrupted(what) from None
            if rest is not None:
                yield rest
            break
        else:
            raise given_up(engine, flight, delivery)
    except BaseException as error:
        engine.failed(flight, error)
        raise
    deployment = engine.attempts.deployment(leg.attempt.deployment)
    response = engine.landed(flight, deployment, answer, leg.lane.parsed)
    yield Chunk(tool_calls=response.tool_calls, response=response)
