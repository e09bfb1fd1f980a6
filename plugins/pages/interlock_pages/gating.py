"""Who may see a page, and whose form is believed."""

from collections.abc import Awaitable, Callable
from typing import Generic, Protocol, TypeAlias, TypeVar
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from interlock_pages.forms import form_of

Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]


class Signed(Protocol):
    """Whoever has signed in."""

    def made(self, form: str) -> bool:
        """Whether a form that brings this along was shown to them."""
        ...


S = TypeVar("S", bound=Signed)


class Gate(Generic[S]):
    """Holds the addresses of a site to whoever has signed in."""

    def __init__(self, session_of: Callable[[Request], Awaitable[S | None]], *, login: str) -> None:
        """`session_of` says whose request it is; `login` is the path at which people sign in, and is given
        where they wanted to go, as `next`.
        """
        self._session_of = session_of
        self._login = login

    def seeing(self, endpoint: Callable[[Request, S], Awaitable[Response]]) -> Endpoint:
        """For whoever has signed in; others are asked to, and come back then."""

        async def seen_by(request: Request) -> Response:
            session = await self._session_of(request)
            if session is None:
                there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
                return RedirectResponse(f"{self._login}?next={quote(there, safe='')}", status_code=303)
            return await endpoint(request, session)

        return seen_by

    def acting(self, endpoint: Callable[[Request, S, dict[str, str]], Awaitable[Response]]) -> Endpoint:
        """For a form that this session was shown, which brings its token along as `form`."""

        async def acted_on(request: Request) -> Response:
            session = await self._session_of(request)
            if session is None:
                raise HTTPException(403, "Nobody has signed in, or the session is over.")
            form = await form_of(request)
            if not session.made(form.pop("form", "")):
                raise HTTPException(403, "This form is not of this session: load the page again.")
            return await endpoint(request, session, form)

        return acted_on
