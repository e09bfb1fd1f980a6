"""What is asked of a ledger by whoever looks on: people, plans, and those who look after runs."""

from interlock_agents.ledger.changing import found, history, selected
from interlock_agents.ledger.effects import OPEN, Effect, EffectEvent
from interlock_agents.ledger.tables import effects
from interlock_agents.ledger.taking import blocking
from interlock_agents.store import Store


class Reading:
    """Effects of a store, read alone."""

    def __init__(self, store: Store) -> None:
        self.store = store

    async def effects(self, run: str) -> tuple[Effect, ...]:
        """Those of the run, in the order of their ids.

        Raises:
            StoreError: the store cannot be read.
        """
        return await self.store.read(lambda connection: selected(connection, effects.c.run == run))

    async def effect(self, id_: str) -> Effect | None:
        """The one of that id.

        Raises:
            StoreError: the store cannot be read.
        """
        return await self.store.read(lambda connection: found(connection, id_))

    async def events(self, id_: str) -> tuple[EffectEvent, ...]:
        """What has happened to an effect, oldest first.

        Raises:
            StoreError: the store cannot be read.
        """
        return await self.store.read(lambda connection: history(connection, id_))

    async def open(self, run: str | None = None) -> tuple[Effect, ...]:
        """Those of which nobody knows yet whether they have happened, of a run or of all.

        Raises:
            StoreError: the store cannot be read.
        """
        where = [effects.c.state.in_(OPEN), *([] if run is None else [effects.c.run == run])]
        return await self.store.read(lambda connection: selected(connection, *where))

    async def blocked(self, run: str, node: str, *after: str) -> tuple[Effect, ...]:
        """What is open of a node, or of others that come before it: until it is known, no other approach of
        the node may act, and nothing that depends on it.

        Raises:
            StoreError: the store cannot be read.
        """
        return await self.store.read(lambda connection: blocking(connection, run, (node, *after)))
