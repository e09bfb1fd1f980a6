"""Attempts at once: the first success wins, or all are awaited."""

from collections.abc import AsyncGenerator
from contextlib import aclosing

from interlock.engine.attempting.attempts import Attempts
from interlock.engine.flight import Flight
from interlock.engine.heat import Heat, Racer
from interlock.errors import ProviderError
from interlock.types.decisions import Outcome, Race
from interlock.types.response import Delta


class Races:
    """Runs races for the calls of one router. What ends the call ends the race and is raised."""

    def __init__(self, attempts: Attempts) -> None:
        self.attempts = attempts

    async def complete(self, flight: Flight, race: Race) -> Outcome:
        """How a race for whole answers ended."""
        heat = Heat(flight, race, self.attempts, streamed=False)
        try:
            winner = await heat.run()
            return heat.outcome if winner is None else winner.outcome
        finally:
            heat.over()

    async def stream(self, flight: Flight, race: Race) -> "Started | Outcome":
        """The stream that spoke first, or the Outcome of a race in which none did."""
        if not race.first:
            return await self.complete(flight, race)
        heat = Heat(flight, race, self.attempts, streamed=True)
        try:
            winner = await heat.run()
            return heat.outcome if winner is None else Started(winner, heat.failures)
        finally:
            heat.over()


class Started:
    """A race's winner, which goes on speaking."""

    def __init__(self, winner: Racer, failures: tuple[Outcome, ...]) -> None:
        assert winner.deltas is not None  # noqa: S101 - it has spoken
        self.attempt, self.lane, self._failures = winner.attempt, winner.lane, failures
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
