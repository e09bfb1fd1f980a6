"""What goes on at this moment, and what has just ended."""

import time
from dataclasses import dataclass
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from interlock import Router
from interlock.types.stores import TallyQuery
from interlock_server.endpoint import Traffic
from interlock_server.facts import Facts
from interlock_server.pages.decisions import lines_of
from interlock_server.pages.reading import read
from interlock_server.pages.sessions import Session
from interlock_server.pages.site import Site, served
from interlock_server.pages.usage import summed

_EVERY: Final = {"5": "every 5 seconds", "30": "every 30 seconds"}
_LAST: Final = 12
_HOUR: Final = 3_600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """A call that goes on. `since` is in seconds; `trying` names who is being asked."""

    since: float
    key: str | None
    asked: str | None
    task: str | None
    trying: tuple[str, ...]
    failed: int
    streamed: bool
    dialect: str | None
    request: str


async def now(site: Site, request: Request, session: Session) -> Response:
    """The page. A browser that asks for it with `every` is told to ask again."""
    router, at = served(request).router, time.time()
    found = await read(router, lambda reader: reader.tally(TallyQuery(every=3_600, since=at - _HOUR)))
    every = request.query_params.get("every", "")
    reply = site.page(
        request,
        "now",
        session=session,
        at=at,
        going=going(site.traffic, router, at),
        hour=summed(found.value),
        hourly=found,
        last=lines_of(tuple(reversed(router.records[-_LAST:]))),
        every=every if every in _EVERY else "",
        offered=_EVERY,
    )
    if every in _EVERY:
        reply.headers["refresh"] = every
    return reply


def going(traffic: Traffic, router: Router, at: float) -> list[Going]:
    """The calls that go on, the one that has taken longest first."""
    calls = {call.metadata.get("server.request"): call for call in router.under_way}

    def of(facts: Facts) -> Going:
        call = calls.get(facts.request)
        return Going(
            since=max(0.0, at - facts.started),
            key=facts.key,
            asked=facts.asked,
            task=facts.task if call is None else call.task,
            trying=() if call is None else call.trying,
            failed=0 if call is None else call.attempts,
            streamed=facts.streamed,
            dialect=facts.dialect,
            request=facts.request or "",
        )

    # Others are no calls, or not yet understood.
    known = (facts for facts in traffic.under_way if facts.asked or facts.task or facts.request in calls)
    return [of(facts) for facts in known]
