"""What is offered: tools of connectors that somebody chose, by names that the router's own do not have."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Final

from interlock import ToolCall, ToolRule, UnknownTool
from interlock.types.names import nearest

if TYPE_CHECKING:
    from interlock.toolbox import OfferedTool, Toolbox

RESERVED: Final = ("ask", "decide", "list_models")
"""The router's own, where models are offered."""


@dataclass(slots=True)
class Offer:
    """The tools of a toolbox that fit a pattern.

    Attributes:
        rules: patterns, as the configuration's `tools` writes them.
        taken: names that are others' already; a tool that has one goes by `<connector>__<name>`.
        schemas: of what was listed last, by name.
    """

    toolbox: "Toolbox"
    rules: Sequence[ToolRule]
    taken: Sequence[str] = ()
    schemas: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    _named: Mapping[str, str] = field(default_factory=dict)

    @classmethod
    def of(cls, toolbox: "Toolbox", patterns: Sequence[str], *, taken: Sequence[str]) -> "Offer":
        """Raises RequestError for an empty pattern."""
        return cls(toolbox, [ToolRule(tools=each) for each in patterns], taken)

    async def listed(self) -> tuple[tuple[str, "OfferedTool"], ...]:
        """Every tool with the name that it goes by here, in the connectors' order."""
        if not self.rules:
            return ()
        found = [each for each in await self.toolbox.tools() if self._takes(each)]
        named = {self._name(each): each for each in found}
        self._named = {name: tool.name for name, tool in named.items()}
        self.schemas = {name: tool.spec.parameters for name, tool in named.items()}
        return tuple(named.items())

    async def asked(self, name: str) -> "OfferedTool":
        """The tool of that name, one that is not listed too.

        Raises UnknownTool, also for one that is there and not offered.
        """
        if not self.rules or name in self.taken:
            raise self._unknown(name)
        if not self._named:
            await self.listed()
        try:
            tool = await self.toolbox.tool(self._named.get(name, name))
        except UnknownTool:
            raise self._unknown(name) from None  # its own words name tools that are not offered
        if not self._takes(tool):
            raise self._unknown(name)
        return tool

    async def meant(self, asked: "OfferedTool", call: ToolCall) -> "tuple[OfferedTool, ToolCall]":
        """The tool that runs a call of `asked`, which may stand for others, and the call as it is run.

        Raises UnknownTool where there is none, or none that is offered.
        """
        call = ToolCall(id=call.id, name=asked.name, arguments=call.arguments)
        resolved = await self.toolbox.resolve(call)
        if resolved is call:
            return asked, call
        tool = await self.toolbox.tool(resolved.name)
        if not self._takes(tool):
            raise UnknownTool(f"{tool.name} is not offered here.", key="name")
        return tool, resolved

    def _unknown(self, name: str) -> UnknownTool:
        near = nearest(name, [*self.taken, *self._named])
        return UnknownTool(f"there is no tool {name!r:.80}", suggestion=near)

    def schema(self, name: str) -> Mapping[str, Any] | None:
        """What a tool takes that was listed; None for others."""
        return self.schemas.get(name)

    def _takes(self, tool: "OfferedTool") -> bool:
        return any(rule.fits(tool.connector, tool.tool.spec.name) for rule in self.rules)

    def _name(self, tool: "OfferedTool") -> str:
        return f"{tool.connector}__{tool.name}" if tool.name in self.taken else tool.name
