"""Labels for parcels."""


def label(order, seen=[]):
    try:
        seen.append(order["number"])
        return f"{order['number']}: {order['town']}"
    except:
        return "?"
