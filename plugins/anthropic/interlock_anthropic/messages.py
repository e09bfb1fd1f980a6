"""A conversation in this dialect: alternating turns of blocks, tool results first, system apart."""

import hashlib
import re
from collections.abc import Iterable
from typing import Any

from interlock.http.payload import CallIds, part_name
from interlock.http.seals import opened
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
from interlock_anthropic import media
from interlock_anthropic.vendor import NAME, refused

Block = dict[str, Any]

_ID = re.compile(r"[a-zA-Z0-9_-]+")
_THOUGHTS = ("thinking", "redacted_thinking")
_MEDIA = (Image, Audio, Document)
_MOST_MARKS = 4


class Conversation:
    """The vendor's `system` and `messages`.

    Attributes:
        system: blocks of every system message, in their order; `in_time`, of those before the first turn.
        turns: the rest, no two turns of one role in a row and none of them empty.
        tools: names of the tools that past turns called.
    """

    def __init__(
        self,
        messages: Iterable[Message],
        deployment: Deployment,
        words: Iterable[str] = (),
        *,
        in_time: bool = False,
        thoughts: bool = True,
    ) -> None:
        """`words` say last what the vendor has no field for.

        `in_time` leaves later system messages where they came in the conversation, and repeats the words of
        past requests there, so that nothing before a past thought changes. Without `thoughts`, none of them
        goes back.
        """
        self._deployment = deployment
        self._thoughts = thoughts
        self._in_time = in_time
        self._notes: list[Block] = []
        self._ids = CallIds(_plain)
        self._marked: list[Block] = []
        self._moved: list[Block] = []
        self.system: list[Block] = []
        self.tools: dict[str, None] = {}
        turns: list[tuple[str, list[Block]]] = []
        for message in messages:
            if message.role == "system":
                late = in_time and any(blocks for _, blocks in turns)
                (self._notes if late else self.system).extend(self._system(message))
            elif message.role == "assistant":
                spoken = self._assistant(message)
                self._note(turns)
                turns.append(("assistant", spoken))
            else:
                blocks = self._user(message)
                turns.append(("user", blocks + self._moved))
                self._moved = []
        turns.append(("user", self._moved))
        self._notes.extend({"type": "text", "text": text} for text in words)
        self._note(turns)
        self.turns = _tidied(turns)
        if not self.turns and self.system:
            self.turns, self.system = [{"role": "user", "content": self.system}], []
        for block in self._marked[:-_MOST_MARKS]:
            block.pop("cache_control", None)

    def _note(self, turns: list[tuple[str, list[Block]]]) -> None:
        """System blocks between turns stand after a user's turn, before the assistant's or at the end."""
        if not self._notes:
            return
        notes, self._notes = self._notes, []
        before = next((role for role, blocks in reversed(turns) if blocks), "")
        turns.append(("system" if before == "user" else "user", notes))

    @property
    def may_budget(self) -> bool:
        """Whether the last turn of the assistant lets the next one begin with a thought."""
        if not self.turns or self.turns[-1]["role"] == "assistant":
            return False
        before = self.turns[-2]["content"] if len(self.turns) > 1 else []
        return not any(block["type"] == "tool_use" for block in before) or before[0]["type"] in _THOUGHTS

    @property
    def holds_files(self) -> bool:
        blocks = [block for turn in self.turns for block in turn["content"]]
        results = [block["content"] for block in blocks if isinstance(block.get("content"), list)]
        nested = [inner for content in results for inner in content]
        return any(block.get("source", {}).get("type") == "file" for block in (*blocks, *nested))

    def _system(self, message: Message) -> list[Block]:
        blocks: list[Block] = []
        for part in message.parts:
            if not isinstance(part, Text):
                raise refused(f"{part_name(part)} in a system message", "only text may stand there")
            self._add(blocks, part, _text(part))
        return blocks

    def _user(self, message: Message) -> list[Block]:
        blocks: list[Block] = []
        for part in message.parts:
            if isinstance(part, ToolResult):
                blocks.append(self._result(part))
            elif message.role == "tool":
                raise refused(f"{part_name(part)} in a tool's turn", "only tool results may stand there")
            else:
                self._add(blocks, part, _piece(part))
        return blocks

    def _assistant(self, message: Message) -> list[Block]:
        self._ids.turn()
        blocks: list[Block] = []
        for part in message.parts:
            if isinstance(part, (Text, Refusal)):
                self._add(blocks, part, _text(part))
            elif isinstance(part, Reasoning):
                blocks.extend(self._thought(part))
            elif isinstance(part, ToolCall):
                self.tools[part.name] = None
                blocks.append(
                    {
                        "type": "tool_use",
                        "id": self._ids.call(part.id),
                        "name": part.name,
                        "input": dict(part.arguments),
                    }
                )
            elif isinstance(part, _MEDIA):
                self._moved.append({"type": "text", "text": "Made by the assistant in the turn before:"})
                self._moved.append(_piece(part))
            else:
                raise refused(f"{part_name(part)} in the assistant's turn", "put it into a tool's turn")
        return blocks

    def _thought(self, part: Reasoning) -> list[Block]:
        """A thought goes back to where it was thought, and only with the signature that proves it."""
        if not self._thoughts or not part.signature or not comes_from(part, NAME, self._deployment):
            return []
        signature, words = opened(part.signature)
        said = [note["text"] for note in self._notes]
        if self._in_time:
            self._notes.extend({"type": "text", "text": word} for word in words if word not in said)
        if part.redacted:
            return [{"type": "redacted_thinking", "data": signature}]
        return [{"type": "thinking", "thinking": part.text, "signature": signature}]

    def _result(self, result: ToolResult) -> Block:
        encoded: Block = {"type": "tool_result", "tool_use_id": self._ids.result(result.id)}
        if isinstance(result.content, str):
            encoded["content"] = result.content
        else:
            pieces = [_piece(part) for part in result.content]
            encoded["content"] = [piece for piece in pieces if not _is_blank(piece)]
            if any(isinstance(part, Text) and part.cache for part in result.content):
                self._mark(encoded)
        if result.error:
            encoded["is_error"] = True
        return encoded

    def _add(self, blocks: list[Block], part: Part, block: Block) -> None:
        """Blank text is refused by the vendor and says nothing; a mark on it moves to what stands before."""
        if not _is_blank(block):
            blocks.append(block)
        if isinstance(part, Text) and part.cache and blocks and blocks[-1]["type"] not in _THOUGHTS:
            self._mark(blocks[-1])

    def _mark(self, block: Block) -> None:
        if "cache_control" not in block:
            block["cache_control"] = {"type": "ephemeral"}
            self._marked.append(block)


def _plain(value: str) -> str:
    if _ID.fullmatch(value):
        return value
    return "call_" + hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:24]


def _piece(part: Part) -> Block:
    if isinstance(part, Text):
        return _text(part)
    if isinstance(part, Image):
        return media.image(part)
    if isinstance(part, Document):
        return media.document(part)
    if isinstance(part, Audio):
        raise refused("audio", "it has no such part; send a transcript")
    raise refused(f"{part_name(part)} in a user's turn", "it belongs to the assistant's")


def _text(part: Text | Refusal) -> Block:
    return {"type": "text", "text": part.text}


def _is_blank(block: Block) -> bool:
    return block["type"] == "text" and (not block["text"] or block["text"].isspace())


def _tidied(turns: list[tuple[str, list[Block]]]) -> list[Block]:
    merged = _merged(turns)
    for role, blocks in merged:
        if role == "user" and len(blocks) > 1:
            blocks.sort(key=lambda block: block["type"] != "tool_result")
        while role == "assistant" and blocks and blocks[-1]["type"] in _THOUGHTS:
            blocks.pop()  # a turn may not end with a thought
    if not all(blocks for _, blocks in merged):
        merged = _merged(merged)
    if merged and merged[-1][0] == "assistant" and merged[-1][1][-1]["type"] == "text":
        last = merged[-1][1][-1]
        last["text"] = last["text"].rstrip()  # a turn to be continued may not end with a space
    return [{"role": role, "content": blocks} for role, blocks in merged]


def _merged(turns: Iterable[tuple[str, list[Block]]]) -> list[tuple[str, list[Block]]]:
    merged: list[tuple[str, list[Block]]] = []
    for role, blocks in turns:
        if not blocks:
            continue
        if merged and merged[-1][0] == role:
            merged[-1][1].extend(blocks)
        else:
            merged.append((role, list(blocks)))
    return merged
