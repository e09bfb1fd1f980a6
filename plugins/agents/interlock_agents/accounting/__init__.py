"""Tools that a framework of the user's calls, with each call in the ledger: for integrations."""

from interlock_agents.accounting.accounts import Accounts, Waiting
from interlock_agents.accounting.blocking import run_blocking
from interlock_agents.accounting.declared import Declared, declarations
from interlock_agents.accounting.foreign import ForeignTool

__all__ = ["Accounts", "Declared", "ForeignTool", "Waiting", "declarations", "run_blocking"]
