"""Looking for a post no further back than where it can be."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from interlock import Preview, ProviderError, ToolOutcome
from interlock.http import HttpReply
from interlock.protocols import API, FindCall, PreviewCall, ToolRun, UndoCall
from interlock_slack.asking import FormCursor, reads, since
from interlock_slack.marks import run_of
from interlock_tools import (
    Arguments,
    Call,
    Find,
    NotSent,
    Operation,
    Sendings,
    Service,
    reference,
    tool_for,
    value_at,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class UntilFound(FormCursor):
    """From page to page, until one has the mark: in a busy channel there is no end to them."""

    mark: str

    def after(self, call: Call, reply: HttpReply, told: Any) -> str | None:
        """As of any list, but for the mark."""
        messages = value_at(told, "messages")
        if isinstance(messages, list) and any(run_of(each) == self.mark for each in messages):
            return None
        return FormCursor.after(self, call, reply, told)


class PostTool:
    """The tool of a row that posts, but for the way in which its runs are looked for."""

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

    async def undo(self, call: UndoCall) -> ToolOutcome:
        return await self._tool.undo(call)  # type: ignore[no-any-return]  # a tool's own

    async def find(self, call: FindCall) -> ToolOutcome | None:
        if self._row.find is None:
            return None
        oldest = await self._oldest(call)
        find = _bounded(self._row.find, call.key, oldest)
        looking: Any = tool_for(self._service, replace(self._row, find=find))
        found: ToolOutcome | None = await looking.find(call)
        if found is None or not isinstance(found.receipt, Mapping):
            return found
        # A history does not say which channel it is of; a receipt does.
        receipt = {"channel": call.call.arguments.get("channel"), **found.receipt}
        return replace(found, content=json.dumps(receipt), receipt=receipt)

    async def _oldest(self, call: FindCall) -> float | None:
        """The earliest time at which the post can be, on Slack's clock; None where that is not known."""
        if self._sendings.age(call.key) is None:
            return None
        try:
            reply = await self._service.send(call, reads("auth.test"))
        except (NotSent, ProviderError):
            return None
        return self._sendings.earliest(call.key, reply)


def _bounded(find: Find, key: str, oldest: float | None) -> Find:
    def request(asked: Arguments) -> Call:
        call = find.request(asked)
        return call if oldest is None else since(call, oldest)

    return replace(find, request=request, pages=UntilFound(mark=reference(key)))
