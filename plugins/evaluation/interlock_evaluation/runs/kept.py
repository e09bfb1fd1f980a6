"""Runs in the store: what was asked, what came of it, and what it was worth."""

from collections.abc import Mapping, Sequence
from functools import cache
from importlib import import_module
from typing import Any

from interlock_evaluation.grading import Mark
from interlock_evaluation.runs.run import Kept, Key, Result, Run
from interlock_evaluation.store import Store
from interlock_evaluation.suites import Sample, Suite


class RunStore:
    """What the store holds of runs. Its methods raise StoreError."""

    def __init__(self, store: Store) -> None:
        self._store = store

    async def begin(self, run: Run, suite: Suite, tasks: Mapping[str, str]) -> Run:
        """The run as it is kept: this one, or, where it was begun before, that one. `tasks` are those of its
        prompts, by their ids.

        Raises:
            RequestError: there is one of that name that asks something else.
        """
        return await self._store.run(lambda connection: _rows().begin(connection, run, suite, tasks))

    async def done(self, run: str, *, errors: bool) -> set[Key]:
        """The questions of which something has come; without `errors`, those that failed are left to ask."""
        return await self._store.read(lambda connection: _rows().done(connection, run, errors=errors))

    async def spent(self, run: str) -> float:
        """US dollars that its calls and its marks have cost, as far as prices are known."""
        return float(await self._store.read(lambda connection: _rows().spent(connection, run)))

    async def asking(self, run: str, key: Key) -> None:
        """Write down that the call is about to begin. When this returns, it is durable."""
        await self._store.together(lambda connection: _rows().asking(connection, run, key))

    async def finish(self, run: str, result: Result, marks: Mapping[str, Mark]) -> None:
        """Write down what came of it, with what it was worth."""
        await self._store.together(lambda connection: _rows().finish(connection, run, result, marks))

    async def end(self, run: str, at: float | None) -> None:
        """Write down when nothing was left to ask; None when something is again."""
        await self._store.run(lambda connection: _rows().end(connection, run, at))

    async def kept(self, run: str) -> Kept:
        """Raises RequestError where there is no such run."""
        return await self._store.read(lambda connection: _rows().kept(connection, run))

    async def asked(self, run: str) -> tuple[Run, Sequence[Sample]]:
        """What is asked, without what came of it. Raises RequestError where there is no such run."""
        return await self._store.read(lambda connection: _rows().asked(connection, run))

    async def outcome(self, run: str, key: Key) -> str | None:
        """What has come of one question: None as long as nothing has."""
        return await self._store.read(lambda connection: _rows().outcome(connection, run, key))

    async def outcomes(self, run: str) -> Mapping[str, int]:
        """How many questions have come to what."""
        return await self._store.read(lambda connection: _rows().outcomes(connection, run))

    async def tasks(self, run: str) -> set[str]:
        """Of the run's prompts; none where there is no such run."""
        return await self._store.read(lambda connection: _rows().tasks(connection, run))

    async def runs(self) -> list[Run]:
        """The newest first."""
        return await self._store.read(lambda connection: _rows().runs(connection))


@cache
def _rows() -> Any:
    """Imported in the store's thread, for SQLAlchemy takes a while."""
    return import_module("interlock_evaluation.runs.rows")
