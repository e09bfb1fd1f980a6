"""Columns that are computed, and reports that are handed in."""

import re
from datetime import date
from decimal import ROUND_HALF_EVEN, Decimal
from typing import Annotated, Any, Literal

from pydantic import Field

from interlock_evaluation.worlds.data_analysis.figures import rounded
from interlock_evaluation.worlds.data_analysis.warehouse import (
    LARGEST,
    WORLD,
    Kind,
    Table,
    check_columns,
    described,
    kind_fits,
    kinds,
    own_table,
    rows_of,
)
from interlock_evaluation.worlds.world import Refused, State

_MOST_COLUMNS = 40
_WORDS = ("lower", "digits", "month")
OfOne = Literal["lower", "digits", "month", "absolute"]
OfTwo = Literal["days_between", "add", "subtract", "multiply", "divide", "fill_empty"]
Operation = Literal[OfOne, OfTwo]
NewColumn = Annotated[str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")]
Other = Annotated[str | int | float | None, Field(description="Another column's name, or a number.")]
Figure = str | int | float | bool | None


@WORLD.writes()
def add_column(
    state: State, table: Table, name: NewColumn, *, operation: Operation, column: str, other: Other = None
) -> dict[str, Any]:
    """Add a computed column to a table made here. `lower`: small letters without blanks at the ends;
    `digits`: the number that a text's digits make; `month`: 2026-11 of a date; `days_between`: days from the
    date in `column` to the one in `other`; `add`, `subtract`, `multiply`, `divide`: with another column or a
    number, to six digits after the point; `absolute`; `fill_empty`: the number `other` where a cell is empty.
    Whatever is computed with an empty cell, or divided by 0, is empty.
    """
    own = own_table(state, table)
    check_columns(own, table, [column, *([other] if isinstance(other, str) else [])])
    if name in own["columns"] or len(own["columns"]) >= _MOST_COLUMNS:
        raise Refused(f"{table} has a column {name} already, or too many", reason="conflict")
    there = kinds(own)
    second: Kind | None = there[other] if isinstance(other, str) else _kind_of(other)
    _check(operation, there[column], second)
    made = [
        _computed(operation, row[column], row[other] if isinstance(other, str) else other)
        for row in rows_of(state, table)
    ]
    for row, value in zip(own["rows"], made, strict=True):
        row.append(value)
    own["columns"][name] = {"type": _kind(operation, made), "about": f"{operation} of {column}"}
    return described(state, table)


@WORLD.writes(key=True)
def submit_report(
    state: State,
    title: Annotated[str, Field(min_length=1, max_length=200)],
    figures: Annotated[dict[str, Figure], Field(max_length=60, description="By name; numbers as numbers.")],
    answerable: bool = True,
    remarks: Annotated[str, Field(max_length=2_000)] = "",
) -> dict[str, Any]:
    """Hand a report in to whoever asked. It cannot be changed any more, and twice is two reports. Where the
    data do not give what was asked for, `answerable` is false, `figures` is empty, and `remarks` say what is
    missing.
    """
    if answerable != bool(figures):
        raise Refused("a report has figures where it is answerable, and none else", reason="invalid")
    row = {"title": title, "figures": figures, "answerable": answerable, "remarks": remarks}
    return state.add("reports", "REP-", row)


def _kind_of(other: float | None) -> Kind | None:
    if other is not None and not kind_fits(other, "number"):
        raise Refused("other: a number is too large", reason="invalid")
    return None if other is None else "number"


def _check(operation: Operation, kind: Kind, other: Kind | None) -> None:
    numbers = ("integer", "number")
    wanted: tuple[tuple[str, ...], tuple[Any, ...]] = {
        "lower": (("text",), (None,)),
        "digits": (("text",), (None,)),
        "month": (("date",), (None,)),
        "absolute": (numbers, (None,)),
        "days_between": (("date",), ("date",)),
    }.get(operation, (numbers, numbers))
    if kind not in wanted[0] or other not in wanted[1]:
        needs = " and ".join(" or ".join(each) for each in wanted if each != (None,))
        raise Refused(f"{operation} is of {needs}, not of {kind} and {other or 'nothing'}", reason="invalid")


def _computed(operation: Operation, cell: Any, other: Any) -> Any:
    if operation == "fill_empty":
        return other if cell is None else cell
    if cell is None or (other is None and operation not in (*_WORDS, "absolute")):
        return None
    if operation in _WORDS:
        return _of_text(operation, cell)
    if operation == "days_between":
        return (date.fromisoformat(other) - date.fromisoformat(cell)).days
    return abs(cell) if operation == "absolute" else _arithmetic(operation, cell, other)


def _of_text(operation: str, cell: str) -> Any:
    if operation == "lower":
        return cell.strip().lower()
    if operation == "month":
        return cell[:7]
    digits = "".join(re.findall("[0-9]", cell))[:18]
    return int(digits) if digits else None


def _arithmetic(operation: str, cell: float, other: float) -> float | None:
    """By decimals, since what stands in tables was written as such."""
    first, second = Decimal(str(cell)), Decimal(str(other))
    if operation == "divide" and not second:
        return None
    made = {
        "add": lambda: first + second,
        "subtract": lambda: first - second,
        "multiply": lambda: first * second,
        "divide": lambda: first / second,
    }[operation]()
    if abs(made) > LARGEST:
        raise Refused(f"{operation}: a figure is too large", reason="invalid")
    if operation == "divide":
        return rounded(float(made.quantize(Decimal("0.000001"), ROUND_HALF_EVEN)))
    if isinstance(cell, int) and isinstance(other, int):
        return int(made)
    return rounded(float(made))


def _kind(operation: Operation, made: list[Any]) -> Kind:
    if operation in ("lower", "month"):
        return "text"
    if operation in ("digits", "days_between") or all(each is None or isinstance(each, int) for each in made):
        return "integer"
    return "number"
