"""Which of a toolbox's tools somebody means."""

from collections.abc import Mapping, Sequence
from typing import Protocol

from interlock.errors import RequestError, UnknownTool
from interlock.toolbox.naming import OfferedTool
from interlock.types.names import nearest
from interlock.types.tool_policies import ToolRule


class Offering(Protocol):
    """What of a toolbox is needed here."""

    @property
    def connectors(self) -> Sequence[str]: ...
    @property
    def excluded(self) -> Mapping[str, str]: ...
    async def tools(self) -> Sequence[OfferedTool]: ...
    async def tool(self, name: str) -> OfferedTool: ...


async def chosen(box: Offering, connectors: Sequence[str], tools: Sequence[str]) -> tuple[OfferedTool, ...]:
    """What `Toolbox.select` gives."""
    for id_ in connectors:
        if id_ not in box.connectors:
            near = nearest(id_, box.connectors)
            there = "" if near else f"; there are {', '.join(box.connectors) or 'none'}"
            raise RequestError(f"there is no connector {id_!r}{there}.", key="connectors", suggestion=near)
    offered = await box.tools()  # which finds out who cannot be used
    for id_ in connectors:
        if id_ in box.excluded:
            raise RequestError(f"{id_} cannot be used: {box.excluded[id_]}", key="connectors")
    among = [each for each in offered if not connectors or each.connector in connectors]
    if not tools:
        return tuple(among)
    listed: set[str] = set()
    others: dict[str, OfferedTool] = {}
    for name in tools:
        rule = ToolRule(tools=name)
        if fitting := [each.name for each in among if name == each.name or _fits(rule, each)]:
            listed |= {*fitting}
        else:
            tool = await _unlisted(box, name, connectors, among)
            others[tool.name] = tool
    return (*(each for each in among if each.name in listed), *others.values())


def _fits(rule: ToolRule, tool: OfferedTool) -> bool:
    return rule.fits(tool.connector, tool.tool.spec.name)


async def _unlisted(
    box: Offering, name: str, connectors: Sequence[str], among: Sequence[OfferedTool]
) -> OfferedTool:
    try:
        tool = await box.tool(name)
    except UnknownTool as error:
        near = nearest(name, [each.name for each in among])
        there = "" if near else f"; there are {', '.join(each.name for each in among) or 'none'}"
        raise RequestError(f"{name!r} fits no tool{there}.", key="tools", suggestion=near) from error
    if connectors and tool.connector not in connectors:
        raise RequestError(f"{name!r} is a tool of {tool.connector}, which is not asked for", key="tools")
    return tool
