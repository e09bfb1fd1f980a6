"""What a server offers: every page of its list, and of what stands there the tools that can be offered."""

import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from mcp.client.session import ClientSession
from mcp.types import ListToolsResult, PaginatedRequestParams, Tool

from interlock import ProtocolError, RequestError
from interlock.http import aside
from interlock_mcp.definitions import LARGEST, Definition
from interlock_tools.schemas import flaw

_MOST_PAGES = 100
_MOST_TOOLS = 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """Definitions, in the server's order, and which of its tools are withdrawn, each with the reason.

    `seconds` is how long the server says that the list holds; None where its revision says nothing of it.
    """

    definitions: tuple[Definition, ...]
    withdrawn: Mapping[str, str] = field(default_factory=dict)
    seconds: float | None = None


async def listed(session: ClientSession) -> Listed:
    """Raises ProtocolError where there are more pages or tools than anybody needs, and whatever the session
    does.
    """
    found: list[Tool] = []
    cursor: str | None = None
    seen: set[str] = set()
    holds: list[int] = []
    for _ in range(_MOST_PAGES):
        page: ListToolsResult = await session.list_tools(params=PaginatedRequestParams(cursor=cursor))
        found += page.tools
        if session.initialize_result is None:  # it is of the stateless kind
            holds.append(page.ttl_ms)
        cursor = page.next_cursor
        if not cursor:
            seconds = min(holds) / 1000 if holds else None
            return replace(await aside(_sifted, _server_of(session), found), seconds=seconds)
        if cursor in seen or len(found) > _MOST_TOOLS:
            break
        seen.add(cursor)
    raise ProtocolError(f"the server's list of tools has no end: {len(found)} tools, and more to come")


def _server_of(session: ClientSession) -> str:
    info = session.server_info
    return "" if info is None else info.name


def _sifted(server: str, found: list[Tool]) -> Listed:
    counts = Counter(tool.name for tool in found)
    withdrawn: dict[str, str] = {}
    kept: list[Definition] = []
    for tool in found:
        definition = Definition.of(server, tool.model_dump(by_alias=True, mode="json", exclude_none=True))
        why = _unfit(definition)
        if counts[tool.name] > 1:
            why = "its server lists it more than once"
        elif tool.execution is not None and tool.execution.task_support == "required":
            why = "it runs as a task alone, and tasks are not taken up"
        if why is None:
            kept.append(definition)
        else:
            withdrawn[tool.name] = why
    return Listed(definitions=tuple(kept), withdrawn=withdrawn)


def _unfit(definition: Definition) -> str | None:
    if why := flaw(definition.schema):
        return why
    try:
        definition.digest  # noqa: B018 - whether there is one
        size = len(json.dumps(definition.schema))
    except (RequestError, ValueError, RecursionError):
        return "its definition is no JSON"
    return "its parameters are larger than anybody reads" if size > LARGEST else None
