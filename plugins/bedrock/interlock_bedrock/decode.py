"""A whole answer out of this dialect."""

from dataclasses import replace
from typing import Any

from interlock.errors import ProtocolError
from interlock.http import HttpReply, broken_call, is_arguments
from interlock.http.payload import optional_text, parse_object, parts_in, text_of
from interlock.http.seals import sealed
from interlock.protocols import ProviderCall
from interlock.types.messages import Citation, Part, Reasoning, Text, ToolCall
from interlock.types.response import Answer, Usage
from interlock_bedrock.errors import error_inside, reports_error
from interlock_bedrock.read import citation, ended, finish, object_in, served_model, string_in, usage
from interlock_bedrock.tools import AnswerTool, answer_tool, told_to_call, words_of
from interlock_bedrock.vendor import NAME

SERVER_TOOL = "server_tool_use"
_AT_END = ("additionalModelResponseFields",)
_BESIDE = ("metrics", "performanceConfig", "serviceTier", "trace")
_PLAIN_ENDS = ("end_turn", "tool_use", "max_tokens")


def decode(call: ProviderCall, reply: HttpReply) -> Answer:
    return answer_of(call, parse_object(reply.body, "the answer", calls=True))


def answer_of(call: ProviderCall, payload: dict[str, Any]) -> Answer:
    if reports_error(payload):
        raise error_inside(payload)
    content = object_in(object_in(payload, "output"), "message").get("content")
    if not isinstance(content, list):
        raise ProtocolError("the answer holds no content")
    known = ended(payload.get("stopReason"))
    blocks = Blocks(answer_tool(call), words_of(call), cut=known == "length")
    for block in parts_in(content):
        blocks.add(block)
    return Answer(
        parts=blocks.finished(),
        finish_reason=finish(
            known,
            called=blocks.calls > 0,
            answered=blocks.answer is not None,
            told_to_call=told_to_call(call),
        ),
        usage=usage(payload.get("usage")) or Usage(),
        served_model=served_model(payload.get("trace")),
        extra={**end_extra(payload), **side_extra(payload), **others_extra(blocks.others)},
    )


def end_extra(payload: dict[str, Any]) -> dict[str, Any]:
    """What the end of an answer says besides our own words."""
    extra = {key: payload[key] for key in _AT_END if payload.get(key)}
    if payload.get("stopReason") not in _PLAIN_ENDS:
        extra["stopReason"] = payload.get("stopReason")
    return extra


def side_extra(payload: dict[str, Any]) -> dict[str, Any]:
    """What is told about an answer: times, the guardrail's trace, the tier."""
    return {key: payload[key] for key in _BESIDE if payload.get(key)}


def others_extra(others: list[dict[str, Any]]) -> dict[str, Any]:
    return {"blocks": others} if others else {}


class Blocks:
    """An answer's blocks as parts; neighbouring texts are one, as they are in a stream.

    Attributes:
        calls: how many tool calls there were, those dropped for being cut aside.
        answer: what the tool that takes the answer was given.
        others: blocks of tools that the vendor ran itself, and whatever else has no part of ours.
    """

    __slots__ = ("_answer_tool", "_cut", "_index", "_parts", "_words", "answer", "calls", "others")

    def __init__(self, taker: AnswerTool | None, words: tuple[str, ...], *, cut: bool) -> None:
        self._answer_tool = taker
        self._words = words
        self._cut = cut
        self._index = 0
        self._parts: list[Part] = []
        self.calls = 0
        self.answer: str | None = None
        self.others: list[dict[str, Any]] = []

    def add(self, block: Any) -> None:
        if not isinstance(block, dict):
            raise ProtocolError("a block of the answer is no object")
        if "text" in block:
            self._text(string_in(block, "text"), None)
        elif "toolUse" in block:
            self._call(block, object_in(block, "toolUse"))
        elif "reasoningContent" in block:
            self._think(object_in(block, "reasoningContent"))
        elif "citationsContent" in block:
            cited = object_in(block, "citationsContent")
            pieces = cited.get("content")
            texts = [text_of(piece.get("text")) for piece in _objects(pieces)]
            self._text("".join(texts), cited.get("citations"))
        else:
            self.others.append(block)

    def finished(self) -> tuple[Part, ...]:
        """The parts. Where a tool may take the answer, text comes last: the answer's, if it was taken."""
        if self._answer_tool is None:
            return tuple(self._parts)
        texts = [part for part in self._parts if isinstance(part, Text)]
        rest: list[Part] = [part for part in self._parts if not isinstance(part, Text)]
        if self.answer is not None:
            return (*rest, Text(self.answer))
        return (*rest, *_joined(texts))

    def _text(self, text: str, sources: Any) -> None:
        last = self._parts[-1] if self._parts else None
        before = last.text if isinstance(last, Text) else ""
        start, end = len(before), len(before) + len(text)
        found = [citation(source, start, end) for source in _objects(sources)]
        cited = tuple(each for each in found if each is not None)
        if not text and not cited:
            return
        if isinstance(last, Text):
            self._parts[-1] = Text(before + text, citations=last.citations + cited)
        else:
            self._parts.append(Text(text, citations=cited))

    def _think(self, block: dict[str, Any]) -> None:
        if "redactedContent" in block:
            hidden = sealed(string_in(block, "redactedContent") or None, self._words)
            self._parts.append(Reasoning("", signature=hidden, vendor=NAME, redacted=True))
            return
        thought = object_in(block, "reasoningText")
        text = string_in(thought, "text")
        signature = sealed(optional_text(thought.get("signature")), self._words)
        if not text and signature is None:
            return
        last = self._parts[-1] if self._parts else None
        if isinstance(last, Reasoning) and last.signature is None and not last.redacted:
            text = last.text + text  # a thought without its seal is not over
            self._parts.pop()
        self._parts.append(Reasoning(text, signature=signature, vendor=NAME))

    def _call(self, block: dict[str, Any], use: dict[str, Any]) -> None:
        if use.get("type") == SERVER_TOOL:
            self.others.append(block)
            return
        index, self._index = self._index, self._index + 1
        name, arguments = optional_text(use.get("name")), use.get("input")
        if self._cut and (not name or not isinstance(arguments, dict) or not arguments):
            return  # half a call must never run; finish_reason says that the answer was cut
        if arguments is None:
            arguments = {}
        if not name or not is_arguments(arguments):
            raise broken_call("answer", name)
        if self._answer_tool is not None and name == self._answer_tool.name:
            self.answer = taken(self._answer_tool, arguments, cut=self._cut)
            return
        self.calls += 1
        id_ = optional_text(use.get("toolUseId")) or f"call_{index}"
        self._parts.append(ToolCall(id=id_, name=name, arguments=arguments))


def taken(taker: AnswerTool, arguments: dict[str, Any], *, cut: bool) -> str | None:
    """The answer in the arguments of the tool that takes it; None when it was cut before its beginning."""
    text = taker.text(arguments)
    if text is None and not cut:
        raise ProtocolError("the arguments of the answer's tool hold no answer")
    return text


def _objects(found: Any) -> list[dict[str, Any]]:
    return [each for each in found if isinstance(each, dict)] if isinstance(found, list) else []


def _joined(texts: list[Text]) -> list[Part]:
    """One text out of several, their citations moved along."""
    if not texts:
        return []
    text = ""
    cited: list[Citation] = []
    for part in texts:
        cited.extend(_moved(source, len(text)) for source in part.citations)
        text += part.text
    return [Text(text, citations=tuple(cited))]


def _moved(source: Citation, by: int) -> Citation:
    if source.start is None or source.end is None:
        return source
    return replace(source, start=source.start + by, end=source.end + by)
