"""Agents evaluated: tasks in a world of tools, attempted by each model, and looked at afterwards."""

from interlock_evaluation.agents.reading import read_suite, shipped_suites
from interlock_evaluation.agents.suite import Check, Deliverable, PlannedCall, Suite, Task

__all__ = ["Check", "Deliverable", "PlannedCall", "Suite", "Task", "read_suite", "shipped_suites"]
