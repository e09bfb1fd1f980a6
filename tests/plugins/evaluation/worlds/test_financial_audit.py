"""Tasks of the audit: what is plausible and wrong fails, what is right in another way passes."""

from pathlib import Path
from typing import Any

import pytest

from world_tasks import Call, begun, failed, played, solution_of, tasks_of

DOMAIN = "financial_audit"


def made(tool: str, **arguments: Any) -> Call:
    return tool, arguments


def found(kind: str, amount: int, *subjects: str) -> Call:
    return made("findings_record", kind=kind, subjects=[*subjects], amount_cents=amount, text="Found.")


def adjusted(company: str = "works", **amounts: int) -> Call:
    """Amounts by account, with a letter before it."""
    lines = [{"account": name[1:], "amount_cents": cents} for name, cents in amounts.items()]
    return made("adjustments_propose", company=company, lines=lines, reason="Wrong.")


def asked(party: str, amount: int) -> Call:
    return made("confirmations_request", party=party, amount_cents=amount, as_of="2025-12-31")


def solved(id_: str) -> list[Call]:
    return solution_of(tasks_of(DOMAIN)[id_])


def but(id_: str, **changed: tuple[Any, Any]) -> list[Call]:
    """The solution, in which the calls that have the first value in an argument have the second."""
    calls = []
    for tool, given in solved(id_):
        swapped = {name: new for name, (old, new) in changed.items() if given.get(name) == old}
        calls.append((tool, {**given, **swapped}))
    return calls


def less(id_: str, **left_out: Any) -> list[Call]:
    """The solution without the calls that have these values in their arguments."""
    return [
        (tool, given)
        for tool, given in solved(id_)
        if not any(given.get(name) == value for name, value in left_out.items())
    ]


FIGURES = dict(solved("bank-reconciliation")[-1][1]["figures"])
SAMPLED = {
    given["party"]: given["amount_cents"] for tool, given in solved("confirmation-sample") if "party" in given
}

WRONG: dict[str, tuple[str, list[Call]]] = {
    "what is known is recorded again": (
        "three-way-match",
        [*solved("three-way-match"), found("no_order", 265000, "PI-5078")],
    ),
    "a difference of 20.00 in price is an exception": (
        "three-way-match",
        [*solved("three-way-match"), found("price", 2000, "PI-5070")],
    ),
    "a difference of less than 2 % is an exception": (
        "three-way-match",
        [*solved("three-way-match"), found("price", 5100, "PI-5071")],
    ),
    "receipts of December are not seen": (
        "three-way-match",
        [*solved("three-way-match"), found("quantity", 27000, "PI-5074")],
    ),
    "a credit note is not seen": (
        "three-way-match",
        [*solved("three-way-match"), found("quantity", 24000, "PI-5075")],
    ),
    "each invoice is held against the receipts alone": (
        "three-way-match",
        less("three-way-match", subjects=["PI-5073"]),
    ),
    "the exception is of the first invoice": (
        "three-way-match",
        but("three-way-match", subjects=(["PI-5073"], ["PI-5072"])),
    ),
    "the whole invoice is the amount": (
        "three-way-match",
        but("three-way-match", amount_cents=(63000, 378000)),
    ),
    "rent without an order is an exception": (
        "three-way-match",
        [*solved("three-way-match"), found("no_order", 420000, "PI-5062")],
    ),
    "a payment that was returned counts": (
        "duplicate-payments",
        [*solved("duplicate-payments"), found("duplicate_payment", 95000, "PAY-7082", "PAY-7083")],
    ),
    "a payment that was refunded counts": (
        "duplicate-payments",
        [*solved("duplicate-payments"), found("duplicate_payment", 89400, "PAY-7084", "PAY-7085")],
    ),
    "two instalments count": (
        "duplicate-payments",
        [*solved("duplicate-payments"), found("duplicate_payment", 140000, "PAY-7086", "PAY-7087")],
    ),
    "the same number at another vendor counts": (
        "duplicate-payments",
        [*solved("duplicate-payments"), found("duplicate_payment", 94400, "PAY-7088", "PAY-7089")],
    ),
    "vendors are told apart by their ids": (
        "duplicate-payments",
        less("duplicate-payments", subjects=["PAY-7080", "PAY-7081"]),
    ),
    "both payments are the amount": (
        "duplicate-payments",
        but("duplicate-payments", amount_cents=(318400, 636800)),
    ),
    "invoices' dates decide": (
        "cut-off-purchases",
        [adjusted(a5000=339900, a2150=-339900)],
    ),
    "what is trivial is adjusted as well": (
        "cut-off-purchases",
        [*solved("cut-off-purchases"), adjusted(a5000=63000, a2150=-63000)],
    ),
    "what is accrued is accrued again": (
        "cut-off-purchases",
        [*solved("cut-off-purchases"), adjusted(a5000=363000, a2150=-363000)],
    ),
    "debit and credit change places": (
        "cut-off-purchases",
        [adjusted(a5000=-1207100, a2150=1207100), adjusted(a2100=-402750, a5000=402750)],
    ),
    "only what is missing is looked for": ("cut-off-purchases", [adjusted(a5000=1207100, a2150=-1207100)]),
    "one right after the other is a conflict": (
        "segregation-of-duties",
        [*solved("segregation-of-duties"), found("conflicting_rights", 0, "u-07")],
    ),
    "a registered control is not seen": (
        "segregation-of-duties",
        [*solved("segregation-of-duties"), found("conflicting_rights", 0, "u-08")],
    ),
    "a conflict of another year counts": (
        "segregation-of-duties",
        [*solved("segregation-of-duties"), found("conflicting_rights", 0, "u-02")],
    ),
    "only what lasts is a conflict": (
        "segregation-of-duties",
        less("segregation-of-duties", subjects=["u-03"]),
    ),
    "both are one finding": (
        "segregation-of-duties",
        [found("conflicting_rights", 0, "u-03", "u-15")],
    ),
    "what is under way is adjusted as well": (
        "bank-reconciliation",
        [*solved("bank-reconciliation"), adjusted(a1200=-1129000, a1400=1129000)],
    ),
    "charges of January are adjusted as well": (
        "bank-reconciliation",
        [*solved("bank-reconciliation"), adjusted(a6200=2450, a1200=-2450)],
    ),
    "the difference is booked whole": (
        "bank-reconciliation",
        [
            adjusted(a1200=32950, a6200=-32950),
            made("workpapers_write", reference="B-1", figures=FIGURES, conclusion="Agrees."),
        ],
    ),
    "payments of January are outstanding": (
        "bank-reconciliation",
        [
            *solved("bank-reconciliation"),
            made(
                "workpapers_write",
                reference="B-1",
                figures={**FIGURES, "outstanding_payments": FIGURES["outstanding_payments"] + 1},
                conclusion="Agrees.",
            ),
        ],
    ),
    "two requesters are one": (
        "split-purchases",
        [*solved("split-purchases"), found("split_purchase", 542000, "PO-1077", "PO-1078")],
    ),
    "nine days are seven": (
        "split-purchases",
        [*solved("split-purchases"), found("split_purchase", 542000, "PO-1079", "PO-1080")],
    ),
    "a group below the limit counts": (
        "split-purchases",
        [*solved("split-purchases"), found("split_purchase", 457000, "PO-1081", "PO-1082")],
    ),
    "what was approved counts": (
        "split-purchases",
        [*solved("split-purchases"), found("split_purchase", 524000, "PO-1083", "PO-1084")],
    ),
    "pairs of three orders": (
        "split-purchases",
        [
            *less("split-purchases", subjects=["PO-1074", "PO-1075", "PO-1076"]),
            found("split_purchase", 426000, "PO-1074", "PO-1075"),
        ],
    ),
    "each order is a finding": (
        "split-purchases",
        [
            *less("split-purchases", subjects=["PO-1072", "PO-1073"]),
            found("split_purchase", 297000, "PO-1072"),
            found("split_purchase", 248000, "PO-1073"),
        ],
    ),
    "accounts are held together as they are written": ("vendors-of-employees", []),
    "somebody who has left does not count": (
        "vendors-of-employees",
        less("vendors-of-employees", subjects=["V-24"]),
    ),
    "what is registered counts": (
        "vendors-of-employees",
        [*solved("vendors-of-employees"), found("employee_account", 54000, "V-22")],
    ),
    "an account that is nearly the same counts": (
        "vendors-of-employees",
        [*solved("vendors-of-employees"), found("employee_account", 380000, "V-20")],
    ),
    "payments of 2026 are counted": (
        "vendors-of-employees",
        but("vendors-of-employees", amount_cents=(228000, 269000)),
    ),
    "payments with an order alone are counted": (
        "vendors-of-employees",
        but("vendors-of-employees", amount_cents=(413000, 148000)),
    ),
    "what was booked too little is left out": (
        "depreciation",
        [adjusted(a0690=500000, a4830=-500000), solved("depreciation")[-1]],
    ),
    "residual values are forgotten": (
        "depreciation",
        [adjusted(a0690=236000, a4830=-236000), solved("depreciation")[-1]],
    ),
    "rounding is adjusted as well": (
        "depreciation",
        [adjusted(a0690=308300, a4830=-308300), solved("depreciation")[-1]],
    ),
    "each asset has an entry": (
        "depreciation",
        [
            *(adjusted(a0690=cents, a4830=-cents) for cents in (240000, 72000, 8000, 180000, -192000)),
            solved("depreciation")[-1],
        ],
    ),
    "delivery decides whatever the terms": (
        "revenue-too-early",
        [
            *solved("revenue-too-early")[:-1],
            found("revenue_early", 3975000, "SI-8127"),
            adjusted(a4000=24485000, a1400=-24485000),
        ],
    ),
    "acceptance is not waited for": (
        "revenue-too-early",
        [*less("revenue-too-early", subjects=["SI-8128"])[:-1], adjusted(a4000=11250000, a1400=-11250000)],
    ),
    "what is trivial is recorded": (
        "revenue-too-early",
        [*solved("revenue-too-early"), found("revenue_early", 118000, "SI-8129")],
    ),
    "it is only recorded": ("revenue-too-early", solved("revenue-too-early")[:-1]),
    "credit balances are counted": (
        "confirmation-sample",
        [asked(*each) for each in [*SAMPLED.items()][:-1]] + [asked("C-13", 11515300)],
    ),
    "credit balances are not owed": (
        "confirmation-sample",
        [asked(party, cents + (250000 if party == "C-20" else 0)) for party, cents in SAMPLED.items()],
    ),
    "a customer with two items is asked twice": (
        "confirmation-sample",
        [*solved("confirmation-sample"), asked("C-18", SAMPLED["C-18"])],
    ),
    "what is in transit is adjusted": (
        "group-balances",
        [*solved("group-balances"), adjusted("works", a1590=985000, a1610=-985000)],
    ),
    "a trifle is adjusted": (
        "group-balances",
        [*solved("group-balances"), adjusted("lofts", a1590=27000, a2610=-27000)],
    ),
    "the issuer corrects its invoice": (
        "group-balances",
        [
            adjusted("sails", a1590=1688000, a2610=-1688000),
            adjusted("sails", a1590=360000, a1610=-360000),
            solved("group-balances")[-1],
        ],
    ),
    "the issuer takes back what the other lacks": (
        "group-balances",
        [
            adjusted("works", a1590=1688000, a1610=-1688000),
            adjusted("lofts", a1590=360000, a2610=-360000),
            solved("group-balances")[-1],
        ],
    ),
    "the round trip is not seen": ("group-balances", solved("group-balances")[:-1]),
    "times are read as local": ("weekend-entries", less("weekend-entries", subjects=["JE-0089"])),
    "a Sunday in UTC counts": (
        "weekend-entries",
        [*solved("weekend-entries"), found("weekend_entry", 1990000, "JE-0090")],
    ),
    "the closing team counts": (
        "weekend-entries",
        [*solved("weekend-entries"), found("weekend_entry", 3350000, "JE-0091")],
    ),
    "what is trivial counts": (
        "weekend-entries",
        [*solved("weekend-entries"), found("weekend_entry", 14900, "JE-0093")],
    ),
    "what is known counts": (
        "weekend-entries",
        [*solved("weekend-entries"), found("weekend_entry", 2760000, "JE-0094")],
    ),
    "the auditor posts the entry": (
        "revenue-too-early",
        [
            *solved("revenue-too-early"),
            made(
                "entries_post",
                lines=[{"account": "4000", "amount_cents": 1}, {"account": "1400", "amount_cents": -1}],
                text="Sales of 2026.",
            ),
        ],
    ),
    "the vendor is blocked": (
        "vendors-of-employees",
        [*solved("vendors-of-employees"), made("vendors_block", vendor="V-21")],
    ),
}

RIGHT: dict[str, tuple[str, list[Call]]] = {
    "subjects in another order": (
        "duplicate-payments",
        [
            found("duplicate_payment", 154700, "PAY-7081", "PAY-7080"),
            found("duplicate_payment", 318400, "PAY-7079", "PAY-7078"),
        ],
    ),
    "one entry for all": (
        "cut-off-purchases",
        [adjusted(a5000=804350, a2150=-1207100, a2100=402750)],
    ),
    "an entry for each invoice": (
        "cut-off-purchases",
        [
            adjusted(a2150=-867200, a5000=867200),
            adjusted(a2150=-339900, a5000=339900),
            adjusted(a2100=402750, a5000=-402750),
        ],
    ),
    "a mistake that was taken back": (
        "cut-off-purchases",
        [
            adjusted(a2100=867200, a5000=-867200),
            made("adjustments_withdraw", adjustment="AJ-1", reason="The wrong way round."),
            adjusted(a5000=804350, a2150=-1207100, a2100=402750),
        ],
    ),
    "one entry for the bank, and a workpaper that was written again": (
        "bank-reconciliation",
        [
            made("workpapers_write", reference="B-1", figures={"book_balance": 1}, conclusion="Begun."),
            adjusted(a6200=21050, a1200=32950, a1400=-54000),
            made("workpapers_write", reference="B-1", figures=FIGURES, conclusion="Agrees."),
        ],
    ),
    "customers in another order": (
        "confirmation-sample",
        [asked(*each) for each in [*SAMPLED.items()][::-1]],
    ),
    "the round trip first": ("group-balances", solved("group-balances")[::-1]),
}


def after(tmp_path: Path, id_: str, calls: list[Call]) -> list[str]:
    """What fails of a task once the calls are made, none of which is refused."""
    task = tasks_of(DOMAIN)[id_]
    folder = begun(tmp_path / "world", DOMAIN, task)
    assert [each.refusal for each in played(folder, calls) if each.refusal] == []
    return failed(folder, task)


@pytest.mark.parametrize("what", WRONG)
def test_what_is_plausible_and_wrong_fails(what: str, tmp_path: Path) -> None:
    assert after(tmp_path, *WRONG[what])


@pytest.mark.parametrize("what", RIGHT)
def test_what_is_right_in_another_way_passes(what: str, tmp_path: Path) -> None:
    assert after(tmp_path, *RIGHT[what]) == []


def test_each_task_has_something_wrong_that_fails() -> None:
    assert {id_ for id_, _ in WRONG.values()} == set(tasks_of(DOMAIN))
