"""Faults that a router must survive, the upstream that has them, and the drill that plays them."""

from interlock.testing.faults.connections import CONNECTIONS
from interlock.testing.faults.contents import CONTENTS
from interlock.testing.faults.drilling import FORMS, Drill, Form, Result
from interlock.testing.faults.fault import Fault
from interlock.testing.faults.judging import Scene, Trial, Verdict, judged
from interlock.testing.faults.sixteen import SIXTEEN
from interlock.testing.faults.stage import Asked, Stage

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
