"""How many attempts may be under way at once: places at a gate, and a bounded queue before it.

A gate serves every event loop and thread. Its state changes under a plain lock that nobody holds while
waiting, and giving a place back waits for no lock: an abandoned attempt may be collected by the garbage
collector in the middle of the gate's own work.
"""

import asyncio
import os
from collections import OrderedDict, deque
from collections.abc import Callable
from threading import Lock
from time import monotonic
from weakref import WeakSet

_RECENT = 0.1  # the weight of the last attempt in the mean time that a place is held


class Place:
    """One attempt's place: in the queue while it has a future that is not done, then beyond the gate."""

    __slots__ = ("future", "loop", "since")

    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self.loop = loop
        self.future: asyncio.Future[bool] | None = None
        self.since = 0.0


class Gate:
    """Lets `limit` attempts through at once; `queue` more may wait, first come, first served."""

    def __init__(self, limit: int, queue: int, clock: Callable[[], float] = monotonic) -> None:
        self.limit = limit
        self.queue = queue
        self._clock = clock
        self._left: deque[Place] = deque()
        self._held_for: float | None = None
        self.begin()
        _GATES.add(self)

    def begin(self) -> None:
        """Nothing is held and nobody waits."""
        self._lock = Lock()
        self._inside: set[Place] = set()
        self._waiting: OrderedDict[Place, None] = OrderedDict()
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

    def enter(self) -> Place | None:
        """A place for an attempt on the running loop; None when the gate and its queue are full.

        A place that has a future is one in the queue: `wait` for it. Every place must be left.
        """
        place = Place(asyncio.get_running_loop())
        with self._lock:
            entered = self._enter(place)
        if self._left:
            self._settle()
        return place if entered else None

    def _enter(self, place: Place) -> bool:
        full = len(self._inside) >= self.limit
        if place.loop not in self._loops or (full and any(loop.is_closed() for loop in self._loops)):
            self._bury()
            self._loops.add(place.loop)
            full = len(self._inside) >= self.limit
        if not full and not self._waiting:
            place.since = self._clock()
            self._inside.add(place)
            return True
        if len(self._waiting) >= self.queue:
            return False
        place.future = place.loop.create_future()
        self._waiting[place] = None
        return True

    async def wait(self, place: Place, due: float) -> bool:
        """Whether the place came up before the loop's time `due`. Cancelled or late, the place is left."""
        if place.future is None:
            return True
        timer = place.loop.call_at(due, self._expire, place)
        try:
            came_up = await place.future
        except BaseException:
            self.leave(place)
            raise
        finally:
            timer.cancel()
        return came_up

    def leave(self, place: Place) -> None:
        """Give the place back, from any thread and from a finaliser. May be called again."""
        self._left.append(place)
        self._settle()

    def _expire(self, place: Place) -> None:
        with self._lock:
            self._bury()
        self._settle()
        with self._lock:
            late = place in self._waiting
            if late:
                del self._waiting[place]
        if late and place.future is not None and not place.future.done():
            place.future.set_result(False)
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
            for place in let_in:
                try:
                    place.loop.call_soon_threadsafe(_come_up, place)
                except RuntimeError:  # its loop has closed
                    self._left.append(place)
            if not self._left:
                return

    def _let_in(self) -> list[Place]:
        now = self._clock()
        while self._left:
            place = self._left.popleft()
            self._waiting.pop(place, None)
            if place in self._inside:
                self._inside.remove(place)
                held, mean = now - place.since, self._held_for
                self._held_for = held if mean is None else mean + (held - mean) * _RECENT
        let_in: list[Place] = []
        while self._waiting and len(self._inside) < self.limit:
            place, _ = self._waiting.popitem(last=False)
            place.since = now
            self._inside.add(place)
            let_in.append(place)
        return let_in

    def _bury(self) -> None:
        """Forget the loops that closed, and with them the attempts that nobody will end any more."""
        dead = {loop for loop in self._loops if loop.is_closed()}
        if dead:
            self._loops -= dead
            places = [place for place in (*self._inside, *self._waiting) if place.loop in dead]
            for place in places:
                self._inside.discard(place)
                self._waiting.pop(place, None)
            self._left.extend(places)  # so that somebody settles who is next


def _come_up(place: Place) -> None:
    if place.future is not None and not place.future.done():
        place.future.set_result(True)


_GATES: WeakSet[Gate] = WeakSet()


def _begin_anew() -> None:
    """In a forked child, what the parent's attempts hold is not ours, and its threads release no lock."""
    for gate in list(_GATES):
        gate.begin()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_begin_anew)
