"""Executions of runs: each once at a time, in this process and in all that share what is kept."""

import asyncio
from collections.abc import Awaitable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any, Literal, Protocol

from interlock import StoreError
from interlock.types.clocks import elapsed
from interlock_agents.engines.errors import EngineError
from interlock_agents.engines.held import Held
from interlock_agents.engines.owners import new_owner
from interlock_agents.engines.protocol import Suspended
from interlock_agents.engines.strands import LeaseLost, Strands
from interlock_agents.engines.values import check

_SOONEST, _LATEST = 0.02, 0.5  # seconds between looks at a run that another execution has

Left = Literal["free", "suspended", "ended"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Lease:
    """What an execution holds, or why it does not.

    Attributes:
        epoch: how many executions the run has had, with the one that has it now, or had it last.
        state: `held` by the one that asked, `busy` while another one has it; `ended`; `suspended`, if so it
            was left since the one that asked has last seen it busy.
        reason: why it was suspended.
    """

    epoch: int
    state: Literal["held", "busy", "suspended", "ended"]
    reason: str = ""


class Runs(Protocol):
    """What an engine keeps of runs. Its methods raise StoreError.

    Executions of a run are told apart by an `epoch`: how many it has had with this one.
    """

    async def claim(self, run: str, owner: str, *, seen: int | None) -> Lease:
        """The lease on it; `seen` is how many executions it had when another one was found to have it."""
        ...

    async def renew(self, run: str, epoch: int) -> None:
        """Hold the lease of the execution with that `epoch`, a number of executions. Raises LeaseLost."""
        ...

    async def leave(self, run: str, epoch: int, state: Left, *, reason: str = "") -> None:
        """Let go of it, in the execution with that `epoch`, a number of executions. Raises LeaseLost."""
        ...

    async def strands(self, run: str, epoch: int, held: Held) -> Strands:
        """Its strands, in the execution with that `epoch`, a number of executions, which has the lease."""
        ...

    async def outcome(self, run: str) -> Any:
        """What a run has given that has ended."""
        ...


class Executions:
    """Those that go on in this process. Who asks for one that does waits for its end.

    A `lease` that is not renewed holds for as many seconds.
    """

    def __init__(self, runs: Runs, *, lease: float) -> None:
        self._runs = runs
        self._seconds = lease
        self._going: dict[tuple[int, str], _Shared] = {}
        self._closed = False

    async def execute(self, run: str) -> Any:
        """What DurableEngine says. Raises EngineError for an id that cannot be kept, or when it is closed."""
        check(run, what="a run's id")
        if self._closed:
            raise EngineError("the engine is closed")
        key = (id(asyncio.get_running_loop()), run)
        shared = self._going.get(key)
        if shared is None:
            shared = self._going[key] = _Shared(self._execute(run))
            shared.task.add_done_callback(lambda _: self._going.pop(key, None))
        return await shared.wait()

    async def aclose(self) -> None:
        """Cancel all. Those of other event loops go on until these see to it."""
        self._closed = True
        here = asyncio.get_running_loop()
        mine = [shared.task for shared in self._going.values() if shared.task.get_loop() is here]
        for shared in list(self._going.values()):
            if shared.task not in mine:
                with suppress(RuntimeError):  # a loop that is closed has nothing going on
                    shared.task.get_loop().call_soon_threadsafe(shared.task.cancel)
        for task in mine:
            task.cancel()
        if mine:
            await asyncio.wait(mine)

    async def _execute(self, run: str) -> Any:
        owner = new_owner()
        seen: int | None = None
        pause = _SOONEST
        while True:
            asked = elapsed()
            lease = await self._claimed(run, owner, seen=seen)
            if lease.state == "ended":
                return await self._runs.outcome(run)
            if lease.state == "suspended":
                raise Suspended(lease.reason)
            if lease.state == "held":
                with suppress(LeaseLost):
                    return await self._work(run, lease.epoch, asked=asked)
                pause = _SOONEST
            else:
                seen = lease.epoch
            await asyncio.sleep(pause)
            pause = min(pause * 2, _LATEST)

    async def _claimed(self, run: str, owner: str, *, seen: int | None) -> Lease:
        """The lease; whoever is cancelled while it is being had lets go of it, if it was."""
        claim = asyncio.ensure_future(self._runs.claim(run, owner, seen=seen))
        try:
            return await asyncio.shield(claim)
        except asyncio.CancelledError:
            await _surely(self._given_back(run, claim))
            raise

    async def _given_back(self, run: str, claim: "asyncio.Future[Lease]") -> None:
        if (lease := await claim).state == "held":
            await self._runs.leave(run, lease.epoch, "free")

    async def _work(self, run: str, epoch: int, *, asked: float) -> Any:
        held = Held(lambda: self._runs.renew(run, epoch), seconds=self._seconds, asked=asked)
        left: Left = "free"
        reason = ""
        # From the beginning on: what keeps the strands may take a while to begin.
        beat = asyncio.create_task(held.tend())
        try:
            strands = await self._runs.strands(run, epoch, held)
            held.tell(strands.give_up)
            value = await strands.execute()
            left = "ended"
        except Suspended as suspended:
            left, reason = "suspended", str(suspended)
            raise
        else:
            return value
        finally:
            beat.cancel()
            await _surely(self._runs.leave(run, epoch, left, reason=reason))


class _Shared:
    """An execution and those who wait for it: when none does any more, it is cancelled."""

    def __init__(self, work: Any) -> None:
        self.task: asyncio.Task[Any] = asyncio.create_task(work)
        self._waiting = 0

    async def wait(self) -> Any:
        self._waiting += 1
        try:
            return await asyncio.shield(self.task)
        except asyncio.CancelledError:
            waiting = asyncio.current_task()
            if self.task.cancelled() and (waiting is None or not waiting.cancelling()):
                raise EngineError("the engine was closed while the run went on") from None
            if not self.task.done() and self._waiting == 1:
                self.task.cancel()
                await asyncio.wait([self.task])
            raise
        finally:
            self._waiting -= 1


async def _surely(leaving: Awaitable[None]) -> None:
    """Wait for it, cancelled or not. If it fails, the lease runs out by itself."""
    task = asyncio.ensure_future(leaving)
    cancelled = False
    while not task.done():
        try:
            await asyncio.wait([task])
        except asyncio.CancelledError:
            cancelled = True
    with suppress(LeaseLost, StoreError):
        task.result()
    if cancelled:
        raise asyncio.CancelledError
