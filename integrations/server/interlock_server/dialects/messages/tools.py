"""Tools of a body, and which of them the model is to call."""

import re
from typing import Any

from interlock import ToolSpec
from interlock_server.dialects.reading import Fields

_TOOL = frozenset(
    {
        "type", "name", "description", "input_schema", "strict", "cache_control",
        "input_examples", "eager_input_streaming", "defer_loading", "allowed_callers",
    }
)  # fmt: skip
_CHOICE = frozenset({"type", "name", "disable_parallel_tool_use"})
_CHOICES = {"auto": "auto", "any": "required", "none": "none"}
_SERVED = re.compile(r"[a-z_]+_\d{8}")


def tools_in(body: Fields) -> tuple[ToolSpec, ...]:
    """The tools that a client runs itself.

    Raises:
        RequestError: a tool of the vendor's own, or one that cannot be read.
    """
    given = body.listed("tools") or ()
    return tuple(_tool(each, f"{body.at('tools')}.{at}") for at, each in enumerate(given))


def choice_in(body: Fields) -> tuple[str | None, bool | None]:
    """(the tool choice in our words, whether several calls may come at once); None for what is not said."""
    choice = body.inner("tool_choice", _CHOICE)
    if choice is None:
        return None, None
    alone = choice.flag("disable_parallel_tool_use")
    parallel = None if alone is None else not alone
    kind = choice.one_of("type", (*_CHOICES, "tool"))
    if kind is None:
        raise choice.wrong("type", f"expected one of {', '.join((*_CHOICES, 'tool'))}, not nothing")
    if kind != "tool":
        return _CHOICES[kind], parallel
    name = choice.needed_text("name")
    if name in ("auto", "none", "required", "any"):
        raise choice.wrong("name", f"a tool called {name} cannot be chosen by its name; give it another")
    return name, parallel


def _tool(given: Any, path: str) -> ToolSpec:
    kind = given.get("type") if isinstance(given, dict) else None
    if isinstance(kind, str) and kind != "custom":
        raise Fields(given, path, given.keys()).wrong("type", _served(kind))
    tool = Fields(given, path, _TOOL)
    if tool.flag("defer_loading"):
        raise tool.wrong("defer_loading", "there is no search for tools through a router; leave it out")
    if tool.get("allowed_callers") not in (None, ["direct"]):
        raise tool.wrong("allowed_callers", "tools are called by the model alone here; leave it out")
    if not (name := tool.needed_text("name")):
        raise tool.wrong("name", "expected a text that is not empty")
    schema = tool.mapping("input_schema")
    if schema is None:
        raise tool.wrong("input_schema", "expected a JSON schema of type object, not nothing")
    return ToolSpec(
        name=name,
        description=tool.text("description") or "",
        parameters=dict(schema),
        strict=tool.flag("strict"),
    )


def _served(kind: str) -> str:
    if _SERVED.fullmatch(kind):
        return (
            f"{kind:.60} is a tool of one vendor's own, which a router cannot offer for every model; "
            "describe it as a tool with an input_schema, or leave it out"
        )
    return f"{kind!r:.60} is no type of tool; leave it out, or write custom"
