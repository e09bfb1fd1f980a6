"""What no row can say of looking for a post."""

import json
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from interlock import Preview, ToolOutcome
from interlock.protocols import API, FindCall, PreviewCall, ToolRun, UndoCall


class PostTool:
    """The tool of a row, but for the receipt of what is found: a history does not name its channel."""

    api = API

    def __init__(self, tool: Any) -> None:
        self.spec = tool.spec
        self.effect = tool.effect
        self.repeat = tool.repeat
        self.settles_within = tool.settles_within
        self._tool = tool

    def __repr__(self) -> str:
        return repr(self._tool)

    async def run(self, run: ToolRun) -> ToolOutcome:
        return await self._tool.run(run)  # type: ignore[no-any-return]  # a tool's own

    async def preview(self, call: PreviewCall) -> Preview:
        return await self._tool.preview(call)  # type: ignore[no-any-return]  # a tool's own

    async def undo(self, call: UndoCall) -> ToolOutcome:
        return await self._tool.undo(call)  # type: ignore[no-any-return]  # a tool's own

    async def find(self, call: FindCall) -> ToolOutcome | None:
        found: ToolOutcome | None = await self._tool.find(call)
        if found is None or not isinstance(found.receipt, Mapping):
            return found
        receipt = {"channel": call.call.arguments.get("channel"), **found.receipt}
        return replace(found, content=json.dumps(receipt), receipt=receipt)
