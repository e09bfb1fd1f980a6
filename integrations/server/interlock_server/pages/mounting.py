"""The pages within the endpoint's table of routes."""

import asyncio
from typing import TYPE_CHECKING, Final

from interlock_server.endpoint import READS, Exchange, Route
from interlock_server.pages.addresses import ROOT, SERVED
from interlock_server.pages.going import Processes
from interlock_server.pages.sessions import Sessions, shared_secret

if TYPE_CHECKING:
    from starlette.types import ASGIApp, Message

_METHODS: Final = (*READS, "POST")
_MOVED: Final = 307  # for now: another program may have this port tomorrow


def routes_of(processes: Processes, sessions: Sessions | None = None) -> list[Route]:
    """Everything below `/pages/`, and what leads there. The pages ask for a key themselves.

    What they are made of is loaded when somebody first looks at one, beside the loop.
    """
    making: asyncio.Future[ASGIApp] | None = None
    kept = Sessions(shared_secret()) if sessions is None else sessions

    async def pages(exchange: Exchange) -> None:
        nonlocal making
        if making is None or (making.done() and making.exception() is not None):
            making = asyncio.ensure_future(asyncio.to_thread(_make, processes, kept))
        app = await asyncio.shield(making)

        async def send(message: "Message") -> None:
            exchange.started = True
            await exchange.send(message)

        await app({**exchange.scope, "root_path": ROOT, SERVED: exchange.served}, exchange.receive, send)

    async def lead(exchange: Exchange) -> None:
        there = (b"location", f"{ROOT}/".encode())
        await exchange.begin(_MOVED, [there, (b"content-length", b"0")], b"")

    return [
        Route(path=f"{ROOT}/", below=True, public=True, methods=_METHODS, handler=pages),
        *(Route(path=path, public=True, methods=READS, handler=lead) for path in ("/", ROOT)),
    ]


def _make(processes: Processes, sessions: Sessions) -> "ASGIApp":
    from interlock_server.pages.app import app_of  # noqa: PLC0415 - templates, and agents with their database

    return app_of(processes, sessions)
