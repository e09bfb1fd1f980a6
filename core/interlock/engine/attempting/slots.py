"""An attempt's turn: counted once it was chosen, and begun when the limits on concurrency allow it."""

import asyncio
import os
from collections.abc import Mapping
from dataclasses import dataclass
from time import perf_counter
from types import TracebackType
from typing import Self
from weakref import WeakSet

from interlock.engine.attempting.gates import Gate, Place
from interlock.engine.attempting.logbook import Entry
from interlock.engine.flight import Flight, Lane
from interlock.engine.leaving import LostRace
from interlock.errors import InterlockError, Overloaded, RouterOverloaded
from interlock.health.allowances import Allowances
from interlock.health.load import Load
from interlock.types.decisions import Attempt
from interlock.types.models import Deployment
from interlock.types.records import AttemptRecord


class Turn:
    """Holds an attempt's places; leaving it, however that happens, gives them back."""

    __slots__ = ("_deployment", "_load", "_places")

    def __init__(self, deployment: str = "", load: Load | None = None) -> None:
        self._deployment = deployment
        self._load = load
        self._places: list[tuple[Gate, Place]] = []

    def hold(self, gate: Gate, place: Place) -> None:
        self._places.append((gate, place))

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for gate, place in self._places:
            gate.leave(place)
        if self._load is not None:
            self._load.ended(self._deployment, self)


AT_ONCE = Turn()  # for routers that limit and count nothing


@dataclass(frozen=True, slots=True)
class _Limit:
    gate: Gate
    error: type[Overloaded]
    key: str


class Slots:
    """Gives turns to the attempts of one router, on any event loop.

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
    ) -> None:
        """`limits` are the deployments', `limit` is the router's; `timeout` bounds each wait, in seconds."""
        self._deployments = deployments
        self._timeout = timeout
        self._load = load
        whole = [_Limit(Gate(limit, queue), RouterOverloaded, "load.max_concurrency")] if limit else []
        self._whole = tuple(whole)
        self._limits: dict[str, tuple[_Limit, ...]] = {}
        for name in deployments:
            own = limits.get(name)
            gates = [_Limit(Gate(own, queue), Overloaded, "its max_concurrency")] if own else []
            self._limits[name] = (*gates, *whole)
        _SLOTS.add(self)

    def start_anew(self) -> None:
        """In the child of a fork; gates see to themselves."""
        if self._load is not None:
            self._load.start_anew()

    async def turn(self, flight: Flight, attempt: Attempt, lane: Lane) -> Turn:
        """The attempt's turn, to be left when the attempt ends.

        Raises:
            Overloaded: the queue is full, or no place came up in time. Nothing was sent.
            TotalTimeout: the call was due first.
        """
        name = attempt.deployment
        turn = Turn(name, self._load)
        lane.id = flight.draft.number()
        if self._load is not None:
            self._load.began(name, turn)
        try:
            for limit in self._limits.get(name, self._whole):
                if not await self._pass(limit, turn, flight, lane):
                    raise _overloaded(limit, name, lane.waited)
        except BaseException as error:
            turn.__exit__(None, None, None)
            if isinstance(error, InterlockError):
                self._refused(flight, attempt, lane, error)
            elif lane.lost is not None:
                self._refused(flight, attempt, lane, LostRace(lane.lost))
            raise
        return turn

    async def _pass(self, limit: _Limit, turn: Turn, flight: Flight, lane: Lane) -> bool:
        gate = limit.gate
        place = gate.enter()
        if place is None:
            return False
        turn.hold(gate, place)
        if place.future is None:
            return True
        loop_time = asyncio.get_running_loop().time
        began = loop_time()
        came_up = await gate.wait(place, min(began + self._timeout, flight.due))
        lane.waited += loop_time() - began
        if not came_up and loop_time() >= flight.due:
            raise flight.too_late()
        return came_up

    def _refused(self, flight: Flight, attempt: Attempt, lane: Lane, error: InterlockError) -> None:
        """Write down an attempt that never began."""
        deployment = self._deployments[attempt.deployment]
        if isinstance(error, Overloaded):
            error.deployment = deployment.id
        record = flight.draft.attempt(
            lane.id or 0,
            deployment,
            attempt.role,
            ticks=perf_counter(),
            error=error,
            parent=lane.parent,
            waited=lane.waited,
        )
        if flight.trace is not None:
            flight.trace.refused(deployment, record)


class AllowanceWitness:
    """Counts attempts against what vendors have announced to be left."""

    def __init__(self, allowances: Allowances) -> None:
        self._allowances = allowances

    def began(self, entry: Entry) -> None:
        if self._allowances.known:
            self._allowances.spend(entry.call.deployment.id, entry.flight.decision.input_tokens)

    def ended(self, entry: Entry, failure: InterlockError | None, record: AttemptRecord) -> None:
        """What the reply announced is known already."""


def _overloaded(limit: _Limit, name: str, waited: float) -> Overloaded:
    gate, waiting = limit.gate, limit.gate.waiting
    who = "the router" if limit.error is RouterOverloaded else name
    late = f" after {waited:.1f} s in the queue" if waited else ""
    return limit.error(
        f"{who} has no room{late}: {gate.limit} attempts are under way ({limit.key}), {waiting} wait "
        f"(load.queue: {gate.queue})",
        limit=gate.limit,
        queue=waiting,
        retry_after=gate.retry_after,
    )


_SLOTS: WeakSet[Slots] = WeakSet()


def _start_anew() -> None:
    for slots in list(_SLOTS):
        slots.start_anew()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_start_anew)
