"""The terms of one job's tasks in one worker: grants from the database, and places in this process."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from time import monotonic
from typing import Final, Literal
from uuid import uuid4

from interlock import StoreError
from interlock.logs import redacting_logger
from interlock_dbos.jobs.contract import PutBack
from interlock_dbos.jobs.granting import Granted, Wanted
from interlock_dbos.jobs.store import JobStore

_SOONEST, _LATEST = 0.02, 0.5  # seconds between looks whether it is a task's turn
_IN_VAIN: Final = 60  # how often a task is put back at most
_USUAL: Final = 5.0  # seconds, where a provider does not say how long it wants to be left alone
_LONGEST: Final = 600.0

_log = redacting_logger("interlock.jobs")


class Places(asyncio.Semaphore):
    """How many tasks a worker works on at a time."""

    def __init__(self, count: int) -> None:
        super().__init__(count)
        self.taken = 0

    async def acquire(self) -> Literal[True]:
        """Wait for one."""
        await super().acquire()
        self.taken += 1
        return True

    def release(self) -> None:
        """Give one back."""
        self.taken -= 1
        super().release()


@dataclass(frozen=True, slots=True)
class _Start:
    """When calls may begin, by this process's clock: from when on, and until when."""

    due: float
    last: float

    @classmethod
    def of(cls, granted: Granted, asked: float) -> "_Start":
        """The database has looked at its clock at some time since `asked`; nobody here knows when."""
        return cls(monotonic() + granted.seconds, asked + granted.seconds + granted.late)


class _Paid:
    """What `Paying` says."""

    def __init__(self, terms: "JobTerms", wanted: Wanted, start: _Start) -> None:
        self.cost = 0.0
        self._terms, self._wanted, self._start = terms, wanted, start
        self._placed = False

    async def begin(self) -> None:
        """What `Paying` says."""
        await self._terms.place(self._wanted, self._start)
        self._placed = True

    def leave(self) -> None:
        """Give its place back, if it has one."""
        if self._placed:
            self._placed = False
            self._terms.leave()


class JobTerms:
    """What `Terms` says, for the tasks of one job."""

    def __init__(
        self,
        store: JobStore,
        job: str,
        owner: str,
        places: Places,
        *,
        check: Callable[[], None],
        goes_on: Callable[[], bool],
    ) -> None:
        """`check` raises where nothing is to be begun any more by the worker that is the `owner`; `goes_on`
        says whether the job was open when that one last looked.
        """
        self._store, self._job, self._owner, self._places = store, job, owner, places
        self._check, self._goes_on = check, goes_on
        self._doors: dict[str, asyncio.Lock] = {}
        self._left = asyncio.Event()
        self._in_vain = Counter[str]()

    @asynccontextmanager
    async def granted(self, key: str, providers: Mapping[str, int], amount: float) -> AsyncIterator[_Paid]:
        """What `Terms` says."""
        wanted = Wanted(
            job=self._job,
            key=key,
            token=uuid4().hex,
            owner=self._owner,
            providers=dict(providers),
            amount=amount,
        )
        paid = _Paid(self, wanted, await self._asked(wanted))
        try:
            yield paid
        finally:
            paid.leave()
            await asyncio.shield(self.surely(lambda: self._store.settle(wanted, paid.cost)))
            self._left.set()

    async def place(self, wanted: Wanted, start: "_Start") -> None:
        """A place in this process, at the time that was granted, or at another one if that is over."""
        while True:
            await asyncio.sleep(max(0.0, start.due - monotonic()))
            self._check()
            await self._places.acquire()
            if monotonic() <= start.last:
                return
            # So late that a window could have more than its limit.
            self._places.release()
            asked = monotonic()
            start = _Start.of(await self._store.again(wanted.providers), asked)

    def leave(self) -> None:
        """Give the place back."""
        self._places.release()

    async def surely(self, write: Callable[[], Awaitable[None]]) -> None:
        """What `Terms` says; until this worker stops."""
        pause = _SOONEST
        while True:
            try:
                return await write()
            except StoreError as error:
                self._check()
                _log.warning("what has come is written anew: %s", error)
            await asyncio.sleep(pause)
            pause = min(2 * pause, _LATEST)

    @asynccontextmanager
    async def room(self) -> AsyncIterator[None]:
        """What `Terms` says."""
        async with self._places:
            yield

    async def over(self) -> None:
        """What `Terms` says."""
        while True:
            await asyncio.sleep(_LATEST)
            if not self._goes_on():
                return

    def put_back(self, key: str, provider: str, seconds: float | None) -> None:
        """What `Terms` says."""
        self._in_vain[key] += 1
        if self._in_vain[key] <= _IN_VAIN:
            raise PutBack(provider, min(_USUAL if seconds is None else seconds, _LONGEST))

    async def _asked(self, wanted: Wanted) -> _Start:
        """One task of this worker at a time asks, and the others stand in line."""
        async with self._doors.setdefault(min(wanted.providers, default=""), asyncio.Lock()):
            pause = _SOONEST
            while True:
                self._check()
                self._left.clear()
                asked = monotonic()
                found = await self._store.grant(wanted)
                if not found.again:
                    return _Start.of(found, asked)
                try:
                    async with asyncio.timeout(found.seconds or pause):
                        await self._left.wait()
                except TimeoutError:
                    pause = min(2 * pause, _LATEST)
