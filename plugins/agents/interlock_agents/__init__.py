"""Agents that account for every effect: plans, an effect ledger, approvals and budgets."""

from interlock_agents.engines import DurableEngine, EngineCall, EngineKind, Program, Strand, Suspended
from interlock_agents.plans import Node, NodeBudget, Plan, PlanError, read_plan

__all__ = [
    "DurableEngine",
    "EngineCall",
    "EngineKind",
    "Node",
    "NodeBudget",
    "Plan",
    "PlanError",
    "Program",
    "Strand",
    "Suspended",
    "read_plan",
]
