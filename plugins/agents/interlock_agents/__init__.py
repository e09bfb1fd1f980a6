"""Agents that account for every effect: plans, an effect ledger, approvals and budgets."""

from interlock_agents.engines import DurableEngine, EngineCall, EngineKind, Program, Strand, Suspended

__all__ = ["DurableEngine", "EngineCall", "EngineKind", "Program", "Strand", "Suspended"]
