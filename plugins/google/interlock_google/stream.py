"""A streamed answer out of this dialect: server-sent events, each a piece of one plain answer."""

from collections.abc import Iterator
from typing import Any

from interlock.errors import ProtocolError
from interlock.fold import Growing
from interlock.http import EventParser, ServerEvent, broken_call, is_arguments, written
from interlock.http.payload import Incoming, optional_text, parse_object, text_of
from interlock.protocols import ProviderCall
from interlock.types.json_reader import load_json
from interlock.types.response import Delta, ToolCallDelta, Usage
from interlock.types.strict import marked
from interlock_google.cite import Sources
from interlock_google.extra import Extra
from interlock_google.read import (
    block_of,
    call_arguments,
    call_id,
    finish,
    first_candidate,
    is_cut,
    is_opaque,
    made_in,
    parts_of,
    raise_error,
    refusal_of,
    signature_of,
    text_in,
    usage,
)
from interlock_google.schema import answer_tool


class ContentStream:
    """Deltas out of events, or out of the JSON that gateways send instead: one answer, or a list of pieces.

    The end is announced in `close`: only then is it known that nothing follows.
    """

    def __init__(self, call: ProviderCall) -> None:
        self._answer_tool = answer_tool(call.request, call.deployment.name)
        self._answered = False
        limit = call.deployment.largest_answer
        self._events = EventParser(limit=limit)
        self._incoming = Incoming(limit)
        self._done = False
        self._last: dict[str, Any] = {}
        self._said: tuple[str | None, str | None, Usage | None] = (None, None, None)
        self._reason: Any = None
        self._sources = Sources()
        self._extra = Extra()
        self._text = Growing()
        self._held: str | None = None
        self._number = 0
        self._called = False
        self._broken: ProtocolError | None = None
        self._tail = ""
        self._out: list[Delta] = []
        self._beside = 0

    @property
    def holds(self) -> int:
        return self._beside + (self._text.size if self._sources.grown else 0)

    def feed(self, data: bytes) -> Iterator[Delta]:
        for event in self._events.feed(self._incoming.events(data)):
            yield from self._event(event)

    def close(self) -> Iterator[Delta]:
        plain = self._incoming.plain
        if plain is not None:
            for payload in _pieces(plain):
                yield from self._chunk(payload)
        for event in self._events.close():
            yield from self._event(event)
        block = block_of(self._last)
        if self._reason is None and block is None:
            raise ProtocolError("the answer ended before it was finished")
        if self._broken is not None and not is_cut(self._reason):
            raise self._broken
        ended = "refusal" if self._reason is None else finish(self._reason, called=self._called)
        if cited := self._sources.citations(str(self._text)):
            yield Delta(citations=cited)
        if self._held is not None:
            yield Delta(signature=self._held, redacted=True)
        extra = self._extra.take() if block is None else {"prompt_feedback": block}
        yield Delta(
            finish_reason=ended,
            refusal=refusal_of(block or self._last, ended),
            extra=extra or None,
            confidence=self._extra.confidence,
        )

    def whole(self, payload: dict[str, Any]) -> Iterator[Delta]:
        """The deltas of a plain answer, which is a stream of one piece."""
        yield from self._chunk(payload)
        yield from self.close()

    def _event(self, event: ServerEvent) -> list[Delta]:
        if self._done or not event.data:
            return []
        if event.data.strip() == "[DONE]":
            self._done = True
            return []
        grown = self._extra.grown + self._sources.grown
        deltas = self._chunk(parse_object(event.data, "an event of the stream", calls=True))
        if self._extra.grown + self._sources.grown != grown:
            self._beside += len(event.data)
        return deltas

    def _chunk(self, payload: dict[str, Any]) -> list[Delta]:
        raise_error(payload)
        candidate = first_candidate(payload)
        if candidate is not None:
            for part in parts_of(candidate):
                self._part(part, payload)
            self._sources.add(candidate)
            self._extra.add(candidate)
            if candidate.get("finishReason") is not None:
                self._reason = candidate["finishReason"]
                self._last = candidate
        elif block_of(payload) is not None:
            self._last = payload
        model, id_ = optional_text(payload.get("modelVersion")), optional_text(payload.get("responseId"))
        said = (model, id_, usage(payload.get("usageMetadata")))
        if said != self._said:
            self._said = said
            text, self._tail = self._tail, ""
            self._out.append(Delta(text, served_model=model, id=id_, usage=said[2]))
        self._flush()
        out, self._out = self._out, []
        return out

    def _part(self, part: dict[str, Any], payload: dict[str, Any]) -> None:
        if "functionCall" in part:
            self._call(part, payload)
        elif "text" in part:
            text, signature = text_in(part), signature_of(part)
            if not part.get("thought"):
                if text:
                    self._say(text)
                if signature:
                    self._hold(signature)
            elif text or signature:
                self._put(Delta(reasoning=text, signature=signature))
        elif (made := made_in(part)) is not None:
            self._put(Delta(media=(made,)))
            self._held = signature_of(part)
        elif is_opaque(part):
            self._put(Delta(signature=written(part), redacted=True))
        elif signature := signature_of(part):
            self._hold(signature)

    def _say(self, text: str) -> None:
        """Text waits for the end of its event, to leave together with the event's other news."""
        self._seal()
        self._text.add(text)
        self._tail += text

    def _hold(self, signature: str) -> None:
        self._seal()
        self._held = signature

    def _put(self, delta: Delta) -> None:
        """Emit what is no text; a signature that is held back belongs before it."""
        self._seal()
        self._flush()
        self._text = Growing()
        self._out.append(delta)

    def _seal(self) -> None:
        if self._held is not None:
            self._flush()
            self._text = Growing()
            self._out.append(Delta(signature=self._held, redacted=True))
            self._held = None

    def _flush(self) -> None:
        if self._tail:
            self._out.append(Delta(self._tail))
            self._tail = ""

    def _call(self, part: dict[str, Any], payload: dict[str, Any]) -> None:
        call = part["functionCall"]
        if not isinstance(call, dict):
            raise ProtocolError("a tool call of the answer is no object")
        name, arguments = text_of(call.get("name")), call_arguments(call)
        if name == self._answer_tool and is_arguments(call.get("args")):
            if not self._answered:
                self._answered = True
                self._say(written(call["args"]))
            return
        index, self._number = self._number, self._number + 1
        if not name or arguments is None:
            self._broken = broken_call(name)
            return
        self._called = True
        piece = ToolCallDelta(
            index=index,
            id=call_id(call, payload, index),
            name=name,
            # Nothing at all may be what a cut left; the fold judges it by how the answer ended.
            arguments=written(arguments) if call.get("args") is not None else "",
            signature=signature_of(part),
        )
        self._put(Delta(tool_calls=(piece,)))


def _pieces(data: bytes) -> list[dict[str, Any]]:
    if data[:1] != b"[":
        return [parse_object(data, "the answer", calls=True)]
    try:
        payload = load_json(data, pairs=marked)
    except (ValueError, RecursionError):
        raise ProtocolError("the answer is cut or garbled, not JSON") from None
    if not all(isinstance(piece, dict) for piece in payload):
        raise ProtocolError("the answer is a list, but not of objects")
    return list(payload)
