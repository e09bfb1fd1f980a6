"""Agents that account for every effect: plans, an effect ledger, approvals and budgets."""

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from interlock import hookimpl
from interlock.protocols import CommandOffer

if TYPE_CHECKING:
    from typer import Typer

    from interlock_agents.accounting import Declared, budgeted, in_run
    from interlock_agents.approvals import Approval, ApprovalRules, Requests
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
    from interlock_agents.ledger.ledger import Ledger
    from interlock_agents.ledger.reconciling import Reconciled
    from interlock_agents.memory import Memory
    from interlock_agents.places import Place
    from interlock_agents.plans import Node, NodeBudget, Plan, PlanError, read_plan
    from interlock_agents.running.agent import Agent
    from interlock_agents.running.events import AgentEvent
    from interlock_agents.running.policies import Policy, PolicyCall, PolicyMove, Turn, moves, policy_from
    from interlock_agents.running.state import NodeRun, Run, Waiting
    from interlock_agents.store import Store

__all__ = [
    "Agent",
    "AgentEvent",
    "Amounts",
    "Approval",
    "ApprovalRules",
    "Declared",
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
    "budgeted",
    "in_run",
    "moves",
    "open_engine",
    "policy_from",
    "read_plan",
]

# Every router imports this, and few run agents: what a name stands for is loaded by who asks for it.
_LATER = {
    "Agent": "interlock_agents.running.agent",
    "AgentEvent": "interlock_agents.running.events",
    "Amounts": "interlock_agents.budgets",
    "Approval": "interlock_agents.approvals",
    "ApprovalRules": "interlock_agents.approvals",
    "Declared": "interlock_agents.accounting",
    "DurableEngine": "interlock_agents.engines",
    "Effect": "interlock_agents.ledger",
    "EffectChanged": "interlock_agents.errors",
    "EffectEvent": "interlock_agents.ledger",
    "EffectOpen": "interlock_agents.errors",
    "EngineCall": "interlock_agents.engines",
    "EngineError": "interlock_agents.engines",
    "EngineKind": "interlock_agents.engines",
    "Hands": "interlock_agents.ledger",
    "Ledger": "interlock_agents.ledger.ledger",
    "LedgerBusy": "interlock_agents.errors",
    "Memory": "interlock_agents.memory",
    "Node": "interlock_agents.plans",
    "NodeBudget": "interlock_agents.plans",
    "NodeRun": "interlock_agents.running.state",
    "NotDeterministic": "interlock_agents.engines",
    "NotJson": "interlock_agents.engines",
    "OverBudget": "interlock_agents.errors",
    "Place": "interlock_agents.places",
    "Plan": "interlock_agents.plans",
    "PlanError": "interlock_agents.plans",
    "Policy": "interlock_agents.running.policies",
    "PolicyCall": "interlock_agents.running.policies",
    "PolicyMove": "interlock_agents.running.policies",
    "Program": "interlock_agents.engines",
    "Reconciled": "interlock_agents.ledger.reconciling",
    "Requests": "interlock_agents.approvals",
    "Run": "interlock_agents.running.state",
    "Sending": "interlock_agents.ledger",
    "Spent": "interlock_agents.budgets",
    "Store": "interlock_agents.store",
    "Strand": "interlock_agents.engines",
    "StrandFailed": "interlock_agents.engines",
    "Suspended": "interlock_agents.engines",
    "ToolHands": "interlock_agents.ledger",
    "ToolboxHands": "interlock_agents.ledger",
    "Turn": "interlock_agents.running.policies",
    "Waiting": "interlock_agents.running.state",
    "budgeted": "interlock_agents.accounting",
    "in_run": "interlock_agents.accounting",
    "moves": "interlock_agents.running.policies",
    "open_engine": "interlock_agents.engines",
    "policy_from": "interlock_agents.running.policies",
    "read_plan": "interlock_agents.plans",
}


def __getattr__(name: str) -> Any:
    if name not in _LATER:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    from importlib import import_module  # noqa: PLC0415 - nobody needs it who asks for nothing

    return getattr(import_module(_LATER[name]), name)


def _load() -> "Typer":
    from interlock_agents.commands import app  # noqa: PLC0415 - whoever runs no agent need not wait for it

    return app


@hookimpl
def interlock_commands() -> Iterable[CommandOffer]:
    return [CommandOffer(name="agent", help="Run agents, and answer what they wait for.", load=_load)]
