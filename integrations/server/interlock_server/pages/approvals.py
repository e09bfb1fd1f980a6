"""What waits for a person: the pages of `interlock_agents`, where that is installed."""

import asyncio
import sys
from collections.abc import Awaitable, Callable
from importlib.util import find_spec
from typing import TYPE_CHECKING, Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Route, Router
from starlette.types import Receive, Scope, Send

from interlock import InterlockError, RequestError, StoreError
from interlock_pages import Endpoint, Gate, Rendering
from interlock_server.endpoint import Served
from interlock_server.pages.addresses import ROOT, SERVED
from interlock_server.pages.sessions import Session
from interlock_server.pages.site import FRAME, Site, served
from interlock_server.pages.words import seen

if TYPE_CHECKING:
    from interlock_agents.pages.site import Desk
    from interlock_agents.store import Store

_PACKAGE: Final = "interlock_server.pages"
_THEIRS: Final = "interlock_agents.pages"
_AGENTS: Final = f"{_THEIRS}.app"
_BASE: Final = f"{ROOT}/approvals"
_ABSENT: Final = "Approvals are those of agents, and `interlock-agents` is not installed beside the server."
_NOWHERE: Final = (
    "The server is not told where they are kept: `server.approvals` in the configuration is the URL of the "
    "database of agents."
)
_UNKEYED: Final = (
    "Somebody has to sign for them, and without keys nobody is known by name. Make a key with "
    "`approves: true`."
)
_MAY_NOT: Final = (
    "Your key may look at these pages, and answer nothing: that takes one with `approves: true`."
)
Seeing = Callable[[Request, Session], Awaitable[Response]]
Acting = Callable[[Request, Session, dict[str, str]], Awaitable[Response]]


def installed() -> bool:
    """Whether there are agents on this machine."""
    return find_spec("interlock_agents") is not None


def style(rendering: Rendering) -> str:
    """The stylesheet of all pages, with that of the approvals where there are any."""
    return Rendering(_PACKAGE, over=[_THEIRS]).style if installed() else rendering.style


class Approvals:
    """The application below the path of the approvals. What they are made of is loaded when somebody first
    comes to see some, beside the loop.
    """

    def __init__(self, site: Site, gate: Gate[Session]) -> None:
        self._site, self._gate = site, gate
        self._closed = Router(
            [
                Route("/{rest:path}", gate.seeing(self._says_why), methods=["GET"]),
                Route("/{rest:path}", gate.acting(self._refuses), methods=["POST"]),
            ]
        )
        self._making: asyncio.Task[Router] | None = None

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        app = self._closed if _missing(scope[SERVED]) else await self._open()
        await app(scope, receive, send)

    async def _open(self) -> Router:
        if self._making is None or (self._making.done() and self._making.exception() is not None):
            routes = asyncio.to_thread(routes_of, self._site, self._gate)
            self._making = asyncio.ensure_future(_router(routes))
        return await asyncio.shield(self._making)

    async def _says_why(self, request: Request, session: Session) -> Response:
        return _closed(self._site, request, session, _missing(served(request)))

    async def _refuses(self, request: Request, session: Session, form: dict[str, str]) -> Response:  # noqa: ARG002 - as any form
        raise HTTPException(403, _missing(served(request)))


def routes_of(site: Site, gate: Gate[Session]) -> list[BaseRoute]:
    """Those of the agents' pages, for keys that approve."""
    from interlock_agents.pages import app  # noqa: PLC0415 - may not be installed

    return [*app.routes_of(Desks().of, _Opening(site, gate))]


def told(error: InterlockError) -> tuple[int, str]:
    """What a failure is over HTTP, and what is said of it."""
    if _AGENTS in sys.modules:
        from interlock_agents.pages import app  # noqa: PLC0415 - may not be installed

        return app.told(error)
    if isinstance(error, StoreError):
        return 503, ""
    return 400 if isinstance(error, RequestError) else 409, seen(error.message)


class Desks:
    """The desk of what is served; its store is opened once, and anew when the configuration names another."""

    def __init__(self) -> None:
        self._rendering = _rendering()
        self._opened: tuple[str, Store] | None = None
        self._closing: asyncio.Future[None] | None = None

    def of(self, request: Request) -> "Desk":
        """That of a request."""
        from interlock_agents.pages.desk import desk_of  # noqa: PLC0415 - may not be installed

        router = served(request).router
        store = self._store(served(request))
        return desk_of(store, router.log, owner="pages of the server", rendering=self._rendering)

    def _store(self, served: Served) -> "Store":
        from interlock_agents.store import Store  # noqa: PLC0415 - may not be installed

        url = served.settings.approvals or ""
        if self._opened is None or self._opened[0] != url:
            if self._opened is not None:
                self._closing = asyncio.ensure_future(self._opened[1].aclose())
            self._opened = url, Store.open(url, served.settings.folder)
        return self._opened[1]


class _Opening(Gate[Session]):
    """Lets those through who have signed in with a key that approves, where there is anything to approve."""

    def __init__(self, site: Site, gate: Gate[Session]) -> None:
        self._site, self._gate = site, gate

    def seeing(self, endpoint: Seeing) -> Endpoint:
        """Others are told why they see nothing."""

        async def shown(request: Request, session: Session) -> Response:
            why = _obstacle(session)
            return _closed(self._site, request, session, why) if why else await endpoint(request, session)

        return self._gate.seeing(shown)

    def acting(self, endpoint: Acting) -> Endpoint:
        """Nothing is done for others."""

        async def acted(request: Request, session: Session, form: dict[str, str]) -> Response:
            if why := _obstacle(session):
                raise HTTPException(403, why)
            return await endpoint(request, session, form)

        return self._gate.acting(acted)


def _rendering() -> Rendering:
    from interlock_agents.pages.rendering import rendering_within  # noqa: PLC0415 - may not be installed

    return rendering_within(_PACKAGE, root=ROOT, base=_BASE, values=FRAME)


async def _router(routes: Awaitable[list[BaseRoute]]) -> Router:
    return Router(await routes)


def _missing(served: Served) -> str:
    """Why nobody is shown what waits; empty where somebody may be."""
    if not served.identities.required:
        return _UNKEYED
    if not installed():
        return _ABSENT
    return "" if served.settings.approvals else _NOWHERE


def _obstacle(session: Session) -> str:
    """Why somebody is not shown what waits; empty where they are."""
    return "" if session.approves else _MAY_NOT


def _closed(site: Site, request: Request, session: Session, why: str) -> Response:
    return site.page(request, "closed", session=session, why=why)
