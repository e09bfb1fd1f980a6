"""What the tasks of the audit expect, worked out from the initial books without any of the tools."""

import json
import re
from collections import defaultdict
from collections.abc import Callable
from datetime import date, datetime, timedelta
from fractions import Fraction
from itertools import combinations
from typing import Any

import pytest

from interlock_evaluation.worlds import world_named
from world_tasks import solution_of, tasks_of

DOMAIN = "financial_audit"
BOOKS: dict[str, Any] = json.loads((world_named(DOMAIN).folder / "initial.json").read_text("utf-8"))
TRIVIAL = 150_000
END = "2025-12-31"
Finding = tuple[str, tuple[str, ...], int]


def rows(table: str) -> list[dict[str, Any]]:
    return list(BOOKS[table].values())


def recorded() -> set[Finding]:
    return {(each["kind"], tuple(each["subjects"]), each["amount_cents"]) for each in rows("findings")}


def match_exceptions(forgotten: str = "") -> set[Finding]:
    found: set[Finding] = set()
    categories = {each["id"]: each["category"] for each in rows("vendors")}
    received: dict[str, int] = defaultdict(int)
    billed: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for each in rows("receipts"):
        if forgotten != "late receipts" or each["received_on"] < "2025-12":
            received[each["purchase_order"]] += each["quantity"]
    for each in rows("invoices"):
        if each["purchase_order"]:
            if forgotten != "credit notes" or each["kind"] == "invoice":
                billed[each["purchase_order"]].append(each)
        elif each["dated"].startswith("2025-11") and (
            categories[each["vendor"]] != "utilities" or forgotten == "utilities"
        ):
            found.add(("no_order", (each["id"],), each["amount_cents"]))
    for order, invoices in billed.items():
        price = BOOKS["purchase_orders"][order]["unit_price_cents"]
        counted = invoices[-1:] if forgotten == "other invoices" else invoices
        over = sum(each["quantity"] for each in counted) - received[order]
        last = max((each for each in invoices if each["kind"] == "invoice"), key=lambda each: each["dated"])
        if over > 0 and last["dated"].startswith("2025-11"):
            found.add(("quantity", (last["id"],), over * price))
        for each in invoices:
            dearer = (each["unit_price_cents"] - price) * each["quantity"]
            if (
                each["kind"] == "invoice"
                and each["dated"].startswith("2025-11")
                and (forgotten == "share" or Fraction(each["unit_price_cents"], price) > Fraction(102, 100))
                and dearer > (0 if forgotten == "amount" else 5_000)
            ):
                found.add(("price", (each["id"],), dearer))
    return found


def same_number(number: str) -> tuple[str, ...]:
    return tuple(part.lstrip("0") for part in re.findall(r"[a-z]+|\d+", number.lower()))


def duplicates(forgotten: str = "") -> set[Finding]:
    by = {"one vendor twice": "id", "vendors": "category"}.get(forgotten, "tax_id")
    taxes = {each["id"]: each[by] for each in rows("vendors")}
    invoiced = {
        (taxes[each["vendor"]], same_number(each["number"])): each["amount_cents"]
        for each in rows("invoices")
    }
    refunds = [each["text"] for each in rows("bank_lines") if each["text"].startswith("Refund")]
    found: set[Finding] = set()
    for one, other in combinations(rows("payments"), 2):
        key = (taxes[one["vendor"]], same_number(one["reference"]))
        if key != (taxes[other["vendor"]], same_number(other["reference"])):
            continue
        if forgotten == "ways of typing" and one["reference"] != other["reference"]:
            continue
        amount = one["amount_cents"]
        if amount != other["amount_cents"]:
            continue
        if forgotten != "returns" and "returned" in (one["status"], other["status"]):
            continue
        if forgotten != "instalments" and invoiced.get(key) == 2 * amount:
            continue
        if forgotten != "refunds" and any(
            same_number(text.partition(" for ")[2]) == key[1] for text in refunds
        ):
            continue
        found.add(("duplicate_payment", tuple(sorted((one["id"], other["id"]))), amount))
    return found


def cut_off(forgotten: str = "") -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    accrued = {each["reference"] for each in rows("entries") if each["text"].startswith("Accrual")}
    for invoice in rows("invoices"):
        got = [each for each in rows("receipts") if each["purchase_order"] == invoice["purchase_order"]]
        amount = invoice["amount_cents"]
        if not got or (amount < TRIVIAL and forgotten != "what is trivial"):
            continue
        if forgotten != "accruals" and invoice["purchase_order"] in accrued:
            continue
        received, posted = max(each["received_on"] for each in got) <= END, invoice["posted_on"] <= END
        if forgotten == "receipts":
            received = invoice["dated"] <= END
        if received and not posted:
            found["5000"] += amount
            found["2150"] -= amount
        elif posted and not received:
            found["5000"] -= amount
            found["2100"] += amount
    return dict(found)


PAIRS = [
    ("maintain_vendors", "release_payments"),
    ("create_orders", "approve_orders"),
    ("post_journals", "approve_journals"),
]


def conflicts(forgotten: str = "") -> dict[str, str]:
    """By user, the first day of 2025 with both rights."""
    found = {}
    for number in range(365):
        day = (date(2025, 1, 1) + timedelta(days=number)).isoformat()
        held: dict[str, set[str]] = defaultdict(set)
        for each in rows("rights"):
            begun, over = each["from"] <= day, day > (each["until"] or "9999")
            if (begun or forgotten == "beginnings") and (not over or forgotten == "ends"):
                held[each["user"]].update(BOOKS["roles"][each["role"]])
        for user, rights in held.items():
            controlled = user == "u-08" and day >= "2025-10-01" and forgotten != "controls"
            if not controlled and any({*pair} <= rights for pair in PAIRS):
                found.setdefault(user, day)
    return found


def bank() -> dict[str, int]:
    booked = {}
    balance = 0
    for entry in rows("entries"):
        for line in entry["lines"]:
            if line["account"] == "1200" and entry["posted_on"] <= END:
                balance += line["amount_cents"]
                booked[entry["reference"]] = line["amount_cents"]
    seen = {
        each["reference"]: each["amount_cents"] for each in rows("bank_lines") if each["booked_on"] <= END
    }
    december = {reference: amount for reference, amount in booked.items() if reference}
    missing = {reference: amount for reference, amount in december.items() if reference not in seen}
    charges = -sum(
        each["amount_cents"]
        for each in rows("bank_lines")
        if each["reference"] is None and each["booked_on"] <= END
    )
    wrong = sum(seen[reference] - amount for reference, amount in december.items() if reference in seen)
    assert set(seen) <= {*december, None}
    return {
        "book_balance": balance,
        "bank_balance": BOOKS["statements"]["1200"]["closing_cents"],
        "outstanding_payments": -sum(amount for amount in missing.values() if amount < 0),
        "deposits_in_transit": sum(amount for amount in missing.values() if amount > 0),
        "bank_charges": charges,
        "booked_wrong": wrong,
        "adjusted_balance": balance - charges + wrong,
    }


def splits(forgotten: str = "") -> set[Finding]:
    together: dict[tuple[str, str], list[dict[str, Any]]] = defaultdict(list)
    for each in rows("purchase_orders"):
        approved = each["approved_by"] == "E-01" and forgotten != "approvals"
        if not approved and each["amount_cents"] < 500_000:
            requester = "" if forgotten == "requesters" else each["requester"]
            together[each["vendor"], requester].append(each)
    found: set[Finding] = set()
    for orders in together.values():
        for first in orders:
            begin = date.fromisoformat(first["ordered_on"])
            group = [
                each
                for each in orders
                if timedelta()
                <= date.fromisoformat(each["ordered_on"]) - begin
                <= timedelta(days=31 if forgotten == "days" else 6)
            ]
            total = sum(each["amount_cents"] for each in group)
            if total >= 500_000 or (forgotten == "the limit" and len(group) > 1):
                found.add(("split_purchase", tuple(sorted(each["id"] for each in group)), total))
    return found


def employee_accounts(forgotten: str = "") -> set[Finding]:
    def plain(account: str) -> str:
        return account if forgotten == "ways of writing" else re.sub(r"[^A-Z0-9]", "", account.upper())

    accounts = {
        plain(each["account"]) for each in rows("employees") if forgotten != "who left" or not each["left"]
    }
    return {
        (
            "employee_account",
            (vendor["id"],),
            sum(
                each["amount_cents"]
                for each in rows("payments")
                if each["vendor"] == vendor["id"]
                and (forgotten == "the year" or each["paid_on"].startswith("2025"))
                and each["status"] == "executed"
            ),
        )
        for vendor in rows("vendors")
        if plain(vendor["account"]) in accounts
        and (vendor["id"] != "V-22" or forgotten == "what is registered")
    }


def depreciation() -> dict[str, Fraction]:
    """By asset, what was booked too much in 2025, month by month, where it is more than rounding."""
    found = {}
    for asset in rows("assets"):
        start = date.fromisoformat(asset["in_service_on"])
        monthly = Fraction(asset["cost_cents"] - asset["residual_cents"], asset["life_months"])
        right = Fraction(0)
        year, month = start.year, start.month
        for _ in range(asset["life_months"]):
            year, month = (year, month + 1) if month < 12 else (year + 1, 1)
            gone = asset["disposed_on"] is not None and asset["disposed_on"][:7] < f"{year}-{month:02d}"
            if year == 2025 and not gone:
                right += monthly
        difference = asset["depreciation_2025_cents"] - right
        if abs(difference) > 1_000:
            found[asset["id"]] = difference
    return found


def early_sales(forgotten: str = "") -> set[Finding]:
    passes = {"EXW": "shipped_on", "DDP": "delivered_on", "INSTALL": "accepted_on"}
    if forgotten == "terms":
        passes = dict.fromkeys(passes, "delivered_on")
    least = 0 if forgotten == "what is trivial" else TRIVIAL
    return {
        ("revenue_early", (each["id"],), each["amount_cents"])
        for each in rows("sales")
        if each["booked_on"] <= END < each[passes[each["terms"]]] and each["amount_cents"] >= least
    }


def sample(start: int, interval: int, forgotten: str = "") -> tuple[list[str], dict[str, int]]:
    """Items in which a point lies, and what each of their customers owes."""
    items, spans, at = sorted(rows("receivables"), key=lambda each: each["id"]), [], 0
    for each in items:
        if each["amount_cents"] > 0 or forgotten == "credit balances":
            spans.append((at, at + each["amount_cents"], each))
            at += each["amount_cents"]
    chosen = {
        each["id"]: each["customer"]
        for point in range(start, at + 1, interval)
        for low, high, each in spans
        if low < point <= high
    }
    owed = {
        customer: sum(each["amount_cents"] for each in items if each["customer"] == customer)
        for customer in chosen.values()
    }
    return sorted(chosen), owed


def group_differences() -> dict[str, int]:
    """By reference, what the two sides lack to add up to nothing at the end of the year."""
    sums: dict[str, int] = defaultdict(int)
    for each in rows("group_entries"):
        if each["dated"] <= END:
            sums[each["reference"]] += each["amount_cents"]
    return {reference: total for reference, total in sums.items() if total}


def weekend_entries(forgotten: str = "") -> set[Finding]:
    found: set[Finding] = set()
    for each in rows("entries"):
        local = datetime.fromisoformat(each["entered_at"]) + timedelta(hours=forgotten != "local time")
        amount = sum(line["amount_cents"] for line in each["lines"] if line["amount_cents"] > 0)
        if (
            each["source"] == "manual"
            and each["posted_on"] >= "2025-10-01"
            and local.isoweekday() > 5
            and (each["user"] not in ("u-02", "u-15") or forgotten == "the closing team")
            and (amount >= TRIVIAL or forgotten == "what is trivial")
        ):
            found.add(("weekend_entry", (each["id"],), amount))
    return found


def written(id_: str, tool: str) -> list[dict[str, Any]]:
    return [dict(given) for name, given in solution_of(tasks_of(DOMAIN)[id_]) if name == tool]


def findings_of(id_: str) -> set[Finding]:
    given = written(id_, "findings_record")
    return {(each["kind"], tuple(each["subjects"]), each["amount_cents"]) for each in given}


def sums_of(id_: str, company: str = "works") -> dict[str, int]:
    found: dict[str, int] = defaultdict(int)
    for each in written(id_, "adjustments_propose"):
        if each.get("company", "works") == company:
            for line in each["lines"]:
                found[line["account"]] += line["amount_cents"]
    return dict(found)


FORGOTTEN: dict[Callable[[str], Any], tuple[str, ...]] = {
    match_exceptions: ("late receipts", "credit notes", "utilities", "other invoices", "share", "amount"),
    duplicates: ("one vendor twice", "vendors", "returns", "instalments", "refunds", "ways of typing"),
    cut_off: ("what is trivial", "accruals", "receipts"),
    conflicts: ("beginnings", "ends", "controls"),
    splits: ("approvals", "requesters", "days", "the limit"),
    employee_accounts: ("ways of writing", "who left", "the year", "what is registered"),
    early_sales: ("terms", "what is trivial"),
    weekend_entries: ("local time", "the closing team", "what is trivial"),
}


@pytest.mark.parametrize(
    ("work_out", "forgotten"),
    [(work_out, each) for work_out, many in FORGOTTEN.items() for each in many],
    ids=[f"{work_out.__name__}: {each}" for work_out, many in FORGOTTEN.items() for each in many],
)
def test_whoever_forgets_a_rule_comes_to_something_else(
    work_out: Callable[[str], Any], forgotten: str
) -> None:
    assert work_out(forgotten) != work_out("")


def test_whoever_counts_credit_balances_draws_another_sample() -> None:
    assert sample(9_500_000, 36_000_000, "credit balances")[0] != sample(9_500_000, 36_000_000)[0]


@pytest.mark.parametrize(
    ("id_", "found", "many"),
    [
        ("three-way-match", match_exceptions() - recorded(), 4),
        ("duplicate-payments", duplicates(), 2),
        ("segregation-of-duties", {("conflicting_rights", (user,), 0) for user in conflicts()}, 2),
        ("split-purchases", splits(), 2),
        ("vendors-of-employees", employee_accounts(), 2),
        ("revenue-too-early", early_sales(), 3),
        ("weekend-entries", weekend_entries() - recorded(), 3),
    ],
)
def test_findings_are_those_that_the_books_have(id_: str, found: set[Finding], many: int) -> None:
    assert findings_of(id_) == found
    assert len(found) == many


def test_what_was_found_before_is_in_the_books_too() -> None:
    assert recorded() <= match_exceptions() | weekend_entries()
    assert len(recorded()) == 2


@pytest.mark.parametrize(
    ("id_", "company", "sums"),
    [
        ("cut-off-purchases", "works", cut_off()),
        (
            "bank-reconciliation",
            "works",
            {
                "6200": bank()["bank_charges"],
                "1200": bank()["booked_wrong"] - bank()["bank_charges"],
                "1400": -bank()["booked_wrong"],
            },
        ),
        (
            "depreciation",
            "works",
            {"0690": sum(depreciation().values()), "4830": -sum(depreciation().values())},
        ),
        (
            "revenue-too-early",
            "works",
            {
                "4000": sum(amount for _, _, amount in early_sales()),
                "1400": -sum(amount for _, _, amount in early_sales()),
            },
        ),
        (
            "group-balances",
            "sails",
            {"1590": group_differences()["G-103"], "2610": -group_differences()["G-103"]},
        ),
        (
            "group-balances",
            "lofts",
            {"1590": group_differences()["G-107"], "2610": -group_differences()["G-107"]},
        ),
    ],
)
def test_adjusting_entries_come_to_what_the_books_lack(id_: str, company: str, sums: dict[str, int]) -> None:
    assert sums_of(id_, company) == sums


def test_both_sides_of_the_bank_come_to_the_same() -> None:
    found = bank()
    assert found["adjusted_balance"] == (
        found["bank_balance"] + found["deposits_in_transit"] - found["outstanding_payments"]
    )
    assert written("bank-reconciliation", "workpapers_write")[0]["figures"] == found


def test_each_wrong_asset_is_in_the_workpaper() -> None:
    assert written("depreciation", "workpapers_write")[0]["figures"] == depreciation()


def test_the_first_days_of_conflicts_are_answered() -> None:
    assert tasks_of(DOMAIN)["segregation-of-duties"]["answer"] == {"first_days": conflicts()}


def test_the_sample_is_drawn_from_debit_balances_and_asks_for_all_items() -> None:
    items, owed = sample(9_500_000, 36_000_000)
    asked = written("confirmation-sample", "confirmations_request")
    assert {each["party"]: each["amount_cents"] for each in asked} == owed
    assert len(asked) == len(owed) == 7
    assert tasks_of(DOMAIN)["confirmation-sample"]["answer"] == {"items": items, "customers": sorted(owed)}


def test_the_group_differs_in_what_is_adjusted_what_is_in_transit_and_a_trifle() -> None:
    found = group_differences()
    assert set(found) == {"G-103", "G-106", "G-107", "G-112"}
    assert found["G-112"] < TRIVIAL
    paid = [each["dated"] for each in rows("group_entries") if each["reference"] == "G-106"]
    assert date.fromisoformat(paid[1]) - date.fromisoformat(paid[0]) <= timedelta(days=5)
    around = {
        (each["company"], each["partner"])
        for each in rows("group_entries")
        if each["amount_cents"] == 2_500_000
    }
    assert around == {("works", "sails"), ("sails", "lofts"), ("lofts", "works")}
