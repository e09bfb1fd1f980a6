"""The engine that needs nothing beside it: what steps gave is kept in the database of agents."""

import asyncio
from collections.abc import Callable, Sequence
from functools import cached_property
from typing import TYPE_CHECKING, Any

from interlock import StoreError
from interlock.protocols import API
from interlock.types.clocks import elapsed
from interlock_agents.engines.errors import another_step
from interlock_agents.engines.executions import Executions, Lease, Left
from interlock_agents.engines.held import Held
from interlock_agents.engines.kept import KeptStep
from interlock_agents.engines.outcomes import Outcome
from interlock_agents.engines.protocol import DurableEngine, EngineCall, Program
from interlock_agents.engines.strands import Act, LeaseLost, Stopped, Strands
from interlock_agents.engines.values import from_text, to_text
from interlock_agents.store import Store
from interlock_sql import Sql

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from interlock_agents.engines.entries import Entries


class Journals:
    """The kind of engine for the URLs that a store of agents has."""

    api = API
    name = "journal"
    schemes = Sql.schemes

    def open(self, call: EngineCall) -> DurableEngine:
        """The engine, in the database at that URL, among an agent's other tables."""
        return Journal(call, Store.open(call.url, call.folder))


class Journal:
    """Executes runs in this process. Each step costs one commit, which outlives a power cut."""

    api = API
    name = "journal"

    def __init__(self, call: EngineCall, store: Store) -> None:
        """The store is closed with the engine."""
        self._call = call
        self._store = store
        self._executions = Executions(self, lease=call.lease)

    async def execute(self, run: str) -> Any:
        """What the protocol says."""
        return await self._executions.execute(run)

    async def unfinished(self) -> Sequence[str]:
        """What the protocol says."""
        return await self._store.read(self._unfinished)

    async def aclose(self) -> None:
        """What the protocol says."""
        await self._executions.aclose()
        await self._store.aclose()

    async def claim(self, run: str, owner: str, *, seen: int | None) -> Lease:
        """What Runs says."""
        return await self._store.run(lambda it: self._entries.leases.claim(it, run, owner, seen=seen))

    async def renew(self, run: str, epoch: int) -> None:
        """What Runs says."""
        await self._store.run(lambda it: self._entries.leases.keep(it, run, epoch))

    async def leave(self, run: str, epoch: int, state: Left, *, reason: str = "") -> None:
        """What Runs says."""
        if state != "ended":  # which was kept with the outcome
            await self._store.run(lambda it: self._entries.leases.leave(it, run, epoch, state, reason=reason))

    async def outcome(self, run: str) -> Any:
        """What Runs says."""
        return (await self._store.read(lambda it: self._entries.outcome(it, run))).give("")

    async def strands(self, run: str, epoch: int, held: Held) -> Strands:
        """What Runs says."""
        execution = _Execution(self._store, self._entries, run=run, epoch=epoch, held=held)
        return await execution.strands(self._call.program)

    def _unfinished(self, connection: "Connection") -> list[str]:
        return self._entries.leases.unfinished(connection)

    @cached_property
    def _entries(self) -> "Entries":
        """First had in the store's thread: it takes a while to import."""
        from interlock_agents.engines.entries import Entries  # noqa: PLC0415 - in the store's thread, for it takes a while

        return Entries(lease=self._call.lease)


class _Execution:
    """Keeps what the strands of one execution give."""

    def __init__(self, store: Store, entries: "Entries", *, run: str, epoch: int, held: Held) -> None:
        self._store = store
        self._entries = entries
        self._run = run
        self._epoch = epoch
        self._held = held
        self._begun: set[str] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    async def strands(self, program: Program) -> Strands:
        kept = await self._store.read(lambda it: self._entries.kept(it, self._run))
        self._kept = kept.steps
        self._strands = Strands(self._run, program, self, ended=kept.ended)
        return self._strands

    async def step(self, path: str, number: int, name: str, act: Act) -> Any:
        kept = self._kept.get((path, number))
        if kept is None:
            return from_text(await self._take(path, number, name, act))
        if kept.name != name:
            raise Stopped(another_step(self._run, path, number=number, kept=kept.name, asked=name))
        return from_text(kept.result)

    async def _take(self, path: str, number: int, name: str, act: Act) -> str:
        try:
            self._held.check()
        except LeaseLost as error:
            raise Stopped(error) from None
        result = to_text(await act(), what=f"the step {name!r}")
        step = KeptStep(name=name, result=result)
        await self._keep(
            lambda it: self._entries.keep_step(it, self._run, self._epoch, at=(path, number), step=step)
        )
        return result

    async def begin(self, path: str, *, by: str) -> None:  # noqa: ARG002 - whoever asks, it is the same
        if path not in self._begun and not self._strands.has_ended(path):
            self._begun.add(path)
            task = asyncio.create_task(self._work(path))
            self._tasks.add(task)
            task.add_done_callback(self._tasks.discard)

    async def _work(self, path: str) -> None:
        await self._strands.work(path, lambda outcome: self._end(path, outcome))

    async def _end(self, path: str, outcome: Outcome) -> None:
        await self._keep(
            lambda it: self._entries.keep_outcome(it, self._run, self._epoch, path=path, outcome=outcome)
        )

    async def _keep(self, work: "Callable[[Connection], None]") -> None:
        asked = elapsed()
        try:
            await self._store.run(work)
        except (LeaseLost, StoreError) as error:
            raise Stopped(error) from error
        self._held.renewed(asked=asked)


JOURNALS = Journals()
