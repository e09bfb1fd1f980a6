"""The tables of jobs, asked in a thread of their own."""

from collections.abc import Mapping
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from interlock_dbos.jobs.contract import Job, Progress, State
from interlock_dbos.leasing import LeaseStore

if TYPE_CHECKING:
    from sqlalchemy import Connection

    from interlock_dbos.jobs.granting import Granted, Wanted
    from interlock_dbos.jobs.rows import WorkerRow

LEASE = 20.0
"""Seconds for which a worker that says nothing is taken to be alive."""


class JobStore(LeaseStore):
    """Jobs, workers, money and limits. Its methods raise StoreError."""

    async def submit(self, job: Job) -> Job:
        """The job as it is from now on. Raises RequestError where the id is another kind's."""
        return await self.run(lambda it: _rows().submit(it, job))

    async def resume(self, name: str, budget: float | None) -> Job:
        """Raises RequestError where there is no such job, or it goes on."""
        return await self.run(lambda it: _rows().resume(it, name, budget))

    async def change(self, name: str, state: State, reason: str = "", *, wave: int = 0) -> bool:
        """Have an open job stand otherwise; whether it was open."""
        return await self.run(lambda it: _rows().change(it, name, state, reason, wave=wave))

    async def get(self, name: str) -> Job:
        """Raises RequestError where there is no such job."""
        return await self.read(lambda it: _rows().get(it, name))

    async def every(self) -> list[Job]:
        """The newest first."""
        return await self.read(lambda it: _rows().every(it))

    async def opened(self) -> list[Job]:
        """Those whose tasks are to be done."""
        return await self.read(lambda it: _rows().opened(it))

    async def asleep(self) -> list[Job]:
        """Those that wait for a person."""
        return await self.read(lambda it: _rows().asleep(it))

    async def claim(self, name: str, owner: str, queue: str) -> Job | None:
        """The job, if this worker is to see to it from now on."""
        return await self.run(lambda it: _rows().claim(it, name, owner, queue))

    async def enqueued(self, name: str, wave: int, progress: Progress) -> None:
        """All tasks of the wave are in the queue."""
        await self.run(lambda it: _rows().enqueued(it, name, wave, progress))

    async def progressed(self, name: str, owner: str, progress: Progress) -> Job | None:
        """The job; None where another worker sees to it."""
        return await self.run(lambda it: _rows().progressed(it, name, owner, progress))

    async def beat(self, row: Mapping[str, Any]) -> bool:
        """Hold a worker's lease; False where it was taken for gone meanwhile, or is new."""
        return await self.run(lambda it: _rows().beat(it, row, seconds=LEASE))

    async def everybody(self) -> "list[WorkerRow]":
        """All workers."""
        return await self.read(lambda it: _rows().everybody(it, seconds=LEASE))

    async def adopt(self, owner: str, adopter: str, *, gone: bool) -> bool:
        """Whether `adopter` is to put back what that worker had; `gone` is whether it surely is."""
        return await self.run(lambda it: _rows().adopt(it, owner, adopter, gone=gone, seconds=LEASE))

    async def forget(self, owner: str) -> None:
        """The worker is no more, nor is anything that it had under way."""

        def forget(connection: "Connection") -> None:
            _granting().release(connection, owner)
            _rows().forget(connection, owner)

        await self.run(forget)

    async def limit(self, provider: str, per_minute: int | None, per_second: int | None = None) -> None:
        """What all jobs keep to from now on."""
        await self.run(lambda it: _rows().limit(it, provider, per_minute, per_second))

    async def grant(self, wanted: "Wanted") -> "Granted":
        """See granting."""
        return await self.run(lambda it: _granting().grant(it, wanted))

    async def again(self, providers: Mapping[str, int]) -> "Granted":
        """See granting."""
        return await self.run(lambda it: _granting().again(it, providers))

    async def settle(self, wanted: "Wanted", cost: float) -> None:
        """See granting."""
        await self.run(lambda it: _granting().settle(it, wanted, cost))

    async def pause(self, provider: str, seconds: float) -> None:
        """See granting."""
        await self.run(lambda it: _granting().pause(it, provider, seconds))


@cache
def _rows() -> Any:
    """Imported in the store's thread, for SQLAlchemy takes a while."""
    return import_module("interlock_dbos.jobs.rows")


@cache
def _granting() -> Any:
    return import_module("interlock_dbos.jobs.granting")
