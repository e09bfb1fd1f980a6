"""The verbs of interlock-governance against the rules for verbs."""

from interlock_governance.conformance import Assess, Candidates, Dossier, Inventory, Vendors


class TestInventory(Inventory):
    pass


class TestCandidates(Candidates):
    pass


class TestAssess(Assess):
    pass


class TestVendors(Vendors):
    pass


class TestDossier(Dossier):
    pass
