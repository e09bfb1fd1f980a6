"""What the events of a stream say, or a plain answer, as deltas."""

from collections.abc import Iterator
from typing import Any

from interlock.errors import ProtocolError, ProviderError
from interlock.http.payload import kind_of, optional_text, parts_in
from interlock.protocols import ProviderCall
from interlock.types.response import Delta, FinishReason, Usage
from interlock_anthropic.blocks import Blocks
from interlock_anthropic.models import traits_of
from interlock_anthropic.output import answer_tool_of, words_of
from interlock_anthropic.read import (
    BESIDE,
    CUT,
    ended,
    evidence,
    explanation,
    extra_of,
    finish,
    only_text,
    raise_error,
    usage,
)

# Of a call that the end may have cut, whatever has come is not judged.
_NOTHING_YET = {"name": "cut", "input": {}}


class MessageReader:
    """Reads one answer.

    Attributes:
        blocks: what the answer is made of.
        finished: how it ended, once that has been said.
    """

    __slots__ = ("_reason", "_request", "_told", "_traits", "_used", "blocks", "finished")

    def __init__(self, call: ProviderCall) -> None:
        self._request = call.request
        self._traits = traits_of(call.deployment)
        self._reason: Any = None
        self._told: dict[str, Any] = {}
        self._used: dict[str, Any] = {}
        self.blocks = Blocks(answer_tool_of(call.request, self._traits), words_of(call.request, self._traits))
        self.finished: FinishReason | None = None

    def whole(self, payload: dict[str, Any]) -> Iterator[Delta]:
        """The deltas of a plain answer: a block begins with all that it holds."""
        raise_error(payload)
        content = payload.get("content")
        if not isinstance(content, list):
            raise ProtocolError("the answer holds no content")
        known = ended(payload.get("stop_reason"))
        if text := only_text(content):
            yield from self._spoken(text, payload, known)
            return
        yield self.begin(payload)
        for index, block in enumerate(parts_in(content)):
            half = known in CUT and index == len(content) - 1 and kind_of(block) == "tool_use"
            yield from self.blocks.start(index, {**block, **_NOTHING_YET} if half else block)
            yield from self.blocks.stop(index)
        yield from self.end({"delta": payload})

    def begin(self, message: Any) -> Delta:
        """What is known before a word is said."""
        if not isinstance(message, dict):
            raise ProtocolError("the stream begins without a message")
        self._tell(message)
        return Delta(
            served_model=optional_text(message.get("model")),
            id=optional_text(message.get("id")),
            usage=self._usage(message.get("usage")),
            evidenced=evidence(self._used),
        )

    def end(self, payload: dict[str, Any]) -> Iterator[Delta]:
        """What is known at the end: counts are the sum so far, and null where nothing is new."""
        delta = payload.get("delta")
        if not isinstance(delta, dict):
            raise ProtocolError("the stream ends without a word")
        used = self._usage(payload.get("usage"))
        reason = delta.get("stop_reason")
        self._tell(payload)
        self._tell(delta)
        if reason is None or self.finished is not None:
            also = self._extra() if self.finished is not None else None
            yield Delta(usage=used, evidenced=evidence(self._used), extra=also)
            return
        self._reason = reason
        known, blocks = ended(reason), self.blocks
        yield from blocks.finish(cut=known in CUT)
        if known == "refusal" and not (blocks.said or blocks.answered):
            yield Delta(refusal=explanation(delta.get("stop_details")))
        self.finished = finish(
            self._request, self._traits, known, called=blocks.called, answered=blocks.answered
        )
        yield Delta(
            finish_reason=self.finished, usage=used, evidenced=evidence(self._used), extra=self._extra()
        )

    def _spoken(self, text: str, payload: dict[str, Any], known: FinishReason) -> Iterator[Delta]:
        """A plain answer of one text, as most are: it says all at once."""
        self._tell(payload)
        self._reason = payload.get("stop_reason")
        used, place = self._usage(payload.get("usage")), evidence(self._used)
        try:
            self.finished = finish(self._request, self._traits, known, called=False, answered=False)
        except ProviderError:
            yield Delta(text, evidenced=place)  # for whoever asked for a stream
            raise
        yield Delta(
            text,
            finish_reason=self.finished,
            usage=used,
            served_model=optional_text(payload.get("model")),
            evidenced=place,
            id=optional_text(payload.get("id")),
            extra=self._extra(),
        )

    def _tell(self, source: dict[str, Any]) -> None:
        for key, value in source.items():
            if key in BESIDE and value is not None:
                self._told[key] = value

    def _extra(self) -> dict[str, Any] | None:
        return extra_of(self._told, self._used, self._reason, self.blocks.others) or None

    def _usage(self, found: Any) -> Usage | None:
        """The counts so far, where there are new ones."""
        if not isinstance(found, dict):
            return None
        for key, value in found.items():
            # Counts only grow: a gateway that ends with noughts has not counted.
            if value is not None and (value or not self._used.get(key)):
                self._used[key] = value
        return usage(self._used) if self._used else None
