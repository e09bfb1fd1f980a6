"""The ledger: how long attempts wait for it, by how many processes share which accounts, and in what."""

from collections.abc import Iterator, Sequence
from typing import Any

from simulated.accounts import Place, Rows, in_one_statement, postgresql, valkey
from simulated.costs import Costs

SIZES = ((2, 100), (10, 1_000), (50, 5_000), (100, 10_000), (400, 40_000))
"""Processes, and attempts a second of all of them."""


def tenants(many: int, first: float) -> list[float]:
    """Shares of the attempts: the first one's, and the others' as one over their rank."""
    weights = [1 / rank for rank in range(2, many + 1)]
    return [first, *(weight / sum(weights) * (1 - first) for weight in weights)] if weights else [1.0]


def rows(costs: Costs, seed: int, seconds: float = 4.0) -> Iterator[dict[str, Any]]:
    even = [1 / 2_000] * 2_000
    cases: Sequence[tuple[str, Place, Sequence[float], bool]] = (
        ("PostgreSQL, 2,000 keys alike", postgresql(costs), even, False),
        ("PostgreSQL, one key has 40 %", postgresql(costs), tenants(2_000, 0.4), False),
        ("PostgreSQL, a budget over all keys", postgresql(costs), even, True),
        ("the same, in one statement", in_one_statement(costs), even, True),
        ("Valkey, a budget over all keys", valkey(costs), [1.0], False),
    )
    for what, place, shares, common in cases:
        row: dict[str, Any] = {"accounts": what}
        for processes, rate in SIZES:
            found = Rows(
                place,
                processes=processes,
                rate=rate,
                tenants=shares,
                common=common,
                patience=costs.patience,
                seed=seed,
            ).play(seconds)
            refused = found.refused / max(1, found.refused + len(found.took))
            said = f"{found.at(0.5) * 1e3:,.0f} / {found.at(0.99) * 1e3:,.0f}"
            row[f"{processes} × {rate // processes}/s"] = (
                f"{100 * refused:.0f} % refused" if refused > 0.01 else said
            )
        yield row
