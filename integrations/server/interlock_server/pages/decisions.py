"""Calls that were recorded, and one of them explained: why it went where it went, and what was tried."""

import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from starlette.exceptions import HTTPException
from starlette.requests import Request
from starlette.responses import Response

from interlock import AttemptRecord, Record
from interlock.types.stores import RecordQuery
from interlock_server.pages import words
from interlock_server.pages.addresses import ROOT
from interlock_server.pages.reading import read
from interlock_server.pages.sessions import Session
from interlock_server.pages.site import Site, served
from interlock_server.principals import KEY

_PER_PAGE: Final = 50
_LONGEST: Final = 200  # characters of what is looked for
_OUTCOMES: Final = {"": "any", "answer": "answered", "error": "failed"}
_TONES: Final = {"answer": "ok", "error": "problem", "left": "attention", "lost": "quiet"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A call in a list. `cost` is in US dollars, `latency` in seconds."""

    id: str
    started: float
    key: str
    task: str
    deployment: str
    result: str
    tone: str
    latency: float
    input_tokens: int | None
    output_tokens: int | None
    cost: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Tried:
    """An attempt, and when it went on as shares of the call's time."""

    record: AttemptRecord
    begin: float
    end: float
    first: float | None
    tone: str
    result: str


class Decisions:
    """The pages of recorded calls."""

    def __init__(self, site: Site) -> None:
        self._site = site

    async def listed(self, request: Request, session: Session) -> Response:
        """Those that fit what is looked for, newest first."""
        wanted = {
            name: value[:_LONGEST]
            for name in ("key", "task", "deployment", "outcome")
            if (value := request.query_params.get(name, "").strip())
        }
        query = _query(wanted, request.query_params.get("after", ""))
        found = await read(served(request).router, lambda reader: reader.find(query))
        records = found.value[:_PER_PAGE]
        later = ""
        if len(found.value) > _PER_PAGE:
            last = records[-1]
            later = urlencode({**wanted, "after": f"{last.started!r} {last.id}"})
        return self._site.page(
            request,
            "decisions",
            session=session,
            found=found,
            lines=lines_of(records),
            wanted=wanted,
            outcomes=_OUTCOMES,
            following=f"{ROOT}/decisions?{later}" if later else "",
            paged="after" in request.query_params,
            first=f"{ROOT}/decisions?{urlencode(wanted)}",
        )

    async def shown(self, request: Request, session: Session) -> Response:
        """One of them."""
        id_ = request.path_params["id"]
        found = await read(served(request).router, lambda reader: reader.get(id_))
        if found.value is None:
            if found.failed:
                raise HTTPException(503, "The store of records cannot be read now.")
            raise HTTPException(404, "No call is recorded under this id.")
        return self._site.page(request, "decision", session=session, **explained(found.value))


def explained(record: Record) -> dict[str, Any]:
    """What the page of a call shows."""
    decision = record.decision
    rules = decision.facts.rules if decision.facts else {}
    tried = {each.deployment for each in record.attempts}
    return {
        "record": record,
        "decision": decision,
        "line": line_of(record),
        "excluded": [(name, rules.get(name, ""), sentence) for name, sentence in decision.excluded.items()],
        "tried": tried_of(record),
        "asked": tried,
        "metadata": sorted((str(name), str(value)) for name, value in record.metadata.items()),
        "at": time.time(),
    }


def lines_of(records: Sequence[Record]) -> list[Line]:
    """A line for each."""
    return [line_of(each) for each in records]


def line_of(record: Record) -> Line:
    """The call in a line."""
    tokens = words.used(each.usage for each in record.attempts)
    failed = sum(each.outcome == "error" for each in record.attempts)
    result = {"answer": "answered", "left": "left by its caller"}.get(
        record.outcome, record.error or "failed"
    )
    tone = _TONES[record.outcome]
    if record.outcome == "answer" and failed:
        result, tone = f"answered after {failed} failed", "attention"
    return Line(
        id=record.id,
        started=record.started,
        key=str(record.metadata.get(KEY, "")),
        task=record.decision.task,
        deployment=record.deployment or "",
        result=result,
        tone=tone,
        latency=record.latency,
        input_tokens=tokens[0],
        output_tokens=tokens[1],
        cost=record.cost,
    )


def tried_of(record: Record) -> list[Tried]:
    """Every attempt, in the order in which they began."""
    whole = max(record.latency, 1e-9)

    def share(at: float) -> float:
        return min(1.0, max(0.0, (at - record.started) / whole))

    return [
        Tried(
            record=each,
            begin=share(each.started),
            end=share(each.started + each.latency),
            first=None if each.first_token is None else share(each.started + each.first_token),
            tone=_TONES[each.outcome],
            result=each.cancelled or str(each.error or "answered"),
        )
        for each in record.attempts
    ]


def _query(wanted: dict[str, str], after: str) -> RecordQuery:
    began, _, id_ = after.partition(" ")
    try:
        last = (float(began), id_) if after else None
    except ValueError:
        raise HTTPException(400, "There is no such page.") from None
    outcome = wanted.get("outcome")
    if outcome not in (None, *_OUTCOMES):
        raise HTTPException(400, "There is no such outcome.")
    return RecordQuery(
        task=wanted.get("task"),
        deployment=wanted.get("deployment"),
        failed=None if outcome is None else outcome == "error",
        metadata={KEY: wanted["key"]} if "key" in wanted else {},
        limit=_PER_PAGE + 1,
        after=last,
    )
