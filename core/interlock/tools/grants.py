"""Grants that have been used, remembered for as long as this process lives."""

import threading
import time
from collections.abc import Callable

from interlock.types.approvals import Grant


class MemoryGrants:
    """A GrantBook for one process. Threads and event loops may share it.

    Its clock is the machine's, as far as that goes forward: set back, it goes on by the monotonic one.
    """

    def __init__(
        self, clock: Callable[[], float] = time.time, monotonic: Callable[[], float] = time.monotonic
    ) -> None:
        self._clock = clock
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._latest = clock(), monotonic()
        self._used: dict[str, float] = {}

    async def consume(self, grant: Grant) -> bool:
        with self._lock:
            now = self._now()
            if grant.expires <= now or grant.id in self._used:
                return False
            # One that has expired is refused for that, and need not be remembered.
            self._used = {used: expires for used, expires in self._used.items() if expires > now}
            self._used[grant.id] = grant.expires
            return True

    def _now(self) -> float:
        wall, mark = self._latest
        monotonic = self._monotonic()
        now = max(self._clock(), wall + monotonic - mark)
        self._latest = now, monotonic
        return now
