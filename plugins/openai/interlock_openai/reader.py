"""What a payload of this dialect says, as deltas: a chunk of a stream, or a plain answer."""

from collections.abc import Iterator
from typing import Any

from interlock.errors import ProtocolError, ProviderError
from interlock.http.payload import kind_of, optional_text, parts_of, said
from interlock.http.template import Place
from interlock.protocols import ProviderCall
from interlock.types.response import Delta, FinishReason
from interlock_openai.calls import StreamedCalls
from interlock_openai.details import Details
from interlock_openai.extra import Extra
from interlock_openai.past import seal_on
from interlock_openai.plan import check_called
from interlock_openai.read import (
    citations,
    finish,
    first_choice,
    is_cut,
    joined,
    only_text,
    raise_error,
    reasoning_of,
    usage,
)
from interlock_openai.think import ThinkSplitter
from interlock_openai.vendors import Vendor

# What texts come in, and what else a choice may say that is never the same twice.
_GROWING = ("content", "reasoning_content", "reasoning")
_NEWS = ("finish_reason", "logprobs", "error")


class ChatReader:
    """Reads one answer. `holds` is what it keeps until the end, in characters."""

    __slots__ = (
        "_beside", "_call", "_details", "_extra", "_finish", "_refused", "_said", "_think", "_thought",
        "_tools", "_vendor",
    )  # fmt: skip

    def __init__(self, call: ProviderCall, vendor: Vendor) -> None:
        self._call = call
        self._vendor = vendor
        self._finish: FinishReason | None = None
        self._refused = False
        self._said: tuple[str | None, str | None] = (None, None)
        self._tools: StreamedCalls | None = None
        self._details: Details | None = None
        self._extra = Extra()
        self._thought = False
        self._think = ThinkSplitter() if vendor.think_tags else None
        self._beside = 0

    @property
    def holds(self) -> int:
        return self._beside if self._tools is None else self._tools.size + self._beside

    def whole(self, payload: dict[str, Any]) -> Iterator[Delta]:
        """The deltas of a plain answer: its message is one that holds everything."""
        raise_error(payload, self._vendor.name)
        choice = first_choice(payload.get("choices"))
        message = choice.get("message") if choice is not None else None
        if choice is None or not isinstance(message, dict):
            raise ProtocolError("the answer holds no message")
        self._extra.add(payload, choice, message)
        text = only_text(message) if self._think is None else None
        if text is None:
            text = ""
            yield from self._delta(message, whole=True)
            yield from self._rest()
        try:
            ended = self._ended(choice.get("finish_reason"), choice)
        except ProviderError:
            if text:
                yield Delta(text)  # said before the answer broke off, for whoever asked for a stream
            raise
        yield Delta(
            text,
            finish_reason=ended,
            usage=usage(payload, self._vendor.name),
            served_model=optional_text(payload.get("model")),
            id=optional_text(payload.get("id")),
            extra=self._extra.take() or None,
            confidence=self._extra.confidence,
        )

    def chunk(self, payload: dict[str, Any], size: int) -> Iterator[Delta]:
        """The deltas of a stream's chunk, which is `size` characters long."""
        raise_error(payload, self._vendor.name)
        choice = first_choice(payload.get("choices"))
        grown = self._extra.grown
        yield from self._chunk(payload, choice)
        if self._extra.grown != grown:
            self._beside += size

    def growing(self, payload: dict[str, Any]) -> Place | None:
        """The place of a chunk's text, where a chunk that is like it says nothing else that is new."""
        choices = payload.get("choices")
        if not isinstance(choices, list) or len(choices) != 1 or self._finish is not None:
            return None
        choice, thinks = choices[0], self._think is not None and not self._think.answers
        delta = choice.get("delta")
        if thinks or self._details is not None:
            return None  # every piece of a text is looked at
        if not isinstance(delta, dict) or usage(payload, self._vendor.name) is not None:
            return None
        if first_choice(choices) is None or any(choice.get(key) for key in _NEWS):
            return None
        said = [name for name, value in delta.items() if name != "role" and value not in (None, "", [])]
        if len(said) != 1 or said[0] not in _GROWING or not isinstance(delta[said[0]], str):
            return None
        return delta, said[0]

    def close(self) -> Iterator[Delta]:
        """What is left when a stream has ended. Raises ProtocolError when the answer was not finished."""
        if self._finish is None:
            raise ProtocolError("the stream ended before its answer was finished")
        yield from self._rest()
        called = self._tools is not None and self._tools.check(cut=self._finish == "length")
        if called and self._finish == "stop":
            yield Delta(
                finish_reason="tool_calls", confidence=self._extra.confidence
            )  # calls that came after the end was announced
        if self._extra.is_new:
            yield Delta(extra=self._extra.take(), confidence=self._extra.confidence)

    def _chunk(self, payload: dict[str, Any], choice: dict[str, Any] | None) -> Iterator[Delta]:
        said = (optional_text(payload.get("model")), optional_text(payload.get("id")))
        model, id_ = said if said != self._said else (None, None)
        self._said = said
        used = usage(payload, self._vendor.name)
        delta = None
        if choice is not None:
            delta = choice.get("delta")
            if delta is None:
                delta = choice.get("message")
        self._extra.add(payload, choice, delta)
        if isinstance(delta, dict):
            yield from self._delta(delta)
        elif delta is not None:
            raise ProtocolError("a choice of the stream holds no object as its delta")
        if choice is not None:
            reason = choice.get("finish_reason")
            if (isinstance(reason, str) and reason) or isinstance(choice.get("error"), dict):
                yield from self._end(reason, choice)
        if model or id_ or used is not None:
            yield Delta(served_model=model, id=id_, usage=used)

    def _delta(self, delta: dict[str, Any], *, whole: bool = False) -> Iterator[Delta]:
        thought = reasoning_of(delta)
        if thought:
            self._thought = True
            yield Delta(reasoning=thought)
        if delta.get("reasoning_details"):
            if self._details is None:
                self._details = Details()
            self._beside += self._details.add(delta["reasoning_details"])
        content = delta.get("content")
        if isinstance(content, str):
            if content:
                yield from self._text(content)
        elif content is not None:
            yield from self._parts(parts_of(delta))
        if delta.get("refusal") is not None and (refusal := said(delta, "refusal")):
            yield from self._seal()
            self._refused = True
            yield Delta(refusal=refusal)
        cited = citations(delta.get("annotations"))
        if cited:
            yield Delta(citations=cited)
        if (seal := seal_on(delta)) is not None:
            yield Delta(signature=seal, redacted=True)
        calls = delta.get("tool_calls")
        if not calls and isinstance(delta.get("function_call"), dict):
            calls = [{"index": 0, "function": delta["function_call"]}]
        if calls:
            yield from self._seal()
            if self._tools is None:
                self._tools = StreamedCalls()
            pieces = self._tools.add(calls, whole=whole)
            if pieces:
                yield Delta(tool_calls=pieces)

    def _parts(self, content: list[dict[str, Any]]) -> Iterator[Delta]:
        for item in content:
            kind = kind_of(item)
            if kind in ("text", "output_text"):
                yield from self._text(said(item, "text"))
            elif kind == "thinking":
                thought, signature = joined(item.get("thinking")), optional_text(item.get("signature"))
                if thought or signature:
                    self._thought = True
                    yield Delta(reasoning=thought, signature=signature)
            elif kind == "refusal" and (refusal := said(item, "refusal")):
                self._refused = True
                yield Delta(refusal=refusal)

    def _text(self, text: str) -> Iterator[Delta]:
        thought = ""
        if self._think is not None:
            thought, text = self._think.feed(text)
        if thought:
            yield Delta(reasoning=thought)
        if text:
            if self._details is not None:
                yield from self._seal()
            yield Delta(text)

    def _seal(self) -> Iterator[Delta]:
        """Reasoning blocks, as the signature of the thought that has just ended."""
        if self._details is None:
            return
        signature, hidden = self._details.take()
        if signature is not None:
            yield Delta(signature=signature, redacted=hidden and not self._thought)

    def _rest(self) -> Iterator[Delta]:
        if self._think is not None:
            thought, text = self._think.close()
            if thought or text:
                yield Delta(text, reasoning=thought)
        yield from self._seal()

    def _end(self, reason: Any, choice: dict[str, Any]) -> Iterator[Delta]:
        """Announce the end, once everything that came before has proved whole."""
        yield from self._rest()
        ended, extra = self._ended(reason, choice), self._extra
        yield Delta(finish_reason=ended, extra=extra.take() or None, confidence=extra.confidence)

    def _ended(self, reason: Any, choice: dict[str, Any]) -> FinishReason:
        called = self._tools is not None and self._tools.check(cut=is_cut(reason))
        ended = finish(reason, choice, called=called, refused=self._refused, vendor=self._vendor.name)
        check_called(self._call, self._vendor, called=called, ended=ended)
        self._finish = ended
        return ended
