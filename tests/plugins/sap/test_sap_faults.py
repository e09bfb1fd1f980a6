"""Each operation that writes, under each fault of service and network, through the ledger of effects.

Whatever goes wrong, the system has what was to be done once, or not at all, and the ledger says which.
"""

import json
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import pytest
from systems import LOGIN, ORDER, V2, V4, asked, sap_cap

from emulators import mock_sap
from fault_proxy import AFTER, BEFORE, REFUSED, FaultProxy, csrf_lost, limits
from interlock import ToolCall
from interlock_agents import Ledger, Place, Store, ToolboxHands

SALES = {
    "customer": "1000004",
    "order_type": "OR",
    "sales_organization": "1710",
    "distribution_channel": "10",
    "division": "00",
    "items": [{"material": "TG11", "quantity": 3}],
}
LIMITS = limits()
CSRF = csrf_lost()
NO_CONTENT = 204
BODIES = [each for each in AFTER if each.name in {"cuts the answer short", "answers with nothing"}]
FAULTS = [None, *BEFORE, *AFTER, *REFUSED, *LIMITS, CSRF]


@dataclass(frozen=True, kw_only=True)
class Write:
    """An operation that writes: the request that does it, and a status that says that it was done."""

    tool: str
    at: str
    made: int
    arguments: Any


class System:
    """One system behind a proxy, and a router that knows it at the proxy's address."""

    def __init__(self, proxy: FaultProxy, there: Any) -> None:
        self.proxy = proxy
        self.there = there
        self.toolbox = there.toolbox

    def read(self, tool: str, /, **arguments: Any) -> Any:
        outcome = self.there.run(tool, **arguments)
        assert outcome.outcome == "done", outcome.content
        return json.loads(outcome.content)

    def effects(self, write: Write, since: int) -> int:
        """How often it was done, as the system answered, whatever the connector got of it."""
        done = [
            each
            for each in self.proxy.exchanges[since:]
            if write.at in f"{each.request.method} {each.request.path}"
        ]
        return sum(each.reply.status == write.made and b"HTTP/1.1 4" not in each.reply.body for each in done)


@pytest.fixture(scope="module")
def v2():
    with (
        mock_sap("--auth", "buyer:secret") as system,
        FaultProxy(system.url) as proxy,
        asked(proxy.url, V2, "buyer:secret", settles_within=0.02) as there,
    ):
        yield System(proxy, there)


@pytest.fixture(scope="module")
def v4():
    with (
        sap_cap() as system,
        FaultProxy(system.url) as proxy,
        asked(proxy.url, V4, LOGIN, settles_within=0.02) as there,
    ):
        yield System(proxy, there)


def partner(sap, number):
    there = sap.read("sap_read_business_partner", business_partner="1000009")
    return {"business_partner": "1000009", "search_term": f"TERM {number}", "etag": there["etag"]}


def sales_order(sap, number):
    there = sap.read("sap_read_sales_order", sales_order="0000004712")
    day = date(2027, 1, 1) + timedelta(days=number)
    return {"sales_order": "0000004712", "delivery_date": day.isoformat(), "etag": there["etag"]}


def order_v2(sap, number):
    return {"purchase_order": "4500000101", "payment_terms": f"{number:04}"}


def items_v2(sap, number):
    items = [{"item": item, "quantity": 1000 + number} for item in ("00010", "00020")]
    return {"purchase_order": "4500000101", "items": items}


def new_order(sap, number):
    made = sap.there.run(
        "sap_create_purchase_order", under=f"before-{number}-{len(sap.proxy.requests)}", **ORDER
    )
    return sap.read("sap_read_purchase_order", purchase_order=made.receipt["PurchaseOrder"])


def order_v4(sap, number):
    there = new_order(sap, number)
    return {"purchase_order": there["PurchaseOrder"], "payment_terms": f"{number:04}", "etag": there["etag"]}


def items_v4(sap, number):
    there = new_order(sap, number)
    items = [
        {"item": each["PurchaseOrderItem"], "quantity": 1000 + number, "etag": each["etag"]}
        for each in there["_PurchaseOrderItem"]
    ]
    return {"purchase_order": there["PurchaseOrder"], "items": items}


def requisition(sap, number):
    return {"items": [{"material": "PUMP-7", "plant": "1010", "quantity": 2}]}


WRITES = {
    "v2": [
        Write(tool="sap_create_purchase_order", at="POST", made=201, arguments=lambda *_: ORDER),
        Write(tool="sap_create_sales_order", at="POST", made=201, arguments=lambda *_: SALES),
        Write(
            tool="sap_create_business_partner",
            at="POST",
            made=201,
            arguments=lambda *_: {"category": "2", "organization": "Ink"},
        ),
        Write(tool="sap_update_business_partner", at="PATCH", made=204, arguments=partner),
        Write(tool="sap_update_sales_order", at="PATCH", made=204, arguments=sales_order),
        Write(tool="sap_update_purchase_order", at="PATCH", made=204, arguments=order_v2),
        Write(tool="sap_update_purchase_order_items", at="/$batch", made=202, arguments=items_v2),
    ],
    "v4": [
        Write(tool="sap_create_purchase_order", at="POST", made=201, arguments=lambda *_: ORDER),
        Write(tool="sap_create_purchase_requisition", at="POST", made=201, arguments=requisition),
        Write(tool="sap_update_purchase_order", at="PATCH", made=200, arguments=order_v4),
        Write(tool="sap_update_purchase_order_items", at="/$batch", made=200, arguments=items_v4),
    ],
}
REFUSALS = {
    **{str(fault): "refused" for fault in REFUSED},
    **{str(fault): "limited" for fault in LIMITS},
    "has another version (412)": "conflict",
    # Of 403 with words of GitHub's, SAP knows nothing.
    str(LIMITS[-1]): "refused",
}


by_write = pytest.mark.parametrize(
    ("version", "write"),
    [
        pytest.param(version, each, id=f"{version}-{each.tool}")
        for version in WRITES
        for each in WRITES[version]
    ],
)


@by_write
async def test_nothing_is_done_twice_and_each_ending_is_known(version, write, tmp_path, request):
    sap = request.getfixturevalue(version)
    store = Store.open(f"sqlite:///{tmp_path}/effects.db")
    ledger = Ledger(store, pause=0.001)
    hands = await ToolboxHands.of(sap.there.router.toolbox(grants=ledger.grants), write.tool)
    wrong = {}
    for number, fault in enumerate(FAULTS):
        call = ToolCall(id="call-1", name=write.tool, arguments=write.arguments(sap, number))
        since = len(sap.proxy.exchanges)
        sap.proxy.fail(fault, at=write.at)
        place = Place(run=f"{version}-{number}", node=write.tool)
        effect = await ledger.perform(place, call, hands)
        reason = REFUSALS.get(str(fault))
        known = (effect.state, effect.reason, effect.tries, sap.effects(write, since))
        due = ("failed", reason, 1, 0) if reason else ("confirmed", None, 2 if fault in BEFORE else 1, 1)
        if known != due:
            wrong[str(fault)] = known
    await store.aclose()
    assert wrong == {}


async def test_a_run_that_is_repeated_without_a_look_is_done_twice(v2, tmp_path):
    """So that the test above would notice."""
    store = Store.open(f"sqlite:///{tmp_path}/effects.db")
    ledger = Ledger(store, pause=0.001)
    rule = {"tools": {"rules": [{"tools": "sap_create_*", "repeat": "natural"}]}}
    with asked(v2.proxy.url, V2, "buyer:secret", settings=rule) as blind:
        hands = await ToolboxHands.of(blind.router.toolbox(grants=ledger.grants), "sap_create_sales_order")
        write = WRITES["v2"][1]
        since = len(v2.proxy.exchanges)
        v2.proxy.fail(AFTER[0], at=write.at)
        call = ToolCall(id="call-1", name=write.tool, arguments=SALES)
        effect = await ledger.perform(Place(run="blind", node="n"), call, hands)
    await store.aclose()
    assert (effect.state, v2.effects(write, since)) == ("confirmed", 2)


@pytest.mark.parametrize(("version", "which"), [("v2", 0), ("v2", 3), ("v2", 6), ("v4", 3)])
def test_each_ending_has_its_outcome(version, which, request):
    write = WRITES[version][which]
    sap = request.getfixturevalue(version)
    wrong = {}
    for number, fault in enumerate(FAULTS, 20):
        arguments = write.arguments(sap, number)
        sap.proxy.fail(fault, at=write.at)
        outcome = sap.there.run(write.tool, under=f"once-{number}", **arguments)
        reason = REFUSALS.get(str(fault))
        doubtful = fault in (*BEFORE, *AFTER) and not (write.made == NO_CONTENT and fault in BODIES)
        due = "refused" if reason else "unknown" if doubtful else "done"
        waits = [] if outcome.retry_after is None else [round(outcome.retry_after, -1)]
        if (outcome.outcome, outcome.reason) != (due, reason) or (fault in LIMITS) != bool(waits):
            wrong[str(fault)] = (outcome.outcome, outcome.reason, waits)
    assert wrong == {}


def test_every_operation_that_writes_is_here(v2, v4):
    offered = {each.name for each in v2.toolbox.tools_sync() if each.tool.effect != "read"}
    assert offered == {write.tool for each in WRITES.values() for write in each}
