"""The rows of a ledger, as an exchange finds and leaves them."""

import time
from collections.abc import Mapping, Sequence
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Connection, Select, Table, bindparam, select
from sqlalchemy.dialects.sqlite import Insert, insert

from interlock_sql.ledger_tables import accounts, holds

Row = Mapping[str, Any]
Written = Mapping[Table, Sequence[Row]]
"""Whole rows, to be inserted or put in the place of those with their keys."""


@dataclass(frozen=True, slots=True)
class Read:
    """Rows by their keys, as far as there are any, which are nobody else's until the transaction is over.

    Attributes:
        now: the database's own clock, seconds since the epoch.
    """

    now: float
    accounts: Mapping[str, Row]
    holds: Mapping[str, Row]


def together(connection: Connection) -> AbstractContextManager[None]:  # noqa: ARG001 - as PostgreSQL's
    """Nothing is gained by it in a file."""
    return nullcontext()


def read(connection: Connection, names: Sequence[str], ids: Sequence[str]) -> Read:
    """Of a SQLite file, which is locked as a whole. Its clock is that of its machine."""
    return Read(
        now=time.time(),
        accounts=_found(connection, accounts, names),
        holds=_found(connection, holds, ids),
    )


def write(connection: Connection, rows: Written) -> None:
    for table, each in rows.items():
        if each:
            connection.execute(_PUT[table], list(each))


def _found(connection: Connection, table: Table, keys: Sequence[str]) -> dict[str, Row]:
    if not keys:
        return {}
    (key,) = table.primary_key.columns
    found = connection.execute(_FOUND[table], {"keys": list(keys)}).mappings()
    return {row[key.name]: dict(row) for row in found}


def _finding(table: Table) -> Select[Any]:
    (key,) = table.primary_key.columns
    return select(table).where(key.in_(bindparam("keys", expanding=True)))


def _putting(table: Table) -> Insert:
    (key,) = table.primary_key.columns
    statement = insert(table)
    names = [column.name for column in table.columns if column is not key]
    new = {name: statement.excluded[name] for name in names}
    return statement.on_conflict_do_update(index_elements=[key], set_=new)


# To put together a statement costs more than to run it, and these are the same for every exchange.
_FOUND: Final = {table: _finding(table) for table in (accounts, holds)}
_PUT: Final = {table: _putting(table) for table in (accounts, holds)}
