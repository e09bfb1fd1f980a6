"""Looking for an issue that was created: the search shows it late, its key at once."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from math import ceil
from typing import Any

from interlock import ToolOutcome
from interlock.http import HttpReply
from interlock.protocols import FindCall
from interlock_jira.hosting import Hosting
from interlock_jira.issues import created
from interlock_jira.jql import quoted
from interlock_tools import (
    Arguments,
    Call,
    Find,
    NotSent,
    Operation,
    Paging,
    RecentTool,
    Sendings,
    Service,
    tool_for,
    value_at,
)

_MARGIN = 120.0  # seconds
_BESIDE = 50
_EACH = 100  # keys that Jira takes at once
_MOST = 10
_KEY = re.compile(r"[A-Z][A-Z0-9_]*-([0-9]{1,10})")


class CreateTool(RecentTool):
    """The tool of the row that creates an issue.

    What the search does not show may be too new for its index. On Cloud, the issues whose keys lie beside
    and behind that of the newest one in the index are read by their keys, which is never late.
    """

    def __init__(self, service: Service, row: Operation, sendings: Sendings, hosting: Hosting) -> None:
        clock = Call(path=hosting.path("serverInfo"))
        super().__init__(service, row, sendings, clock=clock, bound=lambda find, *_: find)
        self._hosting = hosting

    async def find(self, call: FindCall) -> ToolOutcome | None:
        age = self._sendings.age(call.key)
        minutes = None if age is None else ceil((age + _MARGIN) / 60)
        found = await self._looked(call, created(self._hosting, minutes))
        if not self._hosting.cloud or (found is not None and found.outcome == "done"):
            return found
        beside = await self._beside(call)
        return found if beside is None else beside

    async def _looked(self, call: FindCall, find: Find) -> ToolOutcome | None:
        looking: Any = tool_for(self._service, replace(self._row, find=find))
        return await looking.find(call)  # type: ignore[no-any-return]  # a tool's own

    async def _beside(self, call: FindCall) -> ToolOutcome | None:
        hosting = self._hosting
        project = hosting.project(Arguments(values=call.call.arguments))
        newest = hosting.search(f"project = {quoted(project)} ORDER BY key DESC", "summary", most=1)
        try:
            reply = await self._service.send(call, newest)
        except NotSent as early:
            return ToolOutcome(outcome="unknown", content=early.error.message, error=early.error)
        told = await self._service.told(reply)
        if (failed := self._service.outcome(reply, told)) is not None:
            return ToolOutcome(outcome="unknown", content=failed.content, retry_after=failed.retry_after)
        beside = NextKeys(project=project)
        start = beside.at(hosting.fetched(), str(max(1, _number(told) - _BESIDE)))
        find = Find(
            request=lambda _: start,
            items="issues",
            fits=lambda issue, arguments: hosting.is_of(issue, arguments.key),
            pages=beside,
            most=_MOST,
        )
        return await self._looked(call, find)


@dataclass(frozen=True, slots=True, kw_only=True)
class NextKeys(Paging):
    """Issues of a project by their numbers, a hundred at a time, until none of a hundred is there."""

    project: str

    def after(self, call: Call, reply: HttpReply, told: Any) -> str | None:  # noqa: ARG002 - as Paging has it
        last = _KEY.fullmatch(str(call.body["issueIdsOrKeys"][-1]))
        return str(int(last[1]) + 1) if last and value_at(told, "issues") else None

    def at(self, call: Call, position: str) -> Call:
        first = int(position)
        keys = [f"{self.project}-{each}" for each in range(first, first + _EACH)]
        return replace(call, body={**call.body, "issueIdsOrKeys": keys})


def _number(told: Any) -> int:
    """Of the newest issue in an answer; 0 where there is none."""
    issues = value_at(told, "issues")
    keys = (
        [each.get("key") for each in issues if isinstance(each, Mapping)] if isinstance(issues, list) else []
    )
    found = [_KEY.fullmatch(str(each)) for each in keys]
    return max((int(each[1]) for each in found if each), default=0)
