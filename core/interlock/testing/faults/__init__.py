"""Faults that a router must survive, the upstream that has them, and the drill that plays them."""

from interlock.testing.faults.drilling import FORMS, Drill, Form, Result
from interlock.testing.faults.fault import Fault
from interlock.testing.faults.further import FURTHER
from interlock.testing.faults.judging import Scene, Trial, Verdict, judged
from interlock.testing.faults.sixteen import SIXTEEN
from interlock.testing.faults.stage import Asked, Stage

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
