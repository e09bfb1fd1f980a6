"""Accounts that effects and model calls draw on: what is held before, and what was spent."""

from interlock_agents.budgets.amounts import Amounts

__all__ = ["Amounts"]
