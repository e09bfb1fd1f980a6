"""The endpoint at a socket, in this process."""

import asyncio
import logging
import socket

import uvicorn

from interlock import RequestError
from interlock.http import is_loopback
from interlock_server.dialects.chat import CHAT
from interlock_server.endpoint.app import Endpoint
from interlock_server.endpoint.live import Live, Served
from interlock_server.endpoint.routes import Routes
from interlock_server.endpoint.status import Readiness
from interlock_server.endpoint.table import routes_of
from interlock_server.endpoint.traffic import Traffic

# What is broken off ends without its end on purpose, which uvicorn reports as an error of its application.
_ON_PURPOSE = "ASGI callable returned without completing response."


def endpoint_of(served: Served) -> Endpoint:
    """The endpoint alone, with nothing beside it."""
    return Endpoint(Live(served), Routes(routes_of(Readiness()), dialect=CHAT), Traffic())


def listening(host: str, port: int, *, keyed: bool) -> socket.socket:
    """A socket that listens there; port 0 is any that is free.

    Raises:
        RequestError: it can be reached by others although nobody needs a key, or it cannot be listened at.
    """
    if not keyed and not is_loopback(host):
        what = f"{host} can be reached by others, and nobody needs a key"
        raise RequestError(f"{what}: write server.keys, or listen at 127.0.0.1", key="--host")
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    try:
        return socket.create_server((host, port), family=family, backlog=2048)
    except OSError as error:
        raise RequestError(f"{host}:{port} cannot be listened at: {error.strerror}", key="--port") from None


def configured(endpoint: Endpoint, *, grace: float = 0.0) -> uvicorn.Config:
    """How uvicorn runs it: it writes nothing of what is asked, and no header says who the client is."""
    logger = logging.getLogger("uvicorn.error")
    if _is_meant not in logger.filters:
        logger.addFilter(_is_meant)
    return uvicorn.Config(
        endpoint,
        http="httptools",
        access_log=False,
        log_level="warning",
        server_header=False,
        date_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
        timeout_graceful_shutdown=int(grace) or None,
    )


def run(endpoint: Endpoint, taken: socket.socket, *, grace: float) -> None:
    """Serve until the process is told to stop."""

    async def serve() -> None:
        await endpoint.live.start()
        try:
            await uvicorn.Server(configured(endpoint, grace=grace)).serve(sockets=[taken])
        finally:
            await endpoint.live.aclose()

    asyncio.run(serve())


def _is_meant(record: logging.LogRecord) -> bool:
    return record.getMessage() != _ON_PURPOSE
