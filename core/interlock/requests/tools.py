"""Tools as callers write them, as one kind of data."""

import inspect
from collections.abc import Callable, Iterable, Mapping
from typing import TYPE_CHECKING, Any

from interlock.errors import RequestError
from interlock.types.request import ToolSpec

if TYPE_CHECKING:
    from pydantic import BaseModel


def as_tools(values: object) -> tuple[ToolSpec, ...]:
    """Tool specs out of mappings (ours or OpenAI's nested form), callables, pydantic models and specs."""
    if values is None:
        return ()
    if isinstance(values, (str, Mapping)) or not isinstance(values, Iterable):
        raise RequestError(f"expected a list of tools, not {type(values).__name__}", key="tools")
    specs = tuple(_tool(value, f"tools.{index}") for index, value in enumerate(values))
    names = [spec.name for spec in specs]
    for name in names:
        if names.count(name) > 1:
            raise RequestError(f"two tools are called {name!r}", key="tools")
    return specs


def as_tool_choice(value: object, tools: tuple[ToolSpec, ...]) -> str | None:
    """auto, none, required or a tool's name; `any` and booleans mean what they mean elsewhere."""
    if value is None:
        return None
    if value == "auto":
        return "auto"
    if value is False or value == "none":
        return "none"
    if value is True or value in ("any", "required"):
        choice = "required"
    elif isinstance(value, Mapping):
        function = value.get("function")
        choice = str(function.get("name") if isinstance(function, Mapping) else value.get("name"))
    else:
        choice = str(value)
    if not tools:
        raise RequestError(f"{choice!r} asks for a tool, and there are none", key="tool_choice")
    names = [tool.name for tool in tools]
    if choice != "required" and choice not in names:
        raise RequestError(f"{choice!r} is none of {', '.join(names)}", key="tool_choice")
    return choice


def _tool(value: object, key: str) -> ToolSpec:
    if isinstance(value, ToolSpec):
        return value
    if isinstance(value, Mapping):
        return _from_mapping(value, key)
    if isinstance(value, type) and hasattr(value, "model_json_schema"):
        schema: dict[str, Any] = value.model_json_schema()
        return ToolSpec(
            name=value.__name__, description=inspect.cleandoc(value.__doc__ or ""), parameters=schema
        )
    if callable(value):
        return _from_callable(value, key)
    raise RequestError(
        "expected a mapping with name and parameters, a callable or a pydantic model, "
        f"not {type(value).__name__}",
        key=key,
    )


def _from_mapping(value: Mapping[str, Any], key: str) -> ToolSpec:
    inner = value.get("function") if value.get("type") == "function" or "function" in value else value
    if not isinstance(inner, Mapping):
        raise RequestError("expected {type: function, function: {name, …}}", key=f"{key}.function")
    name = inner.get("name")
    if not isinstance(name, str) or not name:
        raise RequestError("a tool needs a name", key=f"{key}.name")
    parameters = inner.get("parameters", inner.get("input_schema"))
    if parameters is None:
        parameters = {"type": "object", "properties": {}}
    if not isinstance(parameters, Mapping):
        raise RequestError("expected a JSON schema", key=f"{key}.parameters")
    return ToolSpec(
        name=name,
        description=str(inner.get("description") or ""),
        parameters=dict(parameters),
        strict=inner.get("strict"),
    )


def _from_callable(value: Any, key: str) -> ToolSpec:
    return spec_of(value, arguments_of(value, key=key))


def arguments_of(function: Callable[..., Any], *, key: str, given: type | None = None) -> "type[BaseModel]":
    """A pydantic model of a function's parameters, but for those that are annotated as `given`.

    Raises:
        RequestError: its signature cannot be read, or no schema fits it.
    """
    from pydantic import create_model  # noqa: PLC0415 - costs more than the rest of the import
    from pydantic.errors import PydanticUserError  # noqa: PLC0415 - see above

    fields: dict[str, Any] = {}
    try:
        signature = inspect.signature(function, eval_str=True)
    except (NameError, ValueError, TypeError) as error:
        raise RequestError(f"its signature cannot be read: {error}", key=key) from None
    for name, parameter in signature.parameters.items():
        if parameter.kind in (parameter.VAR_POSITIONAL, parameter.VAR_KEYWORD):
            continue
        if given is not None and parameter.annotation is given:
            continue
        kind = Any if parameter.annotation is parameter.empty else parameter.annotation
        fields[name] = (kind, ... if parameter.default is parameter.empty else parameter.default)
    try:
        model: type[BaseModel] = create_model(function.__name__, **fields)
        model.model_json_schema()
    except PydanticUserError as error:
        raise RequestError(f"no schema fits its signature: {error.message}", key=key) from None
    return model


def spec_of(function: Callable[..., Any], arguments: "type[BaseModel]") -> ToolSpec:
    """What a model is told of a function: its name, its docstring, the schema of its arguments."""
    schema = arguments.model_json_schema()
    schema.pop("title", None)
    description = inspect.cleandoc(function.__doc__ or "")
    return ToolSpec(name=function.__name__, description=description, parameters=schema)
