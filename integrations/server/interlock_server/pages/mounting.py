"""The pages within the endpoint's table of routes."""

from typing import Final

from starlette.responses import RedirectResponse
from starlette.types import Message

from interlock_server.endpoint import Exchange, Route, Traffic
from interlock_server.pages.app import ROOT, SERVED, app_of
from interlock_server.pages.sessions import Sessions, shared_secret

_METHODS: Final = ("GET", "HEAD", "POST")


def routes_of(traffic: Traffic, sessions: Sessions | None = None) -> list[Route]:
    """Everything below `/pages/`. The endpoint asks for no key there: the pages do so themselves."""
    app = app_of(traffic, sessions or Sessions(shared_secret()))

    async def pages(exchange: Exchange) -> None:
        async def send(message: Message) -> None:
            exchange.started = True
            await exchange.send(message)

        scope = {**exchange.scope, "root_path": ROOT, SERVED: exchange.served}
        await app(scope, exchange.receive, send)

    async def lead(exchange: Exchange) -> None:
        exchange.started = True
        await RedirectResponse(f"{ROOT}/", 308)(exchange.scope, exchange.receive, exchange.send)

    return [
        Route(path=f"{ROOT}/", below=True, public=True, methods=_METHODS, handler=pages),
        Route(path=ROOT, public=True, methods=("GET", "HEAD"), handler=lead),
    ]
