"""Messages in the conventions' JSON, for those who have switched content on."""

import json
from collections.abc import Sequence
from typing import Any

from interlock.telemetry.names import AttributeNames
from interlock.types.messages import (
    Audio,
    Document,
    Image,
    Media,
    Message,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)
from interlock.types.response import Answer

_FINISH = {"tool_calls": "tool_call", "refusal": "content_filter"}
_MODALITIES = {Image: "image", Audio: "audio", Document: "document"}


def of_messages(names: AttributeNames, messages: Sequence[Message]) -> dict[str, str]:
    """What was sent. Bytes of media are left out; a trace is no place for them."""
    system = [part for message in messages if message.role == "system" for part in message.parts]
    said = [
        {"role": message.role, "parts": _parts(message.parts)}
        for message in messages
        if message.role != "system"
    ]
    attributes = {names.input_messages: _json(said)}
    if system:
        attributes[names.system_instructions] = _json(_parts(system))
    return attributes


def of_answer(names: AttributeNames, answer: Answer) -> dict[str, str]:
    finish = _FINISH.get(answer.finish_reason, answer.finish_reason)
    turn = {"role": "assistant", "parts": _parts(answer.parts), "finish_reason": finish}
    return {names.output_messages: _json([turn])}


def _parts(parts: Sequence[Part]) -> list[dict[str, Any]]:
    return [_part(part) for part in parts]


def _part(part: Part) -> dict[str, Any]:
    if isinstance(part, (Text, Refusal)):
        return {"type": "text", "content": part.text}
    if isinstance(part, Reasoning):
        return {"type": "reasoning", "content": part.text}
    if isinstance(part, ToolCall):
        return {"type": "tool_call", "id": part.id, "name": part.name, "arguments": dict(part.arguments)}
    if isinstance(part, ToolResult):
        content = part.content if isinstance(part.content, str) else _parts(part.content)
        return {"type": "tool_call_response", "id": part.id, "response": content}
    return _media(part)


def _media(part: Media) -> dict[str, Any]:
    facts = {"modality": _MODALITIES.get(type(part), "document"), "mime_type": part.media_type}
    if part.file_id is not None:
        return {"type": "file", **facts, "file_id": part.file_id}
    if part.url is not None and not part.url.startswith("data:"):
        return {"type": "uri", **facts, "uri": part.url}
    size = len(part.url or "") if part.data is None else len(part.data)
    return {"type": "blob", **facts, "size": size}


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, default=str)
