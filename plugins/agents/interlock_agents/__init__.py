"""Agents that account for every effect: plans, an effect ledger, approvals and budgets."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from interlock import hookimpl
from interlock.protocols import CommandOffer
from interlock_agents.budgets import Amounts, Spent
from interlock_agents.engines import (
    DurableEngine,
    EngineCall,
    EngineError,
    EngineKind,
    NotDeterministic,
    NotJson,
    Program,
    Strand,
    StrandFailed,
    Suspended,
    open_engine,
)
from interlock_agents.errors import EffectChanged, EffectOpen, LedgerBusy, OverBudget
from interlock_agents.ledger import Effect, EffectEvent, Hands, Sending, ToolboxHands, ToolHands
from interlock_agents.places import Place
from interlock_agents.plans import Node, NodeBudget, Plan, PlanError, read_plan
from interlock_agents.store import Store

if TYPE_CHECKING:
    from typer import Typer

    from interlock_agents.approvals import Approval, ApprovalRules, Requests
    from interlock_agents.ledger.ledger import Ledger
    from interlock_agents.ledger.reconciling import Reconciled
    from interlock_agents.memory import Memory
    from interlock_agents.running.agent import Agent
    from interlock_agents.running.events import AgentEvent
    from interlock_agents.running.policies import Policy, PolicyCall, PolicyMove, Turn, moves, policy_from
    from interlock_agents.running.state import NodeRun, Run, Waiting

__all__ = [
    "Agent",
    "AgentEvent",
    "Amounts",
    "Approval",
    "ApprovalRules",
    "DurableEngine",
    "Effect",
    "EffectChanged",
    "EffectEvent",
    "EffectOpen",
    "EngineCall",
    "EngineError",
    "EngineKind",
    "Hands",
    "Ledger",
    "LedgerBusy",
    "Memory",
    "Node",
    "NodeBudget",
    "NodeRun",
    "NotDeterministic",
    "NotJson",
    "OverBudget",
    "Place",
    "Plan",
    "PlanError",
    "Policy",
    "PolicyCall",
    "PolicyMove",
    "Program",
    "Reconciled",
    "Requests",
    "Run",
    "Sending",
    "Spent",
    "Store",
    "Strand",
    "StrandFailed",
    "Suspended",
    "ToolHands",
    "ToolboxHands",
    "Turn",
    "Waiting",
    "moves",
    "open_engine",
    "policy_from",
    "read_plan",
]

# What loads the database's code is loaded by who asks for it: every router imports this, and few run agents.
_LATER = {
    "Agent": "interlock_agents.running.agent",
    "AgentEvent": "interlock_agents.running.events",
    "Approval": "interlock_agents.approvals",
    "ApprovalRules": "interlock_agents.approvals",
    "Ledger": "interlock_agents.ledger.ledger",
    "Memory": "interlock_agents.memory",
    "NodeRun": "interlock_agents.running.state",
    "Policy": "interlock_agents.running.policies",
    "PolicyCall": "interlock_agents.running.policies",
    "PolicyMove": "interlock_agents.running.policies",
    "Reconciled": "interlock_agents.ledger.reconciling",
    "Requests": "interlock_agents.approvals",
    "Run": "interlock_agents.running.state",
    "Turn": "interlock_agents.running.policies",
    "Waiting": "interlock_agents.running.state",
    "moves": "interlock_agents.running.policies",
    "policy_from": "interlock_agents.running.policies",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - as said

    return getattr(import_module(_LATER[name]), name)


def _load() -> "Typer":
    from interlock_agents.commands import app  # noqa: PLC0415 - whoever runs no agent need not wait for it

    return app


@hookimpl
def interlock_commands() -> Iterable[CommandOffer]:
    return [CommandOffer(name="agent", help="Run agents, and answer what they wait for.", load=_load)]
