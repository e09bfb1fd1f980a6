"""LangChain's messages as Interlock's."""

import json
from collections.abc import Container, Iterable, Mapping, Sequence
from typing import Any, Literal

from langchain_core.messages import (
    AIMessage,
    BaseMessage,
    ChatMessage,
    FunctionMessage,
    HumanMessage,
    SystemMessage,
    ToolMessage,
)

from interlock import Audio, Document, Image, Message, Reasoning, RequestError, Text, ToolCall, ToolResult
from langchain_interlock.blocks_in import origin_named, part_of, vendor_named
from langchain_interlock.layout import restored

_Part = Any
_ROLES: Mapping[str, Literal["system", "user", "assistant"]] = {
    "system": "system",
    "developer": "system",
    "user": "user",
    "human": "user",
    "assistant": "assistant",
    "ai": "assistant",
}


def messages_in(messages: Iterable[BaseMessage]) -> list[Message]:
    """The conversation.

    What one vendor's integration left in the assistant's own turns and no other understands is dropped; what
    a user or a system message says is never dropped.

    Raises:
        RequestError: naming the message and the block that cannot be read.
    """
    said = list(messages)
    answered = frozenset(message.tool_call_id for message in said if isinstance(message, ToolMessage))
    return [
        _message(message, f"messages.{index}", answered, said[index - 1] if index else None)
        for index, message in enumerate(said)
    ]


def _message(message: BaseMessage, key: str, answered: Container[str], before: BaseMessage | None) -> Message:
    if isinstance(message, HumanMessage):
        return _said("user", message, key)
    if isinstance(message, AIMessage):
        return _assistant(message, key, answered)
    if isinstance(message, SystemMessage):
        return _said("system", message, key)
    if isinstance(message, ToolMessage):
        return Message("tool", (_tool_result(message, key),))
    if isinstance(message, FunctionMessage):
        calls = before.tool_calls if isinstance(before, AIMessage) else []
        id_ = next((call["id"] for call in calls if call["name"] == message.name), None) or message.name
        return Message("tool", (ToolResult(id=id_, content=_text(message), name=message.name),))
    if isinstance(message, ChatMessage):
        role = _ROLES.get(message.role)
        if role is None:
            raise RequestError(f"{message.role!r} is no role; use {', '.join(_ROLES)}", key=key)
        return _said(role, message, key)
    raise RequestError(f"{type(message).__name__} is no part of a conversation", key=key)


def _said(role: Literal["system", "user", "assistant"], message: BaseMessage, key: str) -> Message:
    content = message.content
    if isinstance(content, str):
        return Message(role, content, name=message.name)
    parts: list[_Part] = []
    for index, block in enumerate(content):
        where = f"{key}.content.{index}"
        part = part_of(block, where)
        if part is None:
            kind = block.get("type") if isinstance(block, Mapping) else type(block).__name__
            raise RequestError(f"{kind!r} is no block that can be sent", key=where)
        parts.append(part)
    return Message(role, tuple(parts), name=message.name)


def _assistant(message: AIMessage, key: str, answered: Container[str]) -> Message:
    calls = _calls(message, answered)
    content = message.content
    if isinstance(content, str) and not (calls or message.additional_kwargs):
        return Message("assistant", content, name=message.name)
    whole = restored(message, calls)
    if whole is not None:
        return Message("assistant", whole, name=message.name)
    vendor, origin = vendor_named(message.response_metadata), origin_named(message.response_metadata)
    parts: list[_Part] = []
    waiting = {call.id: call for call in calls}
    for index, block in enumerate([content] if isinstance(content, str) else content):
        part = part_of(block, f"{key}.content.{index}", vendor=vendor, origin=origin)
        if isinstance(part, ToolCall):
            # The same call stands in `tool_calls`, whose arguments count: there they may have been edited.
            part = waiting.pop(part.id, None if part.id in {call.id for call in calls} else part)
        if part is not None and part != Text(""):
            parts.append(part)
    thought = message.additional_kwargs.get("reasoning_content")
    if isinstance(thought, str) and thought and not any(isinstance(part, Reasoning) for part in parts):
        parts.insert(0, Reasoning(thought, vendor=vendor))
    return Message("assistant", (*parts, *waiting.values()), name=message.name)


def _calls(message: AIMessage, answered: Container[str]) -> list[ToolCall]:
    """The message's calls. One whose arguments were no JSON keeps its place when a result answers it."""
    calls = [
        ToolCall(id=call["id"] or f"call_{index}", name=call["name"], arguments=call["args"])
        for index, call in enumerate(message.tool_calls)
    ]
    calls += [
        ToolCall(id=str(call["id"]), name=str(call["name"]))
        for call in message.invalid_tool_calls
        if call.get("name") and call.get("id") and str(call["id"]) in answered
    ]
    return calls


def _tool_result(message: ToolMessage, key: str) -> ToolResult:
    content = message.content
    return ToolResult(
        id=message.tool_call_id,
        content=content if isinstance(content, str) else tuple(_results(content, key)),
        name=message.name,
        error=message.status == "error",
    )


def _results(content: Sequence[Any], key: str) -> Iterable[Text | Image | Document | Audio]:
    """A tool may return any data: what is no text and no medium is shown as JSON."""
    for index, block in enumerate(content):
        part = part_of(block, f"{key}.content.{index}")
        if isinstance(part, (Text, Image, Document, Audio)):
            yield part
        else:
            value = block.get("json", block) if isinstance(block, Mapping) else block
            yield Text(json.dumps(value, ensure_ascii=False, default=str))


def _text(message: BaseMessage) -> str:
    return str(message.text)
