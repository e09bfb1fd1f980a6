"""The pages' addresses: a link that is exchanged for a seat, and pairs that are compared there."""

from collections.abc import Awaitable, Callable, Sequence
from hashlib import sha256
from importlib.resources import files
from secrets import compare_digest
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.middleware import Middleware
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response
from starlette.routing import Route

from interlock import InterlockError
from interlock_evaluation.reviews.hiding import Hiding
from interlock_evaluation.reviews.kept import Place, ReviewStore
from interlock_evaluation.reviews.pages.showing import compared
from interlock_evaluation.reviews.review import CHOICES, Choice
from interlock_pages import Cookie, Guard, Rendering, form_of

if TYPE_CHECKING:
    from interlock_evaluation.reviews.rows import Seat

PORT: Final = 8792
LONGEST: Final = 4_000
"""Characters of a comment."""
_DAYS: Final = 90
_MOST: Final = 8
_COOKIE: Final = "interlock-review"
_WORDS: Final = {
    "left": "Answer 1 is better",
    "right": "Answer 2 is better",
    "both": "Both are equally good",
    "neither": "Neither is acceptable",
}
_NOBODY: Final = "Open the link that you were given. If it was used already, ask for a new one."
_VOID: Final = "This link was used, was taken back, or is none. Ask for a new one."
Endpoint: TypeAlias = Callable[[Request], Awaitable[Response]]
Sitting: TypeAlias = Callable[[Request, "Seats"], Awaitable[Response]]
Seats: TypeAlias = Sequence[tuple["Seat", str]]
"""Whose browser it is: a seat in each review that they take part in, the last one first, with its secret."""


def app_of(store: ReviewStore, origins: Sequence[str]) -> Starlette:
    """The pages of every review in the store, to be served under those origins. A GET changes nothing."""
    pages = Pages(store, origins)
    routes = [
        Route("/", pages.sitting(pages.onwards), methods=["GET"]),
        Route("/join/{link}", pages.asks, methods=["GET"]),
        Route("/join/{link}", pages.joins, methods=["POST"]),
        Route("/pairs/{id}", pages.sitting(pages.pair), methods=["GET"]),
        Route("/pairs/{id}", pages.sitting(pages.vote), methods=["POST"]),
        Route("/page.css", pages.style, methods=["GET"]),
        Route("/keys.js", pages.keys, methods=["GET"]),
    ]
    failures: dict[Any, Any] = {HTTPException: pages.refused, InterlockError: pages.failed}
    return Starlette(
        routes=routes,
        middleware=[Middleware(Guard, origins=origins, scripts=True)],
        exception_handlers=failures,
    )


class Pages:
    """What somebody with a link, and then with a seat, may see and do."""

    def __init__(self, store: ReviewStore, origins: Sequence[str]) -> None:
        self._store = store
        self._cookie = Cookie(name=_COOKIE, origins=origins)
        self._rendering = Rendering("interlock_evaluation.reviews.pages")
        self._hiding: dict[str, Hiding] = {}

    def sitting(self, endpoint: Sitting) -> Endpoint:
        """For whoever has a seat."""

        async def seated(request: Request) -> Response:
            seats = await self._seats(request)
            if not seats:
                raise HTTPException(403, _NOBODY)
            return await endpoint(request, seats)

        return seated

    async def asks(self, request: Request) -> Response:
        """What a link leads to: a button. Looking at it, as previews of messages do, does not use it up."""
        link = request.path_params["link"]
        seat = await self._store.owner(link)
        if seat is None:
            if await self._seats(request):
                return RedirectResponse("/", status_code=303)
            raise HTTPException(404, _VOID)
        _, done, total = await self._store.next(seat)
        return self._page("join", who=seat.reviewer, link=link, done=done, total=total)

    async def joins(self, request: Request) -> Response:
        """Exchange the link for a seat, which the browser's cookie keeps beside others of the same person."""
        await form_of(request)
        before = await self._seats(request)
        session = await self._store.use(request.path_params["link"])
        seat = None if session is None else await self._store.seat(session)
        if session is None or seat is None:
            raise HTTPException(404, _VOID)
        kept = [secret for each, secret in before if each.reviewer == seat.reviewer]
        reply = RedirectResponse("/", status_code=303)
        self._cookie.put(reply, ".".join([session, *kept][:_MOST]), seconds=_DAYS * 24 * 3600)
        return reply

    async def onwards(self, request: Request, seats: Seats) -> Response:  # noqa: ARG002 - as the others
        """To the first pair that waits, or to the end."""
        counts = []
        for seat, _ in seats:
            waiting, done, total = await self._store.next(seat)
            if waiting is not None and not seat.closed:
                return RedirectResponse(f"/pairs/{waiting}", status_code=303)
            counts.append((done, total))
        # Where nothing waits, the review that they joined last is the one to speak of.
        (done, total), seat = counts[0], seats[0][0]
        return self._page("done", who=seat.reviewer, done=done, total=total, closed=seat.closed)

    async def pair(self, request: Request, seats: Seats) -> Response:
        """Two answers, and the form that compares them; or what was said of them."""
        seat, session, place = await self._place(request, seats)
        if seat.closed:
            return RedirectResponse("/", status_code=303)
        if place.left is None or place.right is None:
            raise HTTPException(410, "This pair is not there any more.")
        shown = compared(place, await self._hiding_of(seat))
        return self._page(
            "pair",
            who=seat.reviewer,
            pair=shown,
            done=place.done,
            total=place.total,
            form=_form(session),
            choices=_WORDS,
            longest=LONGEST,
        )

    async def vote(self, request: Request, seats: Seats) -> Response:
        """Keep what is said of a pair, unless something was said before; then to the next one."""
        form = await form_of(request)
        seat, session, place = await self._place(request, seats)
        if not compare_digest(form.get("form", "").encode("utf-8", "replace"), _form(session).encode()):
            raise HTTPException(403, "This form is not of this session: load the page again.")
        if seat.closed:
            raise HTTPException(409, "This review is closed. What you said before is kept.")
        choice, comment = form.get("choice", ""), form.get("comment", "").strip()
        if choice not in CHOICES:
            raise HTTPException(400, "Say which answer is better. Go back, choose, and send it again.")
        # Browsers send each end of a line as two characters, and count it as one.
        if len(comment.replace("\r\n", "\n")) > LONGEST:
            raise HTTPException(400, f"A comment has {LONGEST:,} characters at most.")
        chosen: Choice = choice
        await self._store.vote(seat, place.item.id, chosen, comment)
        return RedirectResponse("/", status_code=303)

    async def _seats(self, request: Request) -> Seats:
        secrets = (self._cookie.of(request) or "").split(".")[:_MOST]
        found = [(await self._store.seat(secret), secret) for secret in secrets if secret]
        return [(seat, secret) for seat, secret in found if seat is not None]

    async def _place(self, request: Request, seats: Seats) -> tuple["Seat", str, Place]:
        for seat, session in seats:
            place = await self._store.place(seat, request.path_params["id"])
            if place is not None:
                return seat, session, place
        raise HTTPException(404, "There is no such pair.")

    async def style(self, request: Request) -> Response:  # noqa: ARG002 - as any endpoint
        """The stylesheet."""
        return Response(self._rendering.style, media_type="text/css")

    async def keys(self, request: Request) -> Response:  # noqa: ARG002 - as any endpoint
        """The script, which only presses what can be pressed without it."""
        text = files("interlock_evaluation.reviews.pages").joinpath("keys.js").read_text("utf-8")
        return Response(text, media_type="text/javascript")

    async def refused(self, request: Request, error: HTTPException) -> Response:  # noqa: ARG002 - as any handler
        """What was not done, in words."""
        return self._page("failed", status=error.status_code, words=error.detail)

    async def failed(self, request: Request, error: InterlockError) -> Response:  # noqa: ARG002 - as any handler
        """What could not be read or written; the error's own words are not for reviewers."""
        return self._page("failed", status=503, words="This cannot be read now. Try again in a while.")

    async def _hiding_of(self, seat: "Seat") -> Hiding:
        found = self._hiding.get(seat.review)
        if found is None:
            review = await self._store.review(seat.review)
            found = self._hiding[seat.review] = Hiding([*review.names, *review.models])
        return found

    def _page(self, template: str, *, status: int = 200, who: str = "", **values: Any) -> Response:
        return self._rendering.page(template, status=status, who=who, **values)


def _form(session: str) -> str:
    """What each form of a session brings along, so that no other page can send one."""
    return sha256(f"form\0{session}".encode()).hexdigest()
