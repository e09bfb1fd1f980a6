"""The page's addresses: what waits, each request, each effect in doubt, and what is answered."""

import time
from collections.abc import Awaitable, Callable
from typing import Any, Protocol, TypeAlias, TypeVar
from urllib.parse import urlencode

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import PlainTextResponse, RedirectResponse, Response
from starlette.routing import Route

from interlock import InterlockError, RequestError, StoreError
from interlock_agents.approvals import Approval, UnknownApproval
from interlock_agents.approvals.seeing import seen, seen_json
from interlock_agents.ledger import Effect
from interlock_agents.pages import showing
from interlock_agents.pages.signing import Signing
from interlock_agents.pages.site import Approver, Desk, Site
from interlock_pages import Endpoint, Gate, Guard, Signed

_PER_PAGE = 25
_LASTS = {"300": "5 minutes", "900": "15 minutes", "3600": "1 hour", "86400": "1 day"}
_USUAL = "900"
_DECISIONS = {
    "confirmed": "It has happened",
    "failed": "It has not happened, and will not",
    "retry": "It has not happened: send it again",
    "abandon": "Nobody will ever know: give it up",
}


class _Approver(Approver, Signed, Protocol):
    pass


A = TypeVar("A", bound=_Approver)
_Seeing: TypeAlias = Callable[["Pages", Request, Approver], Awaitable[Response]]
_Acting: TypeAlias = Callable[["Pages", Request, Approver, dict[str, str]], Awaitable[Response]]


def app_of(site: Site) -> Starlette:
    """The page, to be served. It changes nothing on a GET."""
    signing = Signing(site)

    async def style(request: Request) -> Response:  # noqa: ARG001 - as any endpoint
        return Response(site.rendering.style, media_type="text/css")

    async def refused(request: Request, error: HTTPException) -> Response:  # noqa: ARG001 - as any handler
        return site.page("failed", status=error.status_code, words=error.detail)

    async def failed(request: Request, error: InterlockError) -> Response:  # noqa: ARG001 - as any handler
        status, words = told(error)
        return site.page("failed", status=status, words=words)

    routes = [
        *routes_of(lambda _: site, signing.gate),
        Route("/login", signing.login, methods=["GET"]),
        Route("/login", signing.sign_in, methods=["POST"]),
        Route("/logout", signing.gate.acting(signing.sign_out), methods=["POST"]),
        Route("/page.css", style, methods=["GET"]),
    ]
    failures: dict[Any, Any] = {HTTPException: refused, InterlockError: failed}
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, origins=site.origins)],
        exception_handlers=failures,
    )


def routes_of(desk_of: Callable[[Request], Desk], gate: Gate[A]) -> list[Route]:
    """What waits at a request's desk and what answers it, below the base of its pages, for whom the gate lets
    through.
    """

    def seeing(page: _Seeing) -> Endpoint:
        async def shown(request: Request, session: A) -> Response:
            return await page(Pages(desk_of(request)), request, session)

        return gate.seeing(shown)

    def acting(answer: _Acting) -> Endpoint:
        async def acted(request: Request, session: A, form: dict[str, str]) -> Response:
            return await answer(Pages(desk_of(request)), request, session, form)

        return gate.acting(acted)

    return [
        Route("/", seeing(Pages.waiting), methods=["GET"]),
        Route("/requests/{id}", seeing(Pages.request), methods=["GET"]),
        Route("/requests/{id}/text/{part}", seeing(Pages.text), methods=["GET"]),
        Route("/requests/{id}/approve", acting(Pages.approve), methods=["POST"]),
        Route("/requests/{id}/deny", acting(Pages.deny), methods=["POST"]),
        Route("/effect", seeing(Pages.effect), methods=["GET"]),
        Route("/effect", acting(Pages.decide), methods=["POST"]),
        Route("/effect/arguments", seeing(Pages.arguments), methods=["GET"]),
    ]


def told(error: InterlockError) -> tuple[int, str]:
    """What a failure is over HTTP, and what is said of it."""
    if isinstance(error, StoreError):
        return 503, "What waits cannot be read now."
    if isinstance(error, UnknownApproval):
        return 404, seen(error.message)
    return 400 if isinstance(error, RequestError) else 409, seen(error.message)


class Pages:
    """What whoever has signed in may see and do."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def waiting(self, request: Request, session: Approver) -> Response:
        """What waits, the longest first."""
        after = request.query_params.get("after", "")
        requests, now = self._desk.requests, time.time()
        found = await requests.pending(limit=_PER_PAGE + 1, after=after)
        items = [await self._brief(each, now) for each in found[:_PER_PAGE]]
        doubts = [] if after else await self._doubts()
        return self._desk.page(
            "waiting",
            session=session,
            items=items,
            count=await requests.count(),
            doubts=[await self._doubt(each, now) for each in doubts[:_PER_PAGE]],
            doubtful=len(doubts),
            following=found[_PER_PAGE - 1].id if len(found) > _PER_PAGE else "",
            later=bool(after),
        )

    async def request(self, request: Request, session: Approver) -> Response:
        """One request, and the forms that answer it."""
        approval = await self._desk.requests.get(request.path_params["id"])
        goal = await self._desk.goal_of(approval.request.run)
        return self._desk.page(
            "request",
            session=session,
            item=showing.shown(approval, now=time.time(), goal=goal),
            approval=approval,
            end=showing.end_of(approval),
            lasts=_LASTS,
            usual=_USUAL,
        )

    async def text(self, request: Request, session: Approver) -> Response:  # noqa: ARG002 - as the others
        """All of a text that was cut."""
        asked = (await self._desk.requests.get(request.path_params["id"])).request
        match request.path_params["part"]:
            case "arguments":
                text = seen_json(asked.call.arguments)
            case "preview" if asked.preview is not None:
                text = seen(asked.preview.text, lines=True)
            case "changes" if asked.preview is not None:
                text = seen_json(asked.preview.changes)
            case _:
                raise HTTPException(404, "There is no such text.")
        return PlainTextResponse(text)

    async def approve(self, request: Request, session: Approver, form: dict[str, str]) -> Response:
        """Agree, as whoever has signed in."""
        lasts = form.get("lasts", _USUAL)
        if lasts not in _LASTS:
            raise HTTPException(400, "A grant lasts as long as the form offers.")
        id_ = request.path_params["id"]
        await self._desk.requests.approve(id_, by=session.name, lasts=float(lasts))
        return RedirectResponse(f"{self._desk.rendering.base}/requests/{id_}", status_code=303)

    async def deny(self, request: Request, session: Approver, form: dict[str, str]) -> Response:
        """Refuse, as whoever has signed in."""
        id_ = request.path_params["id"]
        await self._desk.requests.deny(id_, by=session.name, why=form.get("why", "").strip())
        return RedirectResponse(f"{self._desk.rendering.base}/requests/{id_}", status_code=303)

    async def effect(self, request: Request, session: Approver) -> Response:
        """One effect in doubt, and the form that says what has become of it."""
        effect = await self._effect(request.query_params.get("id", ""))
        goal = await self._desk.goal_of(effect.place.run)
        return self._desk.page(
            "effect",
            session=session,
            item=showing.doubt(effect, now=time.time(), goal=goal),
            state=effect.state,
            decisions=_DECISIONS,
        )

    async def arguments(self, request: Request, session: Approver) -> Response:  # noqa: ARG002 - as the others
        """All of an effect's arguments, where they were cut."""
        effect = await self._effect(request.query_params.get("id", ""))
        return PlainTextResponse(seen_json(dict(effect.arguments)))

    async def decide(self, request: Request, session: Approver, form: dict[str, str]) -> Response:  # noqa: ARG002 - the form has it all
        """Say what has become of an effect in doubt, as whoever has signed in."""
        effect = await self._effect(form.get("id", ""))
        decision = form.get("decision", "")
        ledger = self._desk.ledger
        if ledger is None or decision not in _DECISIONS:
            raise HTTPException(400, "Choose what has become of it.")
        await ledger.decide(
            effect.id,
            decision,  # type: ignore[arg-type]  # one of those, as was looked at
            by=session.name,
            evidence=form.get("evidence", "").strip(),
        )
        return RedirectResponse(
            f"{self._desk.rendering.base}/effect?{urlencode({'id': effect.id})}", status_code=303
        )

    async def _brief(self, approval: Approval, now: float) -> showing.Shown:
        goal = await self._desk.goal_of(approval.request.run)
        return showing.shown(approval, now=now, goal=goal, most=showing.BRIEF)

    async def _doubt(self, effect: Effect, now: float) -> showing.Doubt:
        goal = await self._desk.goal_of(effect.place.run)
        return showing.doubt(effect, now=now, goal=goal, most=showing.BRIEF)

    async def _doubts(self) -> list[Effect]:
        ledger = self._desk.ledger
        found = () if ledger is None else await ledger.open()
        return [each for each in found if each.state == "unknown"]

    async def _effect(self, id_: str) -> Effect:
        ledger = self._desk.ledger
        found = None if ledger is None else await ledger.effect(id_)
        if found is None:
            raise HTTPException(404, "There is no such effect.")
        return found
