"""Refunds, vouchers, subscriptions and chargebacks."""

from datetime import date
from typing import Annotated, Any, Literal

from pydantic import Field

from interlock_evaluation.worlds.customer_support.shop import (
    WORLD,
    Cents,
    Customer,
    Day,
    Order,
    Subscription,
    Text,
    paid,
    refunded,
    rows,
)
from interlock_evaluation.worlds.world import Refused, State

Chargeback = Annotated[str, Field(description="A chargeback's id, as CB-3.")]
Evidence = Annotated[
    list[str], Field(max_length=10, description="Ids of parcels and refunds that show why it is wrong.")
]


@WORLD.reads
def list_refunds(state: State, order: Order | None = None, since: Day | None = None) -> list[dict[str, Any]]:
    """Refunds, oldest first: of one order or of all, made on a day or later."""
    return [each for each in rows(state, "refunds", order=order) if each["created_at"] >= (since or "")]


@WORLD.writes(key=True)
def create_refund(state: State, order: Order, amount_cents: Cents, reason: Text) -> dict[str, Any]:
    """Give money back for an order, by the way it was paid."""
    found = state.row("orders", order)
    left = paid(found) - refunded(state, order)
    if amount_cents > left:
        raise Refused(f"{order}: at most {left} cents are left of what was paid", reason="conflict")
    row = {"order": order, "amount_cents": amount_cents, "currency": found["currency"], "reason": reason}
    return state.add("refunds", "RF-", row)


@WORLD.reads
def list_vouchers(state: State, customer: Customer | None = None) -> list[dict[str, Any]]:
    """Vouchers that customers were given, oldest first: of one or of all."""
    return rows(state, "vouchers", customer=customer)


@WORLD.writes()
def grant_voucher(state: State, customer: Customer, amount_cents: Cents, reason: Text) -> dict[str, Any]:
    """Give a customer a voucher for their next order. Twice is two vouchers."""
    state.row("customers", customer)
    row = {"customer": customer, "amount_cents": amount_cents, "reason": reason}
    return state.add("vouchers", "V-", row)


@WORLD.reads
def list_subscriptions(state: State, customer: Customer) -> list[dict[str, Any]]:
    """A customer's subscriptions: what is paid for which period, and how each stands."""
    state.row("customers", customer)
    return rows(state, "subscriptions", customer=customer)


@WORLD.reads
def list_subscription_refunds(state: State, subscription: Subscription | None = None) -> list[dict[str, Any]]:
    """What was given back for one subscription, or for all."""
    return rows(state, "subscription_refunds", subscription=subscription)


@WORLD.writes(again=True, destroys=True)
def cancel_subscription(
    state: State, subscription: Subscription, ends: Annotated[Literal["now", "period_end"], Field()]
) -> dict[str, Any]:
    """End a subscription, today or when its paid period is over. Gives nothing back by itself."""
    found = state.row("subscriptions", subscription)
    if found["state"] == "cancelled":
        return found
    found.update(state="cancelled", ends_on=state.today if ends == "now" else found["period_end"])
    return found


@WORLD.writes(key=True)
def refund_subscription(
    state: State, subscription: Subscription, amount_cents: Cents, reason: Text
) -> dict[str, Any]:
    """Give back a part of what was paid for a subscription's period."""
    found = state.row("subscriptions", subscription)
    given = sum(
        each["amount_cents"] for each in rows(state, "subscription_refunds", subscription=subscription)
    )
    if amount_cents > found["paid_cents"] - given:
        left = found["paid_cents"] - given
        raise Refused(f"{subscription}: at most {left} cents are left of what was paid", reason="conflict")
    row = {"subscription": subscription, "amount_cents": amount_cents, "reason": reason}
    return state.add("subscription_refunds", "SR-", row)


@WORLD.reads
def list_chargebacks(
    state: State, chargeback_state: Literal["open", "accepted", "contested"] | None = None
) -> list[dict[str, Any]]:
    """What customers' banks have taken back, with the day by which each is to be answered."""
    return rows(state, "chargebacks", state=chargeback_state)


@WORLD.writes(destroys=True)
def answer_chargeback(
    state: State, chargeback: Chargeback, action: Literal["accept", "contest"], evidence: Evidence
) -> dict[str, Any]:
    """Answer a bank, once and for all: accept the chargeback, or contest it with evidence."""
    found = state.row("chargebacks", chargeback)
    if found["state"] != "open":
        raise Refused(f"{chargeback} was {found['state']} before", reason="conflict")
    if date.fromisoformat(found["due"]) < date.fromisoformat(state.today):
        raise Refused(f"{chargeback} was to be answered by {found['due']}")
    known = {*state.data["parcels"], *state.data["refunds"]}
    if strange := [each for each in evidence if each not in known]:
        raise Refused(f"evidence: there is no parcel or refund {strange[0]!r:.80}", reason="not_found")
    if action == "contest" and not evidence:
        raise Refused("evidence: a bank wants to see some", reason="invalid")
    found.update(state="accepted" if action == "accept" else "contested", evidence=sorted(set(evidence)))
    return found
