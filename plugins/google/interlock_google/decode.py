"""A whole answer out of this dialect.

The vendor signs parts of any kind, and runs tools of its own whose parts it wants back. Both travel as
redacted reasoning, in their place among the parts: a bare signature belongs to the part before it, and one
that is a JSON object is a whole part, to be returned as it came.
"""

import base64
import binascii
from typing import Any

from interlock.errors import ProtocolError
from interlock.http import HttpReply, broken_call, is_arguments
from interlock.http.payload import optional_text, parse_object, text_of
from interlock.protocols import ProviderCall
from interlock.types.messages import Audio, Document, Image, Part, Reasoning, Refusal, Text, ToolCall
from interlock.types.response import Answer, Usage
from interlock_google.cite import Sources
from interlock_google.extra import Extra
from interlock_google.models import VENDOR
from interlock_google.read import (
    block_of,
    call_arguments,
    call_id,
    dumps,
    finish,
    first_candidate,
    is_cut,
    is_opaque,
    parts_of,
    raise_error,
    refusal_of,
    signature_of,
    text_in,
    usage,
)
from interlock_google.schema import answer_tool


def decode(call: ProviderCall, reply: HttpReply) -> Answer:
    payload = parse_object(reply.body, "the answer", calls=True)
    raise_error(payload)
    candidate = first_candidate(payload)
    if candidate is None:
        return _blocked(payload)
    reason = candidate.get("finishReason")
    parts = _Parts(payload, cut=is_cut(reason), answer_tool=answer_tool(call.request, call.deployment.name))
    for part in parts_of(candidate):
        parts.add(part)
    ended = finish(reason, called=parts.called)
    if "groundingMetadata" in candidate or "citationMetadata" in candidate:
        parts.cite(candidate)
    parts.seal()
    extra = Extra()
    extra.add(candidate)
    if refusal := refusal_of(candidate, ended):
        parts.done.append(Refusal(refusal))
    return Answer(
        parts=tuple(part for part in parts.done if part is not None),
        finish_reason=ended,
        usage=usage(payload.get("usageMetadata")) or Usage(),
        served_model=optional_text(payload.get("modelVersion")),
        id=optional_text(payload.get("responseId")),
        extra=extra.take(),
    )


def _blocked(payload: dict[str, Any]) -> Answer:
    block = block_of(payload)
    if block is None:
        raise ProtocolError("the answer holds no candidate")
    words = refusal_of(block, "refusal")
    return Answer(
        parts=(Refusal(words),) if words else (),
        finish_reason="refusal",
        usage=usage(payload.get("usageMetadata")) or Usage(),
        served_model=optional_text(payload.get("modelVersion")),
        id=optional_text(payload.get("responseId")),
        extra={"prompt_feedback": block},
    )


class _Parts:
    """Our parts out of the vendor's; neighbours of one kind become one part, as they do in a stream."""

    __slots__ = ("_answer_tool", "_answered", "_cut", "_held", "_number", "_payload", "called", "done")

    def __init__(self, payload: dict[str, Any], *, cut: bool, answer_tool: str | None) -> None:
        self._payload = payload
        self._cut = cut
        self._answer_tool = answer_tool
        self._answered = False
        self._held: str | None = None
        self._number = 0
        self.called = False
        self.done: list[Part | None] = []

    def add(self, part: dict[str, Any]) -> None:
        if "functionCall" in part:
            self._call(part)
        elif "text" in part:
            self._text(text_in(part), part)
        elif (made := made_in(part)) is not None:
            self.seal()
            self.done.append(made)
            self._held = signature_of(part)
        elif is_opaque(part):
            self.seal()
            self.done.append(Reasoning("", signature=dumps(part), vendor=VENDOR, redacted=True))
        elif signature := signature_of(part):
            self.seal()
            self._held = signature

    def cite(self, candidate: dict[str, Any]) -> None:
        sources = Sources()
        sources.add(candidate)
        last = self.done[-1] if self.done else None
        text = last.text if isinstance(last, Text) else ""
        if cited := sources.citations(text):
            if isinstance(last, Text):
                self.done.pop()
            self.done.append(Text(text, citations=cited))

    def seal(self) -> None:
        """Put down the signature that belongs to the part before."""
        if self._held is not None:
            self.done.append(Reasoning("", signature=self._held, vendor=VENDOR, redacted=True))
            self._held = None

    def _text(self, text: str, part: dict[str, Any]) -> None:
        signature = signature_of(part)
        if part.get("thought"):
            if text or signature:
                self.seal()
                self._think(text, signature)
            return
        if text:
            self.seal()
            last = self.done[-1] if self.done else None
            if isinstance(last, Text):
                self.done[-1] = Text(last.text + text)
            else:
                self.done.append(Text(text))
        if signature:
            self.seal()
            self._held = signature

    def _think(self, text: str, signature: str | None) -> None:
        last = self.done[-1] if self.done else None
        if isinstance(last, Reasoning) and not last.redacted and last.signature is None:
            text = last.text + text
            self.done.pop()
        self.done.append(Reasoning(text, signature=signature, vendor=VENDOR))

    def _call(self, part: dict[str, Any]) -> None:
        call = part["functionCall"]
        if not isinstance(call, dict):
            raise ProtocolError("a tool call of the answer is no object")
        name, arguments = text_of(call.get("name")), call_arguments(call)
        if name == self._answer_tool and is_arguments(call.get("args")):
            if not self._answered:
                self._answered = True
                self._text(dumps(call["args"]), {})
            return
        index, self._number = self._number, self._number + 1
        if not name or arguments is None:
            if not self._cut:
                raise broken_call("answer", name)
            return
        self.seal()
        if self._cut and call.get("args") is None:
            self.done.append(None)  # what was cut stands between its neighbours all the same
            return
        self.called = True
        id_ = call_id(call, self._payload, index)
        signature = signature_of(part)
        vendor = VENDOR if signature else None
        self.done.append(ToolCall(id=id_, name=name, arguments=arguments, signature=signature, vendor=vendor))


def made_in(part: dict[str, Any]) -> Image | Audio | Document | None:
    """A picture or the like that the model made, or None."""
    blob = part.get("inlineData")
    if not isinstance(blob, dict) or part.get("thought"):
        return None
    media_type, data = text_of(blob.get("mimeType")), text_of(blob.get("data"))
    try:
        raw = base64.b64decode(data.replace("-", "+").replace("_", "/"), validate=True)
    except (binascii.Error, ValueError):
        raise ProtocolError("the answer holds media that is not base64") from None
    kinds: dict[str, type[Image | Audio | Document]] = {"image": Image, "audio": Audio}
    return kinds.get(media_type.partition("/")[0], Document)(data=raw, media_type=media_type or None)
