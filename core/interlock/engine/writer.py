"""What is on its way out of the process: handed over without waiting, written in batches on the bridge."""

import asyncio
import atexit
import sys
import threading
import time
import weakref
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import CancelledError, Future
from concurrent.futures import TimeoutError as Late
from itertools import islice
from typing import Any, ClassVar, Generic, Protocol, TypeVar

from interlock.engine.bridge import Bridge
from interlock.errors import InterlockError
from interlock.forks import anew
from interlock.logs import redacting_logger

_log = redacting_logger("interlock.records")

ROOM = 10_000
"""Items that may wait."""
_BATCH = 500
_LINGER = 0.1  # seconds for more items to come, before they are written together
_TRIES_AT_THE_END = 3
PATIENCE = 10.0
"""Seconds that closing waits for a place."""


class WritersPlace(Protocol):
    """Where a writer writes."""

    async def aclose(self) -> None: ...


T = TypeVar("T")
P = TypeVar("P", bound=WritersPlace)


class Writer(Generic[T, P]):
    """Writes a router's items. Never blocks a call, never fails one, and holds a bounded number.

    Items that find no room are lost, which is counted in `lost` and logged. Everything else is written before
    `aclose` returns and before the interpreter exits, as far as the place takes it in time.
    """

    what: ClassVar[str]  # is written, in the plural
    where: ClassVar[str]
    ordered: ClassVar[bool] = False  # whether one that cannot be written holds up the rest
    longest_wait: ClassVar[float] = 30.0  # seconds between two tries
    idle_after: ClassVar[float] = 5.0  # seconds after which a place with nothing to do is closed

    def __init__(self, open_: Callable[[], P], bridge: Bridge, *, room: int = ROOM) -> None:
        self.lost = 0
        self.problem = ""
        self._open = open_
        self._bridge = bridge
        self._room = room
        self._begin()
        _WRITERS.add(self)
        anew(self.start_anew)

    async def _write(self, place: P, batch: Sequence[T]) -> None:
        """When it returns they outlive the process."""
        raise NotImplementedError

    async def _tidy(self, place: P) -> bool:  # noqa: ARG002 - for those that do
        """What is to be done while nothing waits. Whether there is more of it."""
        return False

    async def _done(self, place: P, batch: Sequence[T]) -> None:
        """A batch was written."""

    def _failed(self) -> None:
        """A batch was not written, and waits."""

    def _pressing(self) -> bool:
        """Whether somebody waits for what waits here."""
        return False

    def _begin(self) -> None:
        self._lock = threading.RLock()  # an abandoned call may be collected while it is held, and put too
        self._waiting: deque[T] = deque()
        self._awake = False
        self._work: asyncio.Task[None] | None = None
        self._place: P | None = None
        self._signal: asyncio.Event | None = None
        self._closing = False
        self._watched = False

    def put(self, item: T) -> None:
        """Hand an item over, from any thread."""
        with self._lock:
            if len(self._waiting) < self._room:
                self._waiting.append(item)
            else:
                self.lost += 1
                if str(self.lost).rstrip("0") == "1":
                    _log.warning("%d %s lost: the %s does not keep up", self.lost, self.what, self.where)
            if self._awake:
                return
            self._awake = True
        self._bridge.call_soon(self._wake)

    @property
    def idle(self) -> bool:
        """Whether nothing waits and nothing is open."""
        return not self._waiting and self._work is None

    async def aclose(self) -> None:
        """Write what waits and close the place, from any loop. An item that comes later opens it again."""
        if not self.idle:
            await asyncio.wrap_future(self.close_soon())

    def close_soon(self) -> "Future[None]":
        return self._bridge.submit(self._close)

    def start_anew(self) -> None:
        """In the child of a fork: what waits and what is open are the parent's."""
        if self._place is not None:
            _INHERITED.append(self._place)
        self.lost = 0
        self._begin()

    def _wake(self) -> None:
        if self._work is None or self._work.done():
            if not self._watched:
                self._watched = True
                _drain_at_the_end_of_a_child()
            self._signal = asyncio.Event()
            self._work = asyncio.get_running_loop().create_task(self._write_all())
        elif self._signal is not None:
            self._signal.set()

    async def _close(self) -> None:
        self._closing = True
        try:
            self._wake()
            if self._signal is not None:
                self._signal.set()
            work = self._work
            if work is not None:
                await asyncio.wait({work}, timeout=PATIENCE)
                if not work.done():
                    self.problem = self.problem or f"the {self.where} took longer than {PATIENCE:g} s"
                    work.cancel()
                    await asyncio.wait({work}, timeout=1.0)
        finally:
            self._closing = False
        if self.problem:
            self._give_up()
        elif self._waiting:
            self._awake = True
            self._wake()

    def _give_up(self) -> None:
        with self._lock:  # whoever comes in between would neither be written nor told
            self._failed()
            left = len(self._waiting)
            self._waiting.clear()
            self.lost += left
        if left:
            _log.warning("%d %s lost: %s", left, self.what, self.problem)

    async def _write_all(self) -> None:
        tries, size = 0, _BATCH
        going_on = False
        try:
            await self._pause(_LINGER)
            while True:
                with self._lock:
                    batch = list(islice(self._waiting, size))
                if not batch:
                    if self._place is not None and await self._tidy(self._place) and not self._closing:
                        continue
                    if not await self._more():
                        break
                elif await self._written(batch, tries):
                    tries, size = 0, min(_BATCH, 2 * size)
                    if len(batch) < _BATCH:  # what comes meanwhile costs less together
                        await self._pause(_LINGER)
                else:
                    tries, size = tries + 1, max(1, size // 2)
                    if self._closing and tries >= _TRIES_AT_THE_END:
                        break
                    wait = min(self.longest_wait, _LINGER * 2**tries)
                    await (asyncio.sleep(wait) if self._closing else self._pause(wait))
            going_on = not self._closing
        finally:
            await self._let_go(going_on=going_on)

    async def _written(self, batch: list[T], tries: int) -> bool:
        try:
            if self._place is None:
                self._place = self._open()
            await self._write(self._place, batch)
        except Exception as error:  # noqa: BLE001 - a plugin may raise anything; the writer goes on
            self.problem = error.message if isinstance(error, InterlockError) else type(error).__name__
            if not tries:
                _log.warning("%s cannot be written, and wait: %s", self.what, self.problem)
            if len(batch) == 1 and not self.ordered:
                # The next try is another one's: one that cannot be kept must not hold up the rest.
                with self._lock:
                    self._waiting.rotate(-1)
            self._failed()
            return False
        with self._lock:
            for _ in batch:
                self._waiting.popleft()
        if tries:
            _log.warning("%s are written again", self.what)
        self.problem = ""
        await self._done(self._place, batch)
        return True

    async def _more(self) -> bool:
        """Wait for more. Whether any came."""
        with self._lock:
            self._awake = bool(self._waiting)
        if not self._waiting and not self._closing:
            await self._pause(self.idle_after)
            if self._waiting and not self._closing:
                await self._pause(_LINGER)
        return bool(self._waiting)

    async def _pause(self, seconds: float) -> None:
        """Wait, unless the writer is closed or woken meanwhile."""
        if self._closing or self._signal is None:
            return
        self._signal.clear()
        if self._pressing():  # looked at after the signal was cleared: whoever comes now sets it again
            return
        try:
            async with asyncio.timeout(seconds):
                await self._signal.wait()
        except TimeoutError:
            pass

    async def _let_go(self, *, going_on: bool) -> None:
        place, self._place = self._place, None
        try:
            if place is not None:
                await place.aclose()
        except Exception as error:  # noqa: BLE001 - as above; what was confirmed is kept
            _log.warning("the %s of %s did not close: %s", self.where, self.what, type(error).__name__)
        finally:
            with self._lock:
                self._awake = going_on and bool(self._waiting)
                self._work = None
            if self._awake:
                self._wake()


_WRITERS: "weakref.WeakSet[Writer[Any, Any]]" = weakref.WeakSet()
# A connection that a child lets go of may end its parent's too; these are never let go of.
_INHERITED: list[WritersPlace] = []


def _drain_all() -> None:
    """Runs before the bridges are closed: what is registered last at exit comes first."""
    futures = [writer.close_soon() for writer in list(_WRITERS) if not writer.idle]
    due = time.monotonic() + PATIENCE + 1
    for future in futures:
        try:
            future.result(max(0.0, due - time.monotonic()))
        except (Late, CancelledError):
            _log.warning("records or entries lost: their place did not close in time")


def _drain_at_the_end_of_a_child() -> None:
    """Children of multiprocessing leave without running what is registered with atexit."""
    util = sys.modules.get("multiprocessing.util")
    if util is not None:
        util.Finalize(None, _drain_all, exitpriority=10)


atexit.register(_drain_all)
