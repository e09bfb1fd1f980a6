"""Figures of groups of rows."""

import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from interlock_evaluation.worlds.data_analysis.warehouse import (
    Condition,
    Kind,
    Row,
    check_columns,
    is_number,
    rows_of,
    table_of,
)
from interlock_evaluation.worlds.world import Refused, State

How = Literal["count", "count_distinct", "sum", "mean", "median", "quartile_1", "quartile_3", "min", "max"]
_DIGITS = 6


class Measure(BaseModel):
    """A figure of each group, which is called `<how>_<column>`; without a column, `count` counts rows. Empty
    cells are left out. Quartiles lie between values by linear interpolation, lowest and highest included.
    """

    model_config = ConfigDict(strict=True, extra="forbid")

    how: How
    column: str | None = None

    @property
    def name(self) -> str:
        return self.how if self.column is None else f"{self.how}_{self.column}"


Measures = Annotated[list[Measure], Field(min_length=1, max_length=10)]
By = Annotated[
    list[str], Field(max_length=5, description="Columns whose values make the groups; none: one group.")
]


def grouped(
    state: State, name: str, by: Sequence[str], measures: Sequence[Measure], where: Sequence[Condition]
) -> list[Row]:
    """One row for each group, with its values and its figures, in their order. Raises Refused."""
    table = table_of(state, name)
    check_columns(table, name, [*by, *(each.column for each in measures if each.column is not None)])
    names = [*by, *(each.name for each in measures)]
    if len(set(names)) != len(names):
        raise Refused("a column or a figure is named twice", reason="invalid")
    for each in measures:
        _check(each, table)
    groups: dict[tuple[Any, ...], list[Row]] = {} if by else {(): []}
    for row in rows_of(state, name, where):
        groups.setdefault(tuple(row[column] for column in by), []).append(row)
    ordered = sorted(groups.items(), key=lambda group: [ordering(value) for value in group[0]])
    return [
        {**dict(zip(by, values, strict=True)), **{each.name: _figure(each, rows) for each in measures}}
        for values, rows in ordered
    ]


def kind_of(measure: Measure, kind: Kind | None) -> Kind:
    """The type of a figure, of a column of that type."""
    if measure.how in ("count", "count_distinct"):
        return "integer"
    if measure.how in ("sum", "min", "max") and kind is not None:
        return kind
    return "number"


def ordering(value: Any) -> tuple[int, Any]:
    """By which cells of one column are sorted: the empty ones last."""
    return (1, 0) if value is None else (0, value)


def rounded(value: float) -> float:
    """To six digits after the point. Raises Refused for what is no number any more."""
    if not math.isfinite(value):
        raise Refused("a figure is too large", reason="invalid")
    return round(value, _DIGITS) + 0.0


def _check(measure: Measure, table: dict[str, Any]) -> None:
    if measure.column is None:
        if measure.how != "count":
            raise Refused(f"{measure.how} is of a column; name one", reason="invalid")
        return
    kind = table["columns"][measure.column]["type"]
    if kind in ("integer", "number") or measure.how in ("count", "count_distinct"):
        return
    if kind in ("text", "date") and measure.how in ("min", "max"):
        return
    raise Refused(f"{measure.column} is {kind}, of which there is no {measure.how}", reason="invalid")


def _figure(measure: Measure, rows: Sequence[Row]) -> Any:
    if measure.column is None:
        return len(rows)
    values = [row[measure.column] for row in rows if row[measure.column] is not None]
    if measure.how == "count":
        return len(values)
    if measure.how == "count_distinct":
        return len(set(values))
    if not values:
        return 0 if measure.how == "sum" else None
    if measure.how == "min":
        return min(values)
    if measure.how == "max":
        return max(values)
    return _number(measure.how, values)


def _number(how: str, values: Sequence[float]) -> float:
    if how == "sum":
        whole = all(isinstance(each, int) for each in values)
        return sum(values) if whole else rounded(math.fsum(values))
    if how == "mean":
        return rounded(math.fsum(values) / len(values))
    share = {"quartile_1": 0.25, "median": 0.5, "quartile_3": 0.75}[how]
    ordered = sorted(each for each in values if is_number(each))
    place = share * (len(ordered) - 1)
    below = math.floor(place)
    above = min(below + 1, len(ordered) - 1)
    return rounded(ordered[below] + (place - below) * (ordered[above] - ordered[below]))
