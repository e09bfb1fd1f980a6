"""Purchasing over OData V4, against SAP CAP."""

import json

import pytest
from systems import LOGIN, ORDER, V4, asked, sap_cap


@pytest.fixture(scope="module")
def sap():
    with sap_cap() as system, asked(system.url, V4, LOGIN) as there:
        yield there


def read(sap, tool, /, **arguments):
    outcome = sap.run(tool, **arguments)
    assert outcome.outcome == "done", outcome.content
    return json.loads(outcome.content)


def test_a_purchase_order_is_created_found_read_and_changed(sap):
    made = sap.run("sap_create_purchase_order", under="create-1", **ORDER)
    assert made.outcome == "done", made.content
    number = made.receipt["PurchaseOrder"]
    found = sap.find("sap_create_purchase_order", under="create-1", **ORDER)
    assert found is not None
    assert (found.receipt, found.seen) == (made.receipt, 1)
    assert sap.find("sap_create_purchase_order", under="create-2", **ORDER) is None
    order = read(sap, "sap_read_purchase_order", purchase_order=number)
    assert [each["NetPriceAmount"] for each in order["_PurchaseOrderItem"]] == ["3.10", None]
    change = {"purchase_order": number, "payment_terms": "0002", "etag": order["etag"]}
    assert sap.find("sap_update_purchase_order", **change) is None
    assert sap.run("sap_update_purchase_order", **change).outcome == "done"
    assert sap.find("sap_update_purchase_order", **change).outcome == "done"
    again = sap.run("sap_update_purchase_order", **{**change, "payment_terms": "0003"})
    assert (again.outcome, again.reason) == ("refused", "conflict")


def test_items_are_changed_all_of_them_or_none(sap):
    number = sap.run("sap_create_purchase_order", under="items-1", **ORDER).receipt["PurchaseOrder"]
    items = read(sap, "sap_read_purchase_order", purchase_order=number)["_PurchaseOrderItem"]
    change = [
        {
            "item": each["PurchaseOrderItem"],
            "quantity": 7,
            "text": "O'Neill's \N{EURO SIGN}",
            "etag": each["etag"],
        }
        for each in items
    ]
    assert sap.run("sap_update_purchase_order_items", purchase_order=number, items=change).outcome == "done"
    now = read(sap, "sap_read_purchase_order", purchase_order=number)["_PurchaseOrderItem"]
    assert [each["PurchaseOrderItemText"] for each in now] == ["O'Neill's \N{EURO SIGN}"] * 2
    stale = [
        {"item": "00010", "quantity": 9, "etag": now[0]["etag"]},
        {"item": "00020", "quantity": 9, "etag": items[1]["etag"]},
    ]
    told = sap.run("sap_update_purchase_order_items", purchase_order=number, items=stale)
    assert (told.outcome, told.reason) == ("refused", "conflict")
    after = read(sap, "sap_read_purchase_order", purchase_order=number)["_PurchaseOrderItem"]
    assert [each["OrderQuantity"] for each in after] == ["7.000", "7.000"]


def test_pages_of_three_are_followed_to_the_end(sap):
    numbers = {
        sap.run("sap_create_purchase_order", under=f"page-{each}", **{**ORDER, "supplier": "77"}).receipt[
            "PurchaseOrder"
        ]
        for each in range(11)
    }
    orders = read(sap, "sap_list_purchase_orders", supplier="77")
    assert {each["PurchaseOrder"] for each in orders} == numbers
    assert [each["PurchaseOrder"] for each in orders] == sorted(numbers, reverse=True)


def test_a_buyer_sees_what_is_in_stock_and_who_else_has_it(sap):
    free = [
        each for each in read(sap, "sap_read_stock", material="PUMP-7") if each["InventoryStockType"] == "01"
    ]
    assert {each["Plant"]: float(each["MatlWrhsStkQtyInMatlBaseUnit"]) for each in free} == {
        "1010": 4,
        "1020": 11,
    }
    sources = read(sap, "sap_list_sources", material="PUMP-7")
    assert [each["Supplier"] for each in sources] == ["1000015", "1000021"]
    due = read(sap, "sap_list_schedule_lines", due_until="2026-12-24")
    assert [each["PurchasingDocument"] for each in due] == ["4500000900"]


def test_a_requisition_is_created_and_found(sap):
    wanted = {
        "items": [{"material": "PUMP-7", "plant": "1010", "quantity": 2, "delivery_date": "2026-12-24"}]
    }
    made = sap.run("sap_create_purchase_requisition", **wanted)
    assert made.outcome == "done", made.content
    assert sap.find("sap_create_purchase_requisition", **wanted).receipt == made.receipt


def test_a_delivery_that_is_late_is_answered_by_an_order_elsewhere(sap):
    """What an agent for a supply chain asks, one after another."""
    (late,) = read(sap, "sap_list_schedule_lines", due_until="2026-12-24")
    stock = read(sap, "sap_read_stock", material="PUMP-7", plant="1010")
    free = sum(
        float(each["MatlWrhsStkQtyInMatlBaseUnit"]) for each in stock if each["InventoryStockType"] == "01"
    )
    missing = float(late["ScheduleLineOrderQuantity"]) - free
    others = [each["Supplier"] for each in read(sap, "sap_list_sources", material="PUMP-7")]
    item = {"material": "PUMP-7", "plant": "1010", "quantity": missing, "unit": "PC"}
    order = {**ORDER, "supplier": others[1], "items": [item]}
    made = sap.run("sap_create_purchase_order", under="late-1", **order)
    found = sap.find("sap_create_purchase_order", under="late-1", **order)
    assert found is not None
    assert found.receipt == made.receipt
    there = read(sap, "sap_read_purchase_order", purchase_order=made.receipt["PurchaseOrder"])
    assert (there["Supplier"], there["_PurchaseOrderItem"][0]["OrderQuantity"]) == ("1000021", "4.000")


def test_anything_else_is_read_by_the_general_tools(sap):
    sap.run("sap_create_purchase_order", under="general-1", **ORDER)
    where = {"service": "purchaseorder", "entity_set": "PurchaseOrderItem"}
    large = [
        {"field": "OrderQuantity", "operator": "gt", "value": "12", "kind": "decimal"},
        {"field": "Material", "operator": "contains", "value": "TG"},
    ]
    found = read(sap, "sap_query_entities", **where, filters=large, select=["Material", "OrderQuantity"])
    assert all(each["OrderQuantity"] > "12" for each in found)
    key = [
        {"field": "PurchaseOrder", "value": "4500000001"},
        {"field": "PurchaseOrderItem", "value": "00010"},
    ]
    assert read(sap, "sap_read_entity", **where, key=key)["Material"]


def test_an_order_that_is_there_already_is_looked_for_and_not_taken_for_a_failure():
    """CAP answers a second creation with the same key by 500."""
    same = {**V4, "purchase_order": {**V4["purchase_order"], "defaults": {"PurchaseOrder": "4500009999"}}}
    with sap_cap() as system, asked(system.url, same, LOGIN) as there:
        first = there.run("sap_create_purchase_order", under="same-1", **ORDER)
        again = there.run("sap_create_purchase_order", under="same-1", **ORDER)
        assert (first.outcome, again.outcome) == ("done", "unknown")
        found = there.find("sap_create_purchase_order", under="same-1", **ORDER)
        assert found is not None
        assert (found.outcome, found.receipt) == ("done", {"PurchaseOrder": "4500009999"})
