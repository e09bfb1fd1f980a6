"""Messages as callers write them: text, our own types, or mappings in OpenAI's chat form."""

import base64
import binascii
import json
from collections.abc import Iterable, Mapping
from typing import Any

from interlock.errors import RequestError
from interlock.types.messages import (
    Audio,
    Document,
    Image,
    Message,
    Part,
    Reasoning,
    Refusal,
    Text,
    ToolCall,
    ToolResult,
)

_MESSAGES = {Message}


def as_messages(value: object) -> tuple[Message, ...]:
    """Turn text, a message, a mapping or an iterable of them into messages.

    Raises:
        RequestError: naming the index and key of what cannot be read.
    """
    if isinstance(value, tuple) and set(map(type, value)) == _MESSAGES:
        return value
    if isinstance(value, str):
        return (Message("user", value),)
    if isinstance(value, (Message, Mapping)):
        return (_message(value, "messages"),)
    if isinstance(value, bytes) or not isinstance(value, Iterable):
        raise RequestError(f"expected text or messages, not {type(value).__name__}", key="messages")
    messages = tuple(_message(item, f"messages.{index}") for index, item in enumerate(value))
    if not messages:
        raise RequestError("there is no message to answer", key="messages")
    return messages


def _message(value: object, key: str) -> Message:
    if isinstance(value, Message):
        return value
    if isinstance(value, str):
        return Message("user", value)
    if not isinstance(value, Mapping):
        raise RequestError(f"expected a message, not {type(value).__name__}", key=key)
    role = value.get("role")
    if role == "developer":
        role = "system"
    if not isinstance(role, str):
        raise RequestError("a message needs a role and content", key=f"{key}.role")
    if role == "tool":
        result = ToolResult(
            id=_text(value.get("tool_call_id"), f"{key}.tool_call_id"),
            content=_result_content(value.get("content"), f"{key}.content"),
            name=value.get("name"),
        )
        return Message("tool", (result,))
    parts: list[Part] = []
    reasoning = value.get("reasoning_content") or value.get("reasoning")
    if isinstance(reasoning, str) and reasoning:
        parts.append(Reasoning(reasoning))
    content = value.get("content")
    calls = value.get("tool_calls") or ()
    if not isinstance(calls, Iterable) or isinstance(calls, str | Mapping):
        raise RequestError(f"expected a list, not {type(calls).__name__}", key=f"{key}.tool_calls")
    if isinstance(content, str) and not parts and not calls:
        return Message(role, content, name=value.get("name"))  # type: ignore[arg-type]  # Message checks the role
    parts.extend(_content(content, f"{key}.content"))
    if refusal := value.get("refusal"):
        parts.append(Refusal(_text(refusal, f"{key}.refusal")))
    for index, call in enumerate(calls):
        parts.append(_tool_call(call, f"{key}.tool_calls.{index}"))
    return Message(role, tuple(parts), name=value.get("name"))  # type: ignore[arg-type]  # Message checks the role


def _text(value: object, key: str) -> str:
    if not isinstance(value, str):
        raise RequestError(f"expected text, not {type(value).__name__}", key=key)
    return value


def _content(content: object, key: str) -> list[Part]:
    if content is None:
        return []
    if isinstance(content, str):
        return [Text(content)] if content else []
    if not isinstance(content, Iterable) or isinstance(content, (bytes, Mapping)):
        raise RequestError(f"expected text or parts, not {type(content).__name__}", key=key)
    return [_part(item, f"{key}.{index}") for index, item in enumerate(content)]


def _result_content(content: object, key: str) -> str | tuple[Text | Image | Document | Audio, ...]:
    if content is None or isinstance(content, str):
        return content or ""
    parts = _content(content, key)
    kept = tuple(part for part in parts if isinstance(part, (Text, Image, Document, Audio)))
    if len(kept) != len(parts):
        raise RequestError("a tool's result holds text, images, audio and documents only", key=key)
    return kept


def _part(value: object, key: str) -> Part:
    if isinstance(value, str):
        return Text(value)
    if isinstance(value, Part):
        return value
    if not isinstance(value, Mapping):
        raise RequestError(f"expected a part, not {type(value).__name__}", key=key)
    kind = value.get("type")
    if kind in ("text", "input_text", "output_text"):
        return Text(_text(value.get("text"), f"{key}.text"), cache=bool(value.get("cache_control")))
    if kind == "refusal":
        return Refusal(_text(value.get("refusal"), f"{key}.refusal"))
    if kind == "image_url":
        spec = value.get("image_url")
        url = spec.get("url") if isinstance(spec, Mapping) else spec
        detail = spec.get("detail") if isinstance(spec, Mapping) else None
        return Image(**_source(_text(url, f"{key}.image_url.url"), f"{key}.image_url.url"), detail=detail)
    if kind == "input_audio":
        spec = value.get("input_audio")
        if not isinstance(spec, Mapping):
            raise RequestError("expected {data, format}", key=f"{key}.input_audio")
        data = _decode(_text(spec.get("data"), f"{key}.input_audio.data"), f"{key}.input_audio.data")
        return Audio(data=data, media_type=f"audio/{spec.get('format', 'wav')}")
    if kind == "file":
        spec = value.get("file")
        if not isinstance(spec, Mapping):
            raise RequestError("expected {file_data} or {file_id}", key=f"{key}.file")
        if spec.get("file_id"):
            return Document(file_id=_text(spec["file_id"], f"{key}.file.file_id"), name=spec.get("filename"))
        data_url = _text(spec.get("file_data"), f"{key}.file.file_data")
        return Document(**_source(data_url, f"{key}.file.file_data"), name=spec.get("filename"))
    raise RequestError(
        f"{kind!r} is no known part; use text, image_url, input_audio, file, or Interlock's own types",
        key=f"{key}.type",
    )


def _source(url: str, key: str) -> dict[str, Any]:
    """A data URL becomes bytes, so that a vendor without URLs can take it too."""
    if not url.startswith("data:"):
        return {"url": url}
    head, comma, payload = url[5:].partition(",")
    media_type, _, encoding = head.partition(";")
    if not comma or "base64" not in encoding:
        raise RequestError("expected data:<type>;base64,<data>", key=key)
    return {"data": _decode(payload, key), "media_type": media_type or None}


def _decode(payload: str, key: str) -> bytes:
    try:
        return base64.b64decode(payload, validate=True)
    except (binascii.Error, ValueError) as error:
        raise RequestError(f"this is not base64: {error}", key=key) from None


def _tool_call(value: object, key: str) -> ToolCall:
    if isinstance(value, ToolCall):
        return value
    function = value.get("function") if isinstance(value, Mapping) else None
    if not isinstance(value, Mapping) or not isinstance(function, Mapping):
        raise RequestError("expected {id, function: {name, arguments}}", key=key)
    arguments = function.get("arguments") or {}
    if isinstance(arguments, str):
        try:
            arguments = json.loads(arguments)
        except ValueError:
            raise RequestError("these arguments are no JSON", key=f"{key}.function.arguments") from None
    if not isinstance(arguments, Mapping):
        raise RequestError("arguments must be an object", key=f"{key}.function.arguments")
    return ToolCall(
        id=_text(value.get("id"), f"{key}.id"),
        name=_text(function.get("name"), f"{key}.function.name"),
        arguments=dict(arguments),
    )
