"""Tables and reports, looked at."""

from typing import Annotated, Any

from pydantic import Field

from interlock_evaluation.worlds.data_analysis.figures import By, Measures, grouped, ordering
from interlock_evaluation.worlds.data_analysis.warehouse import (
    WORLD,
    Columns,
    Table,
    Where,
    check_columns,
    described,
    rows_of,
    table_of,
)
from interlock_evaluation.worlds.world import State

_PAGE = 100
Limit = Annotated[int, Field(ge=1, le=_PAGE)]
Offset = Annotated[int, Field(ge=0, le=1_000_000)]


@WORLD.reads
def list_tables(state: State) -> list[dict[str, Any]]:
    """All tables: name, what each is about, how many rows it has, whether it is a source or was made here."""
    return [
        {"table": name, "about": table["about"], "rows": len(table["rows"]), "source": table["source"]}
        for name, table in state.data["tables"].items()
    ]


@WORLD.reads
def describe_table(state: State, table: Table) -> dict[str, Any]:
    """A table's columns: type, meaning, and how many cells are empty."""
    return described(state, table)


@WORLD.reads
def read_rows(
    state: State,
    table: Table,
    where: Where = [],  # noqa: B006 - never changed
    *,
    columns: Columns | None = None,
    order_by: str | None = None,
    descending: bool = False,
    limit: Limit = _PAGE,
    offset: Offset = 0,
) -> list[dict[str, Any]]:
    """Rows that fit the conditions, at most 100 at once: `offset` goes on from there."""
    found = table_of(state, table)
    check_columns(found, table, [*(columns or ()), *([order_by] if order_by else [])])
    rows = rows_of(state, table, where)
    if order_by:
        rows.sort(key=lambda row: ordering(row[order_by]), reverse=descending)
    page = rows[offset : offset + limit]
    return page if columns is None else [{column: row[column] for column in columns} for row in page]


@WORLD.reads
def aggregate(
    state: State,
    table: Table,
    measures: Measures,
    by: By = [],  # noqa: B006 - never changed
    where: Where = [],  # noqa: B006 - likewise
) -> list[dict[str, Any]]:
    """Figures of groups of rows, without writing anything: at most 500 groups."""
    return grouped(state, table, by, measures, where)[:500]


@WORLD.reads
def list_reports(state: State) -> list[dict[str, Any]]:
    """All reports that were handed in, oldest first, with their figures."""
    return list(state.data["reports"].values())
