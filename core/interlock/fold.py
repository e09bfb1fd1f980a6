"""Deltas in, one answer out: what makes a stream equal to a plain call."""

from collections.abc import Iterable
from dataclasses import fields, replace
from math import exp, isnan
from typing import Any

from interlock.errors import AnswerTooLarge, ProtocolError
from interlock.types.messages import Citation, Part, Reasoning, Refusal, Text, ToolCall
from interlock.types.models import LARGEST_ANSWER
from interlock.types.response import Answer, Delta, FinishReason, ToolCallDelta, Usage
from interlock.types.strict import loads

__all__ = ["Fold", "Growing", "confidence_of", "folded"]

# Pieces of a text are joined when there are so many.
_MANY = 1024
_LEAST = -1e6  # the logarithm of a probability that is nought to every reader
_PART = 64  # what a part holds besides its text


def folded(deltas: Iterable[Delta], vendor: str | None = None, limit: int = LARGEST_ANSWER) -> "Answer":
    """The answer of a stream that has come whole. `vendor` and what is raised are as in `Fold`, and so is
    `limit`, in characters.
    """
    read = list(deltas)
    if len(read) == 1 and (answer := _plain(read[0], limit)) is not None:
        return answer
    fold = Fold(vendor, limit)
    for delta in read:
        fold.add(delta)
    return fold.answer()


def _plain(delta: Delta, limit: int) -> Answer | None:
    """What a Fold makes of this delta alone, where it is a finished answer of text within `limit`, as most
    plain answers are: nothing has to grow for it.
    """
    text = delta.text
    if (
        delta.finish_reason is None
        or delta.reasoning
        or delta.tool_calls
        or delta.signature
        or delta.redacted
        or delta.refusal
        or delta.citations
        or delta.media
        or len(text) + _PART > limit
    ):
        return None
    return Answer(
        parts=(Text(text),) if text else (),
        finish_reason=delta.finish_reason,
        usage=_NOTHING if delta.usage is None else delta.usage,
        served_model=delta.served_model,
        evidenced=delta.evidenced,
        id=delta.id,
        extra={} if delta.extra is None else dict(delta.extra),
        confidence=delta.confidence,
    )


def confidence_of(logprobs: Iterable[Any]) -> float | None:
    """An answer's `confidence` out of the natural logarithms of its tokens' probabilities; what is no such
    number is passed over. None where there are none.
    """
    numbers = (each for each in logprobs if isinstance(each, int | float))
    known = [max(_LEAST, min(0.0, each)) for each in numbers if isinstance(each, int) or not isnan(each)]
    return exp(sum(known) / len(known)) if known else None


class Growing:
    """Takes pieces and gives the whole. `size` is its length in characters.

    Pieces are joined every so often: a piece of two characters takes up as much memory as fifty.
    """

    __slots__ = ("_joined", "_pieces", "size")

    def __init__(self) -> None:
        self._joined: list[str] = []
        self._pieces: list[str] = []
        self.size = 0

    def __bool__(self) -> bool:
        return bool(self._pieces or self._joined)

    def __str__(self) -> str:
        return "".join([*self._joined, *self._pieces] if self._joined else self._pieces)

    def add(self, piece: str) -> None:
        """One more piece, at the end."""
        self._pieces.append(piece)
        self.size += len(piece)
        if len(self._pieces) >= _MANY:
            self._joined.append("".join(self._pieces))
            self._pieces.clear()


class _Piece:
    """A part that is still growing."""

    __slots__ = ("citations", "id", "index", "kind", "name", "signature", "text", "whole")

    def __init__(self, kind: str, whole: Part | None = None, *, index: int = 0) -> None:
        self.kind = kind
        self.index = index  # of a tool call
        self.whole = whole
        self.text = Growing()
        self.citations: list[Citation] = []
        self.signature: str | None = None
        self.id: str | None = None
        self.name: str | None = None


def _counted(before: Usage, told: Usage) -> Usage:
    """Counts grow: what comes later and says nothing, or nought, does not undo what was counted."""
    if before is _NOTHING:
        return told
    kept: dict[str, Any] = {
        name: value
        for name in _COUNTS
        if (value := getattr(before, name)) is not None and not getattr(told, name)
    }
    return replace(told, **kept) if kept else told


_NOTHING = Usage()
_COUNTS = tuple(field.name for field in fields(Usage) if field.name != "estimated")


class Fold:
    """Gathers a stream. `vendor` is written into reasoning, which only its own vendor may see again; `limit`
    is how many characters the answer may hold, `size` how many it holds so far.

    Attributes:
        finished: whether the answer has said that it is finished.
        usage: the tokens that the vendor has counted so far.
        served_model: what the vendor says it serves, once it has said so.
        evidenced: where the vendor says that it processes the request, once it has said so.
    """

    def __init__(self, vendor: str | None = None, limit: int = LARGEST_ANSWER) -> None:
        self._vendor = vendor
        self._limit = limit
        self.size = 0
        self._pieces: list[_Piece] = []
        self._calls: dict[int, _Piece] = {}
        self._finish: FinishReason | None = None
        self._went_on = False
        self.finished = False
        self.usage = _NOTHING
        self.served_model: str | None = None
        self.evidenced: str | None = None
        self._id: str | None = None
        self._extra: dict[str, Any] = {}
        self._confidence: float | None = None

    @property
    def settled(self) -> bool:
        """Whether the answer has said that it is finished, and nothing of it has come since."""
        return self._finish is not None and not self._went_on

    @property
    def text(self) -> str:
        """The text so far; without reasoning and refusals."""
        return "".join(str(piece.text) for piece in self._pieces if piece.kind == "text")

    @property
    def said(self) -> str:
        """Everything that the model has made so far, in no particular form."""
        return "".join(str(piece.text) for piece in self._pieces)

    def add(self, delta: Delta) -> None:
        """One more step of the stream. Raises AnswerTooLarge once there is more than `limit`."""
        self.size += len(delta.text) + len(delta.reasoning)
        if delta.reasoning or delta.signature or delta.redacted:
            self._think(delta)
        if delta.text:
            self._grow("text").text.add(delta.text)
        if delta.citations:
            self._grow("text").citations.extend(delta.citations)
            self.size += sum(map(_length, delta.citations))
        if delta.refusal:
            self._grow("refusal").text.add(delta.refusal)
            self.size += len(delta.refusal)
        for part in delta.media:
            self._begin(_Piece("media", part))
            self.size += len(part.data or b"")
        for call in delta.tool_calls:
            self._call(call)
        if delta.finish_reason is not None:
            self._finish, self._went_on = delta.finish_reason, False
            self.finished = True
            self._confidence = delta.confidence
        elif self._finish is not None and (delta.text or delta.reasoning or delta.tool_calls):
            self._went_on = True
        if delta.usage is not None:
            self.usage = _counted(self.usage, delta.usage)
        if delta.served_model is not None:
            self.served_model = delta.served_model
        if delta.evidenced is not None:
            self.evidenced = delta.evidenced
        if delta.id is not None:
            self._id = delta.id
        if delta.extra is not None:
            self._extra.update(delta.extra)
            self._confidence = self._confidence if delta.confidence is None else delta.confidence
        if self.size > self._limit:
            raise AnswerTooLarge.than(self._limit)

    def answer(self) -> Answer:
        """The whole answer.

        Raises:
            ProtocolError: the stream was cut, or a tool call's arguments are no JSON object.
        """
        if self._finish is None:
            raise ProtocolError("the stream ended before its answer was finished")
        cut = self._finish in ("length", "refusal")
        parts = [part for piece in self._pieces if (part := self._part(piece, cut=cut)) is not None]
        return Answer(
            parts=tuple(parts),
            finish_reason=self._finish,
            usage=self.usage,
            served_model=self.served_model,
            evidenced=self.evidenced,
            id=self._id,
            extra=self._extra,
            confidence=self._confidence,
        )

    def _grow(self, kind: str) -> _Piece:
        if self._pieces and self._pieces[-1].kind == kind:
            return self._pieces[-1]
        return self._begin(_Piece(kind))

    def _begin(self, piece: _Piece) -> _Piece:
        self._pieces.append(piece)
        self.size += _PART
        return piece

    def _think(self, delta: Delta) -> None:
        if delta.redacted:
            piece = self._begin(_Piece("redacted"))
        else:
            piece = self._grow("reasoning")
            if piece.signature is not None and (delta.reasoning or delta.signature):
                # A signature seals a thought; what follows is another.
                piece = self._begin(_Piece("reasoning"))
        if delta.reasoning:
            piece.text.add(delta.reasoning)
        if delta.signature:
            piece.signature = (piece.signature or "") + delta.signature
            self.size += len(delta.signature)

    def _call(self, call: ToolCallDelta) -> None:
        piece = self._calls.get(call.index)
        if piece is None:
            piece = self._calls[call.index] = self._begin(_Piece("tool_call", index=call.index))
        piece.id = piece.id or call.id
        piece.name = piece.name or call.name
        piece.signature = piece.signature or call.signature
        if call.arguments:
            piece.text.add(call.arguments)
            self.size += len(call.arguments)

    def _part(self, piece: _Piece, *, cut: bool) -> Part | None:
        if piece.whole is not None:
            return piece.whole
        text = str(piece.text)
        if piece.kind == "text":
            return Text(text, citations=tuple(piece.citations))
        if piece.kind == "refusal":
            return Refusal(text)
        if piece.kind in ("reasoning", "redacted"):
            return Reasoning(
                text, signature=piece.signature, vendor=self._vendor, redacted=piece.kind == "redacted"
            )
        return self._tool_call(piece, text, cut=cut)

    def _tool_call(self, piece: _Piece, text: str, *, cut: bool) -> ToolCall | None:
        try:
            arguments: Any = loads(text) if text.strip() or cut else {}
        except (ValueError, RecursionError):
            arguments = None
        if not piece.name or not isinstance(arguments, dict):
            if cut:
                return None  # half a call must never run; finish_reason says that the answer was cut
            what = "a tool call's arguments are no JSON object" if piece.name else "a tool call has no name"
            raise ProtocolError(what)
        return ToolCall(
            id=piece.id or f"call_{piece.index}",
            name=piece.name,
            arguments=arguments,
            signature=piece.signature,
            vendor=self._vendor if piece.signature else None,
        )


def _length(citation: Citation) -> int:
    return _PART + sum(len(said or "") for said in (citation.url, citation.title, citation.quote))
