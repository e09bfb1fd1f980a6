"""What is right in another way than the solution's passes, in the worlds of tickets and of tables."""

from pathlib import Path

import pytest

from world_tasks import (
    Edit,
    all_of,
    also,
    begun,
    changed,
    failed,
    fits,
    played,
    solution_of,
    tasks_of,
    without,
)

SHOP, TABLES = "customer_support", "data_analysis"
WAYS: list[tuple[str, str, str, Edit]] = [
    (
        SHOP,
        "return-one-item",
        "answered in other words",
        changed("send_message", text="We are on it: your money comes back."),
    ),
    (
        SHOP,
        "return-one-item",
        "after looking at more than is needed",
        all_of(also("list_policies"), also("list_tickets")),
    ),
    (
        SHOP,
        "new-address",
        "the order is named within a sentence",
        changed("escalate_ticket", reason="Please stop SO-1005, which is packed."),
    ),
    (
        SHOP,
        "cancelled-box",
        "with a comma in the amount",
        changed("send_message", text="Dear Mark, we give you back EUR 79,20."),
    ),
    (
        SHOP,
        "half-of-it-came",
        "signed for, in other words",
        changed(
            "send_message", text="Hello, one parcel was signed for by Rinaldi. The other one we send again."
        ),
    ),
    (
        SHOP,
        "late-is-not-lost",
        "in other words",
        changed("send_message", text="Guten Tag, Ihre Sendung PR-4410231 wurde am 25.10. zuletzt gesehen."),
    ),
    (
        SHOP,
        "two-ask-for-a-new-address",
        "in other words",
        changed("send_message", 1, text="We could not confirm your identity."),
    ),
    (
        TABLES,
        "orders-by-age",
        "named otherwise",
        changed("submit_report", remarks="There is no date_of_birth or birthdate."),
    ),
    (TABLES, "revenue-by-category", "without tables of its own", without("join_tables")),
    (
        TABLES,
        "weight-in-kilograms",
        "with more digits",
        changed(
            "submit_report",
            figures={
                "brightpost_kg": 371.22619,
                "postrad_kg": 341.47901,
                "velox_kg": 237.24201,
                "left_out": 3,
            },
        ),
    ),
    (
        TABLES,
        "budget-variance",
        "with a figure more in the report",
        changed(
            "submit_report",
            figures={
                "design_cents": 276500,
                "finance_cents": 830000,
                "it_cents": -1218000,
                "logistics_cents": -350000,
                "people_cents": 2190000,
                "sales_cents": -3518000,
                "over": 3,
            },
        ),
    ),
]


@pytest.mark.parametrize(
    ("domain", "id_", "why", "edit"), WAYS, ids=[f"{id_}: {why}" for _, id_, why, _ in WAYS]
)
def test_another_right_way_passes(domain: str, id_: str, why: str, edit: Edit, tmp_path: Path) -> None:
    task = tasks_of(domain)[id_]
    folder = begun(tmp_path / "world", domain, task)
    played(folder, edit(solution_of(task)))
    assert failed(folder, task) == []


@pytest.mark.parametrize(
    "missing",
    [
        "age",
        "Age",
        "ages",
        "birthdate",
        "birth_date",
        "date_of_birth",
        "date of birth",
        "dob",
        "customer age",
    ],
)
def test_what_is_missing_may_be_called_by_any_of_its_names(missing: str) -> None:
    assert fits(tasks_of(TABLES)["orders-by-age"], {"answerable": False, "missing": missing})


@pytest.mark.parametrize("missing", ["", "language", "average", "country", "orders", "sewage"])
def test_what_is_not_missing_is_no_answer(missing: str) -> None:
    assert not fits(tasks_of(TABLES)["orders-by-age"], {"answerable": False, "missing": missing})
