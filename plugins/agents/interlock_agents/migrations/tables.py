"""Every room's tables, on the one `metadata`: a room that declares some is imported here."""

from interlock_agents.approvals import tables as approvals
from interlock_agents.budgets import tables as budgets
from interlock_agents.engines import tables as engines
from interlock_agents.ledger import tables as ledger
from interlock_agents.memory import tables as memory
from interlock_agents.metadata import metadata
from interlock_agents.running import tables as running

__all__ = ["approvals", "budgets", "engines", "ledger", "memory", "metadata", "running"]
