"""Tools and the choice among them, in any of the forms that LangChain's callers use."""

from collections.abc import Mapping, Sequence
from typing import Any

from langchain_core.utils.function_calling import convert_to_openai_tool

from interlock import RequestError
from langchain_interlock.connector_tool import ConnectorTool

_WORDS = {"any": "required", "required": "required", "auto": "auto", "none": "none"}


def openai_tools(tools: Sequence[Any], *, strict: bool | None = None) -> list[dict[str, Any]]:
    """Tools in OpenAI's nested form, which every codec's tools come from.

    Raises:
        RequestError: a tool that one vendor runs itself; no other could.
    """
    return [_openai_tool(tool, index, strict) for index, tool in enumerate(tools)]


def choice_of(choice: object, tools: Sequence[Mapping[str, Any]]) -> str | None:
    """auto, none, required or a tool's name.

    Raises:
        RequestError: the choice names no tool, or is none of the known forms.
    """
    if choice is None or choice is False:
        return None
    if choice is True:
        return "required"
    if isinstance(choice, Mapping):
        choice = _named(choice)
    if not isinstance(choice, str):
        raise RequestError(
            f"expected a name, a bool or a mapping, not {type(choice).__name__}", key="tool_choice"
        )
    if choice in _WORDS:
        return _WORDS[choice]
    names = [tool["function"]["name"] for tool in tools]
    if choice not in names:
        raise RequestError(f"{choice!r} is none of {', '.join(names) or 'no tools'}", key="tool_choice")
    return choice


def _openai_tool(tool: Any, index: int, strict: bool | None) -> dict[str, Any]:
    inner = getattr(tool, "inner", tool)  # of one that is accounted for
    if strict is None and isinstance(inner, ConnectorTool):
        # LangChain's own form has no titles and no references in it, wherever they stand.
        parameters = {"name": tool.name, "description": tool.description, "parameters": tool.args_schema}
        return {"type": "function", "function": parameters}
    converted = convert_to_openai_tool(tool, strict=strict)
    if not isinstance(converted.get("function"), dict):
        kind = converted.get("type") or converted.get("name") or "this"
        raise RequestError(
            f"{kind} is a tool that its vendor runs; give a function, which any model may call",
            key=f"tools.{index}",
        )
    return converted


def _named(choice: Mapping[str, Any]) -> object:
    """OpenAI's {type: function, function: {name}}, Anthropic's {type: any} or {type: tool, name}."""
    function = choice.get("function")
    if isinstance(function, Mapping):
        return function.get("name")
    return choice.get("name") or choice.get("type")
