"""Who sees to one job: puts its tasks into the queue, says how far they are, and notices the end."""

import asyncio
from contextlib import suppress
from typing import TYPE_CHECKING, Final, Protocol

from interlock import InterlockError, StoreError
from interlock.logs import redacting_logger
from interlock_dbos.jobs.contract import OPEN, Job, JobWork

if TYPE_CHECKING:
    from interlock_dbos.jobs.queueing import Queueing
    from interlock_dbos.jobs.store import JobStore

_LOOK: Final = 0.5  # seconds between looks at how far it is

_log = redacting_logger("interlock.jobs")


class Coordinating(Protocol):
    """The worker whose coordinator it is."""

    owner: str
    queue: str
    store: "JobStore"
    queueing: "Queueing"


class Coordinator:
    """Sees to a job until it has ended, or another worker does."""

    def __init__(self, job: Job, work: JobWork, worker: Coordinating) -> None:
        self._job, self._work, self._worker = job, work, worker
        self._task = asyncio.create_task(self._run())

    def done(self) -> bool:
        """Whether it has ended: the job may be claimed anew."""
        return self._task.done()

    async def wait(self, seconds: float) -> None:
        """Until it has ended, for so many seconds at most."""
        await asyncio.wait({self._task}, timeout=seconds)

    def cancel(self) -> None:
        """Leave the job to others."""
        self._task.cancel()

    async def _run(self) -> None:
        try:
            await self._see_to()
        except StoreError as error:
            _log.warning("%s is seen to anew: %s", self._job.id, error)
        except InterlockError as error:
            await self._fail(str(error))
        except Exception as error:  # noqa: BLE001 - told by its class, for its words may be a prompt's
            await self._fail(f"seeing to it failed with {type(error).__name__}")

    async def _fail(self, reason: str) -> None:
        with suppress(StoreError):  # then it is seen to anew
            await self._worker.store.change(self._job.id, "failed", reason, wave=self._job.wave)

    async def _see_to(self) -> None:
        job, worker = self._job, self._worker
        if not job.enqueued:
            tasks = await self._work.tasks()
            before = await self._work.progress()
            await asyncio.to_thread(worker.queueing.enqueue, worker.queue, job.id, job.wave, tasks)
            await worker.store.enqueued(job.id, job.wave, before)
        taken_away = False
        while True:
            progress = await self._work.progress()
            now = await worker.store.progressed(job.id, worker.owner, progress)
            if now is None or now.wave != job.wave:
                return
            if now.state not in OPEN and not taken_away:
                await asyncio.to_thread(worker.queueing.take_away, worker.queue, job.id, job.wave)
                taken_away = True
            if not await asyncio.to_thread(worker.queueing.left, worker.queue, job.id, job.wave):
                break
            await asyncio.sleep(_LOOK)
        await self._end()

    async def _end(self) -> None:
        job, worker = self._job, self._worker
        left = await self._work.end()
        await worker.store.progressed(job.id, worker.owner, await self._work.progress())
        if left:
            await worker.store.change(job.id, "failed", f"{left:,} tasks have no result", wave=job.wave)
        else:
            await worker.store.change(job.id, "done", wave=job.wave)
        await asyncio.to_thread(worker.queueing.clear, worker.queue, job.id, job.wave)
