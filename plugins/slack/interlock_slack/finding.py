"""Looking for a post no further back than where it can be."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from interlock import ToolOutcome
from interlock.http import HttpReply
from interlock.protocols import FindCall
from interlock_slack.asking import FormCursor, reads, since
from interlock_slack.marks import run_of
from interlock_tools import (
    Arguments,
    Call,
    Find,
    Operation,
    RecentTool,
    Sendings,
    Service,
    reference,
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


class PostTool(RecentTool):
    """The tool of a row that posts."""

    def __init__(self, service: Service, row: Operation, sendings: Sendings) -> None:
        super().__init__(service, row, sendings, clock=reads("auth.test"), bound=_bounded)

    async def find(self, call: FindCall) -> ToolOutcome | None:
        found = await super().find(call)
        if found is None or not isinstance(found.receipt, Mapping):
            return found
        # A history does not say which channel it is of; a receipt does.
        receipt = {"channel": call.call.arguments.get("channel"), **found.receipt}
        return replace(found, content=json.dumps(receipt), receipt=receipt)


def _bounded(find: Find, looking: FindCall, oldest: float | None) -> Find:
    def request(asked: Arguments) -> Call:
        call = find.request(asked)
        return call if oldest is None else since(call, oldest)

    return replace(find, request=request, pages=UntilFound(mark=reference(looking.key)))
