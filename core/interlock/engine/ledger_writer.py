"""A shared ledger, as a router uses it: what waits goes in one exchange, and whoever waits is told."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from time import monotonic

from interlock.engine.bridge import Bridge
from interlock.engine.writer import Writer
from interlock.errors import StoreError
from interlock.protocols import SharedLedger
from interlock.types.ledgers import AccountTally, Hold, LedgerCall, Look, Settlement, Step

# Seconds for one exchange; one that takes longer is broken off. The first one may have tables to make.
_PATIENCE = 2.0
_FIRST = 10.0
_FRESH = 0.25  # seconds after a failure for which nobody waits for another


Outcome = bool | StoreError
"""Whether a step was taken; or nobody knows."""


class _Queued:
    """A step, and who is told what came of it: on their `loop`, or on the bridge's thread."""

    __slots__ = ("loop", "step", "tell")

    def __init__(
        self,
        step: Step,
        tell: Callable[[Outcome], None] | None = None,
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        self.step, self.tell, self.loop = step, tell, loop


class LedgerWriter(Writer[_Queued, SharedLedger]):
    """Takes a router's steps to its ledger, in the order in which they are handed over.

    When one exchange fails, everybody who waits is told so at once. What they wanted held is given back as
    soon as the ledger is there again; it may have been held all the same. What was settled waits for that.
    `hear` is told how accounts stand, after each exchange and on the bridge's thread.
    """

    what = "entries of the ledger"
    where = "ledger"
    ordered = True
    longest_wait = 2.0
    idle_after = 60.0

    def __init__(
        self,
        open_: Callable[[], SharedLedger],
        bridge: Bridge,
        *,
        hear: Callable[[Mapping[str, AccountTally]], None],
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`clock` returns seconds that never run backwards."""
        self._hear = hear
        self._clock = clock
        self.before_closing: Callable[[], None] | None = None
        super().__init__(open_, bridge)

    def _begin(self) -> None:
        super()._begin()
        self._pressed = 0  # of those that wait, how many somebody waits for
        self._called = False  # whether the bridge is about to wake it
        self._failed_at: float | None = None
        self._reached: float | None = None

    @property
    def unreached(self) -> float | None:
        """Seconds since the ledger was last reached; None when it never was."""
        return None if self._reached is None else self._clock() - self._reached

    async def take(self, step: Step) -> bool:
        """Have a step taken, from any loop. Whether it was: a hold may be refused.

        Raises:
            StoreError: it may not have been taken, and if it was a hold, is given back.
        """
        loop = asyncio.get_running_loop()
        future: asyncio.Future[bool] = loop.create_future()
        self.ask(step, partial(_tell, future), loop)
        try:
            return await future
        except asyncio.CancelledError:
            if isinstance(step, Hold):
                self.leave(given_back(step))
            raise

    def ask(
        self,
        step: Step,
        tell: Callable[[Outcome], None],
        loop: asyncio.AbstractEventLoop | None = None,
    ) -> None:
        """Have a step taken, from any thread. `tell` is called with what `take` returns or raises, on the
        loop or on the bridge's thread.

        Raises:
            StoreError: the ledger is out of reach, and is not even asked.
        """
        if self._failed_at is not None and self._clock() - self._failed_at < _FRESH:
            raise StoreError(self._out_of_reach())
        with self._lock:
            if len(self._waiting) >= self._room:
                raise StoreError(f"{len(self._waiting)} entries wait for the ledger already")
            self._waiting.append(_Queued(step, tell, loop))
            self._pressed += 1
            self._awake = True
            if self._called:
                return
            self._called = True
        self._bridge.call_soon(self._wake)

    async def warm(self) -> None:
        """Connect now. That the ledger is out of reach, whoever needs it will hear."""
        with suppress(StoreError):
            await self.take(Look(accounts=()))

    def leave(self, step: Step) -> None:
        """Hand over what nobody waits for, from any thread."""
        self.put(_Queued(step))

    def _wake(self) -> None:
        with self._lock:
            self._called = False
        super()._wake()

    async def _close(self) -> None:
        if self.before_closing is not None:
            self.before_closing()
        await super()._close()

    def _out_of_reach(self) -> str:
        return f"the ledger of budgets is out of reach: {self.problem}"

    def _pressing(self) -> bool:
        return self._pressed > 0

    async def _write(self, place: SharedLedger, batch: Sequence[_Queued]) -> None:
        patience = _FIRST if self._reached is None and self._failed_at is None else _PATIENCE
        try:
            async with asyncio.timeout(patience):
                reply = await place.exchange(LedgerCall(steps=tuple(item.step for item in batch)))
        except TimeoutError:
            raise StoreError(f"the ledger took longer than {patience:g} s") from None
        self._reached, self._failed_at = self._clock(), None
        self._hear(reply.tallies)
        self._tell_all([(item, getattr(item.step, "id", None) not in reply.refused) for item in batch])

    def _failed(self) -> None:
        self._failed_at = self._clock()
        with self._lock:
            waiting = tuple(self._waiting)
        waited_for = [item for item in waiting if item.tell is not None]
        for item in waited_for:
            if isinstance(item.step, Hold):
                item.step = given_back(item.step)
        self._tell_all([(item, StoreError(self._out_of_reach())) for item in waited_for])

    def _tell_all(self, outcomes: Sequence[tuple[_Queued, Outcome]]) -> None:
        """Each loop is woken once, for all that wait on it: to wake it costs more than to tell them."""
        found: dict[asyncio.AbstractEventLoop | None, list[Callable[[], None]]] = {}
        for item, outcome in outcomes:
            tell, item.tell = item.tell, None
            if tell is not None:
                found.setdefault(item.loop, []).append(partial(tell, outcome))
        with self._lock:
            self._pressed -= sum(map(len, found.values()))
        for loop, told in found.items():
            if loop is None:
                _call(told)
            else:
                with suppress(RuntimeError):  # a loop that was closed meanwhile
                    loop.call_soon_threadsafe(_call, told)


def _tell(future: "asyncio.Future[bool]", outcome: Outcome) -> None:
    if future.done():  # whoever waited has left
        return
    if isinstance(outcome, StoreError):
        future.set_exception(outcome)
    else:
        future.set_result(outcome)


def _call(each: Sequence[Callable[[], None]]) -> None:
    for call in each:
        call()


def given_back(hold: Hold) -> Settlement:
    """As if it had never been held."""
    return Settlement(id=hold.id, accounts=hold.accounts, requests=0, tokens=0, money=0)
