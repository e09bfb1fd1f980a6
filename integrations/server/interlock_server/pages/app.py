"""The pages' addresses."""

from functools import partial
from http import HTTPStatus
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import BaseRoute, Mount, Route

from interlock import InterlockError, StoreError
from interlock.logs import redacting_logger
from interlock_pages import Gate, Guard, Rendering
from interlock_server.pages import approvals
from interlock_server.pages.addresses import ROOT
from interlock_server.pages.decisions import Decisions
from interlock_server.pages.drawing import DRAWING
from interlock_server.pages.going import Processes
from interlock_server.pages.health import health
from interlock_server.pages.now import now
from interlock_server.pages.sessions import Session, Sessions
from interlock_server.pages.signing import Signing
from interlock_server.pages.site import FRAME, Site
from interlock_server.pages.usage import usage
from interlock_server.pages.words import FILTERS

_PACKAGE: Final = "interlock_server.pages"
_UNREADABLE: Final = "This cannot be read now. The server's own lines say why."
_NO_PAGE: Final = "There is no such page."
_NOT_FOUND: Final = HTTPStatus.NOT_FOUND.phrase  # what the framework says of a path that nothing has
_log = redacting_logger("interlock.server")
_LOST: Final = "Something went wrong here. The server's own lines say what."


def app_of(processes: Processes, sessions: Sessions) -> Starlette:
    """The pages, to be served below `ROOT`; scopes hold what is served. They change nothing on a GET."""
    rendering = Rendering(_PACKAGE, root=ROOT, filters=FILTERS, values={**DRAWING, **FRAME})
    site = Site(processes=processes, sessions=sessions, rendering=rendering, style=approvals.style(rendering))
    signing = Signing(site)
    gate: Gate[Session] = Gate(signing.session, login=f"{ROOT}/login")
    decisions = Decisions(site)
    routes: list[BaseRoute] = [
        Route("/", gate.seeing(partial(now, site)), methods=["GET"]),
        Route("/usage", gate.seeing(partial(usage, site)), methods=["GET"]),
        Route("/decisions", gate.seeing(decisions.listed), methods=["GET"]),
        Route("/decisions/{id}", gate.seeing(decisions.shown), methods=["GET"]),
        Route("/health", gate.seeing(partial(health, site)), methods=["GET"]),
        Mount("/approvals", app=approvals.Approvals(site, gate)),
        Route("/login", signing.login, methods=["GET"]),
        Route("/login", signing.sign_in, methods=["POST"]),
        Route("/logout", gate.acting(signing.sign_out), methods=["POST"]),
        Route("/page.css", site.stylesheet, methods=["GET"]),
    ]

    async def refused(request: Request, error: HTTPException) -> Response:
        words = _NO_PAGE if error.detail == _NOT_FOUND else error.detail
        return site.failed(request, error.status_code, words)

    async def failed(request: Request, error: InterlockError) -> Response:
        status, words = approvals.told(error)
        if isinstance(error, StoreError):
            words = _UNREADABLE
            _log.warning("a page cannot be shown: %s", error.message)
        return site.failed(request, status, words)

    async def lost(request: Request, error: Exception) -> Response:  # noqa: ARG001 - the endpoint logs it
        return site.failed(request, 500, _LOST)

    failures: dict[Any, Any] = {HTTPException: refused, InterlockError: failed, Exception: lost}
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, origins=None)],
        exception_handlers=failures,
    )
