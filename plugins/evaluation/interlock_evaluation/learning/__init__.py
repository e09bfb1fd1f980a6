"""Routes out of marked answers: who leads each task, and what that is worth."""

from interlock_evaluation.learning.estimating import Estimate, told
from interlock_evaluation.learning.fitting import (
    OBJECTIVES,
    LearnedTable,
    Objective,
    TaskRoute,
    learn,
)
from interlock_evaluation.learning.gating import LEAST, RISK
from interlock_evaluation.learning.holding import MISSING, Holding, hold
from interlock_evaluation.learning.writing import routes_to_text

__all__ = [
    "LEAST",
    "MISSING",
    "OBJECTIVES",
    "RISK",
    "Estimate",
    "Holding",
    "LearnedTable",
    "Objective",
    "TaskRoute",
    "hold",
    "learn",
    "routes_to_text",
    "told",
]
