"""The shop that customers write to, and what of its data every tool needs."""

from pathlib import Path
from typing import Annotated, Any, Final

from pydantic import Field

from interlock_evaluation.worlds.world import Refused, State, World

WORLD: Final = World(name="customer_support", folder=Path(__file__).parent)

Customer = Annotated[str, Field(description="A customer's id, as C-20.")]
Order = Annotated[str, Field(description="An order's id, as SO-1001.")]
Ticket = Annotated[str, Field(description="A ticket's id, as T-301.")]
Subscription = Annotated[str, Field(description="A subscription's id, as SUB-7.")]
Cents = Annotated[
    int, Field(ge=1, le=10_000_000, description="Hundredths of the order's currency: 25.00 is 2500.")
]
Text = Annotated[str, Field(min_length=1, max_length=4_000)]
Language = Annotated[str, Field(pattern="^[a-z]{2}$", description="ISO 639-1, as de.")]
Day = Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}$", description="As 2026-11-02.")]


def rows(state: State, table: str, /, **wanted: Any) -> list[dict[str, Any]]:
    """The rows of a table that have these values; a value of None is not asked for."""
    asked = {key: value for key, value in wanted.items() if value is not None}
    return [row for row in state.data[table].values() if all(row[key] == asked[key] for key in asked)]


def paid(order: dict[str, Any]) -> int:
    """What was paid for an order, in cents: its lines and its shipping."""
    prices = [line["quantity"] * line["price_cents"] for line in order["lines"]]
    return int(sum(prices) + order["shipping_cents"])


def refunded(state: State, order: str) -> int:
    """What has been given back for an order, in cents."""
    return sum(each["amount_cents"] for each in rows(state, "refunds", order=order))


def lines_of(order: dict[str, Any], numbers: list[int]) -> list[int]:
    """The numbers, which are to be those of the order's lines. Raises Refused."""
    there = {line["line"] for line in order["lines"]}
    if not numbers or len(set(numbers)) != len(numbers):
        raise Refused("lines: name each line once, and at least one", reason="invalid")
    if strange := [each for each in numbers if each not in there]:
        raise Refused(f"{order['id']} has no line {strange[0]}; it has {sorted(there)}", reason="not_found")
    return sorted(numbers)
