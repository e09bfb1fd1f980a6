"""Routes out of marked answers: who leads each task, and what that is worth."""

from interlock_evaluation.learning.arrays import to_bytes
from interlock_evaluation.learning.estimating import Estimate, told
from interlock_evaluation.learning.features import Features
from interlock_evaluation.learning.fitting import (
    OBJECTIVES,
    LearnedTable,
    Objective,
    Refined,
    TaskRoute,
    fits,
    learn,
)
from interlock_evaluation.learning.gating import LEAST, RISK
from interlock_evaluation.learning.holding import MISSING, Holding, hold
from interlock_evaluation.learning.ordering import Ordering
from interlock_evaluation.learning.refining import Refinement
from interlock_evaluation.learning.writing import Arrays, routes_to_text

__all__ = [
    "LEAST",
    "MISSING",
    "OBJECTIVES",
    "RISK",
    "Arrays",
    "Estimate",
    "Features",
    "Holding",
    "LearnedTable",
    "Objective",
    "Ordering",
    "Refined",
    "Refinement",
    "TaskRoute",
    "fits",
    "hold",
    "learn",
    "routes_to_text",
    "to_bytes",
    "told",
]
