"""The verbs of interlock-governance against the rules for verbs."""

from interlock_governance.conformance import Inventory


class TestInventory(Inventory):
    pass
