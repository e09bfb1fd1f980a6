"""What a piece of an answer says, or all of one, as deltas."""

from collections.abc import Iterator
from typing import Any

from interlock.errors import ProtocolError
from interlock.fold import Growing
from interlock.http import broken_call, is_arguments, written
from interlock.http.payload import optional_text, text_of
from interlock.protocols import ProviderCall
from interlock.types.response import Delta, ToolCallDelta, Usage
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

_Said = tuple[str | None, str | None, Usage | None]
"""(model, id, usage), as far as an answer has said them."""
_NOTHING: _Said = (None, None, None)


class ContentReader:
    """Reads one answer, whole or in pieces.

    The end is announced in `end`: only then is it known that nothing follows.
    """

    def __init__(self, call: ProviderCall) -> None:
        self._answer_tool = answer_tool(call.request, call.deployment.name)
        self._answered = False
        self._last: dict[str, Any] = {}
        self._said = _NOTHING
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

    @property
    def grown(self) -> int:
        """How often something was added that waits for the end."""
        return self._extra.grown + self._sources.grown

    @property
    def waiting(self) -> int:
        """How many characters of text are kept, for sources that count in them."""
        return self._text.size if self._sources.grown else 0

    def whole(self, payload: dict[str, Any]) -> Iterator[Delta]:
        """The deltas of a plain answer. What it says last, it says at its end."""
        said = self._read(payload)
        yield from self._out
        yield from self.end(self._tail, said)

    def end(self, text: str = "", said: _Said = _NOTHING) -> Iterator[Delta]:
        """What is left at the end, behind the `text` and what else is still to be told."""
        block = block_of(self._last)
        if self._reason is None and block is None:
            raise ProtocolError("the answer ended before it was finished")
        if self._broken is not None and not is_cut(self._reason):
            raise self._broken
        ended = "refusal" if self._reason is None else finish(self._reason, called=self._called)
        cited = self._sources.citations(self._text)
        if self._held is not None:
            if text or cited:
                yield Delta(text, citations=cited)
            text, cited = "", ()
            yield Delta(signature=self._held, redacted=True)
        extra = self._extra.take() if block is None else {"prompt_feedback": block}
        model, id_, used = said
        yield Delta(
            text,
            citations=cited,
            finish_reason=ended,
            refusal=refusal_of(block or self._last, ended),
            usage=used,
            served_model=model,
            id=id_,
            extra=extra or None,
            confidence=self._extra.confidence,
        )

    def piece(self, payload: dict[str, Any]) -> list[Delta]:
        """The deltas of a piece."""
        said = self._read(payload)
        if said != self._said:
            self._said = said
            text, self._tail = self._tail, ""
            model, id_, used = said
            self._out.append(Delta(text, served_model=model, id=id_, usage=used))
        self._flush()
        out, self._out = self._out, []
        return out

    def _read(self, payload: dict[str, Any]) -> _Said:
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
        return (
            optional_text(payload.get("modelVersion")),
            optional_text(payload.get("responseId")),
            usage(payload.get("usageMetadata")),
        )

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
