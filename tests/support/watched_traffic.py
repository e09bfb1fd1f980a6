"""A store of records and a store of evaluations, between which looks are taken."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np

from interlock import Record, Router
from interlock_evaluation.store import Store
from interlock_evaluation.watching.looking import Begin, Look, Settings, look
from interlock_sql import SqlStore
from recorded_traffic import DAY, Patterns

NOW = 1_790_000_000.0
BEGIN = Begin(since=NOW - 28 * DAY, until=NOW, source="since then")


@dataclass(kw_only=True)
class Watched:
    calls: Patterns
    records: SqlStore
    store: Store
    router: Router
    random: np.random.Generator = field(default_factory=lambda: np.random.default_rng(1))

    def day(self, at: float, calls: int = 60, **options: Any) -> list[Record]:
        """Calls of a day that begins at `at`."""
        return self.calls.day(at, self.random, calls, **options)

    async def keep(self, batch: Sequence[Record]) -> None:
        for at in range(0, len(batch), 500):
            await self.records.put(batch[at : at + 500])

    async def look(self, now: float, *, store: Store | None = None, **options: Any) -> Look:
        given = {"begin": BEGIN, "settings": Settings(), **options}
        settings = given.pop("settings")
        return await look(self.router, self.records, store or self.store, settings, now, **given)
