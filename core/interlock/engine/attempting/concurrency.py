"""An attempt's slot: counted once it was chosen, and begun when the limits on concurrency allow it."""

import asyncio
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from time import perf_counter
from types import TracebackType
from typing import Self

from interlock.engine.attempting.limiter import Limiter
from interlock.engine.attempting.lines import Lines
from interlock.engine.attempting.recorder import AttemptScope
from interlock.engine.call import AttemptState, CallState
from interlock.engine.leaving import LostRace
from interlock.errors import InterlockError, Overloaded, RouterOverloaded
from interlock.health.allowances import Allowances
from interlock.health.load import Load
from interlock.types.decisions import Attempt
from interlock.types.models import Deployment
from interlock.types.records import AttemptRecord


class Slot:
    """Holds an attempt's places; leaving it, however that happens, gives them back."""

    __slots__ = ("_deployment", "_load", "_waiters")

    def __init__(self, deployment: str = "", load: Load | None = None) -> None:
        self._deployment = deployment
        self._load = load
        self._waiters: list[Callable[[], None]] = []

    def hold(self, leave: Callable[[], None]) -> None:
        """What gives a place back."""
        self._waiters.append(leave)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None = None,
        error: BaseException | None = None,
        trace: TracebackType | None = None,
    ) -> None:
        """Give the places back, at the latest when the attempt ends."""
        waiters, self._waiters = self._waiters, []
        for leave in waiters:
            leave()
        load, self._load = self._load, None
        if load is not None:
            load.ended(self._deployment, self)

    leave = __exit__


AT_ONCE = Slot()  # for routers that limit and count nothing


@dataclass(frozen=True, slots=True)
class _Limit:
    limiter: Limiter
    error: type[Overloaded]
    key: str


class ConcurrencyLimits:
    """Gives slots to the attempts of one router, on any event loop.

    An attempt waits for its deployment first and for the router after that, so that whoever waits for a busy
    deployment takes none of the router's places.
    """

    def __init__(
        self,
        *,
        deployments: Mapping[str, Deployment],
        limits: Mapping[str, int],
        limit: int | None,
        queue: int,
        timeout: float,
        load: Load | None,
        lines: Lines | None = None,
    ) -> None:
        """`limits` are the deployments', `limit` is the router's; `timeout` bounds each wait, in seconds. At
        deployments that `lines` have, attempts wait there instead.
        """
        self._deployments = deployments
        self._timeout = timeout
        self._load = load
        self._lines = lines
        whole = [_Limit(Limiter(limit, queue), RouterOverloaded, "load.max_concurrency")] if limit else []
        self._whole = tuple(whole)
        self._limits: dict[str, tuple[_Limit, ...]] = {}
        for name in deployments:
            own = limits.get(name)
            limiters = [_Limit(Limiter(own, queue), Overloaded, "its max_concurrency")] if own else []
            self._limits[name] = (*limiters, *whole)

    async def slot(self, state: CallState, attempt: Attempt, progress: AttemptState) -> Slot:
        """The attempt's slot, to be left when the attempt ends.

        Raises:
            Overloaded: the queue is full, or no place came up in time. Nothing was sent.
            StoreError: its limits are shared, and cannot be asked about.
            TotalTimeout: the call was due first.
        """
        name = attempt.deployment
        slot = Slot(name, self._load)
        progress.id = state.draft.number()
        if self._load is not None:
            self._load.began(name, slot)
        try:
            if self._lines is not None:
                await self._lines.join(slot.hold, state, name, progress)
            for limit in self._limits.get(name, self._whole):
                if not await self._pass(limit, slot, state, progress):
                    raise _overloaded(limit, name, progress.waited)
        except BaseException as error:
            slot.__exit__(None, None, None)
            if isinstance(error, InterlockError):
                self._refused(state, attempt, progress, error)
            elif progress.lost is not None:
                self._refused(state, attempt, progress, LostRace(progress.lost))
            raise
        return slot

    async def _pass(self, limit: _Limit, slot: Slot, state: CallState, progress: AttemptState) -> bool:
        limiter = limit.limiter
        waiter = limiter.enter()
        if waiter is None:
            return False
        slot.hold(partial(limiter.leave, waiter))
        if waiter.future is None:
            return True
        loop_time = asyncio.get_running_loop().time
        began = loop_time()
        came_up = await limiter.wait(waiter, min(began + self._timeout, state.due))
        progress.waited += loop_time() - began
        if not came_up and loop_time() >= state.due:
            raise state.too_late()
        return came_up

    def _refused(
        self, state: CallState, attempt: Attempt, progress: AttemptState, error: InterlockError
    ) -> None:
        """Write down an attempt that never began."""
        deployment = self._deployments[attempt.deployment]
        if isinstance(error, Overloaded):
            error.deployment = deployment.id
        record = state.draft.attempt(
            progress.id or 0,
            deployment,
            attempt.role,
            ticks=perf_counter(),
            error=error,
            parent=progress.parent,
            waited=progress.waited,
            member=attempt.member,
        )
        if state.trace is not None:
            state.trace.refused(deployment, record)


class AllowanceObserver:
    """Counts attempts against what vendors have announced to be left."""

    def __init__(self, allowances: Allowances) -> None:
        self._allowances = allowances

    def began(self, scope: AttemptScope) -> None:
        if self._allowances.known:
            self._allowances.spend(scope.call.deployment.id, scope.state.decision.input_tokens)

    def ended(self, scope: AttemptScope, failure: InterlockError | None, record: AttemptRecord) -> None:
        """What the reply announced is known already."""


def _overloaded(limit: _Limit, name: str, waited: float) -> Overloaded:
    limiter, waiting = limit.limiter, limit.limiter.waiting
    who = "the router" if limit.error is RouterOverloaded else name
    late = f" after {waited:.1f} s in the queue" if waited else ""
    return limit.error(
        f"{who} has no room{late}: {limiter.limit} attempts are under way ({limit.key}), {waiting} wait "
        f"(load.queue: {limiter.queue})",
        limit=limiter.limit,
        queue=waiting,
        retry_after=limiter.retry_after,
    )
