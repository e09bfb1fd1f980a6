"""A whole answer out of this dialect."""

from typing import Any

from interlock.errors import ProtocolError
from interlock.http import HttpReply, broken_call, is_arguments, written
from interlock.http.payload import optional_text, parse_object, parts_in
from interlock.http.seals import sealed
from interlock.protocols import ProviderCall
from interlock.types.messages import Part, Reasoning, Refusal, Text, ToolCall
from interlock.types.response import Answer, Usage
from interlock_anthropic.read import (
    CUT,
    answer_tool_of,
    citations,
    ended,
    finish,
    kind_of,
    raise_error,
    text_in,
    usage,
    words_of,
)
from interlock_anthropic.vendor import NAME

BESIDE = (
    "container",
    "context_management",
    "stop_details",
    "stop_sequence",
    "diagnostics",
    "input_transformations",
)
_PLAIN_ENDS = ("end_turn", "tool_use", "max_tokens")


def decode(call: ProviderCall, reply: HttpReply) -> Answer:
    return answer_of(call, parse_object(reply.body, "the answer", calls=True))


def answer_of(call: ProviderCall, payload: dict[str, Any]) -> Answer:
    raise_error(payload)
    content = payload.get("content")
    if not isinstance(content, list):
        raise ProtocolError("the answer holds no content")
    reason = payload.get("stop_reason")
    known = ended(reason)
    blocks = _Blocks(answer_tool_of(call), words_of(call))
    for index, block in enumerate(parts_in(content)):
        blocks.add(block, cut=known in CUT and index == len(content) - 1)
    if known == "refusal" and not (blocks.said or blocks.answered):
        blocks.parts.extend(explanation(payload.get("stop_details")))
    if blocks.answered:
        blocks.leave_only_the_answer()
    called = blocks.calls > 0
    return Answer(
        parts=tuple(blocks.parts),
        finish_reason=finish(call, known, called=called, answered=blocks.answered),
        usage=usage(payload.get("usage")) or Usage(),
        served_model=optional_text(payload.get("model")),
        id=optional_text(payload.get("id")),
        extra=extra_of(payload, reason, blocks.others),
    )


def explanation(details: Any) -> list[Part]:
    """Why the vendor stopped the model, when the model itself said nothing."""
    said = optional_text(details.get("explanation")) if isinstance(details, dict) else None
    return [Refusal(said)] if said else []


def extra_of(payload: dict[str, Any], reason: Any, others: list[dict[str, Any]]) -> dict[str, Any]:
    """What the answer says besides its parts; of a stream, `payload` is what its events say together."""
    extra = {key: payload[key] for key in BESIDE if payload.get(key)}
    if reason not in _PLAIN_ENDS:
        extra["stop_reason"] = reason
    if others:
        extra["blocks"] = others
    used = payload.get("usage")
    if isinstance(used, dict):
        more = {key: used[key] for key in ("server_tool_use", "service_tier", "iterations") if used.get(key)}
        if more:
            extra["usage"] = more
    return extra


class _Blocks:
    """The answer's blocks as parts; neighbouring texts are one, as they are in a stream.

    Attributes:
        answer: arguments of the tool that takes the answer, once it was `answered`.
        others: blocks of tools that the vendor ran itself, and whatever else has no part of ours.
    """

    __slots__ = ("_answer_tool", "_words", "answer", "answered", "calls", "others", "parts")

    def __init__(self, answer_tool: str | None, words: tuple[str, ...]) -> None:
        self._answer_tool = answer_tool
        self._words = words
        self.answer = ""
        self.answered = False
        self.calls = 0
        self.others: list[dict[str, Any]] = []
        self.parts: list[Part] = []

    @property
    def said(self) -> bool:
        return any(isinstance(part, Text) for part in self.parts)

    def leave_only_the_answer(self) -> None:
        """Drop what was said beside it; thoughts that stood around that are neighbours then."""
        said, self.parts = self.parts, []
        for part in said:
            if isinstance(part, Reasoning) and not part.redacted:
                self._think(part.text, part.signature)
            elif not isinstance(part, Text):
                self.parts.append(part)
        self.parts.append(Text(self.answer))

    def add(self, block: Any, *, cut: bool) -> None:
        kind = kind_of(block)
        if kind == "text":
            self._text(block)
        elif kind == "thinking":
            thought, signature = text_in(block, "thinking"), optional_text(block.get("signature"))
            if thought or signature:
                self._think(thought, sealed(signature, self._words))
        elif kind == "redacted_thinking":
            hidden = sealed(text_in(block, "data") or None, self._words)
            self.parts.append(Reasoning("", signature=hidden, vendor=NAME, redacted=True))
        elif kind == "tool_use":
            if not cut:
                self._call(block)
        else:
            self.others.append(block)

    def _text(self, block: dict[str, Any]) -> None:
        text = text_in(block, "text")
        last = self.parts[-1] if self.parts else None
        before = last.text if isinstance(last, Text) else ""
        cited = citations(block.get("citations"), len(before), len(before) + len(text))
        if not text and not cited:
            return
        if isinstance(last, Text):
            self.parts[-1] = Text(before + text, citations=last.citations + cited)
        else:
            self.parts.append(Text(text, citations=cited))

    def _think(self, thought: str, signature: str | None) -> None:
        last = self.parts[-1] if self.parts else None
        if isinstance(last, Reasoning) and last.signature is None and not last.redacted:
            thought = last.text + thought  # a thought without its seal is not over
            self.parts.pop()
        self.parts.append(Reasoning(thought, signature=signature, vendor=NAME))

    def _call(self, block: dict[str, Any]) -> None:
        name, arguments = optional_text(block.get("name")), block.get("input", {})
        if name is None or not is_arguments(arguments):
            raise broken_call("answer", name)
        if name == self._answer_tool:
            self.answer, self.answered = written(arguments), True
            return
        id_ = optional_text(block.get("id")) or f"call_{self.calls}"
        self.calls += 1
        self.parts.append(ToolCall(id=id_, name=name, arguments=arguments))
