"""What a section holds: paragraphs, notes, tables, bars, pictures, listings, definitions, steps."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Literal, TypeAlias, get_args

from interlock.errors import RequestError
from interlock_reports.pictures import Dots, Heat, Scatter
from interlock_reports.prose import KINDS, Kind, Prose, one_of

__all__ = [
    "Bar",
    "Bars",
    "Block",
    "Bullets",
    "Cell",
    "Column",
    "Definitions",
    "Listing",
    "Note",
    "Paragraph",
    "Steps",
    "Table",
    "Value",
]

Number: TypeAlias = int | float | Decimal
Value: TypeAlias = Prose | Number | date | None
"""What stands in a cell: a text, a number, a date or a time; None is shown as a dash."""
ColumnKind = Literal["text", "number", "money", "date", "verdict"]
Align = Literal["start", "end"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    """Some sentences."""

    text: Prose


@dataclass(frozen=True, slots=True, kw_only=True)
class Note:
    """A paragraph set apart, with a symbol and a word.

    Raises:
        RequestError: there is no such kind.

    Attributes:
        word: what it is headed with; left out, what its kind is called in the report's language.
    """

    kind: Kind
    text: Prose
    word: str = ""

    def __post_init__(self) -> None:
        one_of(self.kind, KINDS, "kind")


@dataclass(frozen=True, slots=True, kw_only=True)
class Column:
    """What stands below each other in a table.

    Raises:
        RequestError: there is no such kind or alignment.

    Attributes:
        kind: numbers and money stand at the end and are sorted by value, verdicts by their gravity.
        unit: of numbers and money, such as `USD` or `ms`; it is shown in the head.
        decimals: how many digits follow the point; left out, two of money, and those that a number has.
        align: left out, the end for numbers and money, the start for others.
    """

    name: str
    kind: ColumnKind = "text"
    unit: str = ""
    decimals: int | None = None
    align: Align | None = None

    def __post_init__(self) -> None:
        one_of(self.kind, get_args(ColumnKind), "kind")
        if self.align is not None:
            one_of(self.align, get_args(Align), "align")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """A value with something beside it.

    Attributes:
        sort: what the row is sorted by in place of the value.
        link: where the value leads, as of a `Link`.
        note: a remark below the value.
    """

    value: Value
    sort: str | Number | date | None = None
    link: str = ""
    note: Prose = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Rows of cells or of bare values; the first of each row names it.

    Raises:
        RequestError: a table without columns, or a row with another number of cells.
    """

    caption: str
    columns: Sequence[Column]
    rows: Iterable[Sequence[Cell | Value]]

    def __post_init__(self) -> None:
        object.__setattr__(self, "columns", tuple(self.columns))
        object.__setattr__(self, "rows", tuple(map(tuple, self.rows)))
        if not self.columns:
            raise RequestError(f"the table {self.caption!r} has no column.", key="columns")
        for number, row in enumerate(self.rows, start=1):
            if len(row) != len(self.columns):
                told = f"row {number} of the table {self.caption!r} has {len(row)} cells"
                raise RequestError(f"{told}, and there are {len(self.columns)} columns.", key="rows")

    @property
    def cells(self) -> Iterable[Sequence[Cell]]:
        """The rows, each value in a cell."""
        return [[each if isinstance(each, Cell) else Cell(value=each) for each in row] for row in self.rows]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """One value of `Bars`, from `low` to `high` where it is uncertain.

    Raises:
        RequestError: a number that is not finite, an interval without an end or without the value in it.
    """

    label: Prose
    value: Number
    low: Number | None = None
    high: Number | None = None

    def __post_init__(self) -> None:
        ends = [
            self.value if self.low is None else self.low,
            self.value,
            self.value if self.high is None else self.high,
        ]
        if not all(abs(float(each)) < float("inf") for each in ends):
            raise RequestError(f"the bar of {self.label!r} has no finite value.", key="value")
        if (self.low is None) != (self.high is None) or ends != sorted(ends, key=float):
            raise RequestError(f"the interval of {self.label!r} has both ends, around the value.", key="low")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bars:
    """Values as horizontal bars that share a scale, each with its figure beside it.

    Attributes:
        label: what the bars are of, such as `Model`.
        measure: what they show, such as `Answers accepted`, with its unit.
        decimals: how many digits follow the point; left out, those that a number has.
    """

    caption: str
    label: str
    measure: str
    bars: Sequence[Bar]
    decimals: int | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "bars", tuple(self.bars))


@dataclass(frozen=True, slots=True, kw_only=True)
class Listing:
    """Text whose lines stay as they are, such as a configuration; `language` names it, such as `yaml`."""

    code: str
    language: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Definitions:
    """Terms, each with what it means or is."""

    items: Sequence[tuple[Prose, Prose]]

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(self.items))


@dataclass(frozen=True, slots=True, kw_only=True)
class Steps:
    """What is done one after another, numbered."""

    items: Sequence[Prose]

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(self.items))


@dataclass(frozen=True, slots=True, kw_only=True)
class Bullets:
    """What stands beside each other, in no order."""

    items: Sequence[Prose]

    def __post_init__(self) -> None:
        object.__setattr__(self, "items", tuple(self.items))


Block: TypeAlias = (
    Paragraph | Note | Table | Bars | Dots | Scatter | Heat | Listing | Definitions | Steps | Bullets
)
