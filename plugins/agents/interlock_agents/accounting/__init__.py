"""Tools and models that a framework of the user's calls, on the accounts of runs: for integrations."""

from interlock_agents.accounting.accounts import Accounts, Unanswered
from interlock_agents.accounting.blocking import run_blocking
from interlock_agents.accounting.connected import ConnectedHands, held
from interlock_agents.accounting.counts import Counts, node_of
from interlock_agents.accounting.declared import Declared, declarations
from interlock_agents.accounting.foreign import ForeignTool, Made
from interlock_agents.accounting.paying import budgeted, has_budget
from interlock_agents.accounting.runs import RunScope, in_run, needed_scope, run_here, scope_here

__all__ = [
    "Accounts",
    "ConnectedHands",
    "Counts",
    "Declared",
    "ForeignTool",
    "Made",
    "RunScope",
    "Unanswered",
    "budgeted",
    "declarations",
    "has_budget",
    "held",
    "in_run",
    "needed_scope",
    "node_of",
    "run_blocking",
    "run_here",
    "scope_here",
]
