"""Signing in with a key, and out."""

from typing import Final

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from interlock_pages import Cookie, form_of, own_path
from interlock_server.pages.addresses import ROOT
from interlock_server.pages.sessions import LASTS, Session
from interlock_server.pages.site import Site, served

_COOKIE: Final = "interlock-pages"
# Whether a browser came by https, the server behind a proxy cannot see; the forms that it sends say so.
_COOKIES: Final = tuple(Cookie(name=_COOKIE, origins=[origin]) for origin in ("https://here", "http://here"))
_NOBODY: Final = "This key is nobody's, or it is no longer valid."
_BLIND: Final = "This key may not look at these pages: that takes one with `sees: true`."


class Signing:
    """The addresses at which people sign in and out."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def session(self, request: Request) -> Session | None:
        """Whose request it is."""
        cookie = next((found for each in _COOKIES if (found := each.of(request))), None)
        return self._site.sessions.of(cookie, served(request).identities)

    async def login(self, request: Request) -> Response:
        """Asks for a key. It changes nothing."""
        there = _own(request.query_params.get("next", ""))
        if not served(request).identities.required:
            return RedirectResponse(there, status_code=303)
        return self._page(request, there)

    async def sign_in(self, request: Request) -> Response:
        """Begin a session with a key."""
        form = await form_of(request)
        there = _own(form.get("next", ""))
        principal = served(request).identities.principal(form.get("key", "").strip())
        if principal is None:
            return self._page(request, there, _NOBODY)
        if not principal.sees:
            return self._page(request, there, _BLIND)
        reply = RedirectResponse(there, status_code=303)
        cookie = _COOKIES[not request.headers.get("origin", "").lower().startswith("https:")]
        cookie.put(reply, self._site.sessions.begin(principal), seconds=int(LASTS))
        return reply

    async def sign_out(self, request: Request, session: Session, form: dict[str, str]) -> Response:  # noqa: ARG002 - as any form
        """Have the browser forget the session."""
        reply = RedirectResponse(f"{ROOT}/login", status_code=303)
        for each in _COOKIES:
            if each.of(request):
                each.drop(reply)
        return reply

    def _page(self, request: Request, there: str, wrong: str = "") -> Response:
        status = 403 if wrong else 200
        return self._site.page(request, "login", session=None, status=status, there=there, wrong=wrong)


def _own(there: str) -> str:
    """A path of these pages; their first one for any other."""
    path = own_path(there)
    if not path.startswith(f"{ROOT}/") or ".." in path:
        return f"{ROOT}/"
    return path


def approver(session: Session) -> Session:
    """The session of somebody who may answer what waits for a person.

    Raises:
        HTTPException: 403 for anybody else.
    """
    if not session.approves:
        raise HTTPException(403, "What waits for a person is for keys with `approves: true`.")
    return session
