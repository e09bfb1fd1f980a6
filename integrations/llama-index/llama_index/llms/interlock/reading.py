"""From LlamaIndex's messages to Interlock's."""

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from llama_index.core.base.llms.generic_utils import image_node_to_image_block
from llama_index.core.base.llms.types import (
    AudioBlock,
    CachePoint,
    ChatMessage,
    CitableBlock,
    CitationBlock,
    DocumentBlock,
    ImageBlock,
    MessageRole,
    TextBlock,
    ThinkingBlock,
    ToolCallBlock,
)

from interlock import Message, Reasoning, RequestError, Text, ToolCall, ToolResult
from llama_index.llms.interlock.media import Media, as_media, is_on_disk

ROUTED = "interlock"  # the key of `additional_kwargs` under which an answer says who gave it

_SYSTEM = (MessageRole.SYSTEM, MessageRole.DEVELOPER)
_ASSISTANT = (MessageRole.ASSISTANT, MessageRole.CHATBOT, MessageRole.MODEL)
_TOOL = (MessageRole.TOOL, MessageRole.FUNCTION)

_Part = Text | Media | Reasoning | ToolCall


def as_messages(messages: Sequence[ChatMessage]) -> tuple[Message, ...]:
    """The same conversation in Interlock's words.

    A result that names no call answers the oldest call that has none yet; without one it is an observation
    in plain words, as a ReAct agent writes them, and the user's turn.

    Raises:
        RequestError: naming the message and the block that no model here can be given.
    """
    read: list[Message] = []
    unanswered: list[str] = []
    for index, message in enumerate(messages):
        parts = _parts(message, f"messages.{index}")
        if message.role in _TOOL:
            read.append(_result(message, parts, unanswered, f"messages.{index}"))
            continue
        if message.role in _SYSTEM:
            read.append(Message("system", _content(parts)))
        elif message.role in _ASSISTANT:
            unanswered = [part.id for part in parts if isinstance(part, ToolCall)]
            read.append(Message("assistant", _content(parts)))
        else:
            read.append(Message("user", _content(parts)))
    return tuple(read)


def as_prompt(prompt: str, images: Sequence[Any]) -> ChatMessage:
    """A prompt, and pictures as blocks or as core's image documents, as the user's turn."""
    shown = [each if isinstance(each, ImageBlock) else image_node_to_image_block(each) for each in images]
    return ChatMessage(role=MessageRole.USER, blocks=[TextBlock(text=prompt), *shown])


def needs_disk(messages: Iterable[ChatMessage]) -> bool:
    """Whether reading the messages reads files, which would hold up a loop."""
    return any(is_on_disk(block) for message in messages for block in message.blocks)


def answered_by(messages: Sequence[ChatMessage]) -> str | None:
    """The deployment that asked for the tools whose results end the conversation, if they do."""
    if not messages or messages[-1].role not in _TOOL:
        return None
    for message in reversed(messages):
        if message.role in _ASSISTANT:
            deployment = _routed(message).get("deployment")
            return deployment if isinstance(deployment, str) else None
        if message.role not in _TOOL:
            return None
    return None


def written_calls(message: ChatMessage) -> tuple[ToolCall, ...]:
    """The calls of a message that has them in `additional_kwargs` alone, in OpenAI's form."""
    calls = message.additional_kwargs.get("tool_calls")
    return tuple(_written(call, index) for index, call in enumerate(calls)) if isinstance(calls, list) else ()


def _parts(message: ChatMessage, key: str) -> list[_Part]:
    parts: list[_Part] = []
    for index, block in enumerate(message.blocks):
        _add(parts, block, message, f"{key}.blocks.{index}")
    if message.additional_kwargs.get("cache_control"):
        _mark(parts)
    if message.role in _ASSISTANT and not any(isinstance(part, ToolCall) for part in parts):
        parts.extend(written_calls(message))
    return parts


def _add(parts: list[_Part], block: Any, message: ChatMessage, key: str) -> None:
    if isinstance(block, TextBlock):
        if block.text:
            parts.append(Text(block.text))
    elif isinstance(block, ImageBlock | AudioBlock | DocumentBlock):
        parts.append(as_media(block, key))
    elif isinstance(block, ThinkingBlock):
        parts.append(_thought(block))
    elif isinstance(block, ToolCallBlock):
        parts.append(_call(block, message, len(parts), key))
    elif isinstance(block, CachePoint):
        _mark(parts)
    elif isinstance(block, CitableBlock):
        parts.append(Text(f"{block.title} ({block.source})\n"))
        for index, inner in enumerate(block.content):
            _add(parts, inner, message, f"{key}.content.{index}")
    elif not isinstance(block, CitationBlock):  # its quote stands in a source that the model was given
        kind = getattr(block, "block_type", type(block).__name__)
        raise RequestError(f"a {kind} block cannot be sent; no provider here takes one", key=key)


def _content(parts: list[_Part]) -> str | tuple[_Part, ...]:
    match parts:
        case []:
            return ""
        case [Text(text, citations=(), cache=False)]:
            return text
    return tuple(parts)


def _mark(parts: list[_Part]) -> None:
    """The prefix that a vendor may keep ends here, if text stands here."""
    if parts and isinstance(last := parts[-1], Text):
        parts[-1] = replace(last, cache=True)


def _result(message: ChatMessage, parts: list[_Part], unanswered: list[str], key: str) -> Message:
    content = tuple(part for part in parts if isinstance(part, Text | Media))
    if len(content) != len(parts):
        raise RequestError("a tool's result holds text, images, audio and documents only", key=key)
    id_ = message.additional_kwargs.get("tool_call_id") or (unanswered[0] if unanswered else None)
    if id_ is None:
        return Message("user", _content(parts))
    if id_ in unanswered:
        unanswered.remove(id_)
    name = message.additional_kwargs.get("name")
    only_text = all(isinstance(part, Text) for part in content)
    said = "\n".join(part.text for part in content if isinstance(part, Text)) if only_text else content
    return Message("tool", (ToolResult(id=str(id_), content=said, name=name),))


def _thought(block: ThinkingBlock) -> Reasoning:
    about = block.additional_information
    return Reasoning(
        block.content or "",
        signature=about.get("signature"),
        vendor=about.get("vendor"),
        origin=about.get("origin"),
        redacted=bool(about.get("redacted")),
    )


def _call(block: ToolCallBlock, message: ChatMessage, index: int, key: str) -> ToolCall:
    id_ = block.tool_call_id or f"call_{index}"
    proof = _routed(message).get("signatures", {}).get(id_, {})
    return ToolCall(
        id=id_,
        name=block.tool_name,
        arguments=_arguments(block.tool_kwargs, f"{key}.tool_kwargs"),
        signature=proof.get("signature"),
        vendor=proof.get("vendor"),
        origin=proof.get("origin"),
    )


def _written(call: Any, index: int) -> ToolCall:
    key = f"additional_kwargs.tool_calls.{index}"
    if hasattr(call, "model_dump"):
        call = call.model_dump()
    function = call.get("function") if isinstance(call, Mapping) else None
    if not isinstance(call, Mapping) or not isinstance(function, Mapping) or not function.get("name"):
        raise RequestError("expected {id, function: {name, arguments}}", key=key)
    return ToolCall(
        id=str(call.get("id") or f"call_{index}"),
        name=str(function["name"]),
        arguments=_arguments(function.get("arguments") or {}, f"{key}.function.arguments"),
    )


def _arguments(value: object, key: str) -> Mapping[str, Any]:
    if isinstance(value, str):
        try:
            value = json.loads(value or "{}")
        except ValueError:
            raise RequestError("these arguments are no JSON", key=key) from None
    if not isinstance(value, Mapping):
        raise RequestError("arguments must be an object", key=key)
    return dict(value)


def _routed(message: ChatMessage) -> Mapping[str, Any]:
    said = message.additional_kwargs.get(ROUTED)
    return said if isinstance(said, Mapping) else {}
