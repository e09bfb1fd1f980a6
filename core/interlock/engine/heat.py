"""One race under way: who starts when, who wins, and that nobody is left behind."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator, Collection

from interlock.engine.attempting.attempts import Attempts, speaks
from interlock.engine.attempting.watch import PATIENCE
from interlock.engine.flight import Flight, Lane
from interlock.errors import ProviderError
from interlock.types.decisions import Attempt, Outcome, Race
from interlock.types.response import Delta


class Racer:
    """One attempt of a race. `error` is how it failed; without one, it has won or has yet to end."""

    __slots__ = ("attempt", "deltas", "error", "heard", "lane", "task")

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self.lane = Lane()
        self.task: asyncio.Task[None] | None = None
        self.error: ProviderError | None = None
        self.heard: list[Delta] = []
        self.deltas: AsyncGenerator[Delta] | None = None

    @property
    def outcome(self) -> Outcome:
        lane = self.lane
        return Outcome(attempt=self.attempt, answer=lane.answer, error=self.error, parsed=lane.parsed)


class Heat:
    """Each racer has a lane and a watch of its own, and a task, unless it leads.

    A racer that starts alone leads: it runs in the caller's task, so that a race that is decided before
    anybody else has started costs no task. When another wins, the caller's task is cancelled to end the
    leader, as a watch does it.
    """

    def __init__(self, flight: Flight, race: Race, attempts: Attempts, *, streamed: bool) -> None:
        self._flight, self._race, self._attempts = flight, race, attempts
        self._streamed = streamed
        self._racers = [Racer(attempt) for attempt in race.attempts]
        self._waiting = deque(sorted(self._racers, key=lambda racer: racer.attempt.delay))
        self._earliest = self._waiting[0].attempt.delay
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._running: set[asyncio.Task[None]] = set()
        self._ended: list[Racer] = []
        self._winner: Racer | None = None
        self._lost: str | None = "the call ended before it had answered"
        self._leader: Racer | None = None
        self._caller: asyncio.Task[object] | None = None
        self._alarm: asyncio.TimerHandle | None = None
        self._called_off = 0  # how often the leader was told to end

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """So far, in the race's order."""
        return tuple(racer.outcome for racer in self._racers if racer.error is not None)

    @property
    def outcome(self) -> Outcome:
        """Of a race that nobody has won."""
        outcomes = tuple(racer.outcome for racer in self._racers if racer in self._ended)
        last = self._ended[-1]
        error = last.error if all(outcome.error for outcome in outcomes) else None
        return Outcome(attempt=last.attempt, error=error, outcomes=outcomes)

    async def run(self) -> Racer | None:
        """The winner, if there is one. Whichever way this is left, every other racer has left before."""
        try:
            await self._decide()
        except asyncio.CancelledError:
            self._lost = None  # it was left by the caller
            raise
        finally:
            await self._leave()
        return self._winner

    def over(self) -> None:
        """Let go of every error, as a flight does."""
        for racer in self._racers:
            racer.error = None

    async def _decide(self) -> None:
        """Start the racers, each when its time has come, until one wins or none is left."""
        if self._earliest > 0:
            await self._flight.pause(self._earliest)
        alone = len(self._waiting) == 1 or self._waiting[1].attempt.delay > self._earliest
        if self._race.first and alone and await self._lead(self._waiting.popleft()):
            return
        while not self._finished():
            self._start_due()
            if not self._running:
                return
            timeout = self._next - self._loop.time() if self._waiting else None
            await asyncio.wait(self._running, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)

    @property
    def _next(self) -> float:
        """The loop's time at which the next racer starts."""
        return self._began + self._waiting[0].attempt.delay

    def _start_due(self) -> None:
        """Start whose time has come, and the next one at once when nobody is running."""
        now = self._loop.time()
        while self._waiting and (
            self._next <= now
            or self._waiting[0].attempt.delay <= self._earliest
            or not (self._running or self._leader)
        ):
            self._start(self._waiting.popleft())

    def _start(self, racer: Racer) -> None:
        admit = self._race.admit
        if (
            admit is not None
            and racer.attempt.delay > self._earliest
            and not admit(racer.attempt, self.failures)
        ):
            return
        racer.task = self._loop.create_task(self._attempt(racer))
        racer.task.add_done_callback(self._call_off)
        self._running.add(racer.task)

    async def _lead(self, leader: Racer) -> bool:
        """Run a racer in the caller's task, while a timer starts the others. Whether the race is over."""
        caller = self._caller = asyncio.current_task()
        if caller is None:
            raise RuntimeError("a race needs a running task")
        self._leader = leader
        before = caller.cancelling()
        self._set_alarm()
        try:
            await self._attempt(leader)
        except asyncio.CancelledError:
            # The caller may have left at the same moment; then it is not ours alone to catch.
            if not self._called_off or caller.cancelling() - self._called_off > before:
                raise
        finally:
            self._leader = None
            if self._alarm is not None:
                self._alarm.cancel()
            for _ in range(self._called_off):
                caller.uncancel()
        return not self._called_off and self._note(leader)

    def _set_alarm(self) -> None:
        self._alarm = self._loop.call_at(self._next, self._wake) if self._waiting else None

    def _wake(self) -> None:
        self._start_due()
        self._set_alarm()

    def _call_off(self, task: asyncio.Task[None]) -> None:
        """A racer has ended: end the one that leads, if there is one, unless the other has merely failed."""
        leader = self._leader
        if leader is None or self._called_off or self._caller is None:
            return
        racer = next(racer for racer in self._racers if racer.task is task)
        if task.cancelled() or task.exception() is not None:
            leader.lane.lost = self._lost
        elif self._decides(racer):
            leader.lane.lost = _reason(racer)
        else:
            self._running.discard(task)
            self._ended.append(racer)
            return
        if self._alarm is not None:
            self._alarm.cancel()
        self._end_leader()

    def _end_leader(self) -> None:
        """Cancel the caller's task, and again for as long as the leader goes on in spite of it."""
        if self._leader is not None and self._caller is not None:
            self._called_off += 1
            self._alarm = self._loop.call_later(PATIENCE, self._end_leader)
            self._caller.cancel()

    def _finished(self) -> bool:
        """Take note of the tasks that are done. Whether the race is over.

        Raises what one of them raised, unless it is a failed attempt.
        """
        over = False
        for racer in self._racers:
            task = racer.task
            if task in self._running and task.done():
                self._running.discard(task)
                task.result()
                over = self._note(racer) or over
                if self._winner is not None:
                    break
        return over

    def _note(self, racer: Racer) -> bool:
        """A racer has ended. Whether the race has ended with it."""
        self._ended.append(racer)
        if not self._decides(racer):
            return False
        self._lost = _reason(racer)
        if racer.error is None:
            self._winner = racer
        return True

    def _decides(self, racer: Racer) -> bool:
        if racer.error is None:
            return self._race.first
        return self._race.ends is not None and self._race.ends(racer.outcome)

    async def _attempt(self, racer: Racer) -> None:
        """A whole answer, or a stream until its first token."""
        if racer.attempt.role == "hedge":
            # It belongs to the race's first attempt, which has its id by the time that this runs.
            racer.lane.parent = self._racers[0].lane.id
        try:
            if not self._streamed:
                await self._attempts.complete(self._flight, racer.attempt, racer.lane)
                return
            racer.deltas = self._attempts.stream(self._flight, racer.attempt, racer.lane)
            async for delta in racer.deltas:
                racer.heard.append(delta)
                if speaks(delta):
                    return
        except ProviderError as error:
            racer.error = error

    async def _leave(self) -> None:
        """Cancel and await everybody but the winner; and the winner too when the caller leaves meanwhile."""
        others = [racer for racer in self._racers if racer is not self._winner]
        for racer in others:
            racer.lane.lost = self._lost
        for task in self._running:
            task.cancel()
        try:
            await _settled([racer.task for racer in others if racer.task])
            await _settled([asyncio.create_task(_close(racer)) for racer in others if racer.deltas])
        except asyncio.CancelledError:
            if self._winner is not None:
                await _settled([asyncio.create_task(_close(self._winner))])
            raise


def _reason(racer: Racer) -> str:
    what = "lost the race to" if racer.error is None else "the race ended with the failure of"
    return f"{what} {racer.attempt.deployment}"


async def _close(racer: Racer) -> None:
    """A stream that has spoken waits to be read on; nobody will."""
    if racer.deltas is not None:
        await racer.deltas.aclose()


async def _settled(tasks: Collection[asyncio.Task[None]]) -> None:
    """Wait until all are done, however often the waiting is cancelled, which counts once they are. Those
    that take their time are cancelled again.

    What they raise is in the record, and nobody's concern any more.
    """
    cancelled: asyncio.CancelledError | None = None
    while pending := [task for task in tasks if not task.done()]:
        try:
            done, late = await asyncio.wait(pending, timeout=PATIENCE)
        except asyncio.CancelledError as error:
            cancelled = error
            continue
        for task in () if done else late:
            task.cancel()
    for task in tasks:
        if not task.cancelled():
            task.exception()
    if cancelled is not None:
        raise cancelled
