"""Tables that are made out of others, and changed."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

from interlock_evaluation.worlds.data_analysis.figures import By, Measures, grouped, kind_of, ordering
from interlock_evaluation.worlds.data_analysis.warehouse import (
    MOST_ROWS,
    WORLD,
    Columns,
    Kind,
    NewTable,
    Row,
    Table,
    Value,
    Where,
    add_table,
    check_columns,
    described,
    kind_fits,
    kinds,
    own_table,
    rows_of,
    table_of,
)
from interlock_evaluation.worlds.world import Refused, State


class Column(BaseModel):
    """A column of a new table."""

    model_config = ConfigDict(strict=True, extra="forbid")

    name: str = Field(pattern=r"^[a-z][a-z0-9_]{0,39}$")
    type: Kind


@WORLD.writes()
def copy_table(
    state: State,
    name: NewTable,
    source: Table,
    where: Where = [],  # noqa: B006 - never changed
    columns: Columns | None = None,
) -> dict[str, Any]:
    """Make a table of another one's rows that fit the conditions, with all columns or with these."""
    table = table_of(state, source)
    check_columns(table, source, columns or ())
    all_kinds = kinds(table)
    chosen = all_kinds if columns is None else {column: all_kinds[column] for column in columns}
    return add_table(state, name, chosen, rows_of(state, source, where), f"copied from {source}")


@WORLD.writes()
def create_table(
    state: State, name: NewTable, columns: Annotated[list[Column], Field(min_length=1, max_length=30)]
) -> dict[str, Any]:
    """Make an empty table with these columns."""
    made = {each.name: each.type for each in columns}
    if len(made) != len(columns):
        raise Refused("columns: each is named once", reason="invalid")
    return add_table(state, name, made, [], "made here")


@WORLD.writes()
def group_table(
    state: State,
    name: NewTable,
    source: Table,
    by: By,
    measures: Measures,
    *,
    where: Where = [],  # noqa: B006 - never changed
) -> dict[str, Any]:
    """Make a table of the figures of another one's groups of rows, as `aggregate` has them."""
    rows = grouped(state, source, by, measures, where)
    there = kinds(table_of(state, source))
    made = {column: there[column] for column in by}
    made |= {each.name: kind_of(each, there[each.column] if each.column else None) for each in measures}
    return add_table(state, name, made, rows, f"grouped from {source}")


@WORLD.writes()
def join_tables(
    state: State,
    name: NewTable,
    left: Table,
    right: Table,
    *,
    left_on: Columns,
    right_on: Columns,
    how: Literal["inner", "left", "left_without_right"],
) -> dict[str, Any]:
    """Make a table of the left one's rows, each with every row of the right one whose columns `right_on` have
    the same values as its own `left_on`. `left` keeps rows that have no such row, with empty cells;
    `left_without_right` has them alone. A column of the right one whose name is taken gets `_right` after it.
    """
    first, second = table_of(state, left), table_of(state, right)
    check_columns(first, left, left_on)
    check_columns(second, right, right_on)
    if len(left_on) != len(right_on):
        raise Refused("left_on and right_on: expected as many columns", reason="invalid")
    added = {} if how == "left_without_right" else _added(first, second, right_on)
    matches: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows_of(state, right):
        matches.setdefault(tuple(row[column] for column in right_on), []).append(row)
    rows: list[Row] = []
    for row in rows_of(state, left):
        key = tuple(row[column] for column in left_on)
        found = [] if None in key else matches.get(key, [])
        if how == "left_without_right":
            rows += [] if found else [row]
            continue
        nothing: list[Row] = [dict.fromkeys(second["columns"])] if how == "left" else []
        rows += [row | {new: each[old] for new, old in added.items()} for each in found or nothing]
        if len(rows) > MOST_ROWS:
            raise Refused(f"that makes more than {MOST_ROWS} rows", reason="invalid")
    made = kinds(first) | {new: kinds(second)[old] for new, old in added.items()}
    return add_table(state, name, made, rows, f"{left} joined with {right}")


@WORLD.writes(again=True)
def drop_duplicates(
    state: State,
    table: Table,
    by: Columns,
    keep: Literal["first", "last", "highest", "lowest"],
    order_by: str | None = None,
) -> dict[str, Any]:
    """Leave one row in a table made here, of those that have the same values in `by`: the first or last, or
    the one that has the highest or lowest value in `order_by`.
    """
    own = own_table(state, table)
    check_columns(own, table, [*by, *([order_by] if order_by else [])])
    if (order_by is None) != (keep in ("first", "last")):
        raise Refused("order_by goes with highest and lowest, and with nothing else", reason="invalid")
    rows = rows_of(state, table)
    numbered = list(enumerate(rows))
    if order_by is not None:
        numbered.sort(key=lambda each: ordering(each[1][order_by]))
    if keep in ("last", "highest"):
        numbered.reverse()
    kept: dict[tuple[Any, ...], int] = {}
    for number, row in numbered:
        kept.setdefault(tuple(row[column] for column in by), number)
    chosen = set(kept.values())
    own["rows"] = [row for number, row in enumerate(own["rows"]) if number in chosen]
    return described(state, table)


@WORLD.writes()
def append_rows(
    state: State,
    table: Table,
    rows: Annotated[list[dict[str, Value]], Field(min_length=1, max_length=200)],
) -> dict[str, Any]:
    """Put rows at the end of a table made here. Twice puts them there twice. A column left out is empty."""
    own = own_table(state, table)
    there = kinds(own)
    for row in rows:
        check_columns(own, table, row)
        for column, value in row.items():
            if not kind_fits(value, there[column]):
                raise Refused(f"{column} is {there[column]}, and {value!r:.40} is not", reason="invalid")
    if len(own["rows"]) + len(rows) > MOST_ROWS:
        raise Refused(f"expected at most {MOST_ROWS} rows", reason="invalid")
    own["rows"] += [[row.get(column) for column in there] for row in rows]
    return described(state, table)


@WORLD.writes(again=True, destroys=True)
def delete_rows(state: State, table: Table, where: Annotated[Where, Field(min_length=1)]) -> dict[str, Any]:
    """Take rows that fit the conditions out of a table made here."""
    own = own_table(state, table)
    gone = [list(row.values()) for row in rows_of(state, table, where)]
    own["rows"] = [row for row in own["rows"] if row not in gone]
    return described(state, table)


@WORLD.writes(again=True, destroys=True)
def drop_table(state: State, table: Table) -> dict[str, Any]:
    """Take a table made here away."""
    own_table(state, table)
    del state.data["tables"][table]
    return {"dropped": table}


def _added(first: Mapping[str, Any], second: Mapping[str, Any], right_on: Columns) -> dict[str, str]:
    """The names that columns of a right table have in a join, and those they have in it. Raises Refused."""
    added: dict[str, str] = {}
    for column in second["columns"]:
        if column in right_on:
            continue
        new = f"{column}_right" if column in first["columns"] else column
        if new in first["columns"] or new in added:
            raise Refused(f"two columns would be called {new}", reason="conflict")
        added[new] = column
    return added
