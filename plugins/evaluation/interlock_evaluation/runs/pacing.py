"""How fast a run asks: so many at once, so many a minute of each provider, so much money in all."""

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import AbstractAsyncContextManager, AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field
from time import monotonic
from typing import Final, Protocol

_MINUTE: Final = 60.0


class OutOfMoney(Exception):
    """The next question might cost more than is left. What is under way goes on."""


@dataclass(slots=True, kw_only=True)
class Purse:
    """What a run may spend, in US dollars. What is under way holds what it might cost.

    Attributes:
        most: None for no limit.
    """

    most: float | None = None
    spent: float = 0.0
    held: float = 0.0

    def hold(self, amount: float) -> None:
        """Raises OutOfMoney where it does not fit."""
        if self.most is not None and self.spent + self.held + amount > self.most:
            raise OutOfMoney
        self.held += amount

    def settle(self, held: float, cost: float) -> None:
        self.held -= held
        self.spent += cost


@dataclass(slots=True, kw_only=True)
class Pace:
    """Limits of each provider: `at_once`, and starts in a minute.

    Attributes:
        per_minute: by provider; one that is not named has no such limit.
    """

    at_once: int
    per_minute: Mapping[str, int] = field(default_factory=dict)
    clock: Callable[[], float] = monotonic
    _turns: dict[str, asyncio.Semaphore] = field(default_factory=dict)
    _starts: dict[str, deque[float]] = field(default_factory=dict)

    @asynccontextmanager
    async def turns(self, providers: Mapping[str, int]) -> AsyncIterator[None]:
        """Wait for one's turn with each of them, and have it; so many calls of each begin."""
        async with AsyncExitStack() as stack:
            # In one order, so that no two wait for each other.
            for provider in sorted(providers):
                turn = self._turns.setdefault(provider, asyncio.Semaphore(self.at_once))
                await stack.enter_async_context(turn)
            for provider, count in providers.items():
                for _ in range(count):
                    await self._minute(provider)
            yield

    async def _minute(self, provider: str) -> None:
        most = self.per_minute.get(provider)
        if most is None:
            return
        starts = self._starts.setdefault(provider, deque())
        while True:
            now = self.clock()
            while starts and starts[0] <= now - _MINUTE:
                starts.popleft()
            if len(starts) < most:
                starts.append(now)
                return
            await asyncio.sleep(starts[0] + _MINUTE - now)


class Paying(Protocol):
    """What a question that is asked has cost so far, in US dollars: who asks it says so."""

    cost: float

    async def begin(self) -> None:
        """Wait until its calls may begin: they do right after this."""
        ...


class Terms(Protocol):
    """On what terms a question may be asked."""

    def granted(
        self, key: str, providers: Mapping[str, int], amount: float
    ) -> AbstractAsyncContextManager[Paying]:
        """Hold the amount and a turn with each provider until the end, and the next starts of so many calls.

        What it raises where the money is over is for whoever hands questions out.
        """
        ...

    def put_back(self, key: str, provider: str, seconds: float | None) -> None:
        """Have the question asked later where that can be done, as the provider wants: it raises then. It
        returns where the question is to be kept as it ended.
        """
        ...

    async def surely(self, write: Callable[[], Awaitable[None]]) -> None:
        """Have something written that has come and was paid for. Raises StoreError where that cannot be."""
        ...


@dataclass(slots=True)
class _Paid:
    cost: float = 0.0

    async def begin(self) -> None:
        """Who was granted its turn has waited already."""


class InProcess:
    """The terms of a run that one process asks alone."""

    def __init__(self, pace: Pace, purse: Purse) -> None:
        self._pace, self._purse = pace, purse

    @asynccontextmanager
    async def granted(self, key: str, providers: Mapping[str, int], amount: float) -> AsyncIterator[Paying]:
        """Raises OutOfMoney. The key is not needed here."""
        del key
        async with self._pace.turns(providers):
            self._purse.hold(amount)
            paid = _Paid()
            try:
                yield paid
            finally:
                self._purse.settle(amount, paid.cost)

    def put_back(self, key: str, provider: str, seconds: float | None) -> None:
        """What has failed is kept so: `--errors` asks it again."""

    async def surely(self, write: Callable[[], Awaitable[None]]) -> None:
        """At once, or not at all."""
        await write()
