"""The working memory of runs: values by node, summaries beside them; a crash takes nothing of it."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from types import ModuleType
from typing import Any

from interlock_agents.memory.remembered import Remembered
from interlock_agents.memory.searching import excerpt, score, words_of
from interlock_agents.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search has found: where, how well it fits (more is better), and the text around it."""

    node: str
    place: str
    score: float
    excerpt: str


class Memory:
    """Values by run and node, in the agents' database."""

    def __init__(self, store: Store, *, clock: Callable[[], float] = time.time) -> None:
        self._store = store
        self._clock = clock

    async def put(self, run: str, node: str, value: Any, *, place: str = "") -> None:
        """Keep a value; one that is there already under this name is replaced, with its summary.

        Raises:
            RequestError: it is neither JSON nor bytes, or larger than 64 MiB.
            StoreError: it could not be kept.
        """
        now = self._clock()
        await self._store.run(
            lambda connection: _rows().keep(connection, run, node, value, place=place, at=now)
        )

    async def get(self, run: str, node: str, *, place: str = "") -> Remembered | None:
        """What is kept under this name, with its types."""
        return await self._store.run(lambda connection: _rows().recall(connection, run, node, place=place))

    async def all(self, run: str) -> Sequence[Remembered]:
        """Everything of a run, oldest first."""
        return await self._store.run(lambda connection: _rows().recall_all(connection, run))

    async def summarise(self, run: str, node: str, summary: str, *, by: str, place: str = "") -> None:
        """Keep a summary beside an original; `by` is `cut`, or the deployment that wrote it."""
        await self._store.run(
            lambda connection: _rows().keep_summary(connection, run, node, summary, by=by, place=place)
        )

    async def search(self, run: str, words: str, *, limit: int = 10) -> Sequence[Found]:
        """Where in a run's values these words stand, best first, whatever their case; `limit` is how many are
        given at the most.
        """
        wanted = words_of(words)
        rows = await self._store.run(lambda connection: _rows().searched(connection, run))
        found = [
            Found(node=node, place=place, score=fits, excerpt=excerpt(text, wanted))
            for node, place, text in rows
            if (fits := score(text, wanted))
        ]
        return sorted(found, key=lambda each: (-each.score, each.node, each.place))[:limit]


def _rows() -> ModuleType:
    # It loads SQLAlchemy, for which nobody waits who only imports this.
    from interlock_agents.memory import rows  # noqa: PLC0415 - SQLAlchemy takes a while to load

    return rows
