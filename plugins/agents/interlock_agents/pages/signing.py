"""Signing in and out, and who may see the rest."""

from starlette.requests import Request
from starlette.responses import RedirectResponse, Response

from interlock_agents.pages.sessions import Session
from interlock_agents.pages.site import Site
from interlock_pages import Cookie, Gate, form_of, own_path

_COOKIE = "interlock-approvals"


class Signing:
    """The addresses at which people sign in and out; `gate` holds the others to it."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._cookie = Cookie(name=_COOKIE, origins=site.origins)
        self.gate = Gate(self.session, login="/login")

    async def session(self, request: Request) -> Session | None:
        """Whose request it is."""
        return await self._site.sessions.of(self._cookie.of(request))

    async def login(self, request: Request) -> Response:
        """Asks whoever comes by a link whether to sign in, and others for their token. It changes nothing."""
        once = request.query_params.get("once", "")
        return self._site.page(
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
            return self._site.page("login", status=403, once="", name=None, there=there, wrong=wrong)
        reply = RedirectResponse(there, status_code=303)
        self._cookie.put(reply, secret)
        return reply

    async def sign_out(self, request: Request, session: Session, form: dict[str, str]) -> Response:  # noqa: ARG002 - as any form
        """End the session."""
        self._site.sessions.end(self._cookie.of(request) or "")
        reply = RedirectResponse("/login", status_code=303)
        self._cookie.drop(reply)
        return reply
