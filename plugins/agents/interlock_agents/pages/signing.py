"""Signing in and out, and who may see the rest."""

from collections.abc import Awaitable, Callable
from typing import TypeAlias
from urllib.parse import quote

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from interlock_agents.pages.rendering import page
from interlock_agents.pages.sessions import Session
from interlock_agents.pages.site import Site
from interlock_pages import Cookie, form_of, own_path

_COOKIE = "interlock-approvals"
Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
Seeing: TypeAlias = Callable[[Request, Session], Awaitable[Response]]
Acting: TypeAlias = Callable[[Request, Session, dict[str, str]], Awaitable[Response]]


class Signing:
    """The addresses at which people sign in and out; `seeing` and `acting` hold the others to it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._cookie = Cookie(name=_COOKIE, origins=site.origins)

    def seeing(self, endpoint: Seeing) -> Endpoint:
        """For whoever has signed in; others are asked to, and come back then."""

        async def seen_by(request: Request) -> Response:
            session = await self.session(request)
            if session is None:
                there = request.url.path + (f"?{request.url.query}" if request.url.query else "")
                return RedirectResponse(f"/login?next={quote(there, safe='')}", status_code=303)
            return await endpoint(request, session)

        return seen_by

    def acting(self, endpoint: Acting) -> Endpoint:
        """For a form that this session was shown."""

        async def acted_on(request: Request) -> Response:
            session = await self.session(request)
            if session is None:
                raise HTTPException(403, "Nobody has signed in, or the session is over.")
            form = await form_of(request)
            if not session.made(form.pop("form", "")):
                raise HTTPException(403, "This form is not of this session: load the page again.")
            return await endpoint(request, session, form)

        return acted_on

    async def session(self, request: Request) -> Session | None:
        """Whose request it is."""
        return await self._site.sessions.of(self._cookie.of(request))

    async def login(self, request: Request) -> Response:
        """Asks whoever comes by a link whether to sign in, and others for their token. It changes nothing."""
        once = request.query_params.get("once", "")
        return page(
            "login",
            once=once,
            name=self._site.sessions.owner_of(once) if once else None,
            there=own_path(request.query_params.get("next", "/")),
            wrong="",
        )

    async def sign_in(self, request: Request) -> Response:
        """Begin a session, by a link's secret or by a token."""
        form = await form_of(request)
        sessions = self._site.sessions
        if once := form.get("once", ""):
            secret = sessions.sign_in_by_link(once)
            wrong = "This link was used, or its time is over. `interlock agent page` prints another."
        else:
            secret = await sessions.sign_in_by_token(form.get("token", "").strip())
            wrong = "This token is nobody's."
        there = own_path(form.get("next", "/"))
        if secret is None:
            return page("login", status=403, once="", name=None, there=there, wrong=wrong)
        reply = RedirectResponse(there, status_code=303)
        self._cookie.put(reply, secret)
        return reply

    async def sign_out(self, request: Request, session: Session, form: dict[str, str]) -> Response:  # noqa: ARG002 - as any form
        """End the session."""
        self._site.sessions.end(self._cookie.of(request) or "")
        reply = RedirectResponse("/login", status_code=303)
        self._cookie.drop(reply)
        return reply
