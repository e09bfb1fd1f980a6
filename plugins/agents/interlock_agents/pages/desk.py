"""The desk at which people answer what waits in a store."""

from interlock.protocols import DurableLog
from interlock_agents.approvals import Requests
from interlock_agents.ledger.ledger import Ledger
from interlock_agents.pages.rendering import RENDERING
from interlock_agents.pages.site import Desk, GoalOf
from interlock_agents.running import rows
from interlock_agents.store import Store
from interlock_pages import Rendering


def desk_of(store: Store, log: DurableLog | None, *, owner: str, rendering: Rendering = RENDERING) -> Desk:
    """What waits in the store. `owner` is who settles effects there, as the ledger has it."""
    return Desk(
        requests=Requests(store=store, log=log),
        ledger=Ledger(store, owner=owner, log=log),
        goal_of=goals_of(store),
        rendering=rendering,
    )


def goals_of(store: Store) -> GoalOf:
    """What runs are for, as the store has it."""

    async def goal(run: str) -> str:
        row = await store.read(lambda connection: rows.read(connection, run))
        return "" if row is None else str(row["goal"])

    return goal
