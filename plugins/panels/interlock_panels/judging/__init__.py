"""Asking judges: what they are asked, whom, and what becomes of what they say."""

from interlock_panels.judging.bench import Bench, Prompted
from interlock_panels.judging.comparing import Ballot, Choice, compared
from interlock_panels.judging.folding import Tally, tallied
from interlock_panels.judging.scoring import BEST, CONTROLS, Scored, Sheet, graded, scored

__all__ = [
    "BEST",
    "CONTROLS",
    "Ballot",
    "Bench",
    "Choice",
    "Prompted",
    "Scored",
    "Sheet",
    "Tally",
    "compared",
    "graded",
    "scored",
    "tallied",
]
