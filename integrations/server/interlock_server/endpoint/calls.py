"""Calls: a body in, an answer of the router out, whole or in events."""

import logging
from collections.abc import Awaitable, Callable, Coroutine
from dataclasses import dataclass, field
from functools import partial
from typing import Any

from interlock import Chunk, Request
from interlock.types.random_ids import random_id
from interlock.types.records import CallUnderWay
from interlock_server.dialects import Asked, Dialect, EventWriter, Reply
from interlock_server.dialects.messages import CountingDialect
from interlock_server.endpoint.bodies import body_of
from interlock_server.endpoint.bursts import taken
from interlock_server.endpoint.exchange import Exchange
from interlock_server.endpoint.failures import INTERNAL, problem_of
from interlock_server.endpoint.requesting import request_of
from interlock_server.endpoint.watching import Heartbeat, Watch

_LOG = logging.getLogger("interlock.server")
_EVENTS = ((b"content-type", b"text/event-stream"), (b"cache-control", b"no-cache"))


def answering(dialect: Dialect) -> Callable[[Exchange], Awaitable[None]]:
    """A handler that answers calls in a dialect."""

    async def answer(exchange: Exchange) -> None:
        asked, request = request_of(exchange, dialect, *await body_of(exchange))
        exchange.request, exchange.facts.streamed = request, asked.stream
        if asked.stream:
            await _streamed(exchange, dialect, asked, request)
            return
        with Watch(exchange.connection):
            response = await exchange.served.router.complete(request)
        await exchange.reply(200, dialect.answer(asked, response, _reply(exchange, asked)))

    return answer


def counting(dialect: CountingDialect) -> Callable[[Exchange], Awaitable[None]]:
    """A handler that says how many tokens a request holds, by our own estimate: nobody is asked."""

    async def count(exchange: Exchange) -> None:
        _, request = request_of(exchange, dialect, *await body_of(exchange))
        await exchange.reply(200, dialect.counted(exchange.served.router.count_tokens(request)))

    return count


async def _streamed(exchange: Exchange, dialect: Dialect, asked: Asked, request: Request) -> None:
    with Watch(exchange.connection) as watch:
        async with exchange.served.router.stream(request) as stream:
            async for chunk in stream:
                # News of an ensemble's members are no beginning of an answer: it may still fail.
                if chunk.progress is None or chunk.response is not None:
                    break
            else:
                return
            _note(exchange, stream.call)
            events = _Events(exchange, dialect.writer(asked, _reply(exchange, asked)))
            async with Heartbeat(events.alive, partial(_let_go, exchange, watch)) as events.heart:
                try:
                    events.begin(chunk)
                    await events.follow(stream.__anext__)
                except Exception as error:  # noqa: BLE001 - the client is told of it
                    await events.break_off(error)


def _let_go(exchange: Exchange, watch: Watch) -> None:
    """Of a client that takes nothing of what it is sent."""
    if exchange.connection is not None:
        exchange.connection.abort()
    watch.leave()


def _note(exchange: Exchange, call: CallUnderWay | None) -> None:
    """What is known of a stream as it begins."""
    facts = exchange.facts
    if call is None or facts.record is not None:
        return
    facts.record = call.id
    place = exchange.served.router.deployments.get(call.trying[0]) if len(call.trying) == 1 else None
    if place is not None:
        facts.deployment, facts.model = place.id, place.card.id


def _reply(exchange: Exchange, asked: Asked) -> Reply:
    facts = exchange.facts
    return Reply(
        # Whoever has an answer can ask for its record by its id.
        id=facts.record or random_id(),
        created=int(facts.started),
        model=facts.model or asked.model,
        input_tokens=facts.estimate,
    )


@dataclass(slots=True, kw_only=False, eq=False)
class _Events:
    """One stream on its way to the client. Its head leaves with the first of what is said."""

    exchange: Exchange
    writer: EventWriter
    heart: Heartbeat | None = None
    ended: bool = False
    said: list[bytes] = field(default_factory=list)

    def begin(self, chunk: Chunk) -> None:
        self.said += (self.writer.begin(), self._said(chunk))

    async def follow(self, step: Callable[[], Coroutine[Any, Any, Chunk]]) -> None:
        """Say what comes, to the end. What is said already is sent before more has to be waited for."""
        try:
            while True:
                if data := self._said(await taken(step(), self.flush)):
                    self.said.append(data)
        except StopAsyncIteration:
            await self.flush()

    async def flush(self) -> None:
        if not self.said:
            return
        exchange, data, more = self.exchange, b"".join(self.said), not self.ended
        self.said.clear()
        if exchange.started:
            sending = exchange.send({"type": "http.response.body", "body": data, "more_body": more})
        else:
            sending = exchange.begin(200, _EVENTS, data, more=more)
        await (sending if self.heart is None else self.heart.sending(sending))

    async def alive(self) -> None:
        if not self.ended and (data := self.writer.alive()):
            await self.exchange.send({"type": "http.response.body", "body": data, "more_body": True})

    async def break_off(self, error: Exception) -> None:
        """Say what went wrong. The body is left without its end, so that no client takes it for whole."""
        exchange = self.exchange
        problem = problem_of(error, router=exchange.served.router, principal=exchange.principal)
        if problem is INTERNAL:
            _LOG.error("request %s failed", exchange.facts.request, exc_info=error)
        exchange.facts.code = problem.code
        if not self.ended:
            self.said.append(self.writer.broken(problem))
            await self.flush()

    def _said(self, chunk: Chunk) -> bytes:
        data = self.writer.chunk(chunk)
        if chunk.response is not None:
            data += self.writer.end(chunk.response)
            self.ended = True
        return data
