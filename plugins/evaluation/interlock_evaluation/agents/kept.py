"""Runs of agents in the store: what was attempted, and what came of it."""

from functools import cache
from importlib import import_module
from typing import Any

from interlock_evaluation.agents.attempt import AgentRun, Attempt, AttemptKey, KeptAttempts
from interlock_evaluation.agents.suite import Suite
from interlock_evaluation.store import Store


class AttemptStore:
    """What the store holds of them. Its methods raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def begin(self, run: AgentRun, suite: Suite) -> AgentRun:
        """The run as it is kept: this one, or, where it was begun before, that one.

        Raises:
            RequestError: there is one of that name that attempts something else.
        """
        return await self._store.run(lambda connection: _rows().begin(connection, run, suite))

    async def done(self, run: str, *, errors: bool) -> set[AttemptKey]:
        """The attempts of which something has come; with `errors`, those that measured nothing, too."""
        return await self._store.read(lambda connection: _rows().done(connection, run, errors=errors))

    async def spent(self, run: str) -> float:
        """US dollars that its attempts have cost, as far as prices are known."""
        return float(await self._store.read(lambda connection: _rows().spent(connection, run)))

    async def beginning(self, run: str, key: AttemptKey) -> int:
        """Write down that an attempt is about to begin: the how many-th time. When this returns, it is
        durable.
        """
        return int(await self._store.run(lambda connection: _rows().beginning(connection, run, key)))

    async def finish(self, run: str, attempt: Attempt) -> None:
        """Write down what came of it."""
        await self._store.run(lambda connection: _rows().finish(connection, run, attempt))

    async def end(self, run: str, at: float | None) -> None:
        """Write down when nothing was left; None when something is again."""
        await self._store.run(lambda connection: _rows().end(connection, run, at))

    async def kept(self, run: str) -> KeptAttempts:
        """Raises RequestError where there is no such run."""
        return await self._store.read(lambda connection: _rows().kept(connection, run))

    async def runs(self) -> list[AgentRun]:
        """The newest first."""
        return await self._store.read(lambda connection: _rows().runs(connection))


@cache
def _rows() -> Any:
    """Imported in the store's thread, for SQLAlchemy takes a while."""
    return import_module("interlock_evaluation.agents.rows")
