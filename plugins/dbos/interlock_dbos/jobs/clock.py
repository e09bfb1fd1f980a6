"""The database's clock, which is the same for all machines, and money as it is kept."""

from math import ceil
from typing import Any, Final

from sqlalchemy import Connection, Float, literal_column

_CLOCKS: Final = {
    "sqlite": "((julianday('now') - 2440587.5) * 86400.0)",
    "postgresql": "extract(epoch from clock_timestamp())::float8",
}
_BILLION: Final = 10**9


def clock(connection: Connection) -> Any:
    """Seconds since 1970, as an expression."""
    return literal_column(_CLOCKS[connection.dialect.name], Float)


def nanos(dollars: float) -> int:
    """Billionths of a dollar, rounded up, so that a sum of them is never too small."""
    return ceil(round(dollars * _BILLION, 3))


def dollars(nanos: int) -> float:
    return nanos / _BILLION
