"""Tools that read purchases: vendors, orders, receipts, invoices, payments."""

from typing import Any

from interlock_evaluation.worlds.financial_audit.world import WORLD, Date, Offset, dated, fitting, page
from interlock_evaluation.worlds.world import State


@WORLD.reads
def vendors_list(state: State, offset: Offset = 0) -> dict[str, Any]:
    """Vendors: name, category, tax id, bank account."""
    return page(state.data["vendors"].values(), offset)


@WORLD.reads
def purchase_orders_list(
    state: State,
    *,
    vendor: str = "",
    requester: str = "",
    ordered_from: Date = "",
    ordered_until: Date = "",
    offset: Offset = 0,
) -> dict[str, Any]:
    """Orders of one item: vendor, date, requester, quantity, unit price, amount, and who approved it."""
    rows = fitting(state.data["purchase_orders"].values(), vendor=vendor, requester=requester)
    return page(dated(rows, "ordered_on", ordered_from, ordered_until), offset)


@WORLD.reads
def purchase_orders_get(state: State, order: str) -> dict[str, Any]:
    """An order with its `receipts` and its `invoices`."""
    row = state.row("purchase_orders", order)
    held = {
        name: fitting(state.data[name].values(), purchase_order=order) for name in ("receipts", "invoices")
    }
    return {**row, **held}


@WORLD.reads
def receipts_list(
    state: State, received_from: Date = "", received_until: Date = "", offset: Offset = 0
) -> dict[str, Any]:
    """Receipts of goods and services: order, date, quantity."""
    return page(dated(state.data["receipts"].values(), "received_on", received_from, received_until), offset)


@WORLD.reads
def invoices_list(
    state: State,
    *,
    vendor: str = "",
    dated_from: Date = "",
    dated_until: Date = "",
    posted_from: Date = "",
    posted_until: Date = "",
    offset: Offset = 0,
) -> dict[str, Any]:
    """Invoices and credit notes of vendors: the vendor's number, its date, when it was posted, order,
    quantity, unit price, amount. Quantity and amount of a credit note are below zero.
    """
    rows = fitting(state.data["invoices"].values(), vendor=vendor)
    rows = dated(rows, "dated", dated_from, dated_until)
    return page(dated(rows, "posted_on", posted_from, posted_until), offset)


@WORLD.reads
def payments_list(
    state: State, vendor: str = "", paid_from: Date = "", paid_until: Date = "", offset: Offset = 0
) -> dict[str, Any]:
    """Payments to vendors: the vendor's number as it was typed, amount, date, and whether it was returned."""
    rows = fitting(state.data["payments"].values(), vendor=vendor)
    return page(dated(rows, "paid_on", paid_from, paid_until), offset)
