"""What goes on at this moment, and what has just ended."""

import time
from collections.abc import Sequence
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from interlock import Record
from interlock.types.stores import RecordQuery, TallyQuery
from interlock_server.pages.decisions import lines_of
from interlock_server.pages.reading import read
from interlock_server.pages.sessions import Session
from interlock_server.pages.site import Site, served
from interlock_server.pages.usage import summed

_EVERY: Final = {"5": "every 5 seconds", "30": "every 30 seconds"}
_LAST: Final = 12
_HOUR: Final = 3_600.0


async def now(site: Site, request: Request, session: Session) -> Response:
    """The page. A browser that asks for it with `every` is told to ask again."""
    router, at = served(request).router, time.time()
    found = await read(router, lambda reader: reader.tally(TallyQuery(every=3_600, since=at - _HOUR)))
    # What this process has seen end is there at once; what others have, only where it is kept.
    last: Sequence[Record] = router.records[: -_LAST - 1 : -1]
    if site.processes.shared and found.kept and not found.failed:
        last = (await read(router, lambda reader: reader.find(RecordQuery(limit=_LAST)))).value
    every = request.query_params.get("every", "")
    reply = site.page(
        request,
        "now",
        session=session,
        at=at,
        going=site.processes.calls(router),
        hour=summed(found.value),
        hourly=found,
        last=lines_of(tuple(last)),
        every=every if every in _EVERY else "",
        offered=_EVERY,
    )
    if every in _EVERY:
        reply.headers["refresh"] = every
    return reply
