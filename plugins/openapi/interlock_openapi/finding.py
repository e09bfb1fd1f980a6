"""The two tools of an API that has more operations than a model is shown: one finds them, one calls them."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any, Final

from interlock import Repeat, ToolCall, ToolOutcome, ToolSpec, UnknownTool
from interlock.http import aside
from interlock.protocols import API, Tool, ToolRun
from interlock.types.tools import ToolEffect
from interlock_openapi.catalog import Catalog, tokens
from interlock_openapi.schemas import shortened

SHOWN: Final = 5
"""Operations of an answer that are shown with their schemas."""
_NAMED = 10  # more, by name alone
_TAGS = 24
_LINE = 100
_QUERY: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {
        "query": {
            "type": "string",
            "minLength": 1,
            "maxLength": 400,
            "description": "What to do, in a few words, e.g. 'close an issue'; or an operation's name.",
        }
    },
    "required": ["query"],
    "additionalProperties": False,
}
_CALL: Final[Mapping[str, Any]] = {
    "type": "object",
    "properties": {
        "operation": {"type": "string", "description": "Its name, as the search gives it."},
        "arguments": {"type": "object", "description": "Its arguments, by the schema that the search gives."},
    },
    "required": ["operation"],
    "additionalProperties": False,
}


class SearchOperations:
    """Says which operations there are for something, with what each takes."""

    api = API
    effect: ToolEffect = "read"
    repeat = Repeat("natural")
    settles_within = 0.0

    def __init__(self, catalog: Catalog, most_tokens: int) -> None:
        self._catalog = catalog
        self._most = most_tokens
        search, call = catalog.verbs
        said = f"Finds operations of {shortened(catalog.title, 80)}, which has {len(catalog)}. "
        tags = [f"{shortened(tag, 40)} ({count})" for tag, count in catalog.tags().items()]
        if tags:
            rest = f" and {len(tags) - _TAGS} more" if len(tags) > _TAGS else ""
            said += f"They are about: {', '.join(tags[:_TAGS])}{rest}. "
        said += f"Gives the {SHOWN} that fit best with their arguments; call one with {call}."
        self.spec = ToolSpec(name=search, description=said, parameters=_QUERY)

    async def run(self, run: ToolRun) -> ToolOutcome:
        query = run.call.arguments.get("query")
        if not isinstance(query, str) or not query.strip() or set(run.call.arguments) != {"query"}:
            return _refused("query must be a few words, and is the one argument")
        found = await aside(self._found, query[:400])
        return ToolOutcome(outcome="done", content=found)

    def _found(self, query: str) -> str:
        names = self._catalog.find(query, SHOWN + _NAMED)
        if not names:
            return "Nothing fits. Search with other words, such as the name of what it is about."
        shown: list[Any] = []
        left = self._most - _LINE * _NAMED // 3
        for name in names[:SHOWN]:
            tool = self._catalog.tool(name)
            if tool is None or (left := left - tokens(tool.spec)) < 0:
                break
            shown.append(
                {
                    "operation": name,
                    "description": tool.spec.description,
                    "effect": tool.effect,
                    "arguments": dict(tool.spec.parameters),
                }
            )
        others = [f"{name}: {self._line(name)}" for name in names[len(shown) :]]
        found: dict[str, Any] = {"operations": shown}
        if others:
            found["others"] = others
            found["hint"] = "Search for one of the others by its name to see its arguments."
        return json.dumps(found, ensure_ascii=False, separators=(",", ":"))

    def _line(self, name: str) -> str:
        operation = self._catalog.operation(name)
        return shortened(operation.summary or operation.description, _LINE) or operation.place


class CallOperation:
    """Stands for every operation. What runs is the operation's own tool, by its name, effect and policy."""

    api = API
    # Of the tool by itself, of which nobody knows what it will call.
    effect: ToolEffect = "irreversible"
    repeat = Repeat("none")
    settles_within = 60.0

    def __init__(self, catalog: Catalog) -> None:
        self._catalog = catalog
        search, call = catalog.verbs
        said = f"Calls one operation of {shortened(catalog.title, 80)} that {search} has found, by its name."
        self.spec = ToolSpec(name=call, description=said, parameters=_CALL)

    def forward(self, call: ToolCall) -> ToolCall:
        """The same call of the operation's own tool.

        Raises:
            UnknownTool: it names no operation, or its arguments are no object.
        """
        given = dict(call.arguments)
        name, arguments = given.pop("operation", None), given.pop("arguments", None)
        if not isinstance(name, str):
            raise UnknownTool("say which operation, by its name", key="tool_call.arguments.operation")
        if self._catalog.tool(name) is None:
            near = self._catalog.nearest(name)
            way = "" if near else f"; {self._catalog.verbs[0]} finds those that there are"
            what = f"there is no operation {name[:80]!r}{way}."
            raise UnknownTool(what, key="tool_call.arguments.operation", suggestion=near)
        if arguments is None and given:
            arguments, given = given, {}  # as many models write them
        if given or not isinstance(arguments, Mapping | None):
            what = "expected the operation's arguments as one object, and nothing beside it"
            raise UnknownTool(what, key="tool_call.arguments.arguments")
        return ToolCall(id=call.id, name=name, arguments=arguments or {})

    async def run(self, run: ToolRun) -> ToolOutcome:
        """For whoever runs it as it stands: the operation, under the strongest of all effects."""
        try:
            meant = self.forward(run.call)
        except UnknownTool as error:
            return _refused(error.message)
        tool = self._catalog.tool(meant.name)
        if tool is None:
            return _refused("there is no such operation")
        return await tool.run(replace(run, call=meant))


def tools_of(catalog: Catalog, most_tokens: int) -> Iterable[Tool]:
    """What a connector lists."""
    every = catalog.every()
    if every is not None:
        return every
    catalog.prepare()
    return (SearchOperations(catalog, most_tokens), CallOperation(catalog))


def _refused(content: str) -> ToolOutcome:
    return ToolOutcome(outcome="refused", reason="not_sent", content=content)
