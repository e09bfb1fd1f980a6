"""What `interlock eval run` finds for stores of DBOS: a run is a job, and this process works along."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol

from interlock_dbos.kind import SCHEMES

if TYPE_CHECKING:
    from interlock import Router

_PATIENCE: Final = 120.0  # seconds for a database that is away
_WRITTEN: Final = 10.0  # seconds for a job's last figures
_LOOK: Final = 0.3  # seconds between looks at the job
_AT_ONCE: Final = 32  # tasks that this process works on at a time, as far as the run's limits go


class Call(Protocol):
    """A job that is to be done; as interlock-evaluation has it."""

    @property
    def id(self) -> str: ...
    @property
    def kind(self) -> str: ...
    @property
    def spec(self) -> Mapping[str, Any]: ...
    @property
    def router(self) -> "Router": ...
    @property
    def url(self) -> str: ...
    @property
    def folder(self) -> Path: ...
    @property
    def budget(self) -> float | None: ...
    @property
    def at_once(self) -> int: ...
    @property
    def per_minute(self) -> Mapping[str, int]: ...
    @property
    def detach(self) -> bool: ...
    @property
    def tell(self) -> Callable[[int, int, int, float], None]: ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Executed:
    """How the job stands. Money is in US dollars."""

    state: str
    reason: str
    done: int
    total: int
    errors: int
    spent: float


class Executor:
    """Submits jobs, and does them in this process and in all workers of the same configuration."""

    schemes: Sequence[str] = SCHEMES

    async def execute(self, call: Call) -> Executed:
        """How it stands once it has ended; where it is detached, as it begins.

        Raises:
            StoreError: the database cannot be used.
            RequestError: there is a job of that id and of another kind.
        """
        from interlock_dbos.jobs.contract import OPEN  # noqa: PLC0415 - what takes a while to import
        from interlock_dbos.jobs.patience import again  # noqa: PLC0415 - likewise
        from interlock_dbos.jobs.places import place_of  # noqa: PLC0415 - likewise
        from interlock_dbos.jobs.store import JobStore  # noqa: PLC0415 - likewise
        from interlock_dbos.jobs.submitting import submit  # noqa: PLC0415 - likewise
        from interlock_dbos.jobs.worker import Worker  # noqa: PLC0415 - likewise

        place = place_of(call.url, call.folder)
        store = JobStore(place.address, thread="interlock-jobs-watch")
        async with AsyncExitStack() as stack:
            stack.push_async_callback(store.aclose)
            for provider, count in call.per_minute.items():
                await store.limit(provider, count)
            job = await submit(
                store,
                call.router,
                id=call.id,
                kind=call.kind,
                spec=call.spec,
                budget=call.budget,
                at_once=call.at_once,
            )
            if call.detach:
                return _executed(job)
            worker = Worker(call.router, place, at_once=_AT_ONCE)
            stack.push_async_callback(worker.stop)
            await worker.start()
            while job.state in OPEN:
                call.tell(job.done, job.total, job.errors, job.spent)
                await asyncio.sleep(_LOOK)
                job = await again(lambda: store.get(call.id), seconds=_PATIENCE)
            await worker.seen_to(call.id, _WRITTEN)
            job = await again(lambda: store.get(call.id), seconds=_PATIENCE)
        return _executed(job)


def _executed(job: Any) -> Executed:
    return Executed(
        state=job.state,
        reason=job.reason,
        done=job.done,
        total=job.total,
        errors=job.errors,
        spent=job.spent,
    )


EXECUTOR: Final = Executor()
