"""One race under way: who starts when, who wins, and that nobody is left behind."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from math import inf

from interlock.engine.attempting.attempts import Attempts, speaks
from interlock.engine.call import AttemptState, CallState
from interlock.engine.settling import settled
from interlock.errors import ProviderError
from interlock.types.decisions import Attempt, Outcome, Race
from interlock.types.response import Delta


class Entrant:
    """One attempt of a race, or what is tried in its place. `error` is how it failed; without one, it has won
    or has yet to end.
    """

    __slots__ = ("attempt", "deltas", "error", "heard", "progress", "task")

    def __init__(self, attempt: Attempt) -> None:
        self.attempt = attempt
        self.progress = AttemptState()
        self.task: asyncio.Task[None] | None = None
        self.error: ProviderError | None = None
        self.heard: list[Delta] = []
        self.deltas: AsyncGenerator[Delta] | None = None

    @property
    def outcome(self) -> Outcome:
        """How it has ended, as far as it has."""
        progress = self.progress
        return Outcome(attempt=self.attempt, answer=progress.answer, error=self.error, parsed=progress.parsed)

    def again(self, attempt: Attempt) -> None:
        """Go on with another attempt in place of the one that failed."""
        self.attempt, self.progress, self.error = attempt, AttemptState(), None


class RaceRun:
    """Each entrant has a task, a state and a deadline of its own."""

    def __init__(self, state: CallState, race: Race, attempts: Attempts, *, streamed: bool) -> None:
        self._state, self._race, self._attempts = state, race, attempts
        self._streamed = streamed
        self._entrants = [Entrant(attempt) for attempt in race.attempts]
        self._waiting = deque(sorted(self._entrants, key=lambda entrant: entrant.attempt.delay))
        self._earliest = self._waiting[0].attempt.delay
        self._loop = asyncio.get_running_loop()
        self._began = self._loop.time()
        self._due = inf if race.deadline is None else self._began + race.deadline
        self._running: set[asyncio.Task[None]] = set()
        self._ended: list[Entrant] = []
        self._winner: Entrant | None = None
        self._lost: str | None = "the call ended before it had answered"

    @property
    def failures(self) -> tuple[Outcome, ...]:
        """So far, in the race's order."""
        return tuple(entrant.outcome for entrant in self._entrants if entrant.error is not None)

    @property
    def outcome(self) -> Outcome:
        """Of a race that nobody has won."""
        outcomes = tuple(entrant.outcome for entrant in self._entrants if entrant in self._ended)
        last = self._ended[-1] if self._ended else self._entrants[0]
        error = last.error if all(outcome.error for outcome in outcomes) else None
        return Outcome(attempt=last.attempt, error=error, outcomes=outcomes)

    async def run(self) -> Entrant | None:
        """The winner, if there is one. Whichever way this is left, every other entrant has left before."""
        try:
            await self._decide()
        except asyncio.CancelledError:
            self._lost = None  # it was left by the caller
            raise
        finally:
            await self._leave()
        return self._winner

    def over(self) -> None:
        """Let go of every error, as a call does."""
        for entrant in self._entrants:
            entrant.error = None

    async def _decide(self) -> None:
        """Start the entrants, each when its time has come, until one wins or none is left."""
        if self._earliest > 0:
            await self._state.pause(self._earliest)
        while not (self._finished() or self._too_late()):
            self._start_due()
            if not self._running:
                return
            until = min(self._due, self._next if self._waiting else inf)
            timeout = None if until == inf else max(0.0, until - self._loop.time())
            await asyncio.wait(self._running, timeout=timeout, return_when=asyncio.FIRST_COMPLETED)

    def _too_late(self) -> bool:
        """Whether those who have not ended have had their time."""
        if self._loop.time() < self._due:
            return False
        self._lost = f"was not back within the {self._race.deadline:g} s of its race"
        if self._state.progress is not None:
            for entrant in self._entrants:
                if entrant not in self._ended:
                    self._state.progress.late(entrant.attempt)
        return True

    @property
    def _next(self) -> float:
        """The loop's time at which the next entrant starts."""
        return self._began + self._waiting[0].attempt.delay

    def _start_due(self) -> None:
        """Start whose time has come, and the next one at once when nobody is running."""
        now = self._loop.time()
        while self._waiting and (
            self._next <= now or self._waiting[0].attempt.delay <= self._earliest or not self._running
        ):
            self._start(self._waiting.popleft())

    def _start(self, entrant: Entrant) -> None:
        admit = self._race.admit
        if (
            admit is not None
            and entrant.attempt.delay > self._earliest
            and not admit(entrant.attempt, self.failures)
        ):
            return
        entrant.task = self._loop.create_task(self._run(entrant))
        self._running.add(entrant.task)

    def _finished(self) -> bool:
        """Take note of the tasks that are done. Whether the race is over.

        Raises what one of them raised, unless it is a failed attempt.
        """
        over = False
        for entrant in self._entrants:
            task = entrant.task
            if task in self._running and task.done():
                self._running.discard(task)
                task.result()
                over = self._note(entrant) or over
                if self._winner is not None:
                    break
        return over

    def _note(self, entrant: Entrant) -> bool:
        """An entrant has ended. Whether the race has ended with it."""
        self._ended.append(entrant)
        if self._state.progress is not None:
            self._state.progress.ended(entrant.outcome)
        if entrant.error is not None:
            if self._race.ends is None or not self._race.ends(entrant.outcome):
                return False
        elif self._race.first:
            self._winner = entrant
        else:
            return False
        self._lost = _reason(entrant)
        return True

    async def _run(self, entrant: Entrant) -> None:
        """An attempt, and what the race has for one that failed."""
        await self._attempt(entrant)
        while entrant.error is not None and self._race.instead is not None:
            following = self._race.instead(entrant.outcome)
            if following is None or self._loop.time() + following.delay >= self._due:
                return
            if following.delay > 0:
                await self._state.pause(following.delay)
            entrant.again(following)
            await self._attempt(entrant)

    async def _attempt(self, entrant: Entrant) -> None:
        """A whole answer, or a stream until its first token."""
        if entrant.attempt.role == "hedge":
            # It belongs to the race's first attempt, which has its id by the time that this runs.
            entrant.progress.parent = self._entrants[0].progress.id
        try:
            if not self._streamed:
                await self._attempts.complete(self._state, entrant.attempt, entrant.progress)
                return
            entrant.deltas = self._attempts.stream(self._state, entrant.attempt, entrant.progress)
            async for delta in entrant.deltas:
                entrant.heard.append(delta)
                if speaks(delta):
                    return
        except ProviderError as error:
            entrant.error = error

    async def _leave(self) -> None:
        """Cancel and await everybody but the winner; and the winner too when the caller leaves meanwhile."""
        others = [entrant for entrant in self._entrants if entrant is not self._winner]
        for entrant in others:
            entrant.progress.lost = self._lost
        for task in self._running:
            task.cancel()
        try:
            await settled([entrant.task for entrant in others if entrant.task])
            await settled([asyncio.create_task(_close(entrant)) for entrant in others if entrant.deltas])
        except asyncio.CancelledError:
            if self._winner is not None:
                await settled([asyncio.create_task(_close(self._winner))])
            raise


def _reason(entrant: Entrant) -> str:
    what = "lost the race to" if entrant.error is None else "the race ended with the failure of"
    return f"{what} {entrant.attempt.deployment}"


async def _close(entrant: Entrant) -> None:
    """A stream that has spoken waits to be read on; nobody will."""
    if entrant.deltas is not None:
        await entrant.deltas.aclose()
