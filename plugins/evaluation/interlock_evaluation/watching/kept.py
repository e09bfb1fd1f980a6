"""Watches in the store of evaluations."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import Any

from interlock_evaluation.store import Store
from interlock_evaluation.watching.watch import Looked, Watch


class WatchStore:
    """What the store holds of watches. Its methods raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def last(self) -> Watch | None:
        """The watch that began last; None where none did."""
        found: Watch | None = await self._store.read(lambda connection: _rows().last(connection))
        return found

    async def counted(self, watch: int) -> set[str]:
        """The ids of the records that it has counted lately."""
        found: set[str] = await self._store.read(lambda connection: _rows().counted(connection, watch))
        return found

    async def keep(self, looked: Looked) -> bool:
        """Write a look and all that it counted down, together or not at all.

        False where another process has looked meanwhile: nothing was written.
        """
        return bool(await self._store.run(lambda connection: _rows().keep(connection, looked)))

    async def facts(self, evidence: str) -> Mapping[str, tuple[float, Mapping[str, Any]]]:
        """By deployment, what was known of it when this evidence was first seen, and when that was."""
        found: dict[str, Any] = await self._store.read(lambda connection: _rows().facts(connection, evidence))
        return found

    async def know(self, evidence: str, at: float, known: Mapping[str, Mapping[str, Any]]) -> None:
        """Write down what is known of deployments; what is written already stays."""
        await self._store.run(lambda connection: _rows().know(connection, evidence, at, known))


@cache
def _rows() -> Any:
    """Imported in the store's thread, for SQLAlchemy takes a while."""
    return import_module("interlock_evaluation.watching.rows")
