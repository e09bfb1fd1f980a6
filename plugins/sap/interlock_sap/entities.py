"""What SAP's public APIs call the things that tools speak of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from interlock_sap.literals import V4

_V2 = "/sap/opu/odata/sap"


@dataclass(frozen=True, slots=True, kw_only=True)
class Entity:
    """A kind of thing, and where it is.

    Attributes:
        service: the path of its service, below the system's root.
        set: the entity set.
        key: the names of its key's fields.
        items: the navigation property that leads to its items, if it has any.
        item_set: the entity set of its items.
        reference: the field that is written with a reference of ours, and by which it is found again; with
            `items/` before it, a field of its first item. Empty where there is none.
        longest: how many characters the reference may have.
        versioned: whether the service gives it an ETag.
        defaults: fields of whatever is created, which no argument changes.
        version: of OData.
    """

    service: str
    set: str
    key: tuple[str, ...]
    items: str = ""
    item_set: str = ""
    reference: str = ""
    longest: int = 26
    versioned: bool = True
    defaults: Mapping[str, Any] = field(default_factory=dict)
    version: Literal[2, 4] = 2

    @property
    def path(self) -> str:
        """Of the set."""
        return f"{self.service}/{self.set}"

    @property
    def item_path(self) -> str:
        """Of the set of its items."""
        return f"{self.service}/{self.item_set}"

    @property
    def is_v4(self) -> bool:
        """Whether its service speaks OData V4."""
        return self.version >= V4


_PURCHASING = f"{_V2}/API_PURCHASEORDER_PROCESS_SRV"
_PARTNERS = f"{_V2}/API_BUSINESS_PARTNER"
_SALES = f"{_V2}/API_SALES_ORDER_SRV"

ENTITIES: Mapping[str, Entity] = {
    "purchase_order": Entity(
        service=_PURCHASING,
        set="A_PurchaseOrder",
        key=("PurchaseOrder",),
        items="to_PurchaseOrderItem",
        item_set="A_PurchaseOrderItem",
        reference="CorrespncInternalReference",
        longest=12,
    ),
    "purchase_order_item": Entity(
        service=_PURCHASING, set="A_PurchaseOrderItem", key=("PurchaseOrder", "PurchaseOrderItem")
    ),
    "schedule_line": Entity(
        service=_PURCHASING,
        set="A_PurchaseOrderScheduleLine",
        key=("PurchasingDocument", "PurchasingDocumentItem", "ScheduleLine"),
    ),
    "purchase_requisition": Entity(
        service=f"{_V2}/API_PURCHASEREQ_PROCESS_SRV",
        set="A_PurchaseRequisitionHeader",
        key=("PurchaseRequisition",),
        items="to_PurchaseReqnItem",
        item_set="A_PurchaseRequisitionItem",
    ),
    "info_record": Entity(
        service=f"{_V2}/API_INFORECORD_PROCESS_SRV",
        set="A_PurchasingInfoRecord",
        key=("PurchasingInfoRecord",),
    ),
    "stock": Entity(
        service=f"{_V2}/API_MATERIAL_STOCK_SRV",
        set="A_MatlStkInAcctMod",
        key=("Material", "Plant", "StorageLocation"),
    ),
    "business_partner": Entity(
        service=_PARTNERS,
        set="A_BusinessPartner",
        key=("BusinessPartner",),
        items="to_BusinessPartnerAddress",
        item_set="A_BusinessPartnerAddress",
        reference="BusinessPartnerIDByExtSystem",
        longest=20,
    ),
    "sales_order": Entity(
        service=_SALES,
        set="A_SalesOrder",
        key=("SalesOrder",),
        items="to_Item",
        item_set="A_SalesOrderItem",
        reference="PurchaseOrderByCustomer",
        longest=26,
    ),
    "delivery": Entity(
        service=f"{_V2}/API_OUTBOUND_DELIVERY_SRV",
        set="A_OutbDeliveryHeader",
        key=("DeliveryDocument",),
        items="to_DeliveryDocumentItem",
        item_set="A_OutbDeliveryItem",
    ),
    "product": Entity(service=f"{_V2}/API_PRODUCT_SRV", set="A_Product", key=("Product",)),
}
"""By the names that the options use. Services and sets as SAP publishes them for S/4HANA."""
