"""What connectors offer: each is asked once for as long as it is open and does not say that its tools have
changed, and one that fails is left out.
"""

import asyncio
import re
from collections.abc import Mapping, Sequence

from interlock.errors import InterlockError, ProtocolError
from interlock.logs import redact
from interlock.protocols import Connector, Tool, ToolsCall
from interlock.toolbox.naming import OfferedTool, ToolNames
from interlock.toolbox.running import Steps
from interlock.toolbox.sources import ToolSource, ToolSources
from interlock.types.clocks import elapsed

# What takes long to fail is asked as rarely as keeps a tenth of the time from being spent on it, and once in
# so many seconds.
_PATIENCE = 10
_LONGEST = 60.0
_AT_ONCE = 0.1
_NAME = re.compile(r"[a-zA-Z_][a-zA-Z0-9_-]{0,63}", re.ASCII)


class Listing:
    """The tools of connectors, as they were last asked for them. Event loops and threads may share it."""

    def __init__(self, sources: ToolSources, steps: Steps, excluded: dict[str, str]) -> None:
        """`excluded` is kept up to date: a connector's id, or `id/tool`, to why it cannot be had."""
        self._sources = sources
        self._steps = steps
        self._excluded = excluded
        self._known: dict[str, tuple[Connector, tuple[Tool, ...]]] = {}
        self._failed: dict[str, float] = {}  # until when each is left alone

    async def names(self, asked: Sequence[ToolSource]) -> ToolNames:
        """The tools of these connectors by their names."""
        # Whoever asks at the same time asks for itself, and depends on nothing that others do meanwhile.
        found = {source.id: self._open(source) for source in asked}
        now = elapsed()
        missing = [
            source for source in asked if found[source.id] is None and self._failed.get(source.id, now) <= now
        ]
        if missing:
            lists = await asyncio.gather(*map(self._list, missing))
            found |= {source.id: tools for source, tools in zip(missing, lists, strict=True)}
        return ToolNames.of((source, tools) for source in asked if (tools := found[source.id]) is not None)

    def unlisted(self, asked: Sequence[ToolSource], name: str) -> tuple[OfferedTool, ...]:
        """The tools of that name that connectors, asked already, have beside those that they list. Among
        several connectors, `<id>__<name>` is one's too.
        """
        found: list[OfferedTool] = []
        for source in asked:
            known = self._known.get(source.id)
            look = None if known is None else getattr(known[0], "unlisted", None)
            if look is None:
                continue
            for own in dict.fromkeys((name, name.removeprefix(f"{source.id}__"))):
                tool: object = look(own)
                if isinstance(tool, Tool) and _unfit([tool]) is None:
                    found.append(OfferedTool(name, source, tool))
        return tuple(found)

    def _open(self, source: ToolSource) -> tuple[Tool, ...] | None:
        """Its tools, if they are known, are those of the connector that is open now, and still hold."""
        known = self._known.get(source.id)
        if known is None or not self._sources.is_open(source.id, known[0]):
            return None
        return None if getattr(known[0], "stale", False) else known[1]

    async def _list(self, source: ToolSource) -> tuple[Tool, ...] | None:
        """Ask a connector for its tools; one that fails keeps nobody from the others'."""
        access = self._steps.access(source)
        given = ToolsCall(**access.given)

        async def tools() -> tuple[Connector, tuple[Tool, ...]]:
            connector = self._sources.connector(source.id)
            return connector, tuple(await connector.tools(given))

        began = elapsed()
        try:
            found = await self._steps.take(access, "the list of tools", tools)
            if why := _unfit(found[1]):
                raise ProtocolError(f"{source.id} {why}")
        except InterlockError as error:
            self._known.pop(source.id, None)
            self._failed[source.id] = _again(began, elapsed())
            self._tell(source, {source.id: f"its tools cannot be had: {error}"})
            return None
        self._failed.pop(source.id, None)
        self._known[source.id] = found
        self._tell(source, _withdrawn(source, found[0]))
        return found[1]

    def _tell(self, source: ToolSource, excluded: Mapping[str, str]) -> None:
        """Say of the connector what is excluded now, and no more what was."""
        for said in list(self._excluded):
            if said == source.id or said.startswith(f"{source.id}/"):
                self._excluded.pop(said, None)
        self._excluded.update(excluded)


def _again(began: float, failed: float) -> float:
    """When a connector may be asked again. One that fails at once keeps nobody."""
    took = failed - began
    return failed + (min(_PATIENCE * took, _LONGEST) if took > _AT_ONCE else 0.0)


def _withdrawn(source: ToolSource, connector: Connector) -> dict[str, str]:
    """What a connector holds back of what its service offers."""
    said: object = getattr(connector, "withdrawn", None)
    if not isinstance(said, Mapping):
        return {}
    return {f"{source.id}/{name}": redact(str(why)) for name, why in said.items()}


def _unfit(tools: Sequence[object]) -> str | None:
    """What is wrong with what a connector gives as its tools."""
    names: set[str] = set()
    for tool in tools:
        if not isinstance(tool, Tool):
            return f"offers what is no Tool ({type(tool).__name__})"
        name = tool.spec.name
        if not _NAME.fullmatch(name):
            return f"has a tool {name!r}, which is no name that every vendor takes"
        if name in names:
            return f"has two tools that are called {name!r}"
        names.add(name)
    return None
