"""Looking for what was written no further back than when it was sent: lists of issues may have no end."""

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from interlock import Preview, ProviderError, ToolOutcome
from interlock.protocols import API, FindCall, PreviewCall, ToolRun, UndoCall
from interlock_tools import Arguments, Call, Find, NotSent, Operation, Sendings, Service, tool_for

SINCE = ("github_create_issue", "github_comment_on_issue")
"""Those whose lists GitHub gives from a time on."""


class MarkedTool:
    """The tool of such a row, but for how far back its runs are looked for."""

    api = API

    def __init__(self, service: Service, row: Operation, sendings: Sendings) -> None:
        self._tool: Any = tool_for(service, row)
        self.spec = self._tool.spec
        self.effect = self._tool.effect
        self.repeat = self._tool.repeat
        self.settles_within = self._tool.settles_within
        self._service = service
        self._row = row
        self._sendings = sendings
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
        find = _since(self._row.find, await self._earliest(call))
        looking: Any = tool_for(self._service, replace(self._row, find=find))
        return await looking.find(call)  # type: ignore[no-any-return]  # likewise

    async def _undo(self, call: UndoCall) -> ToolOutcome:
        return await self._tool.undo(call)  # type: ignore[no-any-return]  # likewise

    async def _earliest(self, call: FindCall) -> float | None:
        """The time from which on it can be there, on GitHub's clock; None where that is not known."""
        if self._sendings.age(call.key) is None:
            return None
        try:
            reply = await self._service.send(call, Call(path="/rate_limit"))  # which counts for no limit
        except (NotSent, ProviderError):
            return None
        return self._sendings.earliest(call.key, reply)


def _since(find: Find, earliest: float | None) -> Find:
    if earliest is None:
        return find
    since = datetime.fromtimestamp(earliest, UTC).strftime("%Y-%m-%dT%H:%M:%SZ")

    def request(asked: Arguments) -> Call:
        call = find.request(asked)
        return replace(call, query={**call.query, "since": since})

    return replace(find, request=request)
