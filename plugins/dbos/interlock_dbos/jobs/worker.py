"""A worker: takes tasks from the queue of its configuration, sees to jobs, and adopts what dead ones had."""

import asyncio
import os
import socket
from collections.abc import Awaitable, Callable, Collection
from contextlib import suppress
from time import monotonic
from typing import TYPE_CHECKING, Any, Final

from interlock import InterlockError, RequestError, StoreError
from interlock.logs import redacting_logger
from interlock_agents.engines.building import new_owner, surely_gone
from interlock_dbos.hosting import Halted, Host, enter, leave
from interlock_dbos.jobs.abilities import abilities
from interlock_dbos.jobs.contract import (
    FORM,
    OPEN,
    Job,
    JobCall,
    JobWork,
    NeedsPerson,
    OutOfMoney,
    PutBack,
    State,
    Unable,
)
from interlock_dbos.jobs.coordinating import Coordinator
from interlock_dbos.jobs.kinds import kind_of
from interlock_dbos.jobs.places import Place
from interlock_dbos.jobs.queueing import Queueing, queue_of
from interlock_dbos.jobs.store import JobStore
from interlock_dbos.jobs.terms import JobTerms, Places

if TYPE_CHECKING:
    from interlock import Router

BEAT = 5.0
"""Seconds between signs of life."""
_TICK: Final = 1.0  # seconds between looks at jobs and other workers
_SOONEST, _LATEST = 0.2, 5.0  # seconds before a task is begun again whose store did not answer

_log = redacting_logger("interlock.jobs")


class Worker:
    """Works in the event loop in which it is started, until it is stopped."""

    def __init__(
        self, router: "Router", place: Place, *, at_once: int, tell: Callable[[str], None] = lambda _: None
    ) -> None:
        """`at_once` tasks at a time are begun; people are told by `tell` what they would not see."""
        self._router, self._place, self._at_once, self._tell = router, place, at_once, tell
        self.owner = new_owner()
        self.queue = queue_of(abilities(router))
        self.store = JobStore(place.address, thread="interlock-jobs")
        self.queueing = Queueing(place.address)
        self._places = Places(at_once)
        self._host: Host | None = None
        self._jobs: dict[str, Job] = {}
        self._asleep: dict[str, Job] = {}  # those that wait for a person
        self._works: dict[tuple[str, int], JobWork] = {}  # by job and wave
        self._coordinators: dict[str, Coordinator] = {}
        self._under_way: set[asyncio.Task[str]] = set()
        self._refused: set[str] = set()
        self._stopping = asyncio.Event()
        self._background: list[asyncio.Task[None]] = []

    async def start(self) -> None:
        """Take tasks from now on. Raises StoreError."""
        self._loop = asyncio.get_running_loop()
        await self.store.beat(self._row())
        await asyncio.to_thread(self._declare)
        self._host = await asyncio.to_thread(enter, self._place.address, self)
        self._background = [
            asyncio.create_task(self._often(self._tick, _TICK)),
            asyncio.create_task(self._often(self._beat, BEAT)),
        ]

    def _declare(self) -> None:
        from dbos import DBOS  # noqa: PLC0415 - takes a second

        from interlock_dbos.databases import make_engine  # noqa: PLC0415 - likewise

        engine = make_engine(self._place.address)
        try:
            DBOS.migrate(engine.url.render_as_string(hide_password=False))
        finally:
            engine.dispose()
        self.queueing.declare(self.queue)

    async def stop(self, *, grace: int = 0) -> None:
        """Take nothing more, let what is under way end within so many seconds, and give the rest back."""
        self._stopping.set()
        ticking, beating = self._background[:1], self._background[1:]
        for coordinator in self._coordinators.values():
            coordinator.cancel()
        host, self._host = self._host, None
        for each in ticking:
            each.cancel()
        if host is not None:
            closing = asyncio.create_task(asyncio.to_thread(leave, host, grace=grace))
            if grace:
                await asyncio.wait([closing, *self._under_way], timeout=max(0.0, grace - 1.0))
            await self._halt()
            await closing
        for each in beating:  # until now: or others would have done the same tasks
            each.cancel()
        await asyncio.gather(*self._background, return_exceptions=True)
        for work in self._works.values():  # and with the last of them DBOS: it would take what is put back
            await work.aclose()
        with suppress(StoreError):
            await asyncio.to_thread(self.queueing.put_back, self.owner)
            await self.store.forget(self.owner)
        await asyncio.to_thread(self.queueing.close)
        await self.store.aclose()

    async def seen_to(self, job: str, seconds: float) -> None:
        """Until what a job that has ended came to is written down, if that is this worker's: for so long."""
        if (coordinator := self._coordinators.get(job)) is not None:
            await coordinator.wait(seconds)

    async def hurry(self) -> None:
        """Break off what is under way, once it is being stopped."""
        await self._halt()

    async def take(self, job: str, wave: int, key: str) -> str:
        """What Taking says."""
        begun = asyncio.run_coroutine_threadsafe(self._taken(job, wave, key), self._loop)
        return await asyncio.wrap_future(begun)

    async def _taken(self, job: str, wave: int, key: str) -> str:
        task = asyncio.create_task(self._done(job, wave, key), name=job)
        self._under_way.add(task)
        try:
            return await asyncio.shield(task)
        except asyncio.CancelledError:
            task.cancel()
            await asyncio.wait([task])
            raise Halted from None
        finally:
            self._under_way.discard(task)

    async def _done(self, name: str, wave: int, key: str) -> str:
        pause = _SOONEST
        while True:
            self._check()
            try:
                job = await self._job(name)
                if job.wave != wave or job.state not in OPEN:
                    return "left"
                await self._opened(job).do(key)
            except PutBack as back:
                with suppress(StoreError):
                    await self.store.pause(back.provider, back.seconds)
                pause = _SOONEST
            except OutOfMoney:
                await self._stand(name, wave, "over_budget")
                return "left"
            except NeedsPerson as waits:
                await self._stand(name, wave, "needs_person", str(waits))
                return "left"
            except StoreError as error:
                _log.warning("a task of %r is begun again: %s", name, error)
                pause = min(2 * pause, _LATEST)
            except InterlockError as error:
                await self._stand(name, wave, "failed", str(error))
                return "left"
            except Exception as error:  # noqa: BLE001 - told by its class, for its words may be a prompt's
                await self._stand(name, wave, "failed", f"a task failed with {type(error).__name__}")
                return "left"
            else:
                return "done"
            with suppress(TimeoutError):
                await asyncio.wait_for(self._stopping.wait(), pause)

    async def _stand(self, name: str, wave: int, state: State, reason: str = "") -> None:
        await self._surely(lambda: self.store.change(name, state, reason, wave=wave))

    async def _surely(self, work: Callable[[], Awaitable[Any]]) -> None:
        """Until the store takes it, or this worker stops."""
        while True:
            with suppress(StoreError):
                await work()
                return
            self._check()
            await asyncio.sleep(_TICK)

    def _check(self) -> None:
        if self._stopping.is_set():
            raise Halted

    async def _job(self, name: str) -> Job:
        """As it was a second ago at most."""
        found = self._jobs.get(name)
        if found is None:
            found = self._jobs[name] = await self.store.get(name)
        return found

    def _opened(self, job: Job) -> JobWork:
        """Its work. Raises Unable."""
        name = job.id, job.wave
        if name not in self._works:
            terms = JobTerms(
                self.store,
                job.id,
                self.owner,
                self._places,
                check=self._check,
                goes_on=lambda: self._is_open(*name),
            )
            call = JobCall(
                job=job,
                router=self._router,
                address=self._place.address,
                url=self._place.url,
                folder=self._place.folder,
                terms=terms,
            )
            self._works[name] = kind_of(job.kind).open(call)
        return self._works[name]

    def _is_open(self, job: str, wave: int) -> bool:
        """As it was a second ago at most."""
        found = self._jobs.get(job)
        return found is not None and found.wave == wave

    async def _often(self, work: Callable[[], Awaitable[None]], seconds: float) -> None:
        while True:
            due = monotonic() + seconds
            try:
                await work()
            except StoreError as error:
                _log.warning("%s", error)
            except Exception as error:  # noqa: BLE001 - a worker goes on; likewise
                _log.error("a worker's own work failed: %s", type(error).__name__)
            await asyncio.sleep(max(0.0, due - monotonic()))

    async def _beat(self) -> None:
        if not await self.store.beat(self._row()):
            # It stood still for so long that others do what it was doing; what it took since is nobody's.
            _log.warning("this worker was taken for gone, and begins anew")
            await self._halt()
            await asyncio.to_thread(self.queueing.put_back, self.owner)

    async def _halt(self) -> None:
        for task in [*self._under_way]:
            task.cancel()
        if self._under_way:
            await asyncio.wait([*self._under_way])

    async def _tick(self) -> None:
        self._jobs = {job.id: job for job in await self.store.opened()}
        self._asleep = {job.id: job for job in await self.store.asleep()}
        queues = {self.queue}
        for worker in await self.store.everybody():
            if worker.owner == self.owner:
                continue
            if not worker.alive or surely_gone(worker.owner):
                await self._adopt(worker.owner)
            else:
                queues.add(worker.queue)
        for job in [*self._jobs.values()]:
            await self._see_to(job, queues)
        for job in self._asleep.values():
            if job.queue == self.queue or job.queue not in queues:
                await self._wake(job)
        await self._close()

    async def _close(self) -> None:
        """What was opened for jobs that have ended."""
        used = {task.get_name() for task in self._under_way} | {
            name for name, each in self._coordinators.items() if not each.done()
        }
        for name in [*self._works]:
            if name[0] not in used and name[0] not in self._jobs and name[0] not in self._asleep:
                await self._works.pop(name).aclose()

    async def _adopt(self, owner: str) -> None:
        if not await self.store.adopt(owner, self.owner, gone=surely_gone(owner)):
            return
        count = await asyncio.to_thread(self.queueing.put_back, owner)
        await self.store.forget(owner)
        self._tell(f"A worker is gone; {count} tasks that it had go on.")

    async def _see_to(self, job: Job, queues: Collection[str]) -> None:
        """If nobody does: `queues` are those for which a worker is there."""
        going = self._coordinators.get(job.id)
        if going is not None and not going.done():
            return
        if job.coordinator not in {"", self.owner} and job.queue in queues:
            return
        if job.queue != self.queue and job.queue in queues:
            return
        if job.form > FORM:
            self._refuse(job, "it was begun by a later version of interlock-dbos")
            return
        try:
            self._opened(job)
        except Unable as error:
            self._refuse(job, error.message)
            return
        claimed = await self.store.claim(job.id, self.owner, self.queue)
        if claimed is not None:
            if claimed.queue != job.queue:
                self._tell(f"{job.id} goes on here: nobody is left with the configuration that it had.")
            self._jobs[job.id] = claimed
            self._coordinators[job.id] = Coordinator(claimed, self._opened(claimed), self)

    async def _wake(self, job: Job) -> None:
        """Have it go on, if the person for whom it waits has answered."""
        with suppress(Unable, RequestError):  # RequestError: another worker was quicker
            if await self._opened(job).ready():
                await self.store.resume(job.id, None)

    def _refuse(self, job: Job, why: str) -> None:
        if job.id not in self._refused:
            self._refused.add(job.id)
            self._tell(f"{job.id} is left to other workers: {why}.")

    def _row(self) -> dict[str, Any]:
        return {
            "owner": self.owner,
            "machine": socket.gethostname(),
            "pid": os.getpid(),
            "queue": self.queue,
            "form": FORM,
            "at_once": self._at_once,
            "busy": self._places.taken,
        }
