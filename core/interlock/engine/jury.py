"""The models that an arbiter asks, for as long as it arbitrates."""

import asyncio

from interlock.engine.asking import SubCalls
from interlock.engine.call import CallState
from interlock.engine.settling import settled
from interlock.errors import PluginError
from interlock.types.decisions import Attempt, Candidate
from interlock.types.request import Request
from interlock.types.response import Answer

Judges = tuple[tuple[Candidate, ...], ...]
"""For each of them, who of the request's shortlist may answer, best first."""


class Jury:
    """What an arbiter asks its models with. Once it has ruled, nothing that it has asked goes on.

    `last` is the attempt that answered last.
    """

    def __init__(self, sub_calls: SubCalls, state: CallState, judges: Judges) -> None:
        self._sub_calls, self._state, self._judges = sub_calls, state, judges
        self._tasks: set[asyncio.Task[Answer]] = set()
        self._over = False
        self.last: Attempt | None = None

    async def __call__(self, request: Request, judge: int = 0) -> Answer:
        if self._over:
            raise PluginError("an arbiter asks for as long as it arbitrates, and no longer")
        if judge not in range(len(self._judges)):
            raise PluginError(f"an arbiter asks judge {judge!r}; there are {len(self._judges)}, from 0")
        # A task of its own, which also ends when whoever awaits it no longer does.
        task = asyncio.create_task(self._ask(request, self._judges[judge]))
        self._tasks.add(task)
        return await task

    async def _ask(self, request: Request, judge: tuple[Candidate, ...]) -> Answer:
        self.last, answer = await self._sub_calls.ask_among(self._state, request, "arbiter", judge)
        return answer

    async def aclose(self) -> None:
        self._over = True
        for task in self._tasks:
            task.cancel()
        await settled(self._tasks)
