"""What a buyer asks of SAP: orders, when they come, what is in stock, who else has it."""

from collections.abc import Iterable

from interlock_sap.fields import Field
from interlock_sap.operations.together import changing_items
from interlock_sap.options import SapOptions
from interlock_sap.rows import Items, changing, creating, listing, reading
from interlock_tools import Operation

ORDER = Field("purchase_order", "PurchaseOrder", says="its number", required=True, longest=10)
_SUPPLIER = Field("supplier", "Supplier", says="the supplier's number", longest=10)
_COMPANY = Field("company_code", "CompanyCode", longest=4)
_MATERIAL = Field("material", "Material", says="the material's number", longest=40)
_PLANT = Field("plant", "Plant", longest=4)
_GROUP = Field("purchasing_group", "PurchasingGroup", longest=3)
_TERMS = Field("payment_terms", "PaymentTerms", says="the key of the terms", longest=4)
_ORDER_ITEM = (
    Field("material", "Material", says="the material's number", required=True, longest=40),
    Field("plant", "Plant", says="where it is delivered", required=True, longest=4),
    Field("quantity", "OrderQuantity", kind="decimal", required=True),
    Field("unit", "PurchaseOrderQuantityUnit", says="such as PC or KG", longest=3),
    Field("net_price", "NetPriceAmount", says="of one price unit", kind="decimal"),
    Field("text", "PurchaseOrderItemText", longest=40),
)
_HEADER = (
    "PurchaseOrder",
    "PurchaseOrderType",
    "CompanyCode",
    "Supplier",
    "PurchaseOrderDate",
    "DocumentCurrency",
)
_ITEM = tuple(
    f"items/{name}"
    for name in (
        *(
            "PurchaseOrderItem",
            "PurchaseOrderItemText",
            "Material",
            "Plant",
            "StorageLocation",
            "OrderQuantity",
        ),
        *("PurchaseOrderQuantityUnit", "NetPriceAmount", "IsCompletelyDelivered", "etag"),
    )
)
_REQUISITION_ITEM = (
    Field("material", "Material", says="the material's number", required=True, longest=40),
    Field("plant", "Plant", required=True, longest=4),
    Field("quantity", "RequestedQuantity", kind="decimal", required=True),
    Field("unit", "BaseUnit", longest=3),
    Field("delivery_date", "DeliveryDate", kind="date"),
    Field("purchasing_group", "PurchasingGroup", longest=3),
    Field("supplier", "FixedSupplier", says="the supplier's number", longest=10),
)


def purchasing(options: SapOptions) -> Iterable[Operation]:
    """Operations on purchase orders and what goes before them."""
    orders, settles = options.entity("purchase_order"), options.settles_within
    yield reading(
        orders,
        "sap_read_purchase_order",
        "Reads one purchase order with its items: supplier, materials, quantities, prices, what is "
        "delivered.",
        key=[ORDER],
        kept=(*_HEADER, "PurchasingProcessingStatus", "PaymentTerms", "PurchasingGroup", *_ITEM),
    )
    yield listing(
        orders,
        "sap_list_purchase_orders",
        "Lists purchase orders, latest first, without their items; narrowed by supplier, company code or "
        "date.",
        by=[
            _SUPPLIER,
            _COMPANY,
            Field("since", "PurchaseOrderDate", kind="date", operator="ge", says="ordered since"),
        ],
        kept=(*_HEADER, "PurchasingProcessingStatus"),
        latest_first=True,
    )
    yield creating(
        orders,
        "sap_create_purchase_order",
        "Orders materials from a supplier: creates a purchase order with its items. This commits the "
        "company to buy. Read stock, and the orders that are open, first.",
        fields=[
            Field("supplier", "Supplier", says="the supplier's number", required=True, longest=10),
            Field("company_code", "CompanyCode", required=True, longest=4),
            Field("purchasing_organization", "PurchasingOrganization", required=True, longest=4),
            Field("purchasing_group", "PurchasingGroup", required=True, longest=3),
            Field("order_type", "PurchaseOrderType", says="such as NB", required=True, longest=4),
            Field("currency", "DocumentCurrency", says="such as EUR", longest=5),
            _TERMS,
            Field("our_reference", "CorrespncInternalReference", longest=12),
        ],
        items=Items(fields=_ORDER_ITEM),
        kept=(*_HEADER, *_ITEM),
        settles_within=settles,
    )
    yield changing(
        orders,
        "sap_update_purchase_order",
        "Changes the header of a purchase order: payment terms or purchasing group. Takes the etag that "
        "reading it gave, and changes nothing where somebody else has changed it since.",
        key=[ORDER],
        fields=[_TERMS, _GROUP],
        settles_within=settles,
    )
    yield changing_items(options.entity("purchase_order_item"), settles_within=settles)
    yield listing(
        options.entity("schedule_line"),
        "sap_list_schedule_lines",
        "Lists when the items of purchase orders are to be delivered, and how much; of one order, or of "
        "all that are due until a day.",
        by=[
            Field("purchase_order", "PurchasingDocument", says="its number", longest=10),
            Field("due_until", "ScheduleLineDeliveryDate", kind="date", operator="le"),
        ],
        kept=(
            *("PurchasingDocument", "PurchasingDocumentItem", "ScheduleLine", "ScheduleLineDeliveryDate"),
            *("ScheduleLineOrderQuantity", "PurchaseOrderQuantityUnit"),
        ),
    )
    yield listing(
        options.entity("stock"),
        "sap_read_stock",
        "Reads how much of a material is in stock, by plant, storage location and kind of stock; 01 is "
        "what may be used freely.",
        by=[
            Field("material", "Material", says="its number", required=True, longest=40),
            _PLANT,
        ],
        kept=(
            *("Material", "Plant", "StorageLocation", "InventoryStockType", "MatlWrhsStkQtyInMatlBaseUnit"),
            "MaterialBaseUnit",
        ),
    )
    yield listing(
        options.entity("info_record"),
        "sap_list_sources",
        "Lists purchasing info records: which suppliers have a material, or which materials a supplier has.",
        by=[_MATERIAL, _SUPPLIER],
        kept=("PurchasingInfoRecord", "Supplier", "Material", "SupplierMaterialNumber", "IsDeleted"),
    )
    yield creating(
        options.entity("purchase_requisition"),
        "sap_create_purchase_requisition",
        "Asks the purchasing department to buy materials: creates a purchase requisition, which somebody "
        "turns into an order.",
        fields=[
            Field("requisition_type", "PurchaseRequisitionType", says="such as NB", longest=4),
            Field("description", "PurReqnDescription", longest=40),
        ],
        items=Items(fields=_REQUISITION_ITEM),
        kept=("PurchaseRequisition", "PurchaseRequisitionType", "PurReqnDescription"),
        settles_within=settles,
    )
