"""What tools are called among those of several connectors."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from hashlib import sha256

from interlock.errors import UnknownTool
from interlock.protocols import Tool
from interlock.toolbox.sources import ToolSource
from interlock.types.names import nearest
from interlock.types.request import ToolSpec

LONGEST = 64
"""Characters of a name that every vendor of models takes."""
_KEY = "tool_call.name"


@dataclass(frozen=True, slots=True)
class OfferedTool:
    """A tool, its connector, and the `name` by which a model asks for it."""

    name: str
    source: ToolSource
    tool: Tool

    @property
    def connector(self) -> str:
        return self.source.id

    def is_of(self, connector: str, own: str) -> bool:
        """Whether it is what a connector calls `own`."""
        return self.connector == connector and self.tool.spec.name == own

    @property
    def spec(self) -> ToolSpec:
        """As a request's `tools` take it."""
        return replace(self.tool.spec, name=self.name)


@dataclass(frozen=True, slots=True)
class ToolNames:
    """Every tool by its name. What several connectors call by one name goes by names that begin with their
    ids, and by that one no longer: `refused` maps it to them.
    """

    tools: Mapping[str, OfferedTool] = field(default_factory=dict)
    refused: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @classmethod
    def of(cls, found: Iterable[tuple[ToolSource, Sequence[Tool]]]) -> "ToolNames":
        found = list(found)
        counts = Counter(tool.spec.name for _, tools in found for tool in tools)
        named: dict[str, OfferedTool] = {}
        refused: dict[str, list[str]] = {}
        for source, tools in found:
            for tool in tools:
                own = name = tool.spec.name
                if counts[own] > 1:
                    name = _prefixed(source.id, own, {*named, *counts})
                    refused.setdefault(own, []).append(name)
                named[name] = OfferedTool(name, source, tool)
        return cls(named, {name: tuple(names) for name, names in refused.items()})

    def name_of(self, connector: str, own: str) -> str | None:
        """What a connector's tool goes by that it calls `own`; None where it lists none."""
        tools = self.tools.values()
        return next((each.name for each in tools if each.is_of(connector, own)), None)

    def find(self, name: str, unlisted: Sequence[OfferedTool] = ()) -> OfferedTool:
        """The tool that is listed by that name, or else the one of those that are not.

        Raises UnknownTool, with the nearest name, for one that no tool has.
        """
        if name in self.tools:
            return self.tools[name]
        if name not in self.refused and len(unlisted) == 1:
            return unlisted[0]
        if several := self.refused.get(name) or tuple(f"{each.connector}__{name}" for each in unlisted):
            what = f"{name!r} is a tool of several connectors; ask for {' and '.join(several)}"
            raise UnknownTool(what, key=_KEY)
        near = nearest(name, list(self.tools))
        way = "" if near else f"; there are {', '.join(self.tools) or 'none'}"
        raise UnknownTool(f"there is no tool {name!r}{way}.", key=_KEY, suggestion=near)


def _prefixed(connector: str, tool: str, taken: Iterable[str]) -> str:
    name = f"{connector}__{tool}"
    if len(name) <= LONGEST and name not in taken:
        return name
    mark = sha256(f"{connector}/{tool}".encode()).hexdigest()[:8]
    return f"{name[: LONGEST - len(mark) - 1]}_{mark}"
