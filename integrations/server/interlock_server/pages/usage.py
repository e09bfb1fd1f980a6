"""What was used: calls, errors, tokens and cost, by time, by key, by task and by deployment."""

import time
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Final

from starlette.requests import Request
from starlette.responses import Response

from interlock.types.stores import CallTally, TallyQuery
from interlock_server.pages import words
from interlock_server.pages.drawing import Bar, bars
from interlock_server.pages.limits import limits_of
from interlock_server.pages.reading import Read, read
from interlock_server.pages.sessions import Session
from interlock_server.pages.site import Site, served
from interlock_server.principals import KEY

_HOUR, _DAY = 3_600, 86_400


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """A stretch of time that ends now, of so many parts of `every` seconds."""

    name: str
    every: int
    parts: int

    def begins(self, now: float) -> float:
        """In seconds since the epoch."""
        return float(now // self.every * self.every - (self.parts - 1) * self.every)


PERIODS: Final = {
    "day": Period(name="24 hours", every=_HOUR, parts=24),
    "week": Period(name="7 days", every=_DAY, parts=7),
    "month": Period(name="30 days", every=_DAY, parts=30),
}


@dataclass(slots=True)
class Sum:
    """Calls of one kind. `latency` is in seconds, of all of them together; `cost` in US dollars, of those
    whose cost is known.
    """

    name: str | None = None
    calls: int = 0
    errors: int = 0
    left: int = 0
    latency: float = 0.0
    input_tokens: int = 0
    output_tokens: int = 0
    cost: float = 0.0
    unpriced: int = 0

    def add(self, tally: CallTally) -> None:
        """Count these, too."""
        for name in _COUNTED:
            setattr(self, name, getattr(self, name) + getattr(tally, name))

    @property
    def failed(self) -> str:
        """Which part of them ended in an error."""
        return words.share(self.errors, self.calls)

    @property
    def known(self) -> float | None:
        """What they cost; None where that is known of none of them."""
        return self.cost if self.cost or not self.unpriced else None

    @property
    def mean(self) -> float | None:
        """Seconds that one took."""
        return self.latency / self.calls if self.calls else None


_COUNTED: Final = tuple(each.name for each in fields(Sum) if each.name != "name")


async def usage(site: Site, request: Request, session: Session) -> Response:
    """The page."""
    router, at = served(request).router, time.time()
    named = request.query_params.get("period", "")
    period = PERIODS.get(named, PERIODS["week"])
    query = TallyQuery(every=period.every, since=period.begins(at), label=KEY)
    found: Read[Sequence[CallTally]] = await read(router, lambda reader: reader.tally(query))
    tallies = found.value
    total = summed(tallies)
    return site.page(
        request,
        "usage",
        session=session,
        periods=PERIODS,
        period=named if named in PERIODS else "week",
        chosen=period,
        found=found,
        total=total,
        charts=charts(tallies, period, at),
        kinds=(
            ("key", "By key", "Key", grouped(tallies, "label"), "without a key"),
            ("task", "By task", "Task", grouped(tallies, "task"), "none"),
            ("deployment", "By deployment", "Deployment", grouped(tallies, "deployment"), "none answered"),
        ),
        limits=await limits_of(router, served(request).identities),
        at=at,
    )


def summed(tallies: Iterable[CallTally]) -> Sum:
    """All of them together."""
    whole = Sum()
    for each in tallies:
        whole.add(each)
    return whole


def grouped(tallies: Iterable[CallTally], field: str) -> list[Sum]:
    """By the values of a field, what cost most first."""
    sums: dict[str | None, Sum] = {}
    for each in tallies:
        name = getattr(each, field)
        sums.setdefault(name, Sum(name=name)).add(each)
    return sorted(sums.values(), key=lambda each: (-each.cost, -each.calls, each.name or ""))


def charts(tallies: Iterable[CallTally], period: Period, now: float) -> list[str]:
    """Cost and calls over time, as pictures."""
    begin = period.begins(now)
    parts = [Sum() for _ in range(period.parts)]
    for each in tallies:
        at = int((each.at - begin) // period.every)
        if 0 <= at < len(parts):
            parts[at].add(each)
    times = [begin + at * period.every for at in range(period.parts)]
    written = words.clock if period.every == _HOUR else lambda at: words.day(at)[5:]
    whole = [words.moment(at)[:16] if period.every == _HOUR else words.day(at) for at in times]
    cost = [
        Bar(label=written(at), value=each.cost, told=f"{when}: {words.money(each.cost)}")
        for at, when, each in zip(times, whole, parts, strict=True)
    ]
    calls = [
        Bar(
            label=written(at),
            value=each.calls,
            problem=each.errors,
            told=f"{when}: {each.calls:,} calls, {each.errors:,} with an error",
        )
        for at, when, each in zip(times, whole, parts, strict=True)
    ]
    unit = "hour" if period.every == _HOUR else "day"
    return [
        bars(cost, id_="cost", title=f"Cost, each {unit}", written=words.money),
        bars(
            calls,
            id_="calls",
            title=f"Calls, each {unit}; those with an error are set apart",
            written=words.count,
        ),
    ]
