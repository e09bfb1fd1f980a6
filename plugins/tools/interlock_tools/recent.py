"""Tools of rows whose lists may have no end: their runs are looked for no further back than when sent."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any, TypeAlias

from interlock import Preview, ProviderError, ToolOutcome
from interlock.protocols import API, FindCall, PreviewCall, ToolRun, UndoCall
from interlock_tools.calls import Call
from interlock_tools.operations import Find, Operation
from interlock_tools.sendings import Sendings
from interlock_tools.service import NotSent, Service
from interlock_tools.tool import tool_for

Bound: TypeAlias = Callable[[Find, FindCall, float | None], Find]
"""How a run is found that cannot be there before a time, in seconds since 1970 by the service's clock; None
where no time is known.
"""


class RecentTool:
    """The tool of such a row.

    Args:
        sendings: of the connector; all its tools share them.
        clock: a call whose reply says what time it is at the service, and that does nothing else.
    """

    api = API

    def __init__(
        self, service: Service, row: Operation, sendings: Sendings, *, clock: Call, bound: Bound
    ) -> None:
        self._tool: Any = tool_for(service, row)
        self.spec = self._tool.spec
        self.effect = self._tool.effect
        self.repeat = self._tool.repeat
        self.settles_within = self._tool.settles_within
        self._service = service
        self._row = row
        self._sendings = sendings
        self._clock = clock
        self._bound = bound
        if row.undo is not None:
            self.undo = self._undo

    def __repr__(self) -> str:
        return repr(self._tool)

    async def run(self, run: ToolRun) -> ToolOutcome:
        first = self._sendings.sent(run.key)
        outcome: ToolOutcome = await self._tool.run(run)
        # That a second sending was refused says nothing of the first one.
        if outcome.outcome == "done" or (outcome.outcome == "refused" and first):
            self._sendings.settled(run.key)
        return outcome

    async def preview(self, call: PreviewCall) -> Preview:
        return await self._tool.preview(call)  # type: ignore[no-any-return]  # a tool's own

    async def find(self, call: FindCall) -> ToolOutcome | None:
        if self._row.find is None:
            return None
        find = self._bound(self._row.find, call, await self._earliest(call))
        looking: Any = tool_for(self._service, replace(self._row, find=find))
        return await looking.find(call)  # type: ignore[no-any-return]  # likewise a tool's own

    async def _undo(self, call: UndoCall) -> ToolOutcome:
        return await self._tool.undo(call)  # type: ignore[no-any-return]  # likewise a tool's own

    async def _earliest(self, call: FindCall) -> float | None:
        if self._sendings.age(call.key) is None:
            return None
        try:
            reply = await self._service.send(call, self._clock)
        except (NotSent, ProviderError):
            return None
        return self._sendings.earliest(call.key, reply)
