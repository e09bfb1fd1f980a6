"""What a salesperson asks of SAP: orders of customers, deliveries to them, products."""

from collections.abc import Iterable

from interlock_sap.fields import Field
from interlock_sap.options import SapOptions
from interlock_sap.rows import Items, changing, creating, listing, reading
from interlock_tools import Operation

_ORDER = Field("sales_order", "SalesOrder", says="its number", required=True, longest=10)
_CUSTOMER = Field("customer", "SoldToParty", says="the customer's number", longest=10)
_WANTED = Field("delivery_date", "RequestedDeliveryDate", kind="date", says="when it is wanted")
_ITEM = (
    Field("material", "Material", says="the material's number", required=True, longest=40),
    Field("quantity", "RequestedQuantity", kind="decimal", required=True),
    Field("unit", "RequestedQuantityUnit", says="such as PC", longest=3),
    Field("text", "SalesOrderItemText", longest=40),
)
_HEADER = (
    *("SalesOrder", "SalesOrderType", "SoldToParty", "SalesOrderDate", "RequestedDeliveryDate"),
    *("TotalNetAmount", "TransactionCurrency", "OverallSDProcessStatus", "OverallDeliveryStatus"),
)
_ITEMS = tuple(
    f"items/{name}"
    for name in (
        *("SalesOrderItem", "Material", "SalesOrderItemText", "RequestedQuantity", "RequestedQuantityUnit"),
        "NetAmount",
    )
)


def sales(options: SapOptions) -> Iterable[Operation]:
    """Operations on sales orders, deliveries and products."""
    orders, settles = options.entity("sales_order"), options.settles_within
    yield reading(
        orders,
        "sap_read_sales_order",
        "Reads one sales order with its items, amounts, and how far it is delivered: A not, B partly, C "
        "wholly.",
        key=[_ORDER],
        kept=(*_HEADER, *_ITEMS),
    )
    yield listing(
        orders,
        "sap_list_sales_orders",
        "Lists sales orders, latest first, without their items; narrowed by customer, date or delivery "
        "status.",
        by=[
            _CUSTOMER,
            Field("since", "SalesOrderDate", kind="date", operator="ge", says="ordered since"),
            Field("delivery_status", "OverallDeliveryStatus", says="A, B or C", longest=1),
        ],
        kept=_HEADER,
        latest_first=True,
    )
    yield creating(
        orders,
        "sap_create_sales_order",
        "Creates an order of a customer's, with its items.",
        fields=[
            Field("customer", "SoldToParty", says="its number", required=True, longest=10),
            Field("order_type", "SalesOrderType", says="such as OR", required=True, longest=4),
            Field("sales_organization", "SalesOrganization", required=True, longest=4),
            Field("distribution_channel", "DistributionChannel", required=True, longest=2),
            Field("division", "OrganizationDivision", required=True, longest=2),
            Field("customer_reference", "PurchaseOrderByCustomer", longest=35),
            _WANTED,
        ],
        items=Items(fields=_ITEM),
        kept=(*_HEADER, *_ITEMS),
        settles_within=settles,
    )
    yield changing(
        orders,
        "sap_update_sales_order",
        "Changes when a sales order is wanted, or its shipping condition. Takes the etag that reading it "
        "gave, and changes nothing where somebody else has changed it since.",
        key=[_ORDER],
        fields=[_WANTED, Field("shipping_condition", "ShippingCondition", longest=2)],
        settles_within=settles,
    )
    yield listing(
        options.entity("delivery"),
        "sap_list_deliveries",
        "Lists outbound deliveries to customers, latest first, with their status: A not begun, B under "
        "way, C done.",
        by=[
            Field("customer", "ShipToParty", says="the customer's number", longest=10),
            Field("since", "DeliveryDate", kind="date", operator="ge", says="due since"),
            Field("status", "OverallGoodsMovementStatus", says="A, B or C", longest=1),
        ],
        kept=(
            *("DeliveryDocument", "ShipToParty", "DeliveryDate", "ActualGoodsMovementDate"),
            "OverallGoodsMovementStatus",
        ),
        latest_first=True,
    )
    yield reading(
        options.entity("product"),
        "sap_read_product",
        "Reads one product, or material: its type, group, unit and weight.",
        key=[Field("product", "Product", says="its number", required=True, longest=40)],
        kept=("Product", "ProductType", "ProductGroup", "BaseUnit", "GrossWeight", "WeightUnit"),
    )
