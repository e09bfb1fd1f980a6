"""A conversation as Converse wants it: the system apart, the two roles in turn, no blank text."""

import hashlib
import json
import re
from collections.abc import Iterable
from dataclasses import replace
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
from interlock_bedrock import media
from interlock_bedrock.media import Block, Names, refused
from interlock_bedrock.models import traits_of
from interlock_bedrock.vendor import NAME

_MARK: Block = {"cachePoint": {"type": "default"}}
_MOST_MARKS = 4
_SERVICE_ID = re.compile(r"[a-zA-Z0-9_.:-]{1,64}")
_STRICT_ID = re.compile(r"[a-zA-Z0-9_-]{1,64}")
# The vendor refuses blank text, and a turn without any.
_NOTHING = "."
_NO_OUTPUT = "(no output)"
_WITH_DOCUMENT = "See the attached document."

# A block, and whether a cache point follows it.
_Marked = tuple[Block, bool]


def encode_conversation(
    messages: Iterable[Message], deployment: Deployment, words: Iterable[str], *, thoughts: bool = True
) -> tuple[list[Block], list[Block]]:
    """(messages, system). `words` end the system prompt, or the conversation where thoughts are bound to it.

    Without `thoughts`, none of the past goes back.
    """
    writer = _Writer(deployment, thoughts=thoughts)
    for message in messages:
        writer.add(message)
    return writer.finish([({"text": word}, False) for word in words])


class _Writer:
    def __init__(self, deployment: Deployment, *, thoughts: bool) -> None:
        self._deployment = deployment
        self._thoughts = thoughts
        self._traits = traits = traits_of(deployment)
        self._names = Names()
        strict = traits.maker in ("", "anthropic")
        self._ids = CallIds(_strict_id if strict else _service_id)
        self._turns: list[tuple[str, list[_Marked]]] = []
        self._moved: list[_Marked] = []
        self.system: list[_Marked] = []

    def add(self, message: Message) -> None:
        if message.role == "system":
            for part in message.parts:
                if not isinstance(part, Text):
                    raise refused(f"{part_name(part)} in a system message", "only text may stand there")
                if self._traits.binds and self._turns:
                    # Moved to the front it would change what past thoughts are bound to.
                    self._turn("user", self._text(replace(part, text=f"<system>\n{part.text}\n</system>")))
                else:
                    self.system.extend(self._text(part))
            return
        role = "assistant" if message.role == "assistant" else "user"
        if role == "user" and message.role != "tool" and self._moved:
            self._turn("user", self._moved)
            self._moved = []
        if role == "assistant":
            self._ids.turn()
            self._turn("user", self._said_before(message))
        self._turn(role, [block for part in message.parts for block in self._part(part, message.role)])

    def _said_before(self, message: Message) -> list[_Marked]:
        """Words of the request that the turn answered, which its thoughts are bound to."""
        if not self._traits.binds:
            return []
        for part in message.parts:
            if isinstance(part, Reasoning) and self._goes_back(part):
                return [({"text": word}, False) for word in opened(part.signature or "")[1]]
        return []

    def finish(self, words: list[_Marked]) -> tuple[list[Block], list[Block]]:
        if self._moved:
            self._turn("user", self._moved)
        system = self.system
        if self._traits.binds:
            self._turn("user", words)
        else:
            system = system + words
        turns: list[tuple[str, list[_Marked]]] = []
        for role, blocks in self._turns:
            turns.extend(self._user(blocks) if role == "user" else [(role, blocks)])
        if not turns or (turns[0][0] == "assistant" and self._traits.maker != "anthropic"):
            turns.insert(0, ("user", [({"text": _NOTHING}, False)]))
        _strip_end(turns[-1])
        spent = self._budget_of_marks([system, *(blocks for _, blocks in turns)])
        head = _unmarked(system, spent)
        return [{"role": role, "content": _unmarked(blocks, spent)} for role, blocks in turns], head

    def _turn(self, role: str, blocks: list[_Marked]) -> None:
        if not blocks:
            return
        if self._turns and self._turns[-1][0] == role:
            self._turns[-1][1].extend(blocks)
        else:
            self._turns.append((role, list(blocks)))

    def _user(self, blocks: list[_Marked]) -> list[tuple[str, list[_Marked]]]:
        """A user's turn: tools' results first, and what may not stand beside them in a turn of its own."""
        results = [block for block in blocks if "toolResult" in block[0]]
        rest = [block for block in blocks if "toolResult" not in block[0]]
        has_document = any("document" in block for block, _ in rest)
        if has_document and not any("text" in block for block, _ in rest):
            rest.insert(0, ({"text": _WITH_DOCUMENT}, False))
        alone = self._traits.alone == "anything" or (self._traits.alone == "documents" and has_document)
        if results and rest and alone:
            return [("user", results), ("assistant", [({"text": _NOTHING}, False)]), ("user", rest)]
        return [("user", results + rest)]

    def _budget_of_marks(self, lists: list[list[_Marked]]) -> "_Marks":
        given = sum(marked for blocks in lists for _, marked in blocks)
        return _Marks(skip=given - _MOST_MARKS if self._traits.caches else given)

    def _text(self, part: Text) -> list[_Marked]:
        return [({"text": part.text}, part.cache)] if part.text.strip() else []

    def _part(self, part: Part, role: str) -> list[_Marked]:
        if isinstance(part, ToolResult):
            if role == "assistant":
                raise refused("a ToolResult in the assistant's turn", "put it into a tool's turn")
            return [self._result(part)]
        if role == "tool":
            raise refused(f"{part_name(part)} in a tool's turn", "only tool results may stand there")
        if isinstance(part, Text):
            return self._text(part)
        if isinstance(part, (Image, Audio, Document)):
            block = (self._media(part), False)
            if role == "assistant":
                self._moved += [({"text": "Made by the assistant in the turn before:"}, False), block]
                return []
            return [block]
        if role != "assistant":
            raise refused(f"{part_name(part)} in a user's turn", "it belongs to the assistant's")
        if isinstance(part, ToolCall):
            call = {"toolUseId": self._ids.call(part.id), "name": part.name, "input": dict(part.arguments)}
            return [({"toolUse": call}, False)]
        if isinstance(part, Refusal):
            return self._text(Text(part.text))
        return self._thought(part)

    def _media(self, part: Image | Audio | Document) -> Block:
        if isinstance(part, Image):
            return media.image(part)
        return media.audio(part) if isinstance(part, Audio) else media.document(part, self._names)

    def _thought(self, part: Reasoning) -> list[_Marked]:
        """A thought goes back to Bedrock alone, and only where the model's maker takes it."""
        if not self._goes_back(part):
            return []
        signature, _ = opened(part.signature or "")
        if part.redacted:
            thought: Block = {"redactedContent": signature}
        else:
            thought = {"reasoningText": {"text": part.text}}
            if signature:
                thought["reasoningText"]["signature"] = signature
        return [({"reasoningContent": thought}, False)]

    def _goes_back(self, part: Reasoning) -> bool:
        taken = self._traits.reasons_back
        if not self._thoughts or taken == "never" or not comes_from(part, NAME, self._deployment):
            return False
        return bool(part.signature) or (taken == "always" and not part.redacted and bool(part.text))

    def _result(self, result: ToolResult) -> _Marked:
        parts: tuple[Any, ...] = (
            (Text(result.content),) if isinstance(result.content, str) else result.content
        )
        traits = self._traits
        content: list[Block] = []
        for part in parts:
            if isinstance(part, Audio):
                raise refused("audio in a tool's result", "send a transcript, or the audio in a user's turn")
            if not isinstance(part, Text):
                content.append(self._media(part))
            elif part.text.strip():
                content.append(
                    {"json": _as_object(part.text)} if traits.json_results else {"text": part.text}
                )
        if not content:
            content.append({"json": {}} if traits.json_results else {"text": _NO_OUTPUT})
        block: Block = {"toolUseId": self._ids.result(result.id), "content": content}
        if result.error and traits.error_status:
            block["status"] = "error"
        elif result.error:
            content.insert(0, {"json": {"error": True}} if traits.json_results else {"text": "Error:"})
        return {"toolResult": block}, any(isinstance(part, Text) and part.cache for part in parts)


class _Marks:
    """Lets the last cache points through: the vendor takes a few, and later ones hold more."""

    def __init__(self, skip: int) -> None:
        self._skip = skip

    def take(self) -> bool:
        self._skip -= 1
        return self._skip < 0


def _strict_id(value: str) -> str:
    return value if _STRICT_ID.fullmatch(value) else _hashed(value)


def _service_id(value: str) -> str:
    return value if _SERVICE_ID.fullmatch(value) else _hashed(value)


def _hashed(value: str) -> str:
    return "call_" + hashlib.sha256(value.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def _unmarked(blocks: list[_Marked], marks: _Marks) -> list[Block]:
    content: list[Block] = []
    for block, marked in blocks:
        content.append(block)
        if marked and marks.take():
            content.append(_MARK)
    return content


def _strip_end(turn: tuple[str, list[_Marked]]) -> None:
    """An answer to be continued may not end in white space."""
    role, blocks = turn
    if role == "assistant" and "text" in blocks[-1][0]:
        block, marked = blocks[-1]
        blocks[-1] = ({"text": block["text"].rstrip()}, marked)


def _as_object(text: str) -> Any:
    try:
        value = json.loads(text, parse_constant=_refuse)
    except (ValueError, RecursionError):
        value = None
    return value if isinstance(value, dict) else {"result": text}


def _refuse(constant: str) -> Any:
    raise ValueError(constant)
