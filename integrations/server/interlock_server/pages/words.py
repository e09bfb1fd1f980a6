"""Figures, times and names, as the pages write them."""

import json
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, Final

from markupsafe import Markup, escape

from interlock.types.response import Usage

NONE: Final = "—"
_STEPS: Final = ((86_400.0, "day"), (3_600.0, "hour"), (60.0, "minute"))
_LONG: Final = 60.0
_LEAST: Final = 0.0001  # US dollars that are written as such


def seen(text: object) -> str:
    """The text with what could not be seen, or would turn it around, as escapes."""
    return "".join(each if each.isprintable() else json.dumps(each)[1:-1] for each in str(text))


def money(amount: float | None, decimals: int | None = None) -> str:
    """US dollars, to the cent or, below a dollar, to a hundredth of one. `decimals` is that of a column."""
    if amount is None:
        return NONE
    if not amount:
        return "$0"
    places = (2 if amount >= 1 else 4) if decimals is None else decimals
    if 0 < amount < _LEAST:
        return "<$0.0001"
    return f"${amount:,.{places}f}"


def places(amounts: Iterable[float | None]) -> int:
    """How many decimals a column of amounts has: two, unless they are all below a dollar."""
    known = [each for each in amounts if each]
    return 4 if known and max(known) < 1 else 2


def count(number: float | None) -> str:
    """A whole number, with commas."""
    return NONE if number is None else f"{number:,.0f}"


def share(part: float, whole: float) -> str:
    """A part in per cent; what is not quite nothing, or not quite everything, is not written as that."""
    if not whole:
        return NONE
    percent = 100 * part / whole
    if 0 < percent < 0.1:  # noqa: PLR2004 - what would be written as 0.0
        return "<0.1%"
    return "100%" if part == whole else f"{min(percent, 99.9):.1f}%"


def seconds(amount: float | None) -> str:
    """How long something took."""
    if amount is None:
        return NONE
    if amount < 1:
        return f"{amount * 1_000:,.0f} ms"
    return f"{amount:.1f} s" if amount < _LONG else span(amount)


def span(amount: float) -> str:
    """How long that is, in its largest unit."""
    for length, unit in _STEPS:
        if amount >= length:
            number = round(amount / length)
            return f"{number:,} {unit}" + ("" if number == 1 else "s")
    return f"{max(0.0, amount):.0f} s"


def moment(at: float) -> str:
    """A time in UTC, to the second."""
    return _written(at, "%Y-%m-%d %H:%M:%S")


def day(at: float) -> str:
    """Its day."""
    return _written(at, "%Y-%m-%d")


def clock(at: float) -> str:
    """Its time of day, to the minute."""
    return _written(at, "%H:%M")


def stamp(at: float) -> str:
    """The same for programs: ISO 8601."""
    return _written(at, "%Y-%m-%dT%H:%M:%SZ")


def ticked(text: str) -> Markup:
    """A sentence of ours, in which what stands between backticks is code."""
    parts = escape(seen(text)).split("`")
    return Markup("").join(
        Markup("<code>{}</code>").format(each) if at % 2 else each for at, each in enumerate(parts)
    )


def used(usages: Iterable[Usage]) -> tuple[int | None, int | None]:
    """Input and output tokens of them all, None where nobody counted."""
    whole = sum(usages, Usage())
    return whole.input_tokens, whole.output_tokens


def _written(at: float, form: str) -> str:
    try:
        return datetime.fromtimestamp(at, UTC).strftime(form)
    except (OverflowError, ValueError, OSError):
        return NONE


FILTERS: Final[dict[str, Any]] = {
    "seen": seen,
    "money": money,
    "count": count,
    "seconds": seconds,
    "span": span,
    "moment": moment,
    "day": day,
    "stamp": stamp,
    "ticked": ticked,
    "places": places,
}
