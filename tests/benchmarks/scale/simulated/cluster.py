"""Processes of an endpoint, each with a router of its own, before the same vendors and the same stores."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import cycle
from random import Random
from typing import Any

from interlock import InterlockError, Response, Router
from interlock.catalog import Catalog
from interlock.types.records import AttemptRecord
from memory_health import Memory
from memory_ledger import MemoryLedgers
from simulated.arrivals import Flow
from simulated.clockwork import Clock, router
from simulated.outcomes import ANSWERED, Outcome, Tally
from simulated.population import Call, Population
from simulated.stubborn import Stubborn
from simulated.vendors import Manner, Vendor

_TASKS = tuple(Catalog().tasks)
_UNSENT = frozenset({"NoLongerAllowed", "Overloaded", "RouterOverloaded"})
THINKING = 0.5  # seconds between two calls of an agent


@dataclass(frozen=True, kw_only=True)
class Work:
    """Seconds of CPU that a process spends, as `docs/performance.md` has them: a request, an attempt beyond
    its first, an event of a stream. An event is taken to hold a token.
    """

    request: float = 570e-6
    attempt: float = 200e-6
    event: float = 28e-6


@dataclass(frozen=True, kw_only=True)
class World:
    """All that a run is made of.

    Attributes:
        config: is added to every process's configuration.
        events: what happens when, beside the calls.
    """

    flow: Flow
    seconds: float
    vendors: Mapping[str, tuple[str, Manner]]
    processes: int = 8
    population: Population = field(default_factory=Population)
    work: Work = field(default_factory=Work)
    config: Mapping[str, Any] = field(default_factory=dict)
    events: "tuple[tuple[float, Callable[[Cluster], None]], ...]" = ()
    seed: int = 1


class Process:
    """A router, and the one processor that it runs on."""

    def __init__(self, source: Mapping[str, Any], plugins: Sequence[object], clock: Clock, seed: str) -> None:
        self.router: Router = router(clock, source, plugins, seed)
        self.busy = 0.0
        self.open = 0
        self.left: float | None = None
        self._clock = clock
        self._free = 0.0

    async def works(self, seconds: float) -> None:
        """Wait for the processor, first come, first served, and for what it is wanted for."""
        self.busy += seconds
        now = self._clock()
        self._free = max(now, self._free) + seconds
        await asyncio.sleep(self._free - now)


class Cluster:
    """What runs a world."""

    def __init__(self, world: World, clock: Clock) -> None:
        self.world, self.clock = world, clock
        self.tally = Tally()
        self.vendors = {
            name: Vendor(name, manner, clock, world.seed) for name, (_, manner) in world.vendors.items()
        }
        self.health = Memory(clock.monotonic)
        self.ledgers = MemoryLedgers(clock=clock.wall)
        self.drained: list[float] = []
        self._leaving: list[Process] = []
        self._made = 0
        self.processes = [self.process() for _ in range(world.processes)]
        self._turn = cycle(range(world.processes))
        self._random = Random(f"{world.seed}:agents")

    def process(self) -> Process:
        """One more, as it begins."""
        self._made += 1
        seed = f"{self.world.seed}:{self._made}"
        plugins = [*self.vendors.values(), self.health, self.ledgers, Stubborn(seed)]
        return Process(self._source(), plugins, self.clock, seed)

    def replace(self, number: int) -> None:
        """A new process takes a place, and the one before it ends what it has begun."""
        leaving, self.processes[number] = self.processes[number], self.process()
        leaving.left = self.clock()
        self._leaving.append(leaving)

    def _source(self) -> dict[str, Any]:
        deployments = [
            {"id": name, "model": model, "provider": name, "region": manner.region}
            for name, (model, manner) in self.world.vendors.items()
        ]
        # What is installed and refines classifications in a thread has no place in a time of its own.
        plain = {"deployments": deployments, "plugins": {"disabled": ["embeddings"]}}
        return {**plain, "routes": {task: list(self.world.vendors) for task in _TASKS}, **self.world.config}

    async def run(self) -> Tally:
        """Everything that comes until the world's end, and until it has ended."""
        world = self.world
        loop = asyncio.get_running_loop()
        for at, happens in world.events:
            loop.call_at(at, happens, self)
        try:
            async with asyncio.TaskGroup() as group:
                for call in world.population.calls(world.flow, world.seconds, world.seed):
                    await asyncio.sleep(call.at - self.clock())
                    group.create_task(self._follow(call))
        finally:
            for process in (*self.processes, *self._leaving):
                await process.router.aclose()
        self.tally.check()
        return self.tally

    async def _follow(self, call: Call) -> None:
        """An arrival: a call, or those of an agent, which gives up at the first that is not answered."""
        began, made = call.number, self.world.population.made
        for following in range(call.kind.calls):
            if following:
                await asyncio.sleep(THINKING)
                call = made(began + following, self.clock(), call.rank, call.kind, self._random)
            self.tally.arrived += 1
            if not await self._ask(call):
                return

    async def _ask(self, call: Call) -> bool:
        process = self.processes[next(self._turn) % len(self.processes)]
        process.open += 1
        try:
            return await self._served(process, call)
        finally:
            process.open -= 1
            if process.left is not None and not process.open:
                self.drained.append(self.clock() - process.left)

    async def _served(self, process: Process, call: Call) -> bool:
        work, clock = self.world.work, self.clock
        await process.works(0.6 * work.request)
        first, how = 0.0, ANSWERED
        tried: Sequence[AttemptRecord]
        options: dict[str, Any] = {
            "metadata": {**call.metadata, "tokens": str(call.tokens)},
            "settings": {"max_tokens": 8_000},
        }
        if call.european:
            options["constraints"] = {"residency": "eu"}
        try:
            if call.streamed:
                response: Response | None = None
                async for chunk in process.router.stream(call.prompt, **options):
                    first = first or clock() - call.at
                    response = chunk.response
                assert response is not None
            else:
                response = await process.router.complete(call.prompt, **options)
            tried = response.record.attempts
        except InterlockError as error:
            how = type(error).__name__
            tried = error.attempts
        attempts = [each for each in tried if each.error is None or each.error.kind not in _UNSENT]
        events = call.tokens if call.streamed and how == ANSWERED else 0
        after = 0.4 * work.request + events * work.event + max(0, len(attempts) - 1) * work.attempt
        await process.works(after)
        self.tally.ended(
            Outcome(
                number=call.number,
                at=call.at,
                tenant=call.rank,
                kind=call.kind.name,
                european=call.european,
                how=how,
                took=clock() - call.at,
                first=first or clock() - call.at,
                attempts=len(attempts),
                hedges=sum(each.role == "hedge" for each in attempts),
                cost=sum(each.cost or 0.0 for each in tried),
                deployment=attempts[-1].deployment if attempts and how == ANSWERED else "",
            )
        )
        return how == ANSWERED
