"""The connector for SAP against Interlock's rules for connectors, and its session with a Gateway."""

import asyncio
import base64
from typing import ClassVar

import gateway
import pytest

from interlock import Router, ToolCall, ToolOutcome
from interlock.http import HttpClient, Permit, origin_of
from interlock.protocols import ConnectorCall, ToolRun, ToolsCall
from interlock.testing import ConnectorConformance, Reply, Upstream
from interlock.types.clocks import elapsed
from interlock.types.models import Credential, Destination, Secret
from interlock_sap import Sap, SapOptions

ORDER = {
    "supplier": "1000015",
    "company_code": "1710",
    "purchasing_organization": "1710",
    "purchasing_group": "001",
    "order_type": "NB",
    "items": [{"material": "TG14", "plant": "1710", "quantity": "12.5", "net_price": 3.1}],
}


class Filled(gateway.Gateway):
    def __init__(self) -> None:
        super().__init__()
        encoded = base64.b64encode(f"buyer:{TestSap.key}".encode()).decode()
        self.login = f"Basic {encoded}"
        for number in range(5):
            for name, key in (
                ("A_PurchaseOrder", "PurchaseOrder"),
                ("A_SalesOrder", "SalesOrder"),
                ("A_BusinessPartner", "BusinessPartner"),
                ("A_Product", "Product"),
                ("A_OutbDeliveryHeader", "DeliveryDocument"),
            ):
                self.sets[name].append({key: f"{number}", "Supplier": f"{number}", "version": 1})


class TestSap(ConnectorConformance):
    kind = Sap()
    options = SapOptions(user="buyer", settles_within=0.0)
    service = Filled
    arguments: ClassVar = {
        "sap_read_purchase_order": {"purchase_order": "1"},
        "sap_list_purchase_orders": {"supplier": "1"},
        "sap_create_purchase_order": ORDER,
        "sap_update_purchase_order": {"purchase_order": "1", "payment_terms": "0002", "etag": 'W/"1"'},
        "sap_list_schedule_lines": {"due_until": "2026-12-24"},
        "sap_read_stock": {"material": "TG14"},
        "sap_list_sources": {"material": "TG14"},
        "sap_find_suppliers": {"name": "O'Neill"},
        "sap_list_business_partners": {},
        "sap_read_business_partner": {"business_partner": "1"},
        "sap_create_business_partner": {"category": "2", "organization": "Ink"},
        "sap_read_sales_order": {"sales_order": "1"},
        "sap_list_sales_orders": {"since": "2026-11-30"},
        "sap_list_deliveries": {},
        "sap_read_product": {"product": "1"},
        "sap_query_entities": {"service": "API_PRODUCT_SRV", "entity_set": "A_Product"},
        "sap_read_entity": {
            "service": "API_PRODUCT_SRV",
            "entity_set": "A_Product",
            "key": [{"field": "Product", "value": "1"}],
        },
    }
    wrong: ClassVar = {
        "sap_create_purchase_order": {
            **ORDER,
            "items": [{"material": "TG14", "plant": "1710", "quantity": "?"}],
        },
        "sap_create_sales_order": {"customer": "1"},
        "sap_list_sales_orders": {"since": "yesterday"},
        "sap_update_purchase_order": {"purchase_order": "1", "payment_terms": "0002", "etag": "*"},
    }

    def test_each_tool_says_in_a_few_words_what_a_model_must_know(self) -> None:
        for tool in self.tools():
            assert tool.spec.name.startswith("sap_")
            assert len(tool.spec.description) <= 300

    def effects(self, name: str, arguments: object) -> int:
        return sum(len(rows) for rows in self.served.sets.values())


@pytest.fixture
def sap():
    served = gateway.Gateway()
    with Upstream(always=served) as upstream:
        served.url = upstream.url
        yield served


def run(sap, name, key="run-7", options=None, **arguments) -> ToolOutcome:
    there = {
        "id": "sap",
        "connector": "sap",
        "base_url": sap.url,
        "region": "local",
        "api_key": gateway.LOGIN,
        "options": options or {},
    }
    with Router.from_config({"connectors": [there]}) as router:
        return router.toolbox().run_sync(ToolCall(id="call-1", name=name, arguments=arguments), key=key)


def test_whatever_changes_something_goes_with_a_token_and_the_session_that_it_belongs_to(sap):
    assert run(sap, "sap_create_purchase_order", **ORDER).outcome == "done"
    fetched, posted = sap.received
    assert (fetched.method, fetched.path) == ("GET", f"{gateway.ROOT}/API_PURCHASEORDER_PROCESS_SRV/")
    assert posted.headers["cookie"] == "SAP_SESSIONID_X_100=s1%3d; sap-usercontext=sap-client=100"
    assert posted.json()["to_PurchaseOrderItem"] == {
        "results": [{"Material": "TG14", "Plant": "1710", "OrderQuantity": "12.5", "NetPriceAmount": "3.1"}]
    }
    assert len(posted.json()["CorrespncInternalReference"]) == 12


async def test_a_session_is_kept_and_begun_anew_once_it_is_forgotten_by_however_many(sap):
    secret = Credential(secret=Secret(gateway.LOGIN))
    there = Destination(id="sap", region="local", base_url=sap.url, credential=secret)
    connector = Sap().open(ConnectorCall(destination=there))
    tools = {tool.spec.name: tool for tool in await connector.tools(ToolsCall())}
    http = HttpClient()

    async def order(number: int) -> ToolOutcome:
        call = ToolCall(id="call-1", name="sap_create_purchase_order", arguments=ORDER)
        permit = Permit(deployment="sap", origin=origin_of(sap.url))
        given = {"http": http, "permit": permit, "destination": there, "deadline": elapsed() + 10}
        return await tools["sap_create_purchase_order"].run(ToolRun(call=call, key=f"run-{number}", **given))

    for _ in range(2):
        outcomes = await asyncio.gather(*(order(number) for number in range(5)))
        assert {each.outcome for each in outcomes} == {"done"}
        sap.sessions = dict.fromkeys(sap.sessions, "forgotten")
    await http.aclose()
    assert len(sap.sessions) == 2
    assert len(sap.sets["A_PurchaseOrder"]) == 10


def test_a_token_that_is_never_good_ends_in_a_refusal_and_nothing_is_tried_for_ever(sap):
    lost = Reply.json({"error": "lost"}, status=403, headers={"x-csrf-token": "Required"})
    sap.instead = [lost] * 5
    assert run(sap, "sap_create_purchase_order", **ORDER).outcome == "refused"
    assert [each.method for each in sap.received] == ["GET", "POST", "GET", "POST"]


@pytest.mark.parametrize(("status", "reason"), [(401, "not_sent"), (429, "limited"), (503, "not_sent")])
def test_where_no_token_is_to_be_had_nothing_was_sent(status, reason):
    with Upstream(always=Reply.json({}, status=status, headers={"retry-after": "3"})) as sap:
        told = run(sap, "sap_create_purchase_order", **ORDER)
    assert (told.outcome, told.reason) == ("refused", reason)
    assert [each.method for each in sap.requests] == ["GET"]


def test_what_is_locked_by_somebody_is_a_conflict_and_nothing_was_done(sap):
    sap.instead = [Reply.json({"error": {"message": {"value": "Document is locked by user X"}}}, status=423)]
    told = run(sap, "sap_create_purchase_order", **ORDER)
    assert (told.outcome, told.reason) == ("refused", "conflict")


def test_a_reference_on_an_item_takes_an_item(sap):
    entities = {"business_partner": {"reference": "items/StreetName"}}
    partner = {"category": "2", "organization": "Ink"}
    told = run(sap, "sap_create_business_partner", options={"entities": entities}, **partner)
    assert (told.outcome, told.reason, "addresses" in told.content) == ("refused", "not_sent", True)
    partner["addresses"] = [{"country": "CH"}, {"country": "DE"}]
    assert (
        run(sap, "sap_create_business_partner", options={"entities": entities}, **partner).outcome == "done"
    )
    first, second = sap.received[-1].json()["to_BusinessPartnerAddress"]["results"]
    assert len(first["StreetName"]) == 20
    assert "StreetName" not in second


def test_pages_are_followed_whatever_address_the_next_one_has(sap):
    sap.sets["A_PurchaseOrder"] = [{"PurchaseOrder": f"{number}", "version": 1} for number in range(7)]
    told = run(sap, "sap_list_purchase_orders")
    assert [f'"{number}"' in told.content for number in range(7)] == [True] * 7
    assert len(sap.received) == 4
    assert {each.path.partition("?")[0] for each in sap.received} == {
        f"{gateway.ROOT}/API_PURCHASEORDER_PROCESS_SRV/A_PurchaseOrder"
    }


def test_an_error_is_told_in_the_words_of_the_system(sap):
    told = run(sap, "sap_read_purchase_order", purchase_order="1")
    assert told.content == "404 from the service: there is none"
