"""What the tables of data_analysis come to, in plain Python and without that world's tools."""

import json
from collections import defaultdict
from functools import cache
from statistics import quantiles
from typing import Any

from interlock_evaluation.worlds import world_named

Row = dict[str, Any]
QUARTER = ("2026-07", "2026-08", "2026-09")
TODAY = "2026-11-02"


@cache
def tables() -> dict[str, list[Row]]:
    found = json.loads((world_named("data_analysis").folder / "initial.json").read_text("utf-8"))["tables"]
    return {
        name: [dict(zip(table["columns"], row, strict=True)) for row in table["rows"]]
        for name, table in found.items()
    }


def number_in(text: str) -> int:
    return int("".join(letter for letter in text if letter.isdigit()))


def contacts() -> tuple[Row, list[int]]:
    newest: dict[str, Row] = {}
    for row in tables()["contacts"]:
        key = row["email"].strip().casefold()
        if key not in newest or row["updated_on"] > newest[key]["updated_on"]:
            newest[key] = row
    ids = sorted(row["contact_id"] for row in newest.values())
    before = len(tables()["contacts"])
    return {"rows_before": before, "rows_after": len(ids), "removed": before - len(ids)}, ids


def payments() -> tuple[Row, list[Row]]:
    paid: dict[int, int] = defaultdict(int)
    for row in tables()["bank"]:
        paid[number_in(row["reference"])] += row["amount_cents"]
    due = {number_in(row["invoice_no"]): row["amount_cents"] for row in tables()["invoices"]}
    unknown = paid.keys() - due.keys()
    unpaid = due.keys() - paid.keys()
    off = {
        number: due[number] - paid[number]
        for number in due.keys() & paid.keys()
        if due[number] != paid[number]
    }
    left = {
        **{number: due[number] for number in unpaid},
        **{n: cents for n, cents in off.items() if cents > 0},
    }
    figures = {
        "unpaid": len(unpaid),
        "unpaid_cents": sum(due[number] for number in unpaid),
        "unknown": len(unknown),
        "unknown_cents": sum(paid[number] for number in unknown),
        "differing": len(off),
    }
    return figures, [{"invoice_no": f"INV-{number}", "open_cents": left[number]} for number in sorted(left)]


def revenue() -> tuple[Row, list[Row]]:
    done = {row["order_no"]: row for row in tables()["orders"] if row["state"] == "done"}
    net: dict[tuple[str, str], int] = defaultdict(int)
    for row in done.values():
        net[row["region"], row["ordered_on"][:7]] += row["amount_cents"]
    for row in tables()["refunds"]:
        if row["order_no"] in done:
            net[done[row["order_no"]]["region"], row["refunded_on"][:7]] -= row["amount_cents"]
    rows = [
        {"region": region, "month": month, "net_cents": cents}
        for (region, month), cents in sorted(net.items())
        if month in QUARTER
    ]
    by_region: dict[str, int] = defaultdict(int)
    for row in rows:
        by_region[row["region"]] += row["net_cents"]
    best = max(by_region, key=lambda region: by_region[region])
    total = sum(by_region.values())
    return {"net_cents": total, "best_region": best, "best_region_cents": by_region[best]}, rows


def outliers() -> tuple[Row, list[Row]]:
    found = []
    for sensor in ("cellar", "hall", "oven"):
        rows = [row for row in tables()["readings"] if row["sensor"] == sensor]
        low, _, high = quantiles([row["celsius"] for row in rows], n=4, method="inclusive")
        reach = 1.5 * (high - low)
        found += [row for row in rows if not low - reach <= row["celsius"] <= high + reach]
    figures = {
        f"{sensor}_outliers": sum(row["sensor"] == sensor for row in found)
        for sensor in ("cellar", "hall", "oven")
    }
    listed = sorted(found, key=lambda row: row["reading_no"])
    return figures, [{"reading_no": row["reading_no"], "sensor": row["sensor"]} for row in listed]


def retention() -> tuple[Row, None]:
    figures: Row = {}
    for month, later in (("04", "06"), ("05", "07"), ("06", "08")):
        cohort = {row["customer_id"] for row in tables()["customers"] if row["signed_up_on"][5:7] == month}
        back = {row["customer_id"] for row in tables()["activity"] if row["month"] == f"2026-{later}"}
        figures |= {f"size_{month}": len(cohort), f"retained_{month}": len(cohort & back)}
    return figures, None


def categories() -> tuple[Row, None]:
    category = {row["sku"]: row["category"] for row in tables()["products"]}
    sums: dict[str, int] = defaultdict(int)
    unmatched = 0
    for row in tables()["orders"]:
        if row["state"] == "done":
            unmatched += row["sku"] not in category
            sums[f"{category.get(row['sku'], 'unmatched')}_cents"] += row["amount_cents"]
    return {**dict(sorted(sums.items())), "unmatched_orders": unmatched}, None


def weights() -> tuple[Row, None]:
    grams = {"kg": 1000.0, "g": 1.0, "lb": 453.59237}
    sums: dict[str, float] = defaultdict(float)
    for row in tables()["shipments"]:
        if row["unit"]:
            sums[f"{row['carrier'].lower()}_kg"] += row["weight"] * grams[row["unit"]] / 1000
    without = sum(not row["unit"] for row in tables()["shipments"])
    return {**{name: round(kg, 3) for name, kg in sorted(sums.items())}, "left_out": without}, None


def checkout() -> tuple[Row, None]:
    seen: dict[str, set[str]] = defaultdict(set)
    for row in tables()["visits"]:
        seen[row["visitor"]].add(row["variant"])
    bought = {row["visitor"] for row in tables()["visits"] if row["converted"]}
    figures: Row = {}
    for arm in "ab":
        group = {visitor for visitor, variants in seen.items() if variants == {arm}}
        figures |= {f"{arm}_visitors": len(group), f"{arm}_converted": len(group & bought)}
    figures["left_out"] = sum(len(variants) > 1 for variants in seen.values())
    return figures, None


def movers() -> tuple[Row, list[Row]]:
    at = {(row["product"], row["week"]): row["price_cents"] for row in tables()["prices"]}
    names = {product for product, _ in at}
    both = [each for each in names if (each, "2026-W40") in at and (each, "2026-W44") in at]
    change = {each: 100 * (at[each, "2026-W44"] / at[each, "2026-W40"] - 1) for each in both}
    top = sorted(both, key=lambda each: -abs(change[each]))[:3]
    rows = [
        {"place": place, "product": each, "change_percent": round(change[each], 1)}
        for place, each in enumerate(top, 1)
    ]
    return {"compared": len(both), "left_out": len(names) - len(both)}, rows


def variance() -> tuple[Row, list[Row]]:
    left: dict[str, int] = defaultdict(int)
    for row in tables()["budget"]:
        left[row["department"]] += row["planned_cents"] if row["month"] in QUARTER else 0
    for row in tables()["expenses"]:
        if row["month"] in QUARTER and row["state"] == "approved":
            left[row["department"]] -= row["amount_cents"]
    rows = [{"department": name, "over_cents": -cents} for name, cents in sorted(left.items()) if cents < 0]
    return {f"{name}_cents": cents for name, cents in sorted(left.items())}, rows


def late() -> tuple[Row, None]:
    figures: Row = {}
    for carrier in ("Brightpost", "Postrad", "Velox"):
        rows = [row for row in tables()["shipments"] if row["carrier"] == carrier]
        counted = [row for row in rows if row["delivered_on"] or row["promised_on"] < TODAY]
        is_late = [row for row in counted if (row["delivered_on"] or TODAY) > row["promised_on"]]
        figures |= {f"{carrier.lower()}_counted": len(counted), f"{carrier.lower()}_late": len(is_late)}
    return figures, None
