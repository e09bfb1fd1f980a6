"""Outcome tables: which model was right about which prompt, and what it cost."""

from interlock_evaluation.outcomes.reading import read_outcomes
from interlock_evaluation.outcomes.table import Outcome, Outcomes

__all__ = ["Outcome", "Outcomes", "read_outcomes"]
