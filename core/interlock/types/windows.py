"""Calendar windows in UTC: from one full minute, hour, day or month to the next."""

from datetime import UTC, datetime
from typing import Literal

Period = Literal["minute", "hour", "day", "month"]

_SECONDS = {"minute": 60.0, "hour": 3_600.0, "day": 86_400.0}
_DECEMBER = 12


def window(period: Period, now: float) -> tuple[float, float]:
    """The first second of the window that `now` lies in, and the first one after it; since the epoch."""
    if period != "month":
        length = _SECONDS[period]
        start = now - now % length
        return start, start + length
    first = datetime.fromtimestamp(now, UTC).replace(day=1, hour=0, minute=0, second=0, microsecond=0)
    year, month = (first.year + 1, 1) if first.month == _DECEMBER else (first.year, first.month + 1)
    return first.timestamp(), first.replace(year=year, month=month).timestamp()


def until(period: Period, end: float) -> str:
    """The end of a window in words; the date stands there when the hour alone would not tell."""
    moment = datetime.fromtimestamp(end, UTC)
    return moment.strftime("%Y-%m-%d %H:%M UTC" if period in ("day", "month") else "%H:%M UTC")
