"""Faults that a router must survive, the upstream that has them, and the drill that plays them."""

from interlock_drill.faults.connections import CONNECTIONS
from interlock_drill.faults.contents import CONTENTS
from interlock_drill.faults.drilling import FORMS, Drill, Form, Result
from interlock_drill.faults.fault import Fault
from interlock_drill.faults.judging import Scene, Trial, Verdict, judged
from interlock_drill.faults.sixteen import SIXTEEN
from interlock_drill.faults.stage import Asked, Stage

FURTHER = tuple(sorted((*CONTENTS, *CONNECTIONS), key=lambda fault: fault.number))
FAULTS = (*SIXTEEN, *FURTHER)

__all__ = [
    "FAULTS",
    "FORMS",
    "FURTHER",
    "SIXTEEN",
    "Asked",
    "Drill",
    "Fault",
    "Form",
    "Result",
    "Scene",
    "Stage",
    "Trial",
    "Verdict",
    "judged",
]
