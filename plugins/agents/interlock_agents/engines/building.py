"""What an engine is built of that keeps results elsewhere: strands, executions, and leases on runs.

`Executions` executes runs for an engine that is their `Runs`: it claims each, renews its lease and lets go of
it. `Strands` works on the strands of one, for what is their `Keeping`. `leases` declares a table in which
`Leases` says who works on which run. It imports SQLAlchemy.
"""

from interlock_agents.engines.errors import another_step
from interlock_agents.engines.executions import Executions, Lease, Left, Runs
from interlock_agents.engines.held import Held
from interlock_agents.engines.leases import Leases
from interlock_agents.engines.outcomes import Outcome
from interlock_agents.engines.owners import new_owner, surely_gone
from interlock_agents.engines.strands import Act, Keeping, LeaseLost, Stopped, Strands
from interlock_agents.engines.tables import leases
from interlock_agents.engines.values import from_text, to_text

__all__ = [
    "Act",
    "Executions",
    "Held",
    "Keeping",
    "Lease",
    "LeaseLost",
    "Leases",
    "Left",
    "Outcome",
    "Runs",
    "Stopped",
    "Strands",
    "another_step",
    "from_text",
    "leases",
    "new_owner",
    "surely_gone",
    "to_text",
]
