"""A conversation in this dialect: one flat list of messages, thoughts, calls and results."""

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
from interlock_openai.media import refused
from interlock_openai.messages import arguments_text, call_id
from interlock_openai.responses import media
from interlock_openai.vendors import Vendor

_MEDIA = (Image, Audio, Document)


class Writer:
    """Gathers items; media that may not stand where they were are moved to the user's next message."""

    def __init__(
        self, vendor: Vendor, deployment: Deployment, *, phases: bool, stored: bool, thoughts: bool
    ) -> None:
        """`phases`: the model wants to know which of its words were its final answer. `stored`: the vendor
        keeps what it answers, and looks up ids of thoughts rather than reading them. `thoughts`: whether any
        go back.
        """
        self._vendor = vendor
        self._deployment = deployment
        self._phases = phases
        self._stored = stored
        self._thoughts = thoughts
        self._ids = CallIds(lambda given: call_id(given, vendor))
        self._items: list[dict[str, Any]] = []
        self._system: list[str] = []
        self._moved: list[dict[str, Any]] = []

    def write(self, messages: Iterable[Message]) -> tuple[list[dict[str, Any]], list[str]]:
        """(the items, system messages of vendors that take them only as instructions)."""
        for message in messages:
            self._add(message)
        if self._moved:
            self._put_moved()
        return self._items, self._system

    def _add(self, message: Message) -> None:
        role, content = message.role, message.content
        if role == "tool" or (role == "user" and not isinstance(content, str)):
            self._user_or_tool(message)
            return
        if self._moved:
            self._put_moved()
        if role == "assistant":
            self._ids.turn()
            self._items.extend(self._assistant(message))
        elif role == "user":
            self._items.append({"role": "user", "content": content})
        else:
            self._system_message(message)

    def _system_message(self, message: Message) -> None:
        for part in () if isinstance(message.content, str) else message.content:
            if not isinstance(part, Text):
                what = f"{part_name(part)} in a system message"
                raise refused(self._vendor, what, "only text may stand there")
        if self._vendor.system_first:
            self._system.append(message.text)
        elif text := message.text:
            self._items.append({"role": "system", "content": text})

    def _user_or_tool(self, message: Message) -> None:
        rest: list[Part] = []
        for part in message.parts:
            if isinstance(part, ToolResult):
                self._items.append(self._result(part))
            else:
                rest.append(part)
        if message.role == "tool" and rest:
            raise refused(
                self._vendor, f"{part_name(rest[0])} in a tool's turn", "only tool results may stand there"
            )
        if message.role == "tool" or (not rest and message.parts):
            return
        if self._moved:
            self._put_moved()
        self._items.append({"role": "user", "content": self._content(rest)})

    def _put_moved(self) -> None:
        self._items.append({"role": "user", "content": self._moved})
        self._moved = []

    def _content(self, parts: Iterable[Part]) -> str | list[dict[str, Any]]:
        pieces = [self._piece(part) for part in parts if not (isinstance(part, Text) and not part.text)]
        if not pieces:
            return ""
        if len(pieces) == 1 and pieces[0]["type"] == "input_text":
            only: str = pieces[0]["text"]
            return only
        return pieces

    def _piece(self, part: Part) -> dict[str, Any]:
        if isinstance(part, Text):
            return media.text(part.text)
        if isinstance(part, Image):
            return media.image(part, self._vendor)
        if isinstance(part, Document):
            return media.document(part, self._vendor)
        if isinstance(part, Audio):
            raise refused(self._vendor, "audio", "its Responses endpoint has no such part")
        raise refused(self._vendor, f"{part_name(part)} in a user's turn", "it belongs to the assistant's")

    def _result(self, result: ToolResult) -> dict[str, Any]:
        content = result.content
        parts: list[Part] = [Text(content)] if isinstance(content, str) else list(content)
        if result.error:
            parts.insert(0, Text("Error: "))
        pieces = [self._piece(part) for part in parts]
        output: str | list[dict[str, Any]] = pieces
        if all(piece["type"] == "input_text" for piece in pieces):
            output = "".join(piece["text"] for piece in pieces)
        return {"type": "function_call_output", "call_id": self._ids.result(result.id), "output": output}

    def _assistant(self, message: Message) -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = []
        words: list[Text | Refusal] = []
        for part in message.parts:
            if isinstance(part, (Text, Refusal)):
                words.append(part)
                continue
            if isinstance(part, Reasoning):
                if thought := self._thought(part):  # another's is left out, and parts no words either
                    self._speak(words, items)
                    items.extend(thought)
                continue
            self._speak(words, items)
            if isinstance(part, ToolCall):
                items.append(self._call(part))
            elif isinstance(part, _MEDIA):
                self._moved.append(media.text("Made by the assistant in the turn before:"))
                self._moved.append(self._piece(part))
            else:
                raise refused(
                    self._vendor, f"{part_name(part)} in the assistant's turn", "put it into a tool's turn"
                )
        self._speak(words, items)
        if self._phases:
            _label(items)
        return _led(items)

    def _speak(self, words: list[Text | Refusal], items: list[dict[str, Any]]) -> None:
        """One message of the words so far."""
        said = [part for part in words if part.text]
        words.clear()
        if not said:
            return
        item: dict[str, Any] = {"role": "assistant"}
        if all(isinstance(part, Text) for part in said):
            item["content"] = "".join(part.text for part in said)
        else:
            item = {
                "type": "message",
                "status": "completed",
                **item,
                "content": [_said(each) for each in said],
            }
        items.append(item)

    def _thought(self, thought: Reasoning) -> list[dict[str, Any]]:
        """The vendor's own item, unchanged; what it cannot read again stays away."""
        if not (self._thoughts and thought.signature) or not comes_from(
            thought, self._vendor.name, self._deployment
        ):
            return []
        item = json_in(thought.signature)
        if not isinstance(item, dict) or item.get("type") != "reasoning":
            return []
        if self._stored:
            item.pop("id", None)
        return [item]

    def _call(self, call: ToolCall) -> dict[str, Any]:
        return {
            "type": "function_call",
            "call_id": self._ids.call(call.id),
            "name": call.name,
            "arguments": arguments_text(call),
        }


def _said(part: Text | Refusal) -> dict[str, Any]:
    if isinstance(part, Refusal):
        return {"type": "refusal", "refusal": part.text}
    return {"type": "output_text", "text": part.text, "annotations": []}


def _label(items: list[dict[str, Any]]) -> None:
    """Words beside calls were said on the way; all others were the answer."""
    called = any(item.get("type") == "function_call" for item in items)
    for item in items:
        if item.get("role") == "assistant":
            item["phase"] = "commentary" if called else "final_answer"


def _led(items: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The turn's items, no thought of which stands last: the vendor wants it before what it led to.

    Where the proof of a thought comes with the end of a stream, it stands last here. A turn of thoughts
    alone led to nothing.
    """
    end = len(items)
    while end and items[end - 1].get("type") == "reasoning":
        end -= 1
    return [*items[end:], *items[:end]] if end else []
