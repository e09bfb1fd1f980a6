"""The two systems, as a router has them, and what is asked of them."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from emulators import sap_cap
from emulators.sap_cap import LOGIN, PURCHASING
from interlock import Router, ToolCall, ToolOutcome

__all__ = ["LOGIN", "ORDER", "V2", "V4", "Asked", "asked", "sap_cap"]

V2: Mapping[str, Any] = {
    # mock-sap has what the public API has, but for the name of one service, references, and ETags of orders.
    "business_partner": {
        "service": "/sap/opu/odata/sap/API_BUSINESS_PARTNER_SRV",
        "reference": "SearchTerm1",
        "longest": 20,
    },
    "purchase_order": {"reference": "items/PurchaseOrderItemText", "longest": 26, "versioned": False},
    "purchase_order_item": {"versioned": False},
}
V4: Mapping[str, Any] = {
    "purchase_order": {
        "service": PURCHASING,
        "set": "PurchaseOrder",
        "items": "_PurchaseOrderItem",
        "item_set": "PurchaseOrderItem",
    },
    "purchase_order_item": {"service": PURCHASING, "set": "PurchaseOrderItem"},
    "schedule_line": {"service": PURCHASING, "set": "PurchaseOrderScheduleLine"},
    "purchase_requisition": {
        "service": PURCHASING,
        "set": "PurchaseRequisition",
        "items": "_PurchaseRequisitionItem",
        "item_set": "PurchaseRequisitionItem",
        "reference": "PurReqnDescription",
    },
    "stock": {"service": PURCHASING, "set": "MaterialStock"},
    "info_record": {"service": PURCHASING, "set": "PurchasingInfoRecord"},
}
ORDER: Mapping[str, Any] = {
    "supplier": "1000015",
    "company_code": "1710",
    "purchasing_organization": "1710",
    "purchasing_group": "001",
    "order_type": "NB",
    "items": [
        {"material": "TG14", "plant": "1710", "quantity": "12.5", "unit": "PC", "net_price": 3.1},
        {"material": "TG11", "plant": "1710", "quantity": 3},
    ],
}


class Asked:
    """A router and its toolbox, for tests without a loop."""

    def __init__(self, router: Router) -> None:
        self.router = router
        self.toolbox = router.toolbox()

    def run(self, name: str, /, under: str = "run-7", **arguments: Any) -> ToolOutcome:
        outcome: ToolOutcome = self.toolbox.run_sync(_call(name, arguments), key=under)
        return outcome

    def find(self, name: str, /, under: str = "run-7", **arguments: Any) -> ToolOutcome | None:
        found: ToolOutcome | None = self.toolbox.find_sync(_call(name, arguments), key=under)
        return found


def _call(name: str, arguments: Mapping[str, Any]) -> ToolCall:
    return ToolCall(id="call-1", name=name, arguments=arguments)


@contextmanager
def asked(
    url: str,
    entities: Mapping[str, Any],
    login: str,
    settings: Mapping[str, Any] | None = None,
    issuer: Mapping[str, Any] | None = None,
    **options: Any,
) -> Iterator[Asked]:
    """A router with the system at that address; `settings` are other sections of its configuration."""
    connector = {
        "id": "sap",
        "connector": "sap",
        "base_url": url,
        "region": "local",
        "api_key": login,
        "options": {"entities": entities, **options},
        **({"issuer": issuer} if issuer else {}),
    }
    config = {"connectors": [connector], **(settings or {})}
    with Router.from_config(config) as router:
        yield Asked(router)
