"""With which calls a watch begins."""

from datetime import UTC, date, datetime, timedelta

from interlock.errors import RequestError
from interlock_evaluation.runs import RunStore
from interlock_evaluation.store import Store
from interlock_evaluation.watching.evidence import end_of
from interlock_evaluation.watching.kept import WatchStore
from interlock_evaluation.watching.looking import Begin
from interlock_evaluation.watching.watch import Watch

_KEY = "--baseline"


def days(said: str, now: float) -> Begin | None:
    """The days from one to another, both included, as 2026-10-01..2026-10-31, in the user's own time; without
    the second, until now. None for what has no dots, and so names something else.

    Raises:
        RequestError: they are no days, or not in their order, or not over yet.
    """
    first, dots, last = said.partition("..")
    if not dots:
        return None
    since, end = _day(first), _day(last) if last.strip() else None
    until = now if end is None else min(_after(end), now)
    begun = _midnight(since)
    if begun >= until:
        raise RequestError(f"{said!r} ends before it begins, or has not begun.", key=_KEY)
    return Begin(since=begun, until=until, source=f"from {since} to {end or 'now'}")


async def usual(store: Store, measured: str | None, length: float, now: float, *, again: bool) -> Begin:
    """Where nobody says with which: what came since what has drifted, of a watch that begins again; else so
    many seconds until the day on which the learned routes were measured, if there are some; else until now.

    Raises:
        StoreError: the store cannot be read.
    """
    watch = await WatchStore(store).last() if again else None
    changed = None if watch is None else _changed(watch)
    if changed is not None and changed < now:
        return Begin(since=changed, until=now, source=f"since {_date(changed)}, when something changed")
    if measured is not None and not again and end_of(measured) <= now:
        until = end_of(measured)
        return Begin(since=until - length, until=until, source=f"until {measured}, when routes were measured")
    return Begin(since=now - length, until=now, source=f"since {_date(now - length)}")


async def of_run(store: Store, name: str, length: float, now: float) -> Begin:
    """So many seconds until a kept run ended.

    Raises:
        RequestError: there is no such run.
        StoreError: the store cannot be read.
    """
    run = (await RunStore(store).kept(name)).run
    until = min(now, run.started if run.ended is None else run.ended)
    return Begin(since=until - length, until=until, source=f"until the run {name}")


def _changed(watch: Watch) -> float | None:
    """When the last of what has drifted changed, as the last look has it."""
    said: float | None = watch.looks[-1].found.get("since") if watch.looks else None
    return said


def _day(said: str) -> date:
    try:
        return date.fromisoformat(said.strip())
    except ValueError:
        raise RequestError(
            f"expected days such as 2026-10-01..2026-10-31, or the name of a kept run, not {said!r}.",
            key=_KEY,
        ) from None


def _midnight(day: date) -> float:
    try:
        return datetime.combine(day, datetime.min.time()).astimezone().timestamp()
    except (ValueError, OverflowError, OSError):
        raise RequestError(f"{day} lies outside the calendar.", key=_KEY) from None


def _after(day: date) -> float:
    try:
        return _midnight(day + timedelta(days=1))
    except OverflowError:
        raise RequestError(f"{day} lies outside the calendar.", key=_KEY) from None


def _date(seconds: float) -> str:
    return datetime.fromtimestamp(seconds, UTC).date().isoformat()
