"""Tools that read the books: policies, accounts, entries, the bank, assets, sales, receivables, the group."""

from typing import Any, Literal

from interlock_evaluation.worlds.financial_audit.world import WORLD, Date, Offset, dated, fitting, page
from interlock_evaluation.worlds.world import State


@WORLD.reads
def policies_list(state: State) -> dict[str, str]:
    """The company's rules and the audit's: their names and titles."""
    return {name: policy["title"] for name, policy in state.data["policies"].items()}


@WORLD.reads
def policies_get(state: State, name: str) -> dict[str, Any]:
    """One of the rules, whole."""
    return state.row("policies", name)


@WORLD.reads
def accounts_list(state: State) -> list[dict[str, Any]]:
    """Accounts of the ledger."""
    return [*state.data["accounts"].values()]


@WORLD.reads
def entries_list(
    state: State,
    *,
    account: str = "",
    source: Literal["", "opening", "bank", "manual"] = "",
    user: str = "",
    posted_from: Date = "",
    posted_until: Date = "",
    offset: Offset = 0,
) -> dict[str, Any]:
    """Entries of the ledger with their lines, debits above and credits below zero. `entered_at` is in UTC."""
    rows = fitting(state.data["entries"].values(), source=source, user=user)
    rows = dated(rows, "posted_on", posted_from, posted_until)
    return page((row for row in rows if not account or _on(row, account)), offset)


@WORLD.reads
def accounts_balance(state: State, account: str, until: str) -> dict[str, Any]:
    """The balance of an account: all of its lines that were posted until a date, as 2025-12-31."""
    state.row("accounts", account)
    rows = dated(state.data["entries"].values(), "posted_on", "", until)
    return {"account": account, "until": until, "balance_cents": sum(_on(row, account) for row in rows)}


def _on(row: Any, account: str) -> int:
    return sum(line["amount_cents"] for line in row["lines"] if line["account"] == account)


@WORLD.reads
def bank_statement(
    state: State, booked_from: Date = "", booked_until: Date = "", offset: Offset = 0
) -> dict[str, Any]:
    """The bank's own statement: its opening and closing balance, and its lines."""
    rows = dated(state.data["bank_lines"].values(), "booked_on", booked_from, booked_until)
    return {"statement": state.data["statements"]["1200"], **page(rows, offset)}


@WORLD.reads
def employees_list(state: State) -> list[dict[str, Any]]:
    """Employees: user name, role, bank account, and when they left."""
    return [*state.data["employees"].values()]


@WORLD.reads
def roles_list(state: State) -> dict[str, list[str]]:
    """The rights that each role brings."""
    return dict(state.data["roles"])


@WORLD.reads
def access_list(state: State, user: str = "") -> list[dict[str, Any]]:
    """Who held which role from when until when, both days included."""
    return [dict(row) for row in fitting(state.data["rights"].values(), user=user)]


@WORLD.reads
def assets_list(state: State) -> list[dict[str, Any]]:
    """Fixed assets, with the depreciation that was booked for 2025."""
    return [*state.data["assets"].values()]


@WORLD.reads
def sales_list(
    state: State, booked_from: Date = "", booked_until: Date = "", offset: Offset = 0
) -> dict[str, Any]:
    """Sales: terms, and the days of booking, shipping, delivery and acceptance."""
    return page(dated(state.data["sales"].values(), "booked_on", booked_from, booked_until), offset)


@WORLD.reads
def receivables_list(state: State, customer: str = "", offset: Offset = 0) -> dict[str, Any]:
    """Open items of customers at 2025-12-31, in the order of their ids. Credit balances are below zero."""
    return page(fitting(state.data["receivables"].values(), customer=customer), offset)


@WORLD.reads
def group_entries_list(
    state: State, company: str = "", partner: str = "", reference: str = "", offset: Offset = 0
) -> dict[str, Any]:
    """What the companies of the group have booked against one another, each in its own books."""
    rows = state.data["group_entries"].values()
    return page(fitting(rows, company=company, partner=partner, reference=reference), offset)
