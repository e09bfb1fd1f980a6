"""Tools and the form of an answer, as chat completions ask for them."""

from collections.abc import Mapping
from typing import Any

from interlock import Output, RequestError, ToolSpec
from interlock_server.dialects.reading import Fields, kind_of

_TOOL = frozenset({"cache_control", "function", "type"})
_FUNCTION = frozenset({"description", "name", "parameters", "strict"})
_CHOICES = ("none", "auto", "required")
_FORMATS = ("text", "json_object", "json_schema")
_NO_KIND = "the models behind this endpoint share functions alone; there is type function"

Choice = tuple[str | None, tuple[ToolSpec, ...]]
"""What is to be called, and the tools that are left to call."""


def tools_of(given: Any, path: str) -> tuple[ToolSpec, ...]:
    """The functions among which a model may choose.

    Raises:
        RequestError: a tool that is none, or one that its vendor runs.
    """
    if not isinstance(given, list):
        raise RequestError(f"expected a list of tools, not {kind_of(given)}", key=path)
    return tuple(_tool(each, f"{path}.{index}") for index, each in enumerate(given))


def functions_of(given: Any, path: str) -> tuple[ToolSpec, ...]:
    """The same out of the deprecated list of functions."""
    if not isinstance(given, list):
        raise RequestError(f"expected a list of functions, not {kind_of(given)}", key=path)
    return tuple(_function(Fields(each, f"{path}.{index}", _FUNCTION)) for index, each in enumerate(given))


def _tool(value: Any, path: str) -> ToolSpec:
    kind = value.get("type") if isinstance(value, dict) else None
    if kind is not None and kind != "function":
        raise RequestError(f"{kind!r:.40}: {_NO_KIND}", key=f"{path}.type")
    function = Fields(value, path, _TOOL).inner("function", _FUNCTION)
    if function is None:
        raise RequestError("expected an object with a name", key=f"{path}.function")
    return _function(function)


def _function(function: Fields) -> ToolSpec:
    name = function.needed_text("name")
    if not name:
        raise function.wrong("name", "expected a name, and it is empty")
    description, strict = function.text("description") or "", function.flag("strict")
    parameters = function.mapping("parameters")
    if parameters is None:
        return ToolSpec(name=name, description=description, strict=strict)
    return ToolSpec(name=name, description=description, parameters=parameters, strict=strict)


def choice_of(given: Any, path: str, tools: tuple[ToolSpec, ...]) -> Choice:
    """What `tool_choice` asks for: a word, a function's name, or a word about some of the tools.

    Raises:
        RequestError: what is none of them.
    """
    if given is None:
        return None, tools
    if isinstance(given, str):
        if given not in _CHOICES:
            raise RequestError(f"{given!r:.40} is none of {', '.join(_CHOICES)}", key=path)
        return given, tools
    kind = given.get("type") if isinstance(given, Mapping) else None
    if kind not in ("function", "allowed_tools"):
        raise RequestError(f"{kind!r:.40}: {_NO_KIND}" if kind else "expected a word or an object", key=path)
    fields = Fields(given, path, frozenset({"type", kind}))
    if kind == "allowed_tools":
        return _allowed(fields, tools)
    function = fields.inner("function", frozenset({"name"}))
    if function is None:
        raise fields.wrong("function", "expected an object with a name")
    return function.needed_text("name"), tools


def _allowed(fields: Fields, tools: tuple[ToolSpec, ...]) -> Choice:
    allowed = fields.inner("allowed_tools", frozenset({"mode", "tools"}))
    if allowed is None:
        raise fields.wrong("allowed_tools", "expected an object with mode and tools")
    named = set()
    for index, each in enumerate(allowed.listed("tools") or ()):
        tool = Fields(each, f"{allowed.at('tools')}.{index}", frozenset({"type", "function"}))
        function = tool.inner("function", frozenset({"name"}))
        name = None if function is None else function.needed_text("name")
        if all(spec.name != name for spec in tools):
            raise tool.wrong("function", "it names none of the tools")
        named.add(name)
    mode = allowed.one_of("mode", ("auto", "required"))
    return mode or "auto", tuple(each for each in tools if each.name in named)


def function_choice_of(given: Any, path: str) -> str | None:
    """What the deprecated `function_call` asks for."""
    if given is None:
        return None
    if isinstance(given, str):
        if given not in ("none", "auto"):
            raise RequestError(f"{given!r:.40} is none of none, auto", key=path)
        return given
    return Fields(given, path, frozenset({"name"})).needed_text("name")


def output_of(form: Fields) -> Any:
    """The output that `response_format` asks for; None for plain text.

    Raises:
        RequestError: there is no such form, or it lacks its schema's name.
    """
    kind = form.one_of("type", _FORMATS)
    if kind is None:
        raise form.wrong("type", f"expected one of {', '.join(_FORMATS)}")
    if kind == "text":
        return None
    if kind == "json_object":
        return dict
    spec = form.inner("json_schema", frozenset({"description", "name", "schema", "strict"}))
    if spec is None:
        raise form.wrong("json_schema", "expected an object with name and schema")
    spec.text("description")
    spec.flag("strict")
    name, schema = spec.needed_text("name"), spec.mapping("schema")
    return dict if schema is None else Output(name=name, schema=schema)
