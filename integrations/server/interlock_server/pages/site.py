"""What all pages are made with."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final, cast

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response

from interlock_pages import Rendering
from interlock_server.endpoint import Served
from interlock_server.pages.addresses import SERVED
from interlock_server.pages.going import Processes
from interlock_server.pages.sessions import Session, Sessions

_AREAS: Final = (
    ("now", "Now", "/"),
    ("usage", "Usage", "/usage"),
    ("decisions", "Decisions", "/decisions"),
    ("health", "Health", "/health"),
    ("approvals", "Approvals", "/approvals/"),
)
FRAME: Final[Mapping[str, Any]] = {"areas": _AREAS}
"""What the frame around every page shows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """What the pages show and how."""

    processes: Processes
    sessions: Sessions
    rendering: Rendering
    style: str

    def page(
        self, request: Request, template: str, *, session: Session | None, status: int = 200, **values: Any
    ) -> HTMLResponse:
        """The template, filled in, for whoever looks."""
        return self.rendering.page(template, status=status, session=session, here=request.url.path, **values)

    def failed(self, request: Request, status: int, words: str) -> HTMLResponse:
        """The page of what was not to be had or done. It is the same for whoever looks."""
        return self.page(request, "failed", session=None, status=status, words=words)

    async def stylesheet(self, request: Request) -> Response:  # noqa: ARG002 - as any endpoint
        """Of all pages."""
        return Response(self.style, media_type="text/css")


def served(request: Request) -> Served:
    """What a request is served with."""
    return cast("Served", request.scope[SERVED])
