"""How many attempts may be under way at once: places at a limiter, and a bounded queue before it.

A limiter serves every event loop and thread. Its state changes under a plain lock that nobody holds while
waiting, and giving a place back waits for no lock: an abandoned attempt may be collected by the garbage
collector in the middle of the limiter's own work.
"""

import asyncio
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock
from time import monotonic

from interlock.forks import anew

_RECENT = 0.1  # the weight of the last attempt in the mean time that a place is held


class Waiter:
    """One attempt's place: in the queue while it has a future that is not done, then beyond the limiter."""

    __slots__ = ("future", "loop", "since")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.future: asyncio.Future[bool] | None = None
        self.since = 0.0


class Limiter:
    """Lets `limit` attempts through at once; `queue` more may wait, first come, first served."""

    def __init__(self, limit: int, queue: int, clock: Callable[[], float] = monotonic) -> None:
        self.limit = limit
        self.queue = queue
        self._clock = clock
        self._left: deque[Waiter] = deque()
        self._held_for: float | None = None
        self.begin()
        anew(self.begin)

    def begin(self) -> None:
        """Nothing is held and nobody waits: a forked child holds nothing of the parent's attempts."""
        self._lock = Lock()
        self._inside: set[Waiter] = set()
        self._waiting: OrderedDict[Waiter, None] = OrderedDict()
        self._loops: set[asyncio.AbstractEventLoop] = set()

    @property
    def inside(self) -> int:
        return len(self._inside)

    @property
    def waiting(self) -> int:
        return len(self._waiting)

    @property
    def retry_after(self) -> float | None:
        """Seconds until those who wait are through, if attempts go on to take as long as they did."""
        held = self._held_for
        return None if held is None else held * (len(self._waiting) + 1) / self.limit

    def enter(self) -> Waiter | None:
        """A place for an attempt on the running loop; None when the limiter and its queue are full.

        A place that has a future is one in the queue: `wait` for it. Every place must be left.
        """
        waiter = Waiter(asyncio.get_running_loop())
        with self._lock:
            entered = self._enter(waiter)
        if self._left:
            self._settle()
        return waiter if entered else None

    def _enter(self, waiter: Waiter) -> bool:
        full = len(self._inside) >= self.limit
        if waiter.loop not in self._loops or (full and any(loop.is_closed() for loop in self._loops)):
            self._bury()
            self._loops.add(waiter.loop)
            full = len(self._inside) >= self.limit
        if not full and not self._waiting:
            waiter.since = self._clock()
            self._inside.add(waiter)
            return True
        if len(self._waiting) >= self.queue:
            return False
        waiter.future = waiter.loop.create_future()
        self._waiting[waiter] = None
        return True

    async def wait(self, waiter: Waiter, due: float) -> bool:
        """Whether the place came up before the loop's time `due`. Cancelled or late, the place is left."""
        if waiter.future is None:
            return True
        timer = waiter.loop.call_at(due, self._expire, waiter)
        try:
            came_up = await waiter.future
        except BaseException:
            self.leave(waiter)
            raise
        finally:
            timer.cancel()
        return came_up

    def leave(self, waiter: Waiter) -> None:
        """Give the place back, from any thread and from a finaliser. May be called again."""
        self._left.append(waiter)
        self._settle()

    def _expire(self, waiter: Waiter) -> None:
        with self._lock:
            self._bury()
        self._settle()
        with self._lock:
            late = waiter in self._waiting
            if late:
                del self._waiting[waiter]
        if late and waiter.future is not None and not waiter.future.done():
            waiter.future.set_result(False)
        if self._left:
            self._settle()

    def _settle(self) -> None:
        """Take back what was left and let in who is next, until there is nothing to do.

        Whoever finds the lock taken leaves the work to its holder, who looks again after releasing it.
        """
        while self._lock.acquire(blocking=False):
            try:
                let_in = self._let_in()
            finally:
                self._lock.release()
            for waiter in let_in:
                try:
                    waiter.loop.call_soon_threadsafe(_come_up, waiter)
                except RuntimeError:  # its loop has closed
                    self._left.append(waiter)
            if not self._left:
                return

    def _let_in(self) -> list[Waiter]:
        now = self._clock()
        while self._left:
            waiter = self._left.popleft()
            self._waiting.pop(waiter, None)
            if waiter in self._inside:
                self._inside.remove(waiter)
                held, mean = now - waiter.since, self._held_for
                self._held_for = held if mean is None else mean + (held - mean) * _RECENT
        let_in: list[Waiter] = []
        while self._waiting and len(self._inside) < self.limit:
            waiter, _ = self._waiting.popitem(last=False)
            waiter.since = now
            self._inside.add(waiter)
            let_in.append(waiter)
        return let_in

    def _bury(self) -> None:
        """Forget the loops that closed, and with them the attempts that nobody will end any more."""
        dead = {loop for loop in self._loops if loop.is_closed()}
        if dead:
            self._loops -= dead
            waiters = [waiter for waiter in (*self._inside, *self._waiting) if waiter.loop in dead]
            for waiter in waiters:
                self._inside.discard(waiter)
                self._waiting.pop(waiter, None)
            self._left.extend(waiters)  # so that somebody settles who is next


def _come_up(waiter: Waiter) -> None:
    if waiter.future is not None and not waiter.future.done():
        waiter.future.set_result(True)
