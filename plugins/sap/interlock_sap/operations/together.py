"""Several items of one purchase order, changed as a whole or not at all."""

from collections.abc import Mapping, Sequence
from typing import Any

from interlock import Repeat, RequestError, ToolOutcome
from interlock.http import HttpReply
from interlock_sap.batch import outcome_of, together
from interlock_sap.entities import Entity
from interlock_sap.fields import Field, body_of, schema_of
from interlock_sap.literals import Kind, key_of, literal, same
from interlock_sap.paging import PAGE, ODataPages
from interlock_sap.rows import ETAG, etag_of
from interlock_sap.shown import preview_of
from interlock_tools import Arguments, Call, Find, Operation

_ORDER = Field("purchase_order", "PurchaseOrder", says="its number", required=True, longest=10)
_ITEM = Field("item", "PurchaseOrderItem", says="its number, such as 00010", required=True, longest=5)
_FIELDS = (
    Field("quantity", "OrderQuantity", kind="decimal"),
    Field("net_price", "NetPriceAmount", kind="decimal", says="of one price unit"),
    Field("delivered", "IsCompletelyDelivered", kind="boolean", says="nothing more is to come"),
    Field("text", "PurchaseOrderItemText", longest=40),
)


def changing_items(entity: Entity, *, settles_within: float) -> Operation:
    """Each in the version that was read. It has happened when all of them are so."""
    each = schema_of([_ITEM, *_FIELDS], {"etag": ETAG} if entity.versioned else None)
    items = {"type": "array", "minItems": 1, "maxItems": 50, "items": each}

    def changes(arguments: Arguments) -> list[Call]:
        _checked(arguments["items"])
        return [_changed(entity, arguments, item) for item in arguments["items"]]

    def listed(arguments: Arguments) -> Call:
        order = literal(arguments["purchase_order"], "string", entity.version)
        return Call(path=entity.path, query={"$filter": f"PurchaseOrder eq {order}", "$top": PAGE})

    def answer(_: Any, reply: HttpReply) -> ToolOutcome:
        return outcome_of(reply) or ToolOutcome(outcome="done", content="all of them are changed")

    return Operation(
        name="sap_update_purchase_order_items",
        description="Changes quantities, prices or texts of several items of one purchase order, all of "
        "them or none. Takes each item's etag, which reading the order gave, and changes nothing where "
        "somebody else has changed one since.",
        parameters=schema_of([_ORDER], {"items": items}),
        effect="write",
        repeat=Repeat("read"),
        settles_within=settles_within,
        request=lambda arguments: together(entity.service, changes(arguments)),
        answer=answer,
        find=Find(request=listed, items="items", among=_all_so, pages=ODataPages()),
        preview=lambda arguments: preview_of(
            "Change items of a purchase order", arguments, changes(arguments)
        ),
    )


def _checked(items: Sequence[Mapping[str, Any]]) -> None:
    numbers = [_number(each["item"]) for each in items]
    if len(set(numbers)) != len(numbers):
        raise RequestError("names an item twice", key="items")


def _changed(entity: Entity, arguments: Arguments, item: Mapping[str, Any]) -> Call:
    body = body_of(_FIELDS, item, entity.version, at="items.")
    if not body:
        raise RequestError(f"there is nothing to change in {item['item']}", key="items")
    key: dict[str, tuple[Any, Kind]] = {
        "PurchaseOrder": (arguments["purchase_order"], "string"),
        "PurchaseOrderItem": (item["item"], "string"),
    }
    headers = {"if-match": etag_of(item["etag"])} if entity.versioned else {}
    return Call(method="PATCH", path=entity.path + key_of(key, entity.version), body=body, headers=headers)


def _number(item: Any) -> str:
    return str(item).lstrip("0")  # some systems give 00010, and some 10


def _all_so(there: Sequence[Mapping[str, Any]], arguments: Arguments) -> Sequence[Mapping[str, Any]]:
    by_number = {_number(each.get("PurchaseOrderItem")): each for each in there}
    for item in arguments["items"]:
        now = by_number.get(_number(item["item"]), {})
        wanted = [each for each in _FIELDS if each.argument in item]
        if not all(same(now.get(each.name), item[each.argument], each.kind) for each in wanted):
            return ()
    return [{"PurchaseOrder": arguments["purchase_order"]}]
