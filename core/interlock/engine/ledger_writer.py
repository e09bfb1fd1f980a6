"""A shared ledger, as a router uses it: what waits goes in one exchange, and whoever waits is told."""

import asyncio
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from time import monotonic

from interlock.engine.bridge import Bridge
from interlock.engine.writer import Writer
from interlock.errors import StoreError
from interlock.protocols import SharedLedger
from interlock.types.ledgers import AccountTally, Hold, LedgerCall, Settlement, Step

# Seconds for one exchange; one that takes longer is broken off. The first one may have tables to make.
_PATIENCE = 2.0
_FIRST = 10.0
_FRESH = 0.25  # seconds after a failure for which nobody waits for another


class _Queued:
    """A step, and who waits for it."""

    __slots__ = ("step", "waiter")

    def __init__(self, step: Step, waiter: "Future[bool] | None" = None) -> None:
        self.step = step
        self.waiter = waiter


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
        try:
            return await asyncio.wrap_future(self.ask(step))
        except asyncio.CancelledError:
            if isinstance(step, Hold):
                self.leave(given_back(step))
            raise

    def ask(self, step: Step) -> "Future[bool]":
        """What `take` returns or raises, once it is known; from any thread.

        Raises:
            StoreError: the ledger is out of reach, and is not even asked.
        """
        if self._failed_at is not None and self._clock() - self._failed_at < _FRESH:
            raise StoreError(self._out_of_reach())
        waiter: Future[bool] = Future()
        with self._lock:
            if len(self._waiting) >= self._room:
                raise StoreError(f"{len(self._waiting)} entries wait for the ledger already")
            self._waiting.append(_Queued(step, waiter))
            self._pressed += 1
            self._awake = True
        self._bridge.call_soon(self._wake)
        return waiter

    def leave(self, step: Step) -> None:
        """Hand over what nobody waits for, from any thread."""
        self.put(_Queued(step))

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
        for item in batch:
            self._tell(item, getattr(item.step, "id", None) not in reply.refused)

    def _failed(self) -> None:
        self._failed_at = self._clock()
        with self._lock:
            waiting = tuple(self._waiting)
        for item in waiting:
            if item.waiter is not None:
                step = item.step
                if isinstance(step, Hold):
                    item.step = given_back(step)
                self._tell(item, StoreError(self._out_of_reach()))

    def _tell(self, item: _Queued, outcome: "bool | StoreError") -> None:
        waiter, item.waiter = item.waiter, None
        if waiter is None:
            return
        with self._lock:
            self._pressed -= 1
        if not waiter.set_running_or_notify_cancel():
            return
        if isinstance(outcome, StoreError):
            waiter.set_exception(outcome)
        else:
            waiter.set_result(outcome)


def given_back(hold: Hold) -> Settlement:
    """As if it had never been held."""
    return Settlement(id=hold.id, accounts=hold.accounts, requests=0, tokens=0, money=0)
