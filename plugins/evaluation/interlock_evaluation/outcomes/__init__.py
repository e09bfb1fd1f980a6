"""Outcome tables: which model was right about which prompt, and what it cost."""

from interlock_evaluation.outcomes.reading import read_outcomes
from interlock_evaluation.outcomes.table import EXCLUDED, Outcome, Outcomes

__all__ = ["EXCLUDED", "Outcome", "Outcomes", "read_outcomes"]
