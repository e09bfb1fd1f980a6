"""A conversation in this dialect."""

import hashlib
import json
import re
from collections.abc import Iterable
from typing import Any

from interlock.errors import InvalidRequest
from interlock.http.payload import CallIds, part_name
from interlock.protocols import ProviderCall
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
from interlock.types.models import Deployment
from interlock_openai import media
from interlock_openai.past import Past
from interlock_openai.vendors import Return, Vendor

_NINE = re.compile(r"[a-zA-Z0-9]{9}")
_SHORT = 40
# Of a name, to the vendors that take one.
_UNWRITABLE = re.compile(r"[\s<|\\/>]+")
_NAME = 64
# Stands where a vendor refuses a message without a word.
_NOTHING = "."
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz"
_ENCODER = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
_MEDIA = (Image, Audio, Document)


def encode_messages(
    call: ProviderCall, vendor: Vendor, extra_system: Iterable[str], *, owed: Return
) -> list[dict[str, Any]]:
    """The vendor's messages; `extra_system` says in words what the vendor has no field for, `owed` which past
    turns must carry a thought.
    """
    writer = _Writer(call.deployment, vendor, owed)
    for message in call.request.messages:
        writer.add(message)
    return writer.finish(extra_system)


class _Writer:
    """Gathers messages.

    Attributes:
        moved: media that may not stand where they were, and go into the user's next message.
    """

    def __init__(self, deployment: Deployment, vendor: Vendor, owed: Return) -> None:
        self._vendor = vendor
        self._past = Past(deployment, vendor, owed)
        self._ids = CallIds(lambda given: call_id(given, vendor))
        self._encoded: list[dict[str, Any]] = []
        self._system: list[str] = []
        self.moved: list[dict[str, Any]] = []

    def add(self, message: Message) -> None:
        vendor, role, content = self._vendor, message.role, message.content
        if role == "tool" or (role == "user" and not isinstance(content, str)):
            self._user_or_tool(message)
            return
        if self.moved:
            self._put_moved()
        if role == "assistant":
            self._ids.turn()
            self._put(_assistant(message, self._past, self._ids, self.moved), message.name)
            return
        if not isinstance(content, str):
            _check_system(content, vendor)
        if role == "system" and vendor.system_first:
            self._system.append(message.text)
        else:
            said = content if isinstance(content, str) else _content(content, vendor)
            self._put({"role": role, "content": said}, message.name)

    def finish(self, extra_system: Iterable[str]) -> list[dict[str, Any]]:
        if self.moved:
            self._put_moved()
        system = [*self._system, *extra_system]
        if system:
            self._encoded.insert(0, {"role": "system", "content": "\n\n".join(system)})
        return self._encoded

    def _user_or_tool(self, message: Message) -> None:
        vendor = self._vendor
        rest: list[Part] = []
        for part in message.parts:
            if isinstance(part, ToolResult):
                self._put(_tool_result(part, vendor, self._ids.result(part.id), self.moved))
            else:
                rest.append(part)
        if message.role == "tool" and rest:
            raise media.refused(
                vendor, f"{part_name(rest[0])} in a tool's turn", "only tool results may stand there"
            )
        if message.role == "tool" or (not rest and message.parts):
            return
        if self.moved:
            self._put_moved()
        self._put({"role": "user", "content": _content(rest, vendor)}, message.name)

    def _put_moved(self) -> None:
        self._put({"role": "user", "content": self.moved})
        self.moved = []

    def _put(self, encoded: dict[str, Any], author: str | None = None) -> None:
        """The next message, with the name of its author as far as the vendor can write it."""
        vendor, before = self._vendor, self._encoded
        if (
            before
            and before[-1]["role"] == "tool"
            and encoded["role"] == "user"
            and not vendor.user_after_tool
        ):
            before.append({"role": "assistant", "content": _NOTHING})
        if not (vendor.wordless or encoded.get("content", _NOTHING)):
            encoded["content"] = _NOTHING
        if author and vendor.names and (name := _UNWRITABLE.sub("_", author.strip())[:_NAME].strip("_")):
            encoded["name"] = name
        before.append(encoded)


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


def _check_system(parts: Iterable[Part], vendor: Vendor) -> None:
    for part in parts:
        if not isinstance(part, Text):
            raise media.refused(vendor, f"{part_name(part)} in a system message", "only text may stand there")


def _content(parts: Iterable[Part], vendor: Vendor) -> str | list[dict[str, Any]]:
    """A bare string where that says everything: the one form that every server reads."""
    encoded = [_piece(part, vendor) for part in parts if not (isinstance(part, Text) and not part.text)]
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
    raise media.refused(vendor, f"{part_name(part)} in a user's turn", "it belongs to the assistant's")


def _tool_result(result: ToolResult, vendor: Vendor, id_: str, moved: list[dict[str, Any]]) -> dict[str, Any]:
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
            moved.append({"type": "text", "text": f"Returned by the tool call {id_}:"})
            moved.append(piece)
    if result.error:
        kept.insert(0, {"type": "text", "text": "Error: "})
    text: str | list[dict[str, Any]] = kept
    if all(piece["type"] == "text" for piece in kept):
        text = "".join(piece["text"] for piece in kept)
    return {"role": "tool", "tool_call_id": id_, "content": text}


def _assistant(message: Message, past: Past, ids: CallIds, moved: list[dict[str, Any]]) -> dict[str, Any]:
    vendor = past.vendor
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
            calls.append(_tool_call(part, ids) | past.proof_of(part))
        elif isinstance(part, _MEDIA):
            moved.append({"type": "text", "text": "Made by the assistant in the turn before:"})
            moved.append(_piece(part, vendor))
        else:
            raise media.refused(
                vendor, f"{part_name(part)} in the assistant's turn", "put it into a tool's turn"
            )
    if refusals and not vendor.refusals:
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
    past.give_back(thoughts, encoded)
    return encoded


def arguments_text(call: ToolCall) -> str:
    try:
        return _ENCODER.encode(dict(call.arguments))
    except (TypeError, ValueError, RecursionError) as error:
        raise InvalidRequest(f"the arguments of the tool call {call.name!r} are no JSON: {error}") from None


def _tool_call(call: ToolCall, ids: CallIds) -> dict[str, Any]:
    return {
        "id": ids.call(call.id),
        "type": "function",
        "function": {"name": call.name, "arguments": arguments_text(call)},
    }
