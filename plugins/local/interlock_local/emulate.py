"""Tool calls for a model whose template knows none: a schema that the grammar enforces, and words."""

import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from typing import Any

from interlock import (
    Answer,
    InvalidRequest,
    Message,
    Output,
    ProtocolError,
    Reasoning,
    Request,
    Text,
    ToolCall,
    ToolResult,
    ToolSpec,
)
from interlock.http import input_in
from interlock.types.messages import Part
from interlock.types.response import FinishReason

_ANSWER = "answer"


def is_needed(request: Request) -> bool:
    return bool(request.tools) and request.tool_choice != "none"


def plain(request: Request) -> Request:
    """The request without tools, and past calls and results as text: nothing that the template would drop."""
    messages = tuple(message for given in request.messages for message in _plain(given))
    return replace(request, messages=messages, tools=(), tool_choice=None)


def asked(request: Request) -> Request:
    """The same in words and a schema: one object that is a call, or an answer where that is allowed."""
    choice = request.tool_choice
    tools = request.tools if choice in (None, "auto", "required") else _named(request.tools, choice)
    may_answer = choice in (None, "auto")
    bare = plain(request)
    system = Message("system", _words(tools, may_answer=may_answer))
    return replace(
        bare,
        messages=(system, *bare.messages),
        output=Output(
            name="tool_call", schema=_schema(tools, request.output, may_answer=may_answer), build=dict
        ),
    )


def answered(answer: Answer) -> Answer:
    """The call, or the text, that the object says. A cut answer has neither.

    Raises:
        ProtocolError: the object is none of what the grammar allows.
    """
    if answer.finish_reason == "refusal":
        return answer
    thoughts = tuple(part for part in answer.parts if isinstance(part, Reasoning))
    said = input_in(answer.text)
    if (
        isinstance(said, dict)
        and isinstance(said.get("name"), str)
        and isinstance(said.get("arguments"), dict)
    ):
        id_ = f"call_{(answer.id or '0').rpartition('-')[2]}"
        call = ToolCall(id=id_, name=said["name"], arguments=said["arguments"])
        reason: FinishReason = "length" if answer.finish_reason == "length" else "tool_calls"
        return replace(answer, parts=(*thoughts, call), finish_reason=reason)
    if isinstance(said, dict) and _ANSWER in said:
        value = said[_ANSWER]
        text = value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)
        return replace(answer, parts=(*thoughts, Text(text)))
    if answer.finish_reason == "length":
        return replace(answer, parts=thoughts)
    raise ProtocolError("the local model answered with neither a tool call nor an answer")


def _named(tools: Iterable[ToolSpec], name: str | None) -> tuple[ToolSpec, ...]:
    found = tuple(tool for tool in tools if tool.name == name)
    if not found:
        raise InvalidRequest(f"tool_choice names {name!r}, which is none of the tools")
    return found


def _words(tools: Iterable[ToolSpec], *, may_answer: bool) -> str:
    lines = [f"- {tool.name}({_parameters(tool)}): {tool.description}" for tool in tools]
    rules = 'To use a tool, reply {"name": <tool>, "arguments": {...}}.'
    if may_answer:
        rules += ' To answer yourself, reply {"answer": <text>}.'
    return "\n".join(["You can use these tools:", *lines, rules])


def _parameters(tool: ToolSpec) -> str:
    properties = tool.parameters.get("properties")
    return ", ".join(properties) if isinstance(properties, Mapping) else ""


def _schema(tools: Iterable[ToolSpec], output: object, *, may_answer: bool) -> dict[str, Any]:
    variants: list[dict[str, Any]] = []
    definitions: dict[str, Any] = {}
    for tool in tools:
        arguments = _lifted(tool.parameters, tool.name, definitions)
        variants.append(_object({"name": {"const": tool.name}, "arguments": arguments}))
    if may_answer:
        schema = (
            _lifted(output.schema, _ANSWER, definitions) if isinstance(output, Output) else {"type": "string"}
        )
        variants.append(_object({_ANSWER: schema}))
    root: dict[str, Any] = variants[0] if len(variants) == 1 else {"oneOf": variants}
    return root | ({"$defs": definitions} if definitions else {})


def _object(properties: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


def _lifted(schema: Mapping[str, Any], owner: str, definitions: dict[str, Any]) -> dict[str, Any]:
    """The schema with its definitions moved to the root, where references look for them."""

    def moved(value: Any) -> Any:
        if isinstance(value, list):
            return [moved(item) for item in value]
        if not isinstance(value, Mapping):
            return value
        copy = {key: moved(item) for key, item in value.items() if key not in ("$defs", "definitions")}
        reference = copy.get("$ref")
        if isinstance(reference, str):
            for prefix in ("#/$defs/", "#/definitions/"):
                if reference.startswith(prefix):
                    copy["$ref"] = f"#/$defs/{owner}.{reference.removeprefix(prefix)}"
        return copy

    for key in ("$defs", "definitions"):
        inner = schema.get(key)
        if isinstance(inner, Mapping):
            definitions.update((f"{owner}.{name}", moved(value)) for name, value in inner.items())
    lifted: dict[str, Any] = moved(schema)
    return lifted


def _plain(message: Message) -> Iterable[Message]:
    if not any(isinstance(part, (ToolCall, ToolResult)) for part in message.parts):
        return (message,)
    parts: list[Part] = []
    for part in message.parts:
        if isinstance(part, ToolCall):
            parts.append(
                Text(json.dumps({"name": part.name, "arguments": dict(part.arguments)}, default=str))
            )
        elif isinstance(part, ToolResult):
            parts.extend(_result(part))
        else:
            parts.append(part)
    return (Message("user" if message.role == "tool" else message.role, tuple(parts), name=message.name),)


def _result(result: ToolResult) -> Iterable[Part]:
    yield Text(f"{'Error from' if result.error else 'Result of'} {result.name or 'the tool'}: ")
    if isinstance(result.content, str):
        yield Text(result.content)
    else:
        yield from result.content
