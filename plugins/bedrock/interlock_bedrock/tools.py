"""Tools, and structured output: as a schema that binds the answer, as a tool that takes it, or in words."""

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from interlock.errors import InvalidRequest
from interlock.http.payload import json_text
from interlock.protocols import ProviderCall
from interlock.types.messages import Message, ToolCall, ToolResult
from interlock.types.request import Output, Request, ToolSpec
from interlock_bedrock.models import Traits, traits_of
from interlock_bedrock.schema import closed

_ANSWER = "final_answer"
_VALUE = "value"
_NO_NAME = re.compile(r"[^a-zA-Z0-9_-]")
_LONGEST_NAME = 64
_NO_CALL = "No tool may be called in this turn."
_ANY_OBJECT: Mapping[str, Any] = {"type": "object", "properties": {}}


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerTool:
    """A tool whose arguments are the answer; a schema that is no object's is wrapped in one."""

    name: str
    wrapped: bool

    def text(self, arguments: Mapping[str, Any]) -> str | None:
        """The answer as JSON, or None when the arguments lack it."""
        if self.wrapped and _VALUE not in arguments:
            return None
        try:
            return json.dumps(arguments[_VALUE] if self.wrapped else arguments, ensure_ascii=False)
        except RecursionError:
            return None


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is asked for besides messages.

    Attributes:
        config: the body's toolConfig.
        format: outputConfig's textFormat.
        words: what the model takes no field for.
        forced: whether the choice of tools leaves no room for a thought.
    """

    config: dict[str, Any] | None = None
    format: dict[str, Any] | None = None
    words: tuple[str, ...] = ()
    forced: bool = False


def answer_tool(call: ProviderCall) -> AnswerTool | None:
    """The same for a request and for its answer."""
    output = call.request.output
    if not isinstance(output, Output):
        return None
    return _answer_tool(call.request, output, traits_of(call.deployment))


def told_to_call(call: ProviderCall) -> bool:
    """Whether a tool call could only be asked for in words, so that an answer without one is an error."""
    request = call.request
    choice = request.tool_choice
    if not request.tools or choice is None or choice in ("auto", "none"):
        return False
    return _forcing(choice, len(request.tools), traits_of(call.deployment)) is None


def words_of(call: ProviderCall) -> tuple[str, ...]:
    """What the request says in words of ours, where its thoughts are bound to them."""
    traits = traits_of(call.deployment)
    return plan(call.request, traits).words if traits.binds else ()


def _answer_tool(request: Request, output: Output, traits: Traits) -> AnswerTool | None:
    if (traits.native_output and closed(output.schema) is not None) or traits.forces == "auto":
        return None
    if request.tools and request.tool_choice not in (None, "auto", "none"):
        return None  # another tool must be called first; the answer comes in a later turn
    name = _ANSWER
    while any(tool.name == name for tool in request.tools):
        name += "_"
    return AnswerTool(name=name, wrapped=not _is_object(output.schema))


def _is_object(schema: Mapping[str, Any]) -> bool:
    return schema.get("type") == "object" or ("type" not in schema and "properties" in schema)


def plan(request: Request, traits: Traits) -> Plan:
    choice, tools = request.tool_choice, request.tools
    _check_choice(choice, [tool.name for tool in tools])
    words: list[str] = []
    form: dict[str, Any] | None = None
    forcing: dict[str, Any] | None = None
    offered = [_spec(tool, traits) for tool in tools if choice != "none" or traits.binds]
    output = request.output
    if isinstance(output, Output):
        taker = _answer_tool(request, output, traits)
        schema = closed(output.schema) if traits.native_output else None
        if schema is not None:
            form = _format(output, schema)
        elif taker is not None:
            offered.append(_taker(taker, output))
            forcing = _forcing("required" if len(offered) > 1 else taker.name, len(offered), traits)
        else:
            words.append(_in_words(output))
    if forcing is None and tools and choice is not None and choice not in ("auto", "none"):
        forcing = _forcing(choice, len(offered), traits)
        if forcing is None:
            what = "at least one of the tools" if choice == "required" else f"the tool {choice}"
            words.append(f"You must answer by calling {what}.")
    if offered and choice == "none" and traits.binds:
        words.append(_NO_CALL)
    if not offered:
        offered = _bygone(request.messages, tools, traits)
        if offered:
            words.append(_NO_CALL)
    if not offered:
        return Plan(format=form, words=tuple(words))
    config: dict[str, Any] = {"tools": offered}
    if forcing is not None:
        config["toolChoice"] = forcing
    elif choice == "auto" and traits.forces != "auto":
        config["toolChoice"] = {"auto": {}}
    return Plan(config=config, format=form, words=tuple(words), forced=forcing is not None)


def _check_choice(choice: str | None, names: list[str]) -> None:
    if choice in (None, "auto", "none") or choice in names:
        return
    if choice == "required":
        if names:
            return
        raise InvalidRequest("tool_choice is required, but there are no tools")
    raise InvalidRequest(
        f"tool_choice names {choice!r}, which is none of the tools: {', '.join(names) or '-'}"
    )


def _forcing(choice: str, offered: int, traits: Traits) -> dict[str, Any] | None:
    """`choice` is `required` or a tool's name. None where the model cannot be made to call."""
    if traits.forces == "auto":
        return None
    if choice != "required" and traits.forces == "tool":
        return {"tool": {"name": choice}}
    return {"any": {}} if choice == "required" or offered == 1 else None


def _bygone(messages: Iterable[Message], tools: Iterable[ToolSpec], traits: Traits) -> list[dict[str, Any]]:
    """The tools of a conversation's past, which must be declared as long as calls of theirs are in it."""
    known = {tool.name: tool for tool in tools}
    names: dict[str, None] = {}
    results = False
    for message in messages:
        for part in message.parts:
            if isinstance(part, ToolCall):
                names[part.name] = None
            results = results or isinstance(part, ToolResult)
    if results and not names:
        names["tool"] = None
    return [_spec(known.get(name) or ToolSpec(name=name, parameters=_ANY_OBJECT), traits) for name in names]


def _spec(tool: ToolSpec, traits: Traits) -> dict[str, Any]:
    schema: Mapping[str, Any] = tool.parameters or _ANY_OBJECT
    strict = closed(schema) if tool.strict and traits.native_output else None
    spec: dict[str, Any] = {"name": tool.name, "inputSchema": {"json": strict or schema}}
    if tool.description.strip():
        spec["description"] = tool.description
    if strict is not None:
        spec["strict"] = True
    return {"toolSpec": spec}


def _taker(taker: AnswerTool, output: Output) -> dict[str, Any]:
    schema: dict[str, Any] = dict(output.schema)
    if taker.wrapped:
        outer: dict[str, Any] = {key: schema.pop(key) for key in ("$defs", "definitions") if key in schema}
        schema = {"type": "object", "properties": {_VALUE: schema}, "required": [_VALUE], **outer}
    return {
        "toolSpec": {
            "name": taker.name,
            "description": f"Gives the final answer, {output.name}. Call it once, when the answer is ready.",
            "inputSchema": {"json": {"type": "object", **schema}},
        }
    }


def _format(output: Output, schema: dict[str, Any]) -> dict[str, Any]:
    name = _NO_NAME.sub("_", output.name)[:_LONGEST_NAME] or "output"
    text = json_text(schema)
    return {"type": "json_schema", "structure": {"jsonSchema": {"name": name, "schema": text}}}


def _in_words(output: Output) -> str:
    schema = json_text(output.schema)
    return f"Answer with one JSON value and nothing else. It must be valid under this JSON schema:\n{schema}"
