"""A shop and the people who write to it: orders, parcels, refunds, tickets, and rules that are documents."""

from interlock_evaluation.worlds.customer_support import money, orders, tickets
from interlock_evaluation.worlds.customer_support.shop import WORLD

__all__ = ["WORLD", "money", "orders", "tickets"]
