"""Charts as SVG, drawn by hand: no script, no library, and the reader's own light or dark.

What lies across is a share of the width, so that writing keeps its size on a telephone.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import ceil, floor, log10
from typing import Any, Final

from markupsafe import Markup

_HIGH: Final = 120.0  # pixels of the tallest bar
_ABOVE: Final = 22.0  # pixels for what is written above it
_BELOW: Final = 24.0
_FILLED: Final = 0.72  # of a bar's place
_LABELS: Final = 5
_LEAST: Final = 1.5  # pixels of what is not nothing
_END: Final = 5.0  # per cent of the width that half a label takes
_FULL, _NEAR = 1.0, 0.8


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One of a row of bars. `problem` is the part of its height that stands for what went wrong."""

    label: str
    value: float
    told: str
    problem: float = 0.0


def bars(drawn: Sequence[Bar], *, id_: str, title: str, written: Callable[[float], str]) -> Markup:
    """Bars beside each other, with what the highest of them could reach written above."""
    top = ceiling(max((each.value for each in drawn), default=0.0))
    place = 100 / max(1, len(drawn))
    every = max(1, ceil(len(drawn) / _LABELS))
    parts = [
        _bar(each, at=(at + (1 - _FILLED) / 2) * place, width=place * _FILLED, top=top)
        for at, each in enumerate(drawn)
    ]
    parts += [
        _label(each.label, (at + 0.5) * place)
        for at, each in enumerate(drawn)
        if (len(drawn) - 1 - at) % every == 0
    ]
    return Markup(
        '<svg class="bars" width="100%" height="{}" role="img" aria-labelledby="{}">'
        '<title id="{}">{}</title>'
        '<line class="grid" x1="0" x2="100%" y1="{}" y2="{}"/><text x="0" y="{}">{}</text>'
        '{}<line class="zero" x1="0" x2="100%" y1="{}" y2="{}"/></svg>'
    ).format(
        _ABOVE + _HIGH + _BELOW,
        id_,
        id_,
        title,
        *(_ABOVE, _ABOVE, _ABOVE - 7),
        written(top) if top else "",
        Markup("").join(parts),
        *(_ABOVE + _HIGH, _ABOVE + _HIGH),
    )


def meter(used: float, limit: float) -> Markup:
    """How much of a limit is used; what is written beside it says so in figures."""
    share = min(_FULL, used / limit) if limit else _FULL
    tone = "problem" if share >= _FULL else "attention" if share >= _NEAR else "info"
    return Markup(
        '<svg class="meter {}" width="100%" height="8" aria-hidden="true"><rect class="track" width="100%" '
        'height="8" rx="4"/><rect class="part" width="{}%" height="8" rx="4"/></svg>'
    ).format(tone, _short(100 * share))


def part(value: float, whole: float) -> Markup:
    """A share of a column's whole, as a thin bar."""
    share = value / whole if whole else 0.0
    return Markup(
        '<svg class="part" width="100%" height="6" aria-hidden="true"><rect width="{}%" height="6" rx="3"/>'
        "</svg>"
    ).format(_short(100 * min(_FULL, share)))


def stretch(begin: float, end: float, first: float | None, tone: str) -> Markup:
    """When something went on, as shares of the whole time; until `first`, it had said nothing."""
    width = max(0.4, 100 * (end - begin))
    waited = 0.0 if first is None else min(width, 100 * max(0.0, first - begin))
    silent = Markup("") if not waited else _stretch("silent", 100 * begin, waited)
    said = _stretch("said", 100 * begin + waited, max(0.4, width - waited))
    return Markup(
        '<svg class="stretch {}" width="100%" height="12" aria-hidden="true"><rect class="track" '
        'width="100%" height="12" rx="2"/>{}{}</svg>'
    ).format(tone, silent, said)


def ceiling(value: float) -> float:
    """The next round number: 1, 2, 2.5 or 5 times a power of ten. A value too small for that is its own."""
    if value <= 0:
        return 0.0
    power = 10.0 ** floor(log10(value))
    return next((each * power for each in (1, 2, 2.5, 5, 10) if each * power >= value * (1 - 1e-9)), value)


def _bar(bar: Bar, *, at: float, width: float, top: float) -> Markup:
    high = _height(bar.value, top)
    wrong = min(high, _height(bar.problem, top))
    drawn = Markup("")
    if high:
        drawn = _rect("bar", at, width, high, 0.0)
    if wrong:
        drawn += _rect("wrong", at, width, wrong, 0.0)
    return Markup(
        '<g><title>{}</title><rect class="place" x="{}%" y="{}" width="{}%" height="{}"/>{}</g>'
    ).format(bar.told, _short(at), _ABOVE, _short(width), _HIGH, drawn)


def _label(words: str, at: float) -> Markup:
    """Below the bar in the middle of which it is, but for the ends, where it would stand out."""
    anchor = "start" if at < _END else "end" if at > 100 - _END else "middle"
    x = {"start": 0.0, "end": 100.0}.get(anchor, at)
    return Markup('<text x="{}%" y="{}" text-anchor="{}">{}</text>').format(
        _short(x), _ABOVE + _HIGH + 18, anchor, words
    )


def _rect(name: str, at: float, width: float, high: float, above: float) -> Markup:
    return Markup('<rect class="{}" x="{}%" y="{}" width="{}%" height="{}"/>').format(
        name, _short(at), _short(_ABOVE + _HIGH - high - above), _short(width), _short(high)
    )


def _stretch(name: str, at: float, width: float) -> Markup:
    return Markup('<rect class="{}" x="{}%" width="{}%" height="12" rx="2"/>').format(
        name, _short(at), _short(width)
    )


def _height(value: float, top: float) -> float:
    return max(_LEAST, _HIGH * value / top) if value > 0 and top else 0.0


def _short(number: float) -> str:
    return f"{number:.4g}"


DRAWING: Final[Mapping[str, Any]] = {"meter": meter, "part": part, "stretch": stretch}
"""What templates call."""
