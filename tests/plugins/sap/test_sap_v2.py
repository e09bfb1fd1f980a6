"""Every operation over OData V2, against mock-sap."""

import json
from http.client import HTTPConnection

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from systems import ORDER, V2, asked

from emulators import mock_sap
from fault_proxy import REFUSED, FaultProxy

SALES = {
    "customer": "1000004",
    "order_type": "OR",
    "sales_organization": "1710",
    "distribution_channel": "10",
    "division": "00",
    "delivery_date": "2026-12-24",
    "items": [{"material": "TG11", "quantity": 3, "unit": "PC", "text": "O'Neill's \N{EURO SIGN}"}],
}


@pytest.fixture(scope="module")
def sap():
    with (
        mock_sap("--auth", "buyer:secret", "--require-if-match") as system,
        asked(system.url, V2, "buyer:secret", client="100") as there,
    ):
        yield there


def read(sap, tool, /, **arguments):
    outcome = sap.run(tool, **arguments)
    assert outcome.outcome == "done", outcome.content
    return json.loads(outcome.content)


def test_a_purchase_order_is_read_with_its_items(sap):
    order = read(sap, "sap_read_purchase_order", purchase_order="4500000101")
    assert (order["Supplier"], order["PurchaseOrderDate"]) == ("1000015", "2025-07-22")
    assert order["to_PurchaseOrderItem"][0]["OrderQuantity"] == "213.000"
    assert "__metadata" not in str(order)
    assert read(sap, "sap_read_purchase_order", purchase_order=4500000101) == order


def test_purchase_orders_are_narrowed_by_supplier_and_date(sap):
    orders = read(sap, "sap_list_purchase_orders", supplier="1000015", since="2025-08-01")
    assert orders
    assert all(each["Supplier"] == "1000015" and each["PurchaseOrderDate"] >= "2025-08-01" for each in orders)


def test_a_purchase_order_is_created_with_its_items_and_found_by_its_reference(sap):
    made = sap.run("sap_create_purchase_order", under="create-1", **ORDER)
    assert made.outcome == "done", made.content
    found = sap.find("sap_create_purchase_order", under="create-1", **ORDER)
    assert found is not None
    assert (found.receipt, found.seen) == (made.receipt, 1)
    assert sap.find("sap_create_purchase_order", under="create-2", **ORDER) is None
    order = read(sap, "sap_read_purchase_order", purchase_order=made.receipt["PurchaseOrder"])
    assert [each["OrderQuantity"] for each in order["to_PurchaseOrderItem"]] == ["12.500", "3.000"]


def test_items_are_changed_all_of_them_or_none(sap):
    made = sap.run("sap_create_purchase_order", under="items-1", **ORDER).receipt["PurchaseOrder"]
    good = [{"item": "00010", "quantity": 5}, {"item": "00020", "quantity": "6.5", "delivered": True}]
    assert sap.find("sap_update_purchase_order_items", purchase_order=made, items=good) is None
    assert sap.run("sap_update_purchase_order_items", purchase_order=made, items=good).outcome == "done"
    found = sap.find("sap_update_purchase_order_items", purchase_order=made, items=good)
    assert found is not None
    assert found.outcome == "done"
    half = [{"item": "00010", "quantity": 7}, {"item": "99990", "quantity": 7}]
    told = sap.run("sap_update_purchase_order_items", purchase_order=made, items=half)
    assert (told.outcome, "99990" in told.content) == ("refused", True)
    order = read(sap, "sap_read_purchase_order", purchase_order=made)
    assert [each["OrderQuantity"] for each in order["to_PurchaseOrderItem"]] == ["5.000", "6.500"]


def test_suppliers_are_found_by_a_part_of_their_name(sap):
    found = read(sap, "sap_find_suppliers", name="Sunrise")
    assert "1000009" in {each["Supplier"] for each in found}
    assert all(each["Supplier"] for each in read(sap, "sap_find_suppliers"))


def test_a_change_is_made_in_the_version_that_was_read_or_not_at_all(sap):
    partner = read(sap, "sap_read_business_partner", business_partner="1000009")
    assert partner["to_BusinessPartnerAddress"][0]["CityName"]
    change = {"business_partner": "1000009", "search_term": "SUNNY", "etag": partner["etag"]}
    assert sap.run("sap_update_business_partner", **change).outcome == "done"
    again = sap.run("sap_update_business_partner", **{**change, "search_term": "RAINY"})
    assert (again.outcome, again.reason) == ("refused", "conflict")
    assert read(sap, "sap_read_business_partner", business_partner="1000009")["SearchTerm1"] == "SUNNY"


def test_what_says_nothing_or_any_version_is_refused_before_it_is_sent(sap):
    nothing = sap.run("sap_update_business_partner", business_partner="1000009", etag="x")
    assert (nothing.reason, "nothing to change" in nothing.content) == ("not_sent", True)
    any_version = sap.run("sap_update_business_partner", business_partner="1", search_term="X", etag=" * ")
    assert (any_version.reason, "etag" in any_version.content) == ("not_sent", True)


def test_a_business_partner_is_created_and_listed(sap):
    made = sap.run("sap_create_business_partner", category="2", organization="Ink & Paper's")
    assert made.outcome == "done", made.content
    found = sap.find("sap_create_business_partner", category="2", organization="Ink & Paper's")
    assert found is not None
    assert found.receipt == made.receipt
    assert read(sap, "sap_list_business_partners", category="2")


def test_sales_orders_are_created_read_listed_and_changed(sap):
    made = sap.run("sap_create_sales_order", under="sales-1", **SALES)
    assert made.outcome == "done", made.content
    number = made.receipt["SalesOrder"]
    order = read(sap, "sap_read_sales_order", sales_order=number)
    assert order["RequestedDeliveryDate"] == "2026-12-24"
    assert order["to_Item"][0]["SalesOrderItemText"] == "O'Neill's \N{EURO SIGN}"
    later = {"sales_order": number, "delivery_date": "2026-12-28", "etag": order["etag"]}
    assert sap.run("sap_update_sales_order", **later).outcome == "done"
    assert sap.find("sap_update_sales_order", **later).outcome == "done"
    listed = read(sap, "sap_list_sales_orders", customer="1000004", since="2026-01-01")
    assert [each["RequestedDeliveryDate"] for each in listed if each["SalesOrder"] == number] == [
        "2026-12-28"
    ]


def test_deliveries_and_products_are_read(sap):
    done = read(sap, "sap_list_deliveries", status="C")
    assert {each["OverallGoodsMovementStatus"] for each in done} == {"C"}
    assert read(sap, "sap_read_product", product="TG11")["ProductType"] == "FERT"


def test_anything_else_is_read_by_the_general_tools(sap):
    where = {"service": "API_SALES_ORDER_SRV", "entity_set": "A_SalesOrderItem"}
    large = [{"field": "NetAmount", "operator": "ge", "value": "100000", "kind": "decimal"}]
    found = read(
        sap,
        "sap_query_entities",
        **where,
        filters=large,
        select=["SalesOrder", "NetAmount"],
        order_by="NetAmount",
        descending=True,
    )
    amounts = [float(each["NetAmount"]) for each in found]
    assert amounts == sorted(amounts, reverse=True)
    assert amounts[-1] >= 100_000
    key = [{"field": "SalesOrder", "value": "0000004712"}, {"field": "SalesOrderItem", "value": "000010"}]
    assert read(sap, "sap_read_entity", **where, key=key)["Material"]
    expanded = read(
        sap,
        "sap_read_entity",
        service="API_SALES_ORDER_SRV",
        entity_set="A_SalesOrder",
        key=key[:1],
        expand=["to_Item"],
    )
    assert expanded["to_Item"]


def test_three_pages_and_more_are_followed_and_the_rest_is_a_call_away(sap):
    where = {"service": "API_SALES_ORDER_SRV", "entity_set": "A_SalesOrderItem", "order_by": "SalesOrder"}
    for number in range(60):
        items = [{"material": "TG11", "quantity": number + 1} for _ in range(4)]
        sap.run("sap_create_sales_order", under=f"page-{number}", **{**SALES, "items": items})
    first = sap.run("sap_query_entities", **where, select=["SalesOrder", "SalesOrderItem"])
    assert first.more == "cursor=%24skip=200"
    rest = sap.run(
        "sap_query_entities",
        **where,
        select=["SalesOrder", "SalesOrderItem"],
        cursor=first.more.removeprefix("cursor="),
    )
    there = [
        (each["SalesOrder"], each["SalesOrderItem"])
        for told in (first, rest)
        for each in json.loads(told.content)
    ]
    assert len(set(there)) == len(there) > 240
    assert rest.more is None


@given(st.text(max_size=30))
@settings(max_examples=25, deadline=None)
def test_no_text_leaves_its_filter_or_key(sap, text):
    narrowed = sap.run("sap_list_business_partners", name=f"{text}'x")
    assert (narrowed.outcome, narrowed.content) == ("done", "[]") or narrowed.reason == "not_sent"
    key = [{"field": "Product", "value": f"{text}'x"}]
    missing = sap.run("sap_read_entity", service="API_PRODUCT_SRV", entity_set="A_Product", key=key)
    assert missing.reason == "not_sent" or missing.content.startswith("404")


def test_what_the_system_does_not_have_is_refused_in_its_words(sap):
    told = sap.run("sap_read_stock", material="TG11")
    assert (told.outcome, "Resource not found" in told.content) == ("refused", True)


@pytest.mark.parametrize(
    ("scenario", "ending", "says"),
    [
        ("lock", ("refused", "conflict", None), "somebody works on it"),
        ("precondition", ("refused", "conflict", None), "changed by another user"),
        ("busy", ("unknown", None, None), "No dialog work process"),
        ("error", ("unknown", None, None), "exception was raised"),
        ("forbidden", ("refused", "refused", None), "No authorization"),
        ("auth", ("refused", "refused", None), "Authentication failed"),
        ("csrf", ("refused", "refused", None), "CSRF token"),
    ],
)
def test_what_the_system_says_when_it_cannot_is_told_by_its_outcome(scenario, ending, says):
    with mock_sap("--auth", "buyer:secret") as system, asked(system.url, V2, "buyer:secret") as there:
        rule = json.dumps({"method": "POST", "match": "A_PurchaseOrder", "scenario": scenario})
        told_to = HTTPConnection("127.0.0.1", system.port)
        told_to.request("POST", "/_mock/faults", rule, {"content-type": "application/json"})
        assert told_to.getresponse().status < 300
        told_to.close()
        told = there.run("sap_create_purchase_order", **ORDER)
        assert (told.outcome, told.reason, told.retry_after) == ending
        assert says in told.content
        found = there.find("sap_create_purchase_order", **ORDER)
        assert found is None


def test_a_token_that_is_expired_is_got_anew_once_and_the_order_made_once():
    with (
        mock_sap("--oauth", "client:secret") as system,
        FaultProxy(system.url) as proxy,
        asked(proxy.url, V2, "client:secret", auth="oauth") as there,
    ):
        assert there.run("sap_create_purchase_order", under="token-1", **ORDER).outcome == "done"
        proxy.fail(REFUSED[0], at="POST /sap/opu")
        assert there.run("sap_create_purchase_order", under="token-2", **ORDER).outcome == "done"
        found = there.find("sap_create_purchase_order", under="token-2", **ORDER)
        assert found is not None
        assert found.seen == 1
        assert len(proxy.reached("/oauth2/token")) == 2


def test_tokens_come_from_an_issuer_at_another_host_and_orders_go_to_the_system_alone():
    with (
        mock_sap("--oauth", "client:secret") as system,
        FaultProxy(system.url) as login,
        FaultProxy(system.url) as proxy,
        asked(
            proxy.url, V2, "client:secret", auth="oauth", issuer={"url": login.url, "region": "local"}
        ) as there,
    ):
        made = there.run("sap_create_purchase_order", under="issued-1", **ORDER)
        assert made.outcome == "done"
        assert len(login.reached("/oauth2/token")) == 1
        assert not login.reached("/sap/opu")
        assert not proxy.reached("/oauth2/token")
        proxy.fail(REFUSED[0], at="POST /sap/opu")
        assert there.run("sap_create_purchase_order", under="issued-2", **ORDER).outcome == "done"
        assert len(login.reached("/oauth2/token")) == 2
