"""The verbs of interlock-governance against the rules for verbs."""

from interlock_governance.conformance import Candidates, Inventory


class TestInventory(Inventory):
    pass


class TestCandidates(Candidates):
    pass
