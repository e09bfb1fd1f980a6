"""A lease while it is held: renewed in time, and not relied on after it."""

import asyncio
from collections.abc import Awaitable, Callable

from interlock import StoreError
from interlock.types.clocks import elapsed
from interlock_agents.engines.strands import LeaseLost

_SHARE = 3  # renewals in the time that a lease holds


class Held:
    """Holds from when it was asked for, by this machine's own clock, and again from each renewal."""

    def __init__(self, renew: Callable[[], Awaitable[None]], *, seconds: float, asked: float) -> None:
        """`renew` raises LeaseLost, and StoreError; `asked`: when it was claimed, by `elapsed`."""
        self._renew = renew
        self._seconds = seconds
        self._until = asked + seconds
        self._lost: Callable[[LeaseLost], None] | None = None
        self._error: LeaseLost | None = None

    def check(self) -> None:
        """Raise LeaseLost if somebody else may have it: this process stood still, or it was not renewed."""
        if elapsed() >= self._until:
            raise LeaseLost("the lease of the run has run out")

    def renewed(self, *, asked: float) -> None:
        """Count from then."""
        self._until = max(self._until, asked + self._seconds)

    def tell(self, lost: Callable[[LeaseLost], None]) -> None:
        """Call this when it is lost, or now, if it is."""
        self._lost = lost
        if self._error is not None:
            lost(self._error)

    async def tend(self) -> None:
        """Renew it until it is lost, and say so then."""
        while True:
            await asyncio.sleep(self._seconds / _SHARE)
            asked = elapsed()
            try:
                try:
                    await self._renew()
                except StoreError:
                    self.check()
                else:
                    self.renewed(asked=asked)
            except LeaseLost as error:
                self._error = error
                if self._lost is not None:
                    self._lost(error)
                return
