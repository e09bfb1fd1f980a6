"""Attempts at once: the first success wins, or all are awaited."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from interlock.engine.attempting.attempts import Attempts
from interlock.engine.call import CallState
from interlock.engine.race import Entrant, RaceRun
from interlock.errors import ProviderError
from interlock.types.decisions import Outcome, Race
from interlock.types.response import Delta


class Races:
    """Runs races for the calls of one router. What ends the call ends the race and is raised."""

    def __init__(self, attempts: Attempts) -> None:
        self.attempts = attempts

    async def complete(self, state: CallState, race: Race) -> Outcome:
        """How a race for whole answers ended."""
        race_run = RaceRun(state, race, self.attempts, streamed=False)
        try:
            winner = await race_run.run()
            return race_run.outcome if winner is None else winner.outcome
        finally:
            race_run.over()

    async def stream(self, state: CallState, race: Race) -> "Started | Outcome":
        """The stream that spoke first, or the Outcome of a race in which none did."""
        if not race.first:
            return await self.complete(state, race)
        race_run = RaceRun(state, race, self.attempts, streamed=True)
        try:
            winner = await race_run.run()
            return race_run.outcome if winner is None else Started(winner, race_run.failures)
        finally:
            race_run.over()


class Started:
    """A race's winner, which goes on speaking."""

    def __init__(self, winner: Entrant, failures: tuple[Outcome, ...]) -> None:
        assert winner.deltas is not None  # noqa: S101 - it has spoken
        self.attempt, self.progress, self._failures = winner.attempt, winner.progress, failures
        self._heard, self._deltas = winner.heard, winner.deltas

    def broken(self, error: ProviderError) -> Outcome:
        """How the race ended after all, when its winner breaks."""
        own = Outcome(attempt=self.attempt, error=error)
        return Outcome(attempt=self.attempt, error=error, outcomes=(*self._failures, own))

    async def deltas(self) -> AsyncGenerator[Delta]:
        async with aclosing(self._deltas) as deltas:
            for delta in self._heard:
                yield delta
            async for delta in deltas:
                yield delta
