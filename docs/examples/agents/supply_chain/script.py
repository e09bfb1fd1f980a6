"""Decides in a model's place: how many are short, and who has them."""

from interlock_agents import PolicyCall, PolicyMove


def policy(call: PolicyCall) -> PolicyMove:
    given = call.values
    if call.node == "summary":
        choice = given["choice"]
        bought = f"{choice['short']} were ordered from {choice['supplier']} with {given['order']}"
        return call.say(f"{bought}, and the team was told.")
    late = sum(
        float(line["ScheduleLineOrderQuantity"])
        for line in given["deliveries"]
        if line["ScheduleLineDeliveryDate"] > given["needed_by"]
    )
    free = sum(
        float(row["MatlWrhsStkQtyInMatlBaseUnit"])
        for row in given["stock"]
        if row["InventoryStockType"] == "01"
    )
    if late <= free:
        return call.stop("nothing is short")
    there = [order for order in (given["first"], given["second"]) if order is not None]
    if not there:
        return call.stop("no supplier is known")
    best = min(there, key=lambda order: float(order["_PurchaseOrderItem"][0]["NetPriceAmount"]))
    [channel] = [each["id"] for each in given["channels"] if each["name"] == given["channel"]]
    return call.say(
        {
            "short": int(late - free),
            "supplier": best["Supplier"],
            "price": float(best["_PurchaseOrderItem"][0]["NetPriceAmount"]),
            "contract": best["PurchaseOrder"],
            "channel": channel,
        }
    )
