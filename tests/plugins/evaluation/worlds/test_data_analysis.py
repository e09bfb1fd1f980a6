"""The questions of data_analysis: the figures by another reckoning, and misreadings that are seen."""

from collections import Counter
from collections.abc import Callable, Sequence
from pathlib import Path
from statistics import quantiles
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import traded
from interlock_evaluation.worlds import world_named
from interlock_evaluation.worlds.calling import call
from interlock_evaluation.worlds.data_analysis.figures import Measure, grouped
from interlock_evaluation.worlds.state import Folder
from interlock_evaluation.worlds.world import State
from traded import Row, tables
from world_tasks import Edit, all_of, begun, changed, fits, instead, others, outlives, shown, tasks_of

DOMAIN = "data_analysis"
RECKONED: dict[str, Callable[[], tuple[Row, Any]]] = {
    "clean-contacts": traded.contacts,
    "reconcile-payments": traded.payments,
    "net-revenue": traded.revenue,
    "sensor-outliers": traded.outliers,
    "cohort-retention": traded.retention,
    "revenue-by-category": traded.categories,
    "weight-in-kilograms": traded.weights,
    "checkout-test": traded.checkout,
    "top-movers": traded.movers,
    "budget-variance": traded.variance,
    "late-deliveries": traded.late,
    "orders-by-age": lambda: ({"answerable": False, "missing": "age"}, None),
}


@pytest.mark.parametrize("id_", list(tasks_of(DOMAIN)))
def test_what_is_expected_follows_from_the_tables(id_: str) -> None:
    assert RECKONED[id_]()[0] == tasks_of(DOMAIN)[id_]["answer"]
    assert len(tasks_of(DOMAIN)) == 12


TOLD: dict[str, Callable[[list[Any]], Row]] = {
    "cohort-retention": lambda told: {
        name: value
        for month, later in (("04", "06"), ("05", "07"), ("06", "08"))
        for name, value in (
            (f"size_{month}", one(told[0], cohort=f"2026-{month}")["count"]),
            (
                f"retained_{month}",
                one(told[1], cohort=f"2026-{month}", month=f"2026-{later}")["count_distinct_customer_id"],
            ),
        )
    },
    "revenue-by-category": lambda told: {
        **{f"{row['category'] or 'unmatched'}_cents": row["sum_amount_cents"] for row in told[0]},
        "unmatched_orders": one(told[0], category=None)["count"],
    },
    "weight-in-kilograms": lambda told: {
        **{f"{row['carrier'].lower()}_kg": round(row["sum_kg"], 3) for row in told[1]},
        "left_out": one(told[0], unit=None)["count"],
    },
    "checkout-test": lambda told: {
        "a_visitors": one(told[1], min_variant="a")["count"],
        "a_converted": one(told[2], min_variant="a")["count"],
        "b_visitors": one(told[1], min_variant="b")["count"],
        "b_converted": one(told[2], min_variant="b")["count"],
        "left_out": one(told[0], count_distinct_variant=2)["count"],
    },
    "late-deliveries": lambda told: {
        f"{carrier.lower()}_{name}": sum(
            row["count"] for at in places for row in told[at] if row["carrier"] == carrier
        )
        for carrier in ("Brightpost", "Postrad", "Velox")
        for name, places in (("counted", (0, 2)), ("late", (1, 2)))
    },
}


def one(rows: Sequence[Row], **wanted: Any) -> Row:
    (found,) = (row for row in rows if all(row[key] == value for key, value in wanted.items()))
    return found


@pytest.mark.parametrize("id_", list(TOLD))
def test_the_tools_give_the_same_figures(id_: str, tmp_path: Path) -> None:
    task = tasks_of(DOMAIN)[id_]
    solved = shown(begun(tmp_path / "world", DOMAIN, task), task)
    told = [
        answer.value
        for (tool, _), answer in zip(solved.calls, solved.answers, strict=True)
        if tool == "aggregate"
    ]
    assert TOLD[id_](told) == task["answer"]


DONE = [row for row in tables()["orders"] if row["state"] == "done"]


def reported(**figures: Any) -> Edit:
    """Has a report say something else."""

    def edit(calls: list[Any]) -> list[Any]:
        (given,) = (arguments for tool, arguments in calls if tool == "submit_report")
        return changed("submit_report", figures={**given["figures"], **figures})(calls)

    return edit


def by_all_readings() -> list[Row]:
    rows = tables()["readings"]
    low, _, high = quantiles([row["celsius"] for row in rows], n=4, method="inclusive")
    reach = 1.5 * (high - low)
    found = [row for row in rows if not low - reach <= row["celsius"] <= high + reach]
    return [{"reading_no": row["reading_no"], "sensor": row["sensor"]} for row in found] or [
        {"reading_no": 9001}
    ]


def by_cents() -> list[Row]:
    at = {(row["product"], row["week"]): row["price_cents"] for row in tables()["prices"]}
    moves = {
        name: at[name, "2026-W44"] - at[name, "2026-W40"]
        for name, week in at
        if week == "2026-W40" and (name, "2026-W44") in at
    }
    top = sorted(moves, key=lambda name: -abs(moves[name]))[:3]
    return [
        {
            "place": place,
            "product": name,
            "change_percent": round(100 * moves[name] / at[name, "2026-W40"], 1),
        }
        for place, name in enumerate(top, 1)
    ]


def visits(variant: str, *, converted: bool) -> int:
    rows = [row for row in tables()["visits"] if row["variant"] == variant]
    return sum(row["converted"] for row in rows) if converted else len(rows)


def signed_up(month: str) -> set[str]:
    return {row["customer_id"] for row in tables()["customers"] if row["signed_up_on"][5:7] == month}


def next_month(month: str) -> int:
    after = f"2026-{int(month) + 1:02d}"
    return len(
        {row["customer_id"] for row in tables()["activity"] if row["month"] == after} & signed_up(month)
    )


def seen(month: str, later: str) -> int:
    rows = [row for row in tables()["activity"] if row["month"] == f"2026-{later}"]
    return sum(row["customer_id"] in signed_up(month) for row in rows)


def ever_seen(month: str) -> int:
    return len(signed_up(month) & {row["customer_id"] for row in tables()["activity"]})


def by_category(category: str, orders: Sequence[Row]) -> int:
    skus = {row["sku"] for row in tables()["products"] if row["category"] == category}
    return sum(row["amount_cents"] for row in orders if row["sku"] in skus)


def by_letters(*letters: str) -> int:
    return sum(row["amount_cents"] for row in DONE if row["sku"][:2] in letters)


def as_they_stand(carrier: str) -> float:
    return sum(row["weight"] for row in tables()["shipments"] if row["carrier"] == carrier and row["unit"])


def pounds(factor: float) -> Edit:
    units = [{"unit": "kg", "factor": 1}, {"unit": "g", "factor": 0.001}, {"unit": "lb", "factor": factor}]
    sums: Counter[str] = Counter()
    for row in tables()["shipments"]:
        if row["unit"]:
            sums[f"{row['carrier'].lower()}_kg"] += row["weight"] * one(units, unit=row["unit"])["factor"]
    return all_of(changed("append_rows", rows=units), reported(**sums))


def movers(keep: Callable[[Row], bool]) -> Edit:
    return changed("append_rows", rows=[row for row in traded.movers()[1] if keep(row)])


OPEN = traded.payments()[1]
LATE = Counter(
    row["carrier"].lower()
    for row in tables()["shipments"]
    if (row["delivered_on"] or "") > row["promised_on"]
)
DELIVERED = Counter(row["carrier"].lower() for row in tables()["shipments"] if row["delivered_on"])
TAKEN = Counter(row["carrier"].lower() for row in tables()["shipments"])
BY_MONTH_OF_ORDER = all_of(
    changed("group_table", 1, by=["region", "month"]),
    changed("join_tables", 1, right_on=["region", "month"]),
)
WRONG: list[tuple[str, str, Edit]] = [
    ("clean-contacts", "the same spelling alone", changed("drop_duplicates", by=["email"])),
    (
        "clean-contacts",
        "the first that stands there",
        changed("drop_duplicates", keep="first", order_by=None),
    ),
    ("clean-contacts", "the oldest", changed("drop_duplicates", keep="lowest")),
    ("clean-contacts", "by name", changed("drop_duplicates", by=["name"])),
    ("reconcile-payments", "unpaid invoices alone", changed("append_rows", rows=OPEN[:4])),
    (
        "reconcile-payments",
        "what was paid too much as well",
        changed("append_rows", rows=[*OPEN, {"invoice_no": "INV-2001", "open_cents": -700}]),
    ),
    ("reconcile-payments", "less alone as differing", reported(differing=3)),
    (
        "reconcile-payments",
        "each instalment as a payment of its own",
        reported(differing=4 + 5 + 1),
    ),
    ("net-revenue", "by the month of the order", BY_MONTH_OF_ORDER),
    (
        "net-revenue",
        "with orders that were cancelled",
        changed("copy_table", where=[{"column": "state", "op": "not_empty"}]),
    ),
    ("net-revenue", "refunds left on", changed("add_column", 3, column="sum_amount_cents", other=0)),
    ("net-revenue", "a month without refunds is no number", changed("add_column", 2, other=1)),
    ("sensor-outliers", "by the bounds of all sensors", changed("append_rows", rows=by_all_readings())),
    ("sensor-outliers", "one of them left out", changed("append_rows", rows=traded.outliers()[1][1:])),
    ("cohort-retention", "those seen in the next month", reported(retained_04=next_month("04"))),
    ("cohort-retention", "visits in place of customers", reported(retained_05=seen("05", "07"))),
    ("cohort-retention", "the cohort of those who were ever seen", reported(size_06=ever_seen("06"))),
    ("revenue-by-category", "without what has no category", reported(unmatched_cents=0, unmatched_orders=0)),
    (
        "revenue-by-category",
        "with what was cancelled",
        reported(garden_cents=by_category("garden", tables()["orders"])),
    ),
    ("revenue-by-category", "by the first letters", reported(kitchen_cents=by_letters("KI", "KX"))),
    ("weight-in-kilograms", "a pound of 500 g", pounds(0.5)),
    ("weight-in-kilograms", "all as if they were kilograms", reported(velox_kg=as_they_stand("Velox"))),
    ("weight-in-kilograms", "without a word on what has no unit", reported(left_out=0)),
    (
        "checkout-test",
        "visits in place of visitors",
        reported(a_visitors=visits("a", converted=False), a_converted=visits("a", converted=True)),
    ),
    ("checkout-test", "who saw both counted with a", reported(a_visitors=78, left_out=0)),
    ("checkout-test", "who bought twice counted twice", reported(b_converted=visits("b", converted=True))),
    ("top-movers", "by cents", changed("append_rows", rows=by_cents())),
    ("top-movers", "up alone", movers(lambda row: row["change_percent"] > 0)),
    ("top-movers", "a missing price taken for no change", reported(compared=16, left_out=0)),
    (
        "budget-variance",
        "what waits for approval as spent",
        changed(
            "group_table",
            1,
            where=[
                {"column": "month", "op": "in", "value": list(traded.QUARTER)},
                {"column": "state", "op": "!=", "value": "rejected"},
            ],
        ),
    ),
    (
        "budget-variance",
        "the whole year",
        all_of(changed("group_table", 0, where=[]), changed("group_table", 1, where=[])),
    ),
    ("budget-variance", "without who has spent nothing", reported(people_cents=0)),
    ("budget-variance", "all departments in the list", changed("copy_table", where=[])),
    ("late-deliveries", "what came alone", reported(**{f"{name}_late": LATE[name] for name in LATE})),
    (
        "late-deliveries",
        "only what came counts",
        reported(**{f"{name}_counted": DELIVERED[name] for name in DELIVERED}),
    ),
    ("late-deliveries", "everything counts", reported(**{f"{name}_counted": TAKEN[name] for name in TAKEN})),
    (
        "orders-by-age",
        "figures that nobody has",
        changed("submit_report", figures={"under_30": 6000}, answerable=True),
    ),
    ("orders-by-age", "without what is missing", changed("submit_report", remarks="Not possible.")),
    (
        "orders-by-age",
        "a table beside it",
        instead("list_tables", "copy_table", name="ages", source="customers"),
    ),
]


@pytest.mark.parametrize(("id_", "why", "edit"), WRONG, ids=[f"{id_}: {why}" for id_, why, _ in WRONG])
def test_a_misreading_is_seen(id_: str, why: str, edit: Edit, tmp_path: Path) -> None:
    assert not outlives(tmp_path / "world", DOMAIN, id_, edit)


def test_every_task_has_misreadings() -> None:
    assert {id_ for id_, _, _ in WRONG} == tasks_of(DOMAIN).keys()


def world(tmp_path: Path) -> Folder:
    return Folder(path=tmp_path / "state", world=world_named(DOMAIN))


@pytest.mark.parametrize(
    ("tool", "arguments", "words"),
    [
        ("read_rows", {"table": "oders"}, "there is no table 'oders'; did you mean orders?"),
        ("read_rows", {"table": "orders", "columns": ["amount"]}, "orders has no column 'amount'"),
        (
            "read_rows",
            {"table": "orders", "where": [{"column": "quantity", "op": "<", "value": "2"}]},
            "where quantity: it is integer, and '2' is not",
        ),
        ("aggregate", {"table": "orders", "measures": [{"how": "sum", "column": "state"}]}, "state is text"),
        ("aggregate", {"table": "orders", "measures": [{"how": "sum"}]}, "sum is of a column; name one"),
        (
            "append_rows",
            {"table": "orders", "rows": [{"quantity": 1}]},
            "orders is a source and stays as it is",
        ),
        ("delete_rows", {"table": "orders", "where": []}, "where: List should have at least 1 item"),
        ("drop_table", {"table": "orders"}, "orders is a source and stays as it is"),
        ("copy_table", {"name": "refunds", "source": "orders"}, "there is a table refunds already"),
        ("submit_report", {"title": "?", "figures": {}}, "a report has figures where it is answerable"),
    ],
)
def test_what_makes_no_sense_is_told(
    tool: str, arguments: dict[str, Any], words: str, tmp_path: Path
) -> None:
    assert call(world(tmp_path), tool, arguments).refusal.startswith(words)


def test_no_computation_breaks_on_what_somebody_has_written(tmp_path: Path) -> None:
    folder = world(tmp_path)
    columns = [{"name": "on", "type": "date"}, {"name": "size", "type": "number"}]
    call(folder, "create_table", {"name": "own", "columns": columns})

    def refused(tool: str, **arguments: Any) -> str:
        return call(folder, tool, {"table": "own", **arguments}).refusal

    for row in (
        {"on": "yesterday"},
        {"on": "2026-2-30"},
        {"on": "20261102"},
        {"size": 10**16},
        {"size": "7"},
    ):
        assert " is not" in refused("append_rows", rows=[row])
    assert not refused("append_rows", rows=[{"on": "2026-11-02", "size": 10**15}, {"size": 1e-300}])
    compute = {"name": "made", "column": "size"}
    assert "too large" in refused("add_column", **compute, operation="multiply", other=10)
    assert "too large" in refused("add_column", **compute, operation="divide", other=0.1)
    assert "too large" in refused("add_column", **compute, operation="add", other=10**400)
    assert "is of date and date" in refused(
        "add_column", **{**compute, "column": "on"}, operation="days_between"
    )
    assert not refused("add_column", **compute, operation="divide", other=0)


def test_an_empty_cell_fits_no_condition_but_that_it_is_empty(tmp_path: Path) -> None:
    folder = world(tmp_path)

    def count(*conditions: dict[str, Any]) -> int:
        given = {"table": "shipments", "measures": [{"how": "count"}], "where": list(conditions)}
        return int(call(folder, "aggregate", given).value[0]["count"])

    without = count({"column": "unit", "op": "empty"})
    assert without == 3
    assert count({"column": "unit", "op": "!=", "value": "kg"}) == count(
        {"column": "unit", "op": "in", "value": ["g", "lb"]}
    )
    assert count() == without + count({"column": "unit", "op": "not_empty"})


@given(st.lists(st.integers(-1000, 1000), min_size=2, max_size=30))
def test_quartiles_are_those_of_the_standard_library(values: list[int]) -> None:
    table = {
        "about": "",
        "source": True,
        "columns": {"x": {"type": "integer"}},
        "rows": [[x] for x in values],
    }
    names = ("quartile_1", "median", "quartile_3")
    measures = [Measure(how=name, column="x") for name in names]
    (found,) = grouped(State({"tables": {"numbers": table}}), "numbers", [], measures, [])
    assert [found[f"{name}_x"] for name in names] == quantiles(values, n=4, method="inclusive")


@pytest.mark.parametrize("id_", tasks_of(DOMAIN))
def test_no_answer_may_be_another(id_: str) -> None:
    task = tasks_of(DOMAIN)[id_]
    assert task["expected"]["properties"].keys() == task["answer"].keys()
    for key in task["answer"]:
        for other in others(task["answer"][key]):
            assert not fits(task, {**task["answer"], key: other}), f"{key}: {other}"
