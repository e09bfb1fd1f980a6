"""`interlock drill` against the rules for verbs."""

from interlock_drill.conformance import Drill


class TestDrill(Drill):
    pass
