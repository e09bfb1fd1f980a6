"""Vectors of texts: a call of the router like any other, with another answer."""

from collections.abc import Awaitable, Callable

from interlock import EmbeddingResponse, Request, RequestError
from interlock.http import aside
from interlock.types.embeddings import EMBEDDINGS, EmbeddingRequest
from interlock_server.dialects import Asked
from interlock_server.dialects.embeddings import EmbeddingsDialect
from interlock_server.dialects.events import json_bytes
from interlock_server.endpoint.bodies import body_of
from interlock_server.endpoint.exchange import Exchange
from interlock_server.endpoint.requesting import request_of
from interlock_server.endpoint.watching import Watch

# Numbers that are written within a millisecond or two.
_FEW = 2_000


def embedding(dialect: EmbeddingsDialect) -> Callable[[Exchange], Awaitable[None]]:
    """A handler that answers with vectors."""

    async def embed(exchange: Exchange) -> None:
        asked, plain = request_of(exchange, dialect, *await body_of(exchange))
        request = EmbeddingRequest.of(plain, asked.keeps["dimensions"])
        _check_model(exchange, asked, request)
        exchange.request = request
        with Watch(exchange.connection):
            response = await exchange.served.router.embed(request)
        await exchange.reply_with(200, await _written(dialect, asked, response))

    return embed


def _check_model(exchange: Exchange, asked: Asked, request: Request) -> None:
    """Raises RequestError for a model that is known to make no embeddings."""
    if request.model is None:
        return  # which the router refuses
    router = exchange.served.router
    known = (router.deployments.get(id_) for id_ in router.meant(request.model))
    if not any(each is not None and EMBEDDINGS in each.card.capabilities for each in known):
        raise RequestError(f"{asked.model!r} makes no embeddings here; /v1/models says who does", key="model")


async def _written(dialect: EmbeddingsDialect, asked: Asked, response: EmbeddingResponse) -> bytes:
    def write() -> bytes:
        return json_bytes(dialect.vectors(asked, response))

    few = sum(map(len, response.vectors)) <= _FEW
    return write() if few else await aside(write)
