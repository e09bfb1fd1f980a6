"""The blocks of an answer, as they begin, grow and end."""

from collections.abc import Iterator
from typing import Any

from interlock.errors import ProtocolError
from interlock.http import arguments_in, broken_call, input_in, is_arguments, written
from interlock.http.payload import kind_of, optional_text
from interlock.http.seals import sealed
from interlock.types.messages import Citation
from interlock.types.response import Delta, ToolCallDelta
from interlock_anthropic.read import citations, text_in

PASSED_ON = ("text_delta", "thinking_delta")
"""Pieces that are deltas as they are."""

_GROWS = {
    "text_delta": "text",
    "input_json_delta": "tool_use",
    "thinking_delta": "thinking",
    "signature_delta": "thinking",
}
_PIECE = 8  # what a piece holds besides its characters


class _Block:
    """A block under way. `slot` numbers the tool calls; `held` is the last piece of one's arguments.

    `other` is a block that is no part of ours, as it grows.
    """

    __slots__ = (
        "citations",
        "held",
        "id",
        "kind",
        "length",
        "name",
        "other",
        "pieces",
        "signature",
        "slot",
        "whole",
    )

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.citations: list[Any] = []
        self.held = ""
        self.id: str | None = None
        self.length = 0
        self.name: str | None = None
        self.other: dict[str, Any] | None = None
        self.pieces: list[str] = []
        self.signature = ""
        self.slot: int | None = None
        self.whole = False


class Blocks:
    """Blocks by their number in the stream.

    The last piece of a call's arguments waits until something follows: only then is it known that the call
    is whole, and half a call must never look like one. When the answer is to come as a tool's arguments, all
    that is said waits, because it counts only if that tool is not called.
    """

    def __init__(self, answer_tool: str | None, words: tuple[str, ...]) -> None:
        self._answer_tool = answer_tool
        self._words = words
        self._open: dict[int, _Block] = {}
        self._calls: list[_Block] = []
        self._waiting: _Block | None = None
        self._kept: list[Delta] = []
        self._run = 0  # characters of the text part that a text block would add to
        self._answer = ""
        self.answered = False
        self.others: list[dict[str, Any]] = []
        self.said = False
        self.size = 0
        self._slots = 0

    @property
    def called(self) -> bool:
        return any(call.slot is not None for call in self._calls)

    def start(self, index: Any, given: Any) -> Iterator[Delta]:
        if not isinstance(index, int) or isinstance(index, bool) or index in self._open:
            raise ProtocolError("a block of the stream has no number of its own")
        kind = kind_of(given)
        block = self._open[index] = _Block(kind)
        self.size += len(str(given))
        if self._waiting is not None:
            yield from self._seal(self._waiting)
            self._waiting = None
        if kind == "text":
            yield from self._text(block, text_in(given, "text"))
            cited = given.get("citations")
            block.citations.extend(cited if isinstance(cited, list) else ())
        elif kind == "thinking":
            block.signature = text_in(given, "signature")
            yield from self._think(text_in(given, "thinking"))
        elif kind == "redacted_thinking":
            self._run = 0
            hidden = sealed(text_in(given, "data") or None, self._words)
            yield from self._give(Delta(signature=hidden, redacted=True))
        elif kind == "tool_use":
            yield from self._call(block, given)
        else:
            block.other = dict(given)
            self.others.append(block.other)

    def grow(self, index: Any, delta: Any) -> Iterator[Delta]:
        block = self._open.get(index) if isinstance(index, int) else None
        if block is None or not isinstance(delta, dict):
            raise ProtocolError("a piece of the stream belongs to no block")
        kind = kind_of(delta)
        if block.other is None and _GROWS.get(kind, block.kind) != block.kind:
            raise ProtocolError("a piece of the stream is of another kind than its block")
        if self._answer_tool is not None or kind not in PASSED_ON:
            self.size += _PIECE + sum(len(str(said)) for key, said in delta.items() if key != "type")
        if kind == "text_delta" and block.kind == "text":
            yield from self._text(block, text_in(delta, "text"))
        elif kind == "input_json_delta" and block.kind == "tool_use":
            yield from self._arguments(block, text_in(delta, "partial_json"))
        elif kind == "thinking_delta" and block.kind == "thinking":
            yield from self._think(text_in(delta, "thinking"))
        elif kind == "signature_delta" and block.kind == "thinking":
            block.signature += text_in(delta, "signature")
        elif kind == "citations_delta" and block.kind == "text":
            block.citations.append(delta.get("citation"))
        elif kind == "input_json_delta" and block.other is not None:
            block.pieces.append(text_in(delta, "partial_json"))
        elif kind == "compaction_delta" and block.other is not None:
            content = optional_text(delta.get("content"))
            block.other["content"] = (optional_text(block.other.get("content")) or "") + (content or "")

    def stop(self, index: Any) -> Iterator[Delta]:
        block = self._open.pop(index, None) if isinstance(index, int) else None
        if block is None:
            raise ProtocolError("a block of the stream ends that never began")
        if block.other is not None and (given := "".join(block.pieces)).strip():
            block.other["input"] = input_in(given)
        if block.kind == "thinking" and block.signature:
            self._run = 0
            yield from self._give(Delta(signature=sealed(block.signature, self._words)))
        elif block.kind == "text" and block.citations:
            cited: tuple[Citation, ...] = citations(block.citations, self._run - block.length, self._run)
            if cited:
                self.said = True
                yield from self._give(Delta(citations=cited))

    def finish(self, *, cut: bool) -> Iterator[Delta]:
        """The end of all blocks. With `cut`, a call that nothing followed is left as the half that it is."""
        if cut and self._waiting is not None:
            self._calls.remove(self._waiting)
        self._waiting = None
        for call in self._calls:
            yield from self._seal(call)
            arguments = arguments_in("".join(call.pieces))
            if arguments is None:
                raise broken_call(call.name)
            if call.slot is None:
                self._answer, self.answered = written(arguments), True
        kept, self._kept = self._kept, []
        for delta in kept:
            if not (self.answered and (delta.text or delta.citations)):
                yield delta
        if self.answered:
            yield Delta(self._answer)

    def _seal(self, call: _Block) -> Iterator[Delta]:
        """Give what was held of a call that has proved whole; arguments of no word are an empty object."""
        rest, call.held = call.held, ""
        if call.slot is not None and not call.whole:
            rest = rest if "".join(call.pieces).strip() else "{}"
            yield from self._give(Delta(tool_calls=(ToolCallDelta(index=call.slot, arguments=rest),)))
        call.whole = True

    def _give(self, delta: Delta) -> Iterator[Delta]:
        if self._answer_tool is None:
            yield delta
        else:
            self._kept.append(delta)
            yield Delta()  # the stream is alive

    def _text(self, block: _Block, text: str) -> Iterator[Delta]:
        if text:
            self.said = True
            self._run += len(text)
            block.length += len(text)
            yield from self._give(Delta(text))

    def _think(self, thought: str) -> Iterator[Delta]:
        if thought:
            self._run = 0
            yield from self._give(Delta(reasoning=thought))

    def _call(self, block: _Block, given: dict[str, Any]) -> Iterator[Delta]:
        block.name = optional_text(given.get("name"))
        arguments = given.get("input", {})
        if block.name is None or not is_arguments(arguments):
            raise broken_call(block.name)
        if arguments:
            block.held = written(arguments)
            block.pieces.append(block.held)
        self._calls.append(block)
        self._waiting = block
        if block.name == self._answer_tool:
            return
        block.slot, self._slots = self._slots, self._slots + 1
        block.id = optional_text(given.get("id")) or f"call_{block.slot}"
        self._run = 0
        piece = ToolCallDelta(index=block.slot, id=block.id, name=block.name)
        yield from self._give(Delta(tool_calls=(piece,)))

    def _arguments(self, block: _Block, piece: str) -> Iterator[Delta]:
        if not piece:
            return
        if block.whole:
            raise ProtocolError("a tool call of the stream goes on after what follows it")
        block.pieces.append(piece)
        if block.slot is None:
            yield Delta()  # the stream is alive
        elif piece.isspace():
            block.held += piece
        else:
            held, block.held = block.held, piece
            if held:
                yield from self._give(Delta(tool_calls=(ToolCallDelta(index=block.slot, arguments=held),)))
