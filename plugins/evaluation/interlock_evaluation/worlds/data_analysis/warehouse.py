"""Tables, and what every tool needs of them: their columns, and rows that fit conditions."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field

from interlock.types.names import nearest
from interlock_evaluation.worlds.world import Refused, State, World

WORLD: Final = World(name="data_analysis", folder=Path(__file__).parent)
MOST_ROWS: Final = 5_000
MOST_TABLES: Final = 40
LARGEST: Final = 10**15
"""A number, either way from 0, that a cell may hold and a computation may come to."""

Value = str | int | float | bool | None
Row = dict[str, Any]
Kind = Literal["text", "integer", "number", "date", "truth"]
Table = Annotated[str, Field(description="A table's name, as list_tables has it.")]
NewTable = Annotated[
    str, Field(pattern=r"^[a-z][a-z0-9_]{0,39}$", description="Of the table that is made: a-z, 0-9 and _.")
]
Columns = Annotated[list[str], Field(min_length=1, max_length=30, description="Names of columns.")]
Op = Literal["=", "!=", "<", "<=", ">", ">=", "in", "empty", "not_empty"]


class Condition(BaseModel):
    """What a row must be so that it is taken. A cell that is empty fits `empty` alone."""

    model_config = ConfigDict(strict=True, extra="forbid", allow_inf_nan=False)

    column: str
    op: Op
    value: Value | list[str | int | float] = Field(
        default=None, description="A list for `in`; nothing for `empty` and `not_empty`."
    )


Where = Annotated[
    list[Condition],
    Field(max_length=10, description="Conditions, all of which a row has to fit. Dates are text."),
]


def table_of(state: State, name: str) -> dict[str, Any]:
    """A table: about, source, columns by their names, rows as lists in their order. Raises Refused."""
    tables = state.data["tables"]
    if name not in tables:
        near = nearest(name, list(tables))
        hint = f"; did you mean {near}?" if near else ""
        raise Refused(f"there is no table {name!r:.80}{hint}", reason="not_found")
    found: dict[str, Any] = tables[name]
    return found


def own_table(state: State, name: str) -> dict[str, Any]:
    """A table that was made here, and may be changed. Raises Refused for a source."""
    found = table_of(state, name)
    if found["source"]:
        raise Refused(f"{name} is a source and stays as it is; copy it, and change the copy")
    return found


def check_columns(table: Mapping[str, Any], name: str, columns: Iterable[str]) -> None:
    """Raises Refused for one that the table does not have."""
    for each in columns:
        if each not in table["columns"]:
            near = nearest(each, list(table["columns"]))
            hint = f"; did you mean {near}?" if near else ""
            raise Refused(f"{name} has no column {each!r:.80}{hint}", reason="not_found")


def rows_of(state: State, name: str, where: Sequence[Condition] = ()) -> list[Row]:
    """The table's rows that fit, in its order. Raises Refused for a condition that makes no sense."""
    table = table_of(state, name)
    check_columns(table, name, [each.column for each in where])
    for each in where:
        _check(each, table["columns"][each.column]["type"])
    names = list(table["columns"])
    rows = [dict(zip(names, row, strict=True)) for row in table["rows"]]
    return [row for row in rows if all(_fits(row[each.column], each) for each in where)]


def add_table(
    state: State, name: str, columns: Mapping[str, Kind], rows: Sequence[Row], about: str
) -> dict[str, Any]:
    """Put a table of one's own there, and describe it. Raises Refused where it is too large, or there."""
    tables = state.data["tables"]
    if name in tables:
        raise Refused(f"there is a table {name} already", reason="conflict")
    if len(rows) > MOST_ROWS or len(tables) >= MOST_TABLES:
        raise Refused(f"expected at most {MOST_ROWS} rows, and {MOST_TABLES} tables", reason="invalid")
    tables[name] = {
        "about": about,
        "source": False,
        "columns": {column: {"type": kind, "about": ""} for column, kind in columns.items()},
        "rows": [[row[column] for column in columns] for row in rows],
    }
    return described(state, name)


def described(state: State, name: str) -> dict[str, Any]:
    """Name, number of rows, and columns with their types and how many of their cells are empty."""
    table = table_of(state, name)
    columns = [
        {"name": column, **facts, "empty": sum(row[at] is None for row in table["rows"])}
        for at, (column, facts) in enumerate(table["columns"].items())
    ]
    return {"table": name, "about": table["about"], "rows": len(table["rows"]), "columns": columns}


def kinds(table: Mapping[str, Any]) -> dict[str, Kind]:
    """The types of its columns, by their names."""
    return {name: facts["type"] for name, facts in table["columns"].items()}


def is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool)


def kind_fits(value: Any, kind: Kind) -> bool:
    """Whether a cell may hold it. None is an empty cell."""
    if value is None:
        return True
    if kind in ("integer", "number"):
        return is_number(value) and abs(value) <= LARGEST and (kind == "number" or isinstance(value, int))
    if kind == "date":
        return isinstance(value, str) and _is_date(value)
    return isinstance(value, bool if kind == "truth" else str)


def _is_date(text: str) -> bool:
    try:
        return date.fromisoformat(text).isoformat() == text
    except ValueError:
        return False


def _check(condition: Condition, kind: Kind) -> None:
    if condition.op in ("empty", "not_empty"):
        return
    values = condition.value if condition.op == "in" else [condition.value]
    if not isinstance(values, list):
        raise Refused(f"where {condition.column}: `in` wants a list", reason="invalid")
    wide: Kind = "number" if kind == "integer" else kind
    for each in values:
        if each is None or not kind_fits(each, wide):
            raise Refused(
                f"where {condition.column}: it is {kind}, and {each!r:.40} is not", reason="invalid"
            )


def _fits(cell: Any, condition: Condition) -> bool:
    op, value = condition.op, condition.value
    if op in ("empty", "not_empty"):
        return (cell is None) == (op == "empty")
    if cell is None:
        return False
    if isinstance(value, list):
        return cell in value
    if op in ("=", "!="):
        return bool(cell == value) == (op == "=")
    below, above = bool(cell < value), bool(cell > value)
    return {"<": below, "<=": not above, ">": above, ">=": not below}[op]
