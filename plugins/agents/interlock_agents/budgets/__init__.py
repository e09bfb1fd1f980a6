"""Accounts that effects and model calls draw on: what is held before, and what was spent."""

from interlock_agents.budgets.amounts import Amounts
from interlock_agents.budgets.spent import NEAR, Spent

__all__ = ["NEAR", "Amounts", "Spent"]
