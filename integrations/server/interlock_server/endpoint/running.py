"""What the endpoint is run by: uvicorn, as both its own server and tests have it."""

import logging

import uvicorn
from starlette.types import ASGIApp

from interlock_server.dialects.chat import CHAT
from interlock_server.endpoint.app import Endpoint
from interlock_server.endpoint.connection import Connected
from interlock_server.endpoint.live import Live, Served
from interlock_server.endpoint.routes import Routes
from interlock_server.endpoint.status import Readiness
from interlock_server.endpoint.table import routes_of
from interlock_server.endpoint.traffic import Traffic

# What is broken off ends without its end on purpose, and who has left while another of their requests waits
# is not answered. uvicorn reports either as an error of its application.
_ON_PURPOSE = (
    "ASGI callable returned without completing response.",
    "ASGI callable returned without starting response.",
)


def endpoint_of(served: Served) -> Endpoint:
    """The endpoint alone, with nothing beside it."""
    return Endpoint(Live(served), Routes(routes_of(Readiness()), dialect=CHAT), Traffic())


def configured(app: ASGIApp) -> uvicorn.Config:
    """How uvicorn runs it: it writes nothing of what is asked, and no header says who the client is."""
    logger = logging.getLogger("uvicorn.error")
    if _is_meant not in logger.filters:
        logger.addFilter(_is_meant)
    return uvicorn.Config(
        app,
        interface="asgi3",
        http=Connected,
        log_config=None,
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=False,
        lifespan="off",
        ws="none",
    )


def _is_meant(record: logging.LogRecord) -> bool:
    return record.getMessage() not in _ON_PURPOSE
