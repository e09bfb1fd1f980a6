"""What a stream tells while a panel's members work."""

import asyncio
from collections import deque
from collections.abc import AsyncGenerator
from typing import Any

from interlock.engine.settling import settled
from interlock.strategies.panel import kind_of
from interlock.types.decisions import Attempt, Outcome
from interlock.types.ensembles import Panel
from interlock.types.panels import MemberOutcome, PanelProgress
from interlock.types.response import Chunk


class Progress:
    """How far the panel of one call is, told in the order in which it happens."""

    def __init__(self) -> None:
        self._news = asyncio.Event()
        self._told: deque[PanelProgress] = deque()
        self._names: dict[str, str] = {}
        self._answered = 0

    def seated(self, panel: Panel) -> None:
        """Those who may not be asked have ended before they began."""
        self._names = {seat.label: seat.member for seat in panel.seats}
        for seat in panel.seats:
            if not seat.candidates:
                self._member(seat.label, "excluded")

    def ended(self, outcome: Outcome) -> None:
        """A member has ended, and nothing is tried in its name any more."""
        self._member(outcome.attempt.member, kind_of(outcome))

    def late(self, attempt: Attempt) -> None:
        self._member(attempt.member, "late")

    def arbitrating(self) -> None:
        self._tell(PanelProgress(answered=self._answered, of=len(self._names)))

    def _member(self, label: str | None, outcome: MemberOutcome) -> None:
        if label not in self._names:
            return
        self._answered += outcome == "answer"
        self._tell(
            PanelProgress(
                label=label,
                member=self._names[label],
                outcome=outcome,
                answered=self._answered,
                of=len(self._names),
            )
        )

    def _tell(self, progress: PanelProgress) -> None:
        self._told.append(progress)
        self._news.set()

    async def beside(self, task: asyncio.Task[Any]) -> AsyncGenerator[Chunk]:
        """A chunk for each step that is told while the task goes on. Whoever leaves ends it."""
        task.add_done_callback(lambda _: self._news.set())
        try:
            while True:
                while self._told:
                    yield Chunk(progress=self._told.popleft())
                if task.done():
                    return
                self._news.clear()
                await self._news.wait()
        finally:
            if not task.done():
                task.cancel()
                await settled([task])
