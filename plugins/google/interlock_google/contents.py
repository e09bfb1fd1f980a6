"""A conversation in this dialect: turns that alternate, and the instructions apart."""

import re
from collections.abc import Iterable
from typing import Any

from interlock.http import json_in
from interlock.http.payload import CallIds, part_name
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
from interlock.types.provenance import comes_from
from interlock_google import media
from interlock_google.models import VENDOR, is_third_generation

_MEDIA = (Image, Audio, Document)
_SIGNATURE = re.compile(r"[A-Za-z0-9+/_-]+={0,2}")
# What the vendor documents for calls that it did not make itself and so never signed.
_UNSIGNED = "skip_thought_signature_validator"

_Part = dict[str, Any]


def conversation(
    messages: Iterable[Message], deployment: Deployment, *, signatures: bool = True
) -> tuple[list[_Part], list[_Part]]:
    """The vendor's `contents`, and the parts of its `systemInstruction`."""
    turns = _Turns(deployment, signatures=signatures)
    system: list[_Part] = []
    for message in messages:
        if message.role == "system":
            system.extend(_instruction(part) for part in message.parts)
        elif message.role == "assistant":
            turns.assistant(message)
        else:
            turns.user(message)
    return turns.close(), system


class _Turns:
    """Gathers turns; neighbours of one role become one, as parallel results must."""

    def __init__(self, deployment: Deployment, *, signatures: bool) -> None:
        self._base_url = deployment.base_url
        self._deployment = deployment
        self._signatures = signatures
        self._newer = is_third_generation(deployment.name)
        self._contents: list[_Part] = []
        self._moved: list[_Part] = []
        self._ids = CallIds(str)
        self._called: dict[str, str] = {}

    def user(self, message: Message) -> None:
        parts = message.parts
        if not parts and message.role == "user":
            parts = (Text(""),)
        for part in parts:
            if isinstance(part, ToolResult):
                self._add("user", self._result(part))
                continue
            if message.role == "tool":
                raise media.refused(
                    f"{part_name(part)} in a tool's turn", "only tool results may stand there"
                )
            self._flush()
            if isinstance(part, Text):
                self._add("user", {"text": part.text})
            elif isinstance(part, _MEDIA):
                self._add("user", media.encode(part, self._base_url))
            else:
                raise media.refused(f"{part_name(part)} in a user's turn", "it belongs to the assistant's")

    def assistant(self, message: Message) -> None:
        self._flush()
        self._ids.turn()
        parts: list[_Part] = []
        for part in message.parts:
            if isinstance(part, (Text, Refusal)):
                if part.text:
                    parts.append({"text": part.text})
            elif isinstance(part, Reasoning):
                if self._own(part):
                    _think(part, parts)
            elif isinstance(part, ToolCall):
                id_ = self._ids.call(part.id)
                self._called[id_] = part.name
                parts.append(_call(part, id_, own=self._own(part)))
            elif isinstance(part, _MEDIA):
                parts.append(media.encode(part, self._base_url))
            else:
                raise media.refused(f"{part_name(part)} in the assistant's turn", "put it into a tool's turn")
        for encoded in parts:
            self._add("model", encoded)

    def _own(self, part: Reasoning | ToolCall) -> bool:
        return self._signatures and comes_from(part, VENDOR, self._deployment)

    def close(self) -> list[_Part]:
        self._flush()
        contents = self._contents
        if not contents or contents[0]["role"] == "model":
            # The vendor wants a user's turn first, and takes an empty one.
            contents.insert(0, {"role": "user", "parts": [{"text": ""}]})
        if self._newer:
            _mark_unsigned(contents)
        return contents

    def _add(self, role: str, part: _Part) -> None:
        if not self._contents or self._contents[-1]["role"] != role:
            self._contents.append({"role": role, "parts": []})
        self._contents[-1]["parts"].append(part)

    def _flush(self) -> None:
        for part in self._moved:
            self._add("user", part)
        self._moved = []

    def _result(self, result: ToolResult) -> _Part:
        id_ = self._ids.result(result.id)
        content = result.content
        parts: Iterable[Part] = [Text(content)] if isinstance(content, str) else content
        texts: list[str] = []
        inside: list[_Part] = []
        for part in parts:
            encoded: _Part = {"text": part.text} if isinstance(part, Text) else self._medium(part)
            blob = encoded.get("inlineData")
            if "text" in encoded:
                texts.append(encoded["text"])
            elif (
                self._newer
                and blob is not None
                and blob["mimeType"].startswith(("image/", "application/pdf"))
            ):
                inside.append(encoded)
            else:
                texts.append(f"[{type(part).__name__.lower()} attached after the results]")
                self._moved += [{"text": f"Returned by the tool call {id_}:"}, encoded]
        name = result.name or self._called.get(id_) or id_
        response = {"error" if result.error else "output": "".join(texts)}
        answered: _Part = {"id": id_, "name": name, "response": response}
        if inside:
            answered["parts"] = inside
        return {"functionResponse": answered}

    def _medium(self, part: Part) -> _Part:
        if not isinstance(part, _MEDIA):
            raise media.refused(
                f"{part_name(part)} in a tool's result", "give text, images, audio or documents"
            )
        return media.encode(part, self._base_url)


def _instruction(part: Part) -> _Part:
    if not isinstance(part, Text):
        raise media.refused(f"{part_name(part)} in a system message", "only text may stand there")
    return {"text": part.text}


def _call(call: ToolCall, id_: str, *, own: bool) -> _Part:
    part: _Part = {"functionCall": {"id": id_, "name": call.name, "args": dict(call.arguments)}}
    if own and call.signature is not None and _SIGNATURE.fullmatch(call.signature):
        part["thoughtSignature"] = call.signature
    return part


def _think(thought: Reasoning, parts: list[_Part]) -> None:
    """The vendor's own thoughts, as they came; see `decode` for what hides in a redacted one."""
    signature = thought.signature
    if not thought.redacted:
        if thought.text or signature:
            signed = {"thoughtSignature": signature} if signature else {}
            parts.append({"text": thought.text, "thought": True, **signed})
    elif signature and signature.startswith("{"):
        if (kept := _kept(signature)) is not None:
            parts.append(kept)
    elif signature and parts and parts[-1].keys() in ({"text"}, {"inlineData"}):
        parts[-1]["thoughtSignature"] = signature
    elif signature:
        parts.append({"text": "", "thoughtSignature": signature})


def _kept(signature: str) -> _Part | None:
    part = json_in(signature)
    return part if isinstance(part, dict) and part else None


def _mark_unsigned(contents: list[_Part]) -> None:
    """A turn's first call must be signed from Gemini 3 on; the others of the turn never are."""
    for content in contents:
        first = next((part for part in content["parts"] if "functionCall" in part), None)
        if first is not None:
            first.setdefault("thoughtSignature", _UNSIGNED)
