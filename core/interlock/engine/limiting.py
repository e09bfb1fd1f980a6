"""Limits as a router keeps to them: by itself, or through a store, together with other processes."""

import asyncio
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future
from contextlib import suppress
from threading import Lock
from time import monotonic
from uuid import uuid4

from interlock.engine.bridge import Bridge
from interlock.errors import InterlockError, Overloaded, StoreError
from interlock.forks import anew
from interlock.limits import LocalLimits, shared_out
from interlock.limits.line import Line, Ticket
from interlock.logs import redacting_logger
from interlock.protocols import SharedLimits
from interlock.types.limits import LimitedLine, LimitsCall, LimitsReply, SharedLimit

_log = redacting_logger("interlock.limits")

# Seconds for one exchange; the first one may have tables to make.
_PATIENCE = 2.0
_FIRST = 10.0
_EVERY = 1.0  # seconds between two exchanges of a line in which nothing happens
_AT_ONCE = 0.05  # seconds until it is tried once more: one failure is no outage, in a process with much to do
_AGAIN = 0.5  # seconds until a store that is down is tried again, and for which nobody waits for it
_LEASE = 15.0  # seconds after which what a process held that died is others' again
_FOR_GOOD = 1e9


class Limiting:
    """Lets attempts go as the limits of their lines allow. Serves every event loop and thread.

    Without a store, or while it is out of reach and there is grace, this process keeps to the limits, or to
    its share of them, by itself and at once. Else a task on the bridge tells the store how the process
    stands, whenever somebody comes or goes. Giving a place back waits for no lock: an abandoned attempt may
    be collected in the middle of this class's own work.
    """

    def __init__(
        self,
        lines: Mapping[str, Sequence[SharedLimit]],
        bridge: Bridge,
        *,
        queue: int,
        open_: Callable[[], SharedLimits] | None = None,
        grace: float | None = None,
        clock: Callable[[], float] = monotonic,
    ) -> None:
        """`lines` are the limits that each line falls under, `queue` is how many may wait in one. `grace` is
        in seconds since the store was last reached; None is none. `clock` never runs backwards.
        """
        self._given = dict(lines)
        self._bridge = bridge
        self._queue = queue
        self._open = open_
        self._grace = grace
        self._clock = clock
        self._begin()
        anew(self._begin)

    def _begin(self) -> None:
        """Nothing is held and nobody waits: also in a forked child, which holds nothing of its parent's."""
        self._lock = Lock()
        self._left: deque[Ticket] = deque()
        self._lines = {name: Line(name, limits, self._queue) for name, limits in self._given.items()}
        self._me = uuid4().hex[:12]
        self._number = 0
        self.problem = ""
        self._apart = LocalLimits(self._clock) if self._open is None else None
        self._reached: float | None = None
        self._failed_at: float | None = None
        self._failures = 0
        self._work: asyncio.Task[None] | None = None
        self._signal: asyncio.Event | None = None
        self._awake = self._closing = False
        self._timer: asyncio.TimerHandle | None = None

    @property
    def shared(self) -> bool:
        """Whether other processes keep to these limits, too."""
        return self._open is not None

    @property
    def apart(self) -> bool:
        """Whether this process goes by its share, because the store is out of reach."""
        return self.shared and self._apart is not None

    @property
    def names(self) -> frozenset[str]:
        """Those of the lines."""
        return frozenset(self._given)

    @property
    def counts_tokens(self) -> bool:
        return any(line.counts_tokens for line in self._lines.values())

    def line(self, name: str) -> Line | None:
        return self._lines.get(name)

    def enter(self, line: Line, tokens: int, within: float) -> Ticket | None:
        """A ticket, which must be left; None when too many wait, or it would take longer than `within`
        seconds. One that is not through has a future: `wait` for it.

        Raises:
            StoreError: the store is out of reach, and there is no grace.
        """
        with self._lock:
            now = self._clock()
            if self.apart:
                self._look_again(now)
            if self._apart is None and self._failed_at is not None and now - self._failed_at < _AGAIN:
                raise StoreError(self._out_of_reach())
            ticket = line.enter(tokens, now, now + within)
            if ticket is not None:
                first = len(line.waiting) == 1
                if self._apart is not None and first:
                    self._serve(now)
                if not ticket.through and ticket in line.waiting:
                    ticket.future = Future()
                    if first:
                        self._rouse()
        self._settle()
        return ticket if ticket is not None and (ticket.through or ticket.future) else None

    async def wait(self, ticket: Ticket, within: float) -> bool:
        """Whether it came up in so many seconds. Cancelled or late, it is left.

        Raises:
            StoreError: as `enter`.
        """
        if ticket.future is None:
            return ticket.through
        try:
            async with asyncio.timeout(within):
                came_up = await asyncio.wrap_future(ticket.future)
        except TimeoutError:
            self.leave(ticket)
            return False
        except BaseException:
            self.leave(ticket)
            raise
        self._goes(ticket)
        return came_up

    def _goes(self, ticket: Ticket) -> None:
        with self._lock:
            if ticket.line.goes(ticket, self._clock()):
                if self._apart is not None:
                    self._serve(self._clock())
                if self.shared:
                    self._rouse()
        self._settle()

    def leave(self, ticket: Ticket) -> None:
        """Give it back, from any thread and from a finaliser. May be called again."""
        self._left.append(ticket)
        self._settle()

    def used(self, ticket: Ticket, tokens: int) -> None:
        """An attempt took so many tokens, from any thread."""
        with self._lock:
            ticket.line.gives_back(ticket, tokens)
        self._settle()

    def crowded(self, line: Line, name: str, waited: float = 0.0) -> Overloaded:
        """Why there is no room for what `name` says, after so many seconds."""
        return line.crowded(name, waited, self._clock(), alone=not self.shared)

    async def aclose(self) -> None:
        """Tell what is left to tell and disconnect, from any loop. The next attempt connects again."""
        if self._work is not None and self._bridge.running:
            await asyncio.wrap_future(self._bridge.submit(self._stop))

    async def _stop(self) -> None:
        work, self._closing = self._work, True
        try:
            if work is not None:
                if self._signal is not None:
                    self._signal.set()
                await asyncio.wait({work}, timeout=_PATIENCE + 1)
        finally:
            self._closing = False

    def _out_of_reach(self) -> str:
        return f"limits are shared, and cannot be asked about: {self.problem}"

    def _settle(self) -> None:
        """Take back what was left. Whoever finds the lock taken leaves it to its holder, who looks again."""
        while self._left and self._lock.acquire(blocking=False):
            try:
                freed = False
                while self._left:
                    ticket = self._left.popleft()
                    freed |= ticket.line.leave(ticket)
                if freed and self._apart is not None:
                    self._serve(self._clock())
                if freed and self.shared:
                    self._rouse()
            finally:
                self._lock.release()

    def _rouse(self) -> None:
        """Have the task look, or the timer set. Called with the lock."""
        if not self._awake:
            self._awake = True
            self._bridge.call_soon(self._wake)

    def _wake(self) -> None:
        self._awake = False
        if self._apart is not None:
            self._set_timer()
        if not self.shared:
            return
        if self._work is None or self._work.done():
            self._signal = asyncio.Event()
            self._work = asyncio.get_running_loop().create_task(self._keep_told())
        elif self._signal is not None:
            self._signal.set()

    def _look_again(self, now: float) -> None:
        """While the store is out of reach: whether there is grace yet, and somebody to try it."""
        if not self._in_grace(now):
            self._apart = None
        elif self._work is None:
            self._rouse()

    def _in_grace(self, now: float) -> bool:
        return self._grace is not None and self._reached is not None and now - self._reached <= self._grace

    def _serve(self, now: float, *, anew: bool = False) -> None:
        """Let those go that may by this process's own count. Called with the lock."""
        apart = self._apart
        if apart is None:
            return
        self._number += 1
        told = [
            (line, *line.by_itself(now, self._shares(line), anew=anew, own=not self.shared))
            for line in self._lines.values()
            if line.held or line.waiting or line.unsaid or anew
        ]
        lines = tuple(limited for _, limited, _ in told)
        reply = apart.take(LimitsCall(process=self._me, number=self._number, lines=lines, lease=_FOR_GOOD))
        at = None if self.shared else reply.at
        for line, limited, asked in told:
            for ticket in line.heard_itself(limited, asked, reply.lines[line.name], at=at, now=now):
                ticket.tell(through=ticket.through)

    def _shares(self, line: Line) -> tuple[SharedLimit, ...]:
        if not self.shared:
            return line.limits
        return tuple(shared_out(limit, line.processes) for limit in line.limits)

    def _set_timer(self) -> None:
        """Serve again when it may help, for as long as somebody waits."""
        with self._lock:
            now = self._clock()
            due = min((line.again for line in self._lines.values() if line.waiting), default=None)
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None
        if due is not None:
            wait = min(max(due - now, 0.001), _EVERY)
            self._timer = asyncio.get_running_loop().call_later(wait, self._ring)

    def _ring(self) -> None:
        with self._lock:
            self._serve(self._clock())
        self._settle()
        if self._apart is not None:
            self._set_timer()

    async def _keep_told(self) -> None:
        """Tell the store, until nobody has used a line for a while."""
        store = None if self._open is None else self._open()
        try:
            while store is not None:
                await self._exchange(store)
                pause = self._pause()
                if pause is None:
                    break
                if self._signal is not None:
                    with suppress(TimeoutError):
                        async with asyncio.timeout(pause):
                            await self._signal.wait()
                    self._signal.clear()
        finally:
            with self._lock:
                self._work = None
                for line in self._lines.values():
                    line.known = False
            if store is not None:
                await self._let_go(store)

    def _pause(self) -> float | None:
        with self._lock:
            now = self._clock()
            lines = self._lines.values()
            if self._closing:
                return 0.0 if self._failed_at is None and any(line.unsaid for line in lines) else None
            if not any(line.is_in_use(now) for line in lines):
                return None
            if self._failures:
                return _AT_ONCE if self._failed_at is None else _AGAIN
            if any(line.is_due(now, _EVERY) for line in lines):
                return 0.0
            waits = [line.again - now for line in lines if line.waiting]
            return max(0.0, min([_EVERY, *waits]))

    async def _exchange(self, store: SharedLimits) -> None:
        with self._lock:
            now = self._clock()
            asks = self._apart is None
            self._number += 1
            told = [
                (line, *line.as_told(now, asks=asks))
                for line in self._lines.values()
                if line.is_due(now, _EVERY) or (self._failed_at is not None and line.is_in_use(now))
            ]
        if not told:
            return
        lines = tuple(limited for _, limited, _ in told)
        call = LimitsCall(process=self._me, number=self._number, lines=lines, lease=_LEASE)
        patience = _FIRST if self._reached is None and self._failed_at is None else _PATIENCE
        try:
            async with asyncio.timeout(patience):
                reply = await store.exchange(call)
            self._heard(told, reply, asks=asks)
        except Exception as error:  # noqa: BLE001 - a store may raise anything; what waits is told
            late = f"the store took longer than {patience:g} s"
            told_why = error.message if isinstance(error, InterlockError) else type(error).__name__
            self._failed(late if isinstance(error, TimeoutError) else told_why)
        self._settle()

    def _heard(
        self, told: Sequence[tuple[Line, LimitedLine, list[Ticket]]], reply: LimitsReply, *, asks: bool
    ) -> None:
        with self._lock:
            now = self._clock()
            for line, limited, asked in told:
                found = reply.lines[line.name]
                for ticket in line.heard(limited, asked, found, at=reply.at, now=now):
                    ticket.tell(through=ticket.through)
                if not asks:
                    line.again = now  # whoever waits is asked for as soon as may be
            self._reached, self._failed_at, self._failures = now, None, 0
            if self.problem:
                _log.warning("limits are shared again")
            self.problem, self._apart = "", None

    def _failed(self, problem: str) -> None:
        with self._lock:
            self._failures += 1
            if self._failures == 1:
                return
            now = self._failed_at = self._clock()
            grace = self._in_grace(now)
            if not self.problem:
                what = "every process keeps to its share" if grace else "nothing is sent that they concern"
                _log.warning("limits are not shared, and %s: %s", what, problem)
            elif self._apart is not None and not grace:
                _log.warning("limits are not shared, and nothing is sent that they concern: %s", problem)
            self.problem = problem or "no reason was given"
            if not grace:
                self._apart = None
                self._refuse()
            elif self._apart is None:
                self._apart = LocalLimits(self._clock)
                self._serve(now, anew=True)
        if grace:
            self._set_timer()

    def _refuse(self) -> None:
        for line in self._lines.values():
            while line.waiting:
                ticket, _ = line.waiting.popitem(last=False)
                if ticket.future is not None and ticket.future.set_running_or_notify_cancel():
                    ticket.future.set_exception(StoreError(self._out_of_reach()))

    async def _let_go(self, store: SharedLimits) -> None:
        try:
            async with asyncio.timeout(_PATIENCE):
                await store.aclose()
        except Exception as error:  # noqa: BLE001 - as above
            _log.warning("shared limits did not close: %s", type(error).__name__)
