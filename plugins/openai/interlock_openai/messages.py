"""A conversation in this dialect."""

import hashlib
import json
import re
from collections.abc import Iterable, Mapping
from typing import Any

from interlock.errors import InvalidRequest
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
from interlock_openai import media
from interlock_openai.vendors import Vendor

_NINE = re.compile(r"[a-zA-Z0-9]{9}")
_SHORT = 40
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_MEDIA = (Image, Audio, Document)


def encode_messages(
    messages: Iterable[Message], vendor: Vendor, extra_system: Iterable[str]
) -> list[dict[str, Any]]:
    """The vendor's messages; `extra_system` says in words what the vendor has no field for."""
    encoded: list[dict[str, Any]] = []
    system: list[str] = []
    moved: list[dict[str, Any]] = []
    for message in messages:
        if moved and not any(isinstance(part, ToolResult) for part in message.parts):
            encoded.append({"role": "user", "content": moved})
            moved = []
        if message.role == "system":
            if vendor.system_first:
                system.append("".join(_system_text(part, vendor).text for part in message.parts))
            else:
                encoded.append(
                    _named(message, vendor, {"role": "system", "content": _system(message, vendor)})
                )
        elif message.role == "assistant":
            encoded.append(_named(message, vendor, _assistant(message, vendor, moved)))
        else:
            _user_or_tool(message, vendor, encoded, moved)
    if moved:
        encoded.append({"role": "user", "content": moved})
    system.extend(extra_system)
    if system:
        encoded.insert(0, {"role": "system", "content": "\n\n".join(system)})
    return encoded


def call_id(value: str, vendor: Vendor) -> str:
    """The id as this vendor takes it. One id always becomes the same one, so that calls and results meet."""
    if vendor.call_ids == "nine" and not _NINE.fullmatch(value):
        number = int.from_bytes(hashlib.sha256(value.encode("utf-8", "surrogatepass")).digest(), "big")
        digits = []
        for _ in range(9):
            number, digit = divmod(number, len(_ALPHABET))
            digits.append(_ALPHABET[digit])
        return "".join(digits)
    if vendor.call_ids == "short" and len(value) > _SHORT:
        return "call_" + hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:32]
    return value


def _named(message: Message, vendor: Vendor, encoded: dict[str, Any]) -> dict[str, Any]:
    if message.name and vendor.names:
        encoded["name"] = message.name
    return encoded


def _system(message: Message, vendor: Vendor) -> str | list[dict[str, Any]]:
    return _content([_system_text(part, vendor) for part in message.parts], vendor)


def _system_text(part: Part, vendor: Vendor) -> Text:
    if not isinstance(part, Text):
        raise media.refused(vendor, f"{_what(part)} in a system message", "only text may stand there")
    return part


def _what(part: Part) -> str:
    name = type(part).__name__
    return f"{'an' if name[0] in 'AEIOU' else 'a'} {name}"


def _content(parts: Iterable[Part], vendor: Vendor) -> str | list[dict[str, Any]]:
    """A bare string where that says everything: the one form that every server reads."""
    encoded = [_piece(part, vendor) for part in parts]
    if not encoded:
        return ""
    if len(encoded) == 1 and encoded[0].keys() == {"type", "text"}:
        text: str = encoded[0]["text"]
        return text
    return encoded


def _piece(part: Part, vendor: Vendor) -> dict[str, Any]:
    if isinstance(part, Text):
        mark = {"cache_control": {"type": "ephemeral"}} if part.cache and vendor.cache_marks else {}
        return {"type": "text", "text": part.text, **mark}
    if isinstance(part, Image):
        return media.image(part, vendor)
    if isinstance(part, Audio):
        return media.audio(part, vendor)
    if isinstance(part, Document):
        return media.document(part, vendor)
    raise media.refused(vendor, f"{_what(part)} in a user's turn", "it belongs to the assistant's")


def _user_or_tool(
    message: Message, vendor: Vendor, encoded: list[dict[str, Any]], moved: list[dict[str, Any]]
) -> None:
    rest: list[Part] = []
    for part in message.parts:
        if isinstance(part, ToolResult):
            encoded.append(_tool_result(part, vendor, moved))
        else:
            rest.append(part)
    if message.role == "tool" and rest:
        raise media.refused(vendor, f"{_what(rest[0])} in a tool's turn", "only tool results may stand there")
    if message.role == "tool" or (not rest and message.parts):
        return
    if moved:
        encoded.append({"role": "user", "content": moved[:]})
        moved.clear()
    encoded.append(_named(message, vendor, {"role": "user", "content": _content(rest, vendor)}))


def _tool_result(result: ToolResult, vendor: Vendor, moved: list[dict[str, Any]]) -> dict[str, Any]:
    """Few vendors take images in a tool's message: they follow in a user's, once all results are in."""
    content = result.content
    parts: list[Part] = [Text(content)] if isinstance(content, str) else list(content)
    kept: list[dict[str, Any]] = []
    for part in parts:
        piece = _piece(part, vendor)
        if piece["type"] == "text" or (vendor.tool_media and isinstance(part, Image)):
            kept.append(piece)
        else:
            kept.append(
                {"type": "text", "text": f"[{type(part).__name__.lower()} attached in the next user message]"}
            )
            moved.append({"type": "text", "text": f"Returned by the tool call {call_id(result.id, vendor)}:"})
            moved.append(piece)
    if result.error:
        kept.insert(0, {"type": "text", "text": "Error: "})
    text: str | list[dict[str, Any]] = kept
    if all(piece["type"] == "text" for piece in kept):
        text = "".join(piece["text"] for piece in kept)
    return {"role": "tool", "tool_call_id": call_id(result.id, vendor), "content": text}


def _assistant(message: Message, vendor: Vendor, moved: list[dict[str, Any]]) -> dict[str, Any]:
    texts: list[Part] = []
    refusals: list[str] = []
    thoughts: list[Reasoning] = []
    calls: list[dict[str, Any]] = []
    for part in message.parts:
        if isinstance(part, Text):
            texts.append(part)
        elif isinstance(part, Refusal):
            refusals.append(part.text)
        elif isinstance(part, Reasoning):
            thoughts.append(part)
        elif isinstance(part, ToolCall):
            calls.append(_tool_call(part, vendor))
        elif isinstance(part, _MEDIA):
            moved.append({"type": "text", "text": "Made by the assistant in the turn before:"})
            moved.append(_piece(part, vendor))
        else:
            raise media.refused(vendor, f"{_what(part)} in the assistant's turn", "put it into a tool's turn")
    if refusals and not vendor.strict:
        texts.extend(Text(text) for text in refusals)
        refusals = []
    encoded: dict[str, Any] = {"role": "assistant"}
    if texts or not (calls or refusals):
        encoded["content"] = _content(texts, vendor)
    elif not calls:
        encoded["content"] = None
    if refusals:
        encoded["refusal"] = "".join(refusals)
    if calls:
        encoded["tool_calls"] = calls
    _give_back(thoughts, vendor, encoded)
    return encoded


def _tool_call(call: ToolCall, vendor: Vendor) -> dict[str, Any]:
    try:
        arguments = json.dumps(dict(call.arguments), ensure_ascii=False, allow_nan=False)
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidRequest(f"the arguments of the tool call {call.name!r} are no JSON: {error}") from None
    return {
        "id": call_id(call.id, vendor),
        "type": "function",
        "function": {"name": call.name, "arguments": arguments},
    }


def _give_back(thoughts: list[Reasoning], vendor: Vendor, encoded: dict[str, Any]) -> None:
    """Past reasoning, to the vendor that thought it and to no other, where that vendor wants it."""
    own = [thought for thought in thoughts if thought.vendor == vendor.name]
    wanted = vendor.reasoning_back == "always" or (
        vendor.reasoning_back == "with_tool_calls" and "tool_calls" in encoded
    )
    if not own or not wanted:
        return
    text = "".join(thought.text for thought in own)
    if vendor.reasoning_form == "thinking_parts":
        parts = [_thinking(thought) for thought in own]
        content = encoded.get("content")
        if isinstance(content, str):
            parts.extend([{"type": "text", "text": content}] if content else [])
        else:
            parts.extend(content or ())
        encoded["content"] = parts
    elif vendor.reasoning_form == "reasoning_details":
        details = [detail for thought in own for detail in _details(thought.signature)]
        if details:
            encoded["reasoning_details"] = details
        elif text:
            encoded["reasoning"] = text
    elif text:
        encoded[vendor.reasoning_form] = text


def _thinking(thought: Reasoning) -> dict[str, Any]:
    part: dict[str, Any] = {"type": "thinking", "thinking": [{"type": "text", "text": thought.text}]}
    if thought.signature is not None:
        part["signature"] = thought.signature
    return part


def _details(signature: str | None) -> list[Mapping[str, Any]]:
    """The vendor's own reasoning blocks, which travel as one opaque signature through our types."""
    try:
        details = json.loads(signature) if signature else []
    except (ValueError, RecursionError):
        return []
    return [detail for detail in details if isinstance(detail, dict)] if isinstance(details, list) else []
