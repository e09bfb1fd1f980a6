"""Routers whose time passes when nobody has anything to do: hours in seconds, and each run like the last."""

import asyncio
import os
from collections.abc import Callable, Coroutine, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from random import Random
from typing import Any, TypeVar
from unittest.mock import patch

import instant
from interlock import Router
from interlock.assembly import assemble
from interlock.engine.attempting import attempts, concurrency, recorder
from interlock.engine.attempting.limiter import Limiter
from interlock.engine.ledger_writer import LedgerWriter
from interlock.records import draft

T = TypeVar("T")

EPOCH = 1_800_000_000.0
"""Seconds since 1970 when a simulation begins: a Friday morning, at the turn of no calendar window."""


class Clock:
    """Seconds since the simulation began, by its loop."""

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop

    def __call__(self) -> float:
        return self._loop.time()

    def monotonic(self) -> float:
        """What health takes: no moment of a process lies near zero."""
        return 1_000.0 + self._loop.time()

    def wall(self) -> float:
        return EPOCH + self._loop.time()


def run(main: Callable[[Clock], Coroutine[Any, Any, T]]) -> T:
    """As `asyncio.run`, in a time of its own, which everything knows that looks at a clock in a call."""

    async def begun() -> T:
        clock = Clock(asyncio.get_running_loop())
        with _passing(clock):
            return await main(clock)

    return instant.run(begun())


@contextmanager
def _passing(clock: Clock) -> Iterator[None]:
    """What asks for no clock where it is made looks at ours meanwhile."""
    with ExitStack() as stack:
        for module in (attempts, concurrency, recorder, draft):
            stack.enter_context(patch.object(module, "perf_counter", clock.monotonic))
        stack.enter_context(patch.object(draft, "time", clock.wall))
        stack.enter_context(patch("interlock.assembly.budgets.monotonic", clock.monotonic))
        stack.enter_context(patch.object(Limiter.__init__, "__defaults__", (clock.monotonic,)))
        stack.enter_context(patch.dict(LedgerWriter.__init__.__kwdefaults__, clock=clock.monotonic))
        yield


def router(
    clock: Clock,
    source: Mapping[str, Any],
    plugins: Iterable[object],
    seed: str,
) -> Router:
    """A router like any other, whose bridge is the simulation's own loop instead of a thread's."""
    wiring = assemble(
        source,
        plugins=plugins,
        environ={},
        clock=clock.monotonic,
        wall=clock.wall,
        random=Random(seed).random,
    )
    wiring.bridge._loop, wiring.bridge._pid = asyncio.get_running_loop(), os.getpid()
    return Router(wiring)
