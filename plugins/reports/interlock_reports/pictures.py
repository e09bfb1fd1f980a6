"""Pictures that a section may hold: dots with intervals, two measures against each other, a table of shades.

Each stands in the page together with its figures as a table, and in Markdown as that table.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import isfinite
from typing import Literal, TypeAlias, get_args

from interlock.errors import RequestError
from interlock_reports.prose import Prose, Verdict, one_of

__all__ = ["Axis", "Dot", "Dots", "Estimate", "Heat", "Point", "Scatter", "Shade", "Shape"]

Shape = Literal["dot", "diamond", "square", "triangle", "cross", "ring", "star", "hexagon", "pentagon"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A value and the interval that it lies in.

    Raises:
        RequestError: a number that is not finite, or an interval without the value in it.

    Attributes:
        value, low, high: how many of the unit that the picture names. An end that is None is not known: the
            picture shows that the line goes on.
    """

    value: float
    low: float | None = None
    high: float | None = None

    def __post_init__(self) -> None:
        ends = [each for each in (self.low, self.value, self.high) if each is not None]
        if not all(isfinite(each) for each in ends):
            raise RequestError(f"a number is not finite: {ends}.", key="value")
        if ends != sorted(ends):
            raise RequestError(f"the interval lies around the value, and {ends} do not.", key="low")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """One row of `Dots`.

    Raises:
        RequestError: there is no such shape.

    Attributes:
        at: left out, there is nothing to draw, and the row says so.
        count: of how many it is, such as prompts.
        note: what stands beside it, such as a p value.
        verdict: what follows. The dot of a gap is hollow, and others are in the verdict's colour.
    """

    label: Prose
    at: Estimate | None = None
    count: int | None = None
    note: str = ""
    verdict: Verdict | None = None
    shape: Shape = "dot"

    def __post_init__(self) -> None:
        one_of(self.shape, get_args(Shape), "shape")


@dataclass(frozen=True, slots=True, kw_only=True)
class Dots:
    """Estimates below one another on one scale, each as a dot with its interval as a line.

    Attributes:
        label: what the rows are of, such as `Model`.
        measure: what they show, such as `Mean mark`, and its `unit`.
        decimals: how many digits follow the point.
        line: where a line is drawn through all rows, such as 0 of differences; the scale reaches it.
        counted, noted, verdicts: what the columns of counts, of notes and of verdicts say; none without it.
    """

    caption: str
    label: str
    measure: str
    dots: Sequence[Dot]
    unit: str = ""
    decimals: int = 1
    line: float | None = None
    counted: str = ""
    noted: str = ""
    verdicts: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "dots", tuple(self.dots))


@dataclass(frozen=True, slots=True, kw_only=True)
class Axis:
    """One side of a `Scatter`.

    Attributes:
        decimals: how many digits follow the point in the table; left out, three significant ones.
        log: where the values span more than a decade and all are above 0, the scale is one of powers of ten.
    """

    name: str
    unit: str = ""
    decimals: int | None = None
    log: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """One place of a `Scatter`.

    Raises:
        RequestError: there is no such shape.

    Attributes:
        label: in the table; `short` is what stands in the picture, if another.
        joined: whether the line of the best may go through it.
        kind: what it is one of, such as `model`: the legend says it beside the shape.
    """

    label: str
    x: Estimate
    y: Estimate
    short: str = ""
    shape: Shape = "dot"
    joined: bool = True
    kind: str = ""

    def __post_init__(self) -> None:
        one_of(self.shape, get_args(Shape), "shape")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatter:
    """Two measures of the same things, each place with both of its intervals as a cross.

    Attributes:
        label: what the places are of, such as `Model`.
        best: what the column says that marks places than which no other has less of x and more of y; a line
            goes through them. Without it there is neither.
        says: what the picture shows, for whoever does not see it.
    """

    caption: str
    label: str
    x: Axis
    y: Axis
    points: Sequence[Point]
    best: str = ""
    says: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "points", tuple(self.points))

    @property
    def kinds(self) -> Sequence[tuple[Shape, str]]:
        """What the legend says: each shape and kind once, in the order of their appearance."""
        return tuple(dict.fromkeys((each.shape, each.kind) for each in self.points if each.kind))

    @property
    def foremost(self) -> Sequence[Point]:
        """Joined ones than which no other has less of x and more of y, in the order of x."""
        found: list[Point] = []
        for each in sorted((each for each in self.points if each.joined), key=_order):
            if not found or each.y.value > found[-1].y.value:
                found.append(each)
        return found


def _order(point: Point) -> tuple[float, float]:
    return point.x.value, -point.y.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Shade:
    """One cell of a `Heat`.

    Attributes:
        count: of how many it is.
        verdict: its symbol stands beside the value, and its word in the legend.
        faint: whether it rests on too little: it is hatched.
    """

    at: Estimate
    count: int | None = None
    verdict: Verdict | None = None
    faint: bool = False


Row: TypeAlias = tuple[Prose, Sequence[Shade | None]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Heat:
    """A table whose cells are shaded by their value, which stands in them with its interval and its count.

    Raises:
        RequestError: no column, a row with another number of cells, or a scale without a width.

    Attributes:
        label: what the rows are of, such as `Task`.
        decimals: how many digits follow the point.
        columns: what stands beside one another, such as models.
        scale: the values of the lightest and of the darkest shade; left out, the least and the most.
        counted: what `count` is of, such as `prompts`.
        fainted: what the legend says of hatched cells.
    """

    caption: str
    label: str
    columns: Sequence[str]
    rows: Sequence[Row]
    unit: str = ""
    decimals: int = 1
    scale: tuple[float, float] | None = None
    counted: str = ""
    fainted: str = ""

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(self.columns))
        object.__setattr__(self, "rows", tuple((label, tuple(cells)) for label, cells in self.rows))
        if not self.columns:
            raise RequestError(f"the picture {self.caption!r} has no column.", key="columns")
        for number, (_, cells) in enumerate(self.rows, start=1):
            if len(cells) != len(self.columns):
                told = f"row {number} of the picture {self.caption!r} has {len(cells)} cells"
                raise RequestError(f"{told}, and there are {len(self.columns)} columns.", key="rows")
        if self.scale is not None and not self.scale[0] < self.scale[1]:
            raise RequestError(f"a scale reaches from less to more, not {self.scale}.", key="scale")

    @property
    def ends(self) -> tuple[float, float]:
        """The values of the lightest and of the darkest shade."""
        if self.scale is not None:
            return self.scale
        values = [cell.at.value for _, cells in self.rows for cell in cells if cell is not None]
        return (min(values), max(values)) if values else (0.0, 0.0)

    @property
    def verdicts(self) -> Sequence[Verdict]:
        """Those that occur, each once, in the order of their appearance."""
        found = (cell.verdict for _, cells in self.rows for cell in cells if cell is not None)
        return tuple(dict.fromkeys(each for each in found if each is not None))
