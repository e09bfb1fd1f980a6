"""Orders, their parcels, and what is sent once more."""

from typing import Annotated, Any

from pydantic import Field

from interlock_evaluation.worlds.customer_support.shop import (
    WORLD,
    Customer,
    Order,
    Text,
    lines_of,
    rows,
)
from interlock_evaluation.worlds.world import Refused, State

Lines = Annotated[list[int], Field(max_length=50, description="Numbers of the order's lines.")]
Short = Annotated[str, Field(min_length=1, max_length=200)]
Country = Annotated[str, Field(pattern="^[A-Z]{2}$", description="ISO 3166-1, as DE.")]


@WORLD.reads
def list_orders(state: State, customer: Customer) -> list[dict[str, Any]]:
    """A customer's orders, oldest first: id, when it was placed, its state."""
    state.row("customers", customer)
    return [
        {key: order[key] for key in ("id", "placed_at", "state")}
        for order in rows(state, "orders", customer=customer)
    ]


@WORLD.reads
def get_order(state: State, order: Order) -> dict[str, Any]:
    """An order: its lines with prices in cents, its shipping fee, its state (paid, packed, shipped, delivered
    or cancelled), the address it goes to, and when it was delivered.
    """
    return state.row("orders", order)


@WORLD.reads
def list_parcels(state: State, order: Order) -> list[dict[str, Any]]:
    """The parcels of an order: which lines each holds, its tracking number, and what its carrier has seen."""
    state.row("orders", order)
    return rows(state, "parcels", order=order)


@WORLD.reads
def list_replacements(state: State, order: Order | None = None) -> list[dict[str, Any]]:
    """What is sent once more without payment, of one order or of all."""
    return rows(state, "replacements", order=order)


@WORLD.writes(key=True)
def create_replacement(state: State, order: Order, lines: Lines, reason: Text) -> dict[str, Any]:
    """Send lines of an order once more, without payment."""
    found = state.row("orders", order)
    if found["state"] not in ("shipped", "delivered"):
        raise Refused(f"{order} is {found['state']}: nothing of it has left yet")
    row = {"order": order, "lines": lines_of(found, lines), "reason": reason}
    return state.add("replacements", "RP-", row)


@WORLD.writes(again=True)
def change_address(
    state: State, order: Order, *, street: Short, postcode: Short, city: Short, country: Country
) -> dict[str, Any]:
    """Have an order that has not been shipped go to another address."""
    found = state.row("orders", order)
    if found["state"] not in ("paid", "packed"):
        raise Refused(f"{order} is {found['state']}; its address cannot be changed any more")
    found["ship_to"] = {"street": street, "postcode": postcode, "city": city, "country": country}
    return found


@WORLD.writes(again=True, destroys=True)
def cancel_order(state: State, order: Order, reason: Text) -> dict[str, Any]:
    """Cancel an order that has not been shipped. What was paid is not given back by this."""
    found = state.row("orders", order)
    if found["state"] not in ("paid", "packed", "cancelled"):
        raise Refused(f"{order} is {found['state']} and cannot be cancelled")
    found.update(state="cancelled", cancelled_because=reason)
    return found
