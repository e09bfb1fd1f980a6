"""A scatter as SVG: its sides, its crosses, and names that are put where they cover least."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Final, NamedTuple
from unicodedata import east_asian_width

from markupsafe import Markup

from interlock_reports.pictures import Axis, Estimate, Point, Scatter, Shape
from interlock_reports.scales import Scale, decimals_of, ends_of, scale
from interlock_reports.text import inline
from interlock_reports.values import number
from interlock_reports.words import Words

__all__ = ["NARROW", "WIDE", "Size", "drawing", "estimate", "figure", "mark"]

_MARK: Final = 6.0
_FONT: Final = 12.0
_LONGEST: Final = 30
_SIGNIFICANT: Final = 3


class Size(NamedTuple):
    """Of a picture and of the room around what is drawn, in pixels."""

    width: float
    height: float
    left: float
    right: float
    top: float
    bottom: float
    ticks: int


WIDE: Final = Size(760, 430, 46, 20, 34, 52, 6)
NARROW: Final = Size(360, 380, 40, 12, 34, 52, 3)


class Box(NamedTuple):
    """What covers some of the picture, by its corners."""

    left: float
    top: float
    right: float
    bottom: float

    def shared(self, other: "Box") -> float:
        """How much of both is the same, in square pixels."""
        width = min(self.right, other.right) - max(self.left, other.left)
        height = min(self.bottom, other.bottom) - max(self.top, other.top)
        return width * height if width > 0 and height > 0 else 0.0


class Name(NamedTuple):
    """A label where it stands, and where a line to its mark ends, if it is far from it."""

    text: str
    x: float
    y: float
    anchor: str
    line: tuple[float, float] | None


def drawing(block: Scatter, size: Size, words: Words) -> Markup:
    """What is inside the `svg` element."""
    across = scale(_reach(block, "x"), log=block.x.log, ticks=size.ticks)
    up = scale(_reach(block, "y"), log=block.y.log, ticks=5)
    places = [(_x(each.x.value, across, size), _y(each.y.value, up, size)) for each in block.points]
    parts = [*_sides(block, across, up, size, words)]
    best = _best(block, places)
    if best:
        parts.append(_line(best))
    marks = list(zip(block.points, places, strict=True))
    parts += [_cross(point, at, across, up, size) for point, at in marks]
    lines = [*_crosses(block.points, places, across, up, size), *_stairs(best)]
    names = _names(block, places, lines, size)
    parts += [_named(block, point, at, name, words) for (point, at), name in zip(marks, names, strict=True)]
    return Markup("\n").join(parts)


def estimate(at: Estimate, decimals: int | None, words: Words) -> str:
    """The figure with its interval in parentheses; `decimals` left out, three significant digits."""
    value = figure(at.value, decimals, words)
    if at.low is None and at.high is None:
        return value
    low, high = (words.unknown if end is None else figure(end, decimals, words) for end in (at.low, at.high))
    return f"{value} ({low} {words.to} {high})"


def figure(value: float, decimals: int | None, words: Words) -> str:
    """A number of a picture; `decimals` left out, three significant digits."""
    if decimals is not None:
        return number(value, decimals, words)
    # What a float writes of it has a .0 or an exponent.
    rounded = Decimal(f"{value:.{_SIGNIFICANT}g}")
    return number(rounded.normalize() if rounded else Decimal(0), None, words)


def _reach(block: Scatter, side: str) -> list[float]:
    found: list[float] = []
    for each in block.points:
        at: Estimate = getattr(each, side)
        found += ends_of(at.low, at.value, at.high)
    return found


def _x(value: float, across: Scale, size: Size) -> float:
    return round(size.left + across.share(value) * (size.width - size.left - size.right), 1)


def _y(value: float, up: Scale, size: Size) -> float:
    return round(size.height - size.bottom - up.share(value) * (size.height - size.top - size.bottom), 1)


def _sides(block: Scatter, across: Scale, up: Scale, size: Size, words: Words) -> Iterator[Markup]:
    right, low = size.width - size.right, size.height - size.bottom
    grid = [f"M{size.left} {_y(each, up, size)}H{right}" for each in up.ticks]
    grid += [f"M{_x(each, across, size)} {size.top}V{low}" for each in across.ticks]
    yield Markup('<path class="grid" d="{}"/>').format("".join(grid))
    yield Markup('<path class="axis" d="M{} {}V{}H{}"/>').format(size.left, size.top, low, right)
    for each, text in zip(up.ticks, _ticks(up, words), strict=True):
        y = _y(each, up, size) + _FONT / 3
        yield Markup('<text x="{}" y="{:.1f}" text-anchor="end">{}</text>').format(size.left - 6, y, text)
    for each, text in zip(across.ticks, _ticks(across, words), strict=True):
        x = _x(each, across, size)
        yield Markup('<text x="{}" y="{}" text-anchor="middle">{}</text>').format(x, low + 18, text)
    yield Markup('<text class="side" x="4" y="14">{}</text>').format(_side(block.y))
    across_name = Markup('<text class="side" x="{}" y="{}" text-anchor="end">{}</text>')
    yield across_name.format(right, size.height - 10, _side(block.x))


def _ticks(of: Scale, words: Words) -> list[str]:
    if of.log:
        return [figure(each, None, words) for each in of.ticks]
    decimals = decimals_of(of.ticks)
    return [number(each, decimals, words) for each in of.ticks]


def _side(axis: Axis) -> str:
    return inline(f"{axis.name}, {axis.unit}" if axis.unit else axis.name)


def _best(block: Scatter, places: Sequence[tuple[float, float]]) -> list[tuple[float, float]]:
    """Where the line of the best goes, from left to right."""
    at = {id(point): place for point, place in zip(block.points, places, strict=True)}
    return [at[id(point)] for point in block.foremost] if block.best else []


def _line(best: Sequence[tuple[float, float]]) -> Markup:
    steps = [f"M{x} {y}" if step == 0 else f"H{x}V{y}" for step, (x, y) in enumerate(best)]
    return Markup('<path class="best" d="{}"/>').format("".join(steps))


def _stairs(best: Sequence[tuple[float, float]]) -> Iterator[Box]:
    """What that line covers: each step goes to the side, then up."""
    for (left, low), (right, high) in pairwise(best):
        yield Box(left, low - 1, right, low + 1)
        yield Box(right - 1, high, right + 1, low)


def _cross(point: Point, at: tuple[float, float], across: Scale, up: Scale, size: Size) -> Markup:
    (left, right), (low, high) = _ends(point, across, up, size)
    drawn = f"M{left} {at[1]}H{right}M{at[0]} {low}V{high}"
    return Markup('<path class="span {}" d="{}"/>').format(point.shape, drawn)


def _ends(point: Point, across: Scale, up: Scale, size: Size) -> tuple[tuple[float, float], ...]:
    """Where the lines of a cross end; an end that is not known lies at the side."""
    horizontal = [
        across.low if point.x.low is None else point.x.low,
        across.high if point.x.high is None else point.x.high,
    ]
    vertical = [
        up.low if point.y.low is None else point.y.low,
        up.high if point.y.high is None else point.y.high,
    ]
    if point.x.low is None and point.x.high is None:
        horizontal = [point.x.value] * 2
    if point.y.low is None and point.y.high is None:
        vertical = [point.y.value] * 2
    return (
        (_x(horizontal[0], across, size), _x(horizontal[1], across, size)),
        (_y(vertical[0], up, size), _y(vertical[1], up, size)),
    )


def _crosses(
    points: Sequence[Point], places: Sequence[tuple[float, float]], across: Scale, up: Scale, size: Size
) -> list[Box]:
    found = []
    for point, (x, y) in zip(points, places, strict=True):
        (left, right), (low, high) = _ends(point, across, up, size)
        found += [Box(left, y - 1, right, y + 1), Box(x - 1, high, x + 1, low)]
    return found


def _named(block: Scatter, point: Point, at: tuple[float, float], name: Name, words: Words) -> Markup:
    told = (
        f"{inline(point.label)}: {_side(block.x)} {estimate(point.x, block.x.decimals, words)}; "
        f"{_side(block.y)} {estimate(point.y, block.y.decimals, words)}"
    )
    end = "" if name.line is None else f"M{at[0]} {at[1]}L{name.line[0]:.1f} {name.line[1]:.1f}"
    line = Markup('<path class="leader" d="{}"/>').format(end)
    text = Markup('<text class="name" x="{:.1f}" y="{:.1f}" text-anchor="{}">{}</text>').format(
        name.x, name.y, name.anchor, name.text
    )
    return Markup("<g><title>{}</title>{}{}{}</g>").format(told, line, mark(point.shape, *at), text)


def mark(shape: Shape, x: float = 0, y: float = 0) -> Markup:
    """Around its place, in steps from there."""
    steps = {
        "diamond": "m0-8l8 8l-8 8l-8-8z",
        "square": "m-5-5h10v10h-10z",
        "triangle": "m0-6l6 11h-12z",
        "cross": "m-5-5l10 10m0-10l-10 10",
        "star": "m0-9l2.6 5.4l6 .8l-4.4 4.1l1.1 5.9l-5.3-2.9l-5.3 2.9l1.1-5.9l-4.4-4.1l6-.8z",
        "hexagon": "m-7 0l3.5-6h7l3.5 6l-3.5 6h-7z",
        "pentagon": "m0-7.5l7.1 5.2l-2.7 8.3h-8.8l-2.7-8.3z",
    }
    drawn = f"M{x} {y}{steps.get(shape, 'm-5.5 0a5.5 5.5 0 1 0 11 0a5.5 5.5 0 1 0-11 0z')}"
    return Markup('<path class="mark {}" d="{}"/>').format(shape, drawn)


# Where a name may stand beside its mark: the place of its middle, in widths and heights of its own, and how
# it is anchored. The first are the ones that read best.
_SIDES: Final = ((1, 0), (-1, 0), (1, -1), (1, 1), (-1, -1), (-1, 1), (0, -1), (0, 1))
_AWAY: Final = (4.0, 16.0, 30.0, 46.0)


def _names(
    block: Scatter, places: Sequence[tuple[float, float]], lines: Sequence[Box], size: Size
) -> list[Name]:
    """Each name at the first place that it covers nothing at, else where it covers least."""
    taken = [Box(x - _MARK, y - _MARK, x + _MARK, y + _MARK) for x, y in places]
    found = []
    for point, at in zip(block.points, places, strict=True):
        text = _shortened(inline(point.short or point.label))
        tries = [_tried(text, at, side, away) for away in _AWAY for side in _SIDES]
        costs = [_cost(box, taken, lines, size) + (name.line is not None) * 20 for name, box in tries]
        name, box = tries[costs.index(min(costs))]
        found.append(name)
        taken.append(box)
    return found


def _tried(text: str, at: tuple[float, float], side: tuple[int, int], away: float) -> tuple[Name, Box]:
    across, down = side
    wide, gap = _width(text), _MARK + away
    slant = 0.7 if across and down else 1.0
    x = at[0] + across * gap * slant
    y = at[1] + down * (gap * slant + _FONT / 2 * (not across))
    left = x - wide * (1 - across) / 2
    box = Box(left, y - _FONT / 2 - 1, left + wide, y + _FONT / 2 + 1)
    line = (x, y) if away > _AWAY[0] else None
    return Name(text, x, y + _FONT / 3, ("end", "middle", "start")[across + 1], line), box


def _cost(box: Box, taken: Sequence[Box], lines: Sequence[Box], size: Size) -> float:
    outside = max(0.0, size.left + 2 - box.left) + max(0.0, box.right - size.width + 2)
    outside += max(0.0, size.top - box.top) + max(0.0, box.bottom - size.height + size.bottom)
    covered = sum(box.shared(each) for each in taken)
    return 100 * outside + 4 * covered + sum(box.shared(each) for each in lines)


def _shortened(text: str) -> str:
    return text if len(text) <= _LONGEST else f"{text[: _LONGEST - 1].rstrip()}…"


def _width(text: str) -> float:
    return sum(_FONT * (1.0 if east_asian_width(each) in "WF" else 0.57) for each in text)
