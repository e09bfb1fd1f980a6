"""A streamed answer out of this dialect."""

import base64
import binascii
from collections.abc import Iterator
from typing import Any

from interlock.errors import ProtocolError
from interlock.http import arguments_in, broken_call, input_in, json_in
from interlock.http.payload import Incoming, optional_text, parse_object, parts_in, text_of
from interlock.http.seals import sealed
from interlock.protocols import ProviderCall
from interlock.types.messages import Citation
from interlock.types.response import Delta, FinishReason, ToolCallDelta
from interlock_bedrock.errors import error_in_stream, error_inside, reports_error
from interlock_bedrock.frames import Frames
from interlock_bedrock.pieces import SERVER_TOOL, is_other, pieces_of
from interlock_bedrock.read import (
    citation,
    end_extra,
    ended,
    finish,
    object_in,
    served_model,
    side_extra,
    string_in,
    usage,
)
from interlock_bedrock.tools import AnswerTool, answer_tool, told_to_call, words_of

_CUT: tuple[FinishReason, ...] = ("length", "refusal")


class _Block:
    """A content block that is still open, or a tool call, which is judged at the end.

    Attributes:
        slot: a tool call's number among the model's own calls.
        other: a block that is no part of ours, as it began.
        started: where in the text that it joins a block of text began, in characters.
        pieces: a call's arguments, or what hides a redacted thought.
        held: the last piece of a call that nothing has followed yet.
        seal: a thought's signature, which our types want whole.
    """

    __slots__ = ("held", "id", "name", "other", "pieces", "seal", "size", "slot", "sources", "started")

    def __init__(self) -> None:
        self.slot: int | None = None
        self.id: str | None = None
        self.name: str | None = None
        self.other: dict[str, Any] | None = None
        self.pieces: list[str] = []
        self.held = ""
        self.seal = ""
        self.sources: list[Any] = []
        self.started = 0
        self.size = 0


class ConverseStream:
    """Deltas out of ConverseStream's events, or out of a plain JSON answer that came instead.

    The last piece of a call's arguments waits until something follows: the vendor closes what a cut left
    open, so that half a call looks like a whole one. The last call of an answer that was cut is none.
    """

    def __init__(self, call: ProviderCall) -> None:
        self._call = call
        limit = call.deployment.largest_answer
        self._frames = Frames(limit)
        self._incoming = Incoming(limit)
        self._answer_tool = answer_tool(call)
        self._words = words_of(call)
        self._blocks: dict[int, _Block] = {}
        self._calls: list[_Block] = []
        self._waiting: _Block | None = None
        self._length = 0  # characters of the text that the next block of text would join
        self._held: list[str] = []
        self._held_sources: list[Citation] = []
        self._others: list[dict[str, Any]] = []
        self._finish: FinishReason | None = None
        self.holds = 0

    def feed(self, data: bytes) -> Iterator[Delta]:
        for headers, payload in self._frames.feed(self._incoming.events(data)):
            kind = headers.get(":message-type")
            if kind == "event":
                yield from self._event(headers.get(":event-type"), payload)
            else:
                raise _failure(kind, headers, payload)

    def close(self) -> Iterator[Delta]:
        plain = self._incoming.plain
        if plain is not None:
            yield from self.whole(parse_object(plain, "the answer", calls=True))
            return
        if self._finish is None or self._frames.is_open:
            raise ProtocolError("the stream ended before its answer was finished")

    def whole(self, payload: dict[str, Any]) -> Iterator[Delta]:
        """The deltas of a plain answer, as the events that it stands for."""
        if reports_error(payload):
            raise error_inside(payload)
        content = object_in(object_in(payload, "output"), "message").get("content")
        if not isinstance(content, list):
            raise ProtocolError("the answer holds no content")
        for found in parts_in(content):
            if is_other(found):
                yield from self._let_go()
                self._others.append(found)
                continue
            block = _Block()
            for start, delta in pieces_of(found):
                yield from self._start(block, start) if start else self._delta(block, delta)
            yield from self._stop(block)
        yield from self._end(payload)
        yield self._metadata(payload)

    def _event(self, name: Any, payload: bytes) -> Iterator[Delta]:
        event = parse_object(payload, "an event of the stream")
        if name == "contentBlockDelta":
            yield from self._delta(self._block(event), object_in(event, "delta"))
        elif name == "contentBlockStart":
            yield from self._start(self._block(event), object_in(event, "start"))
        elif name == "contentBlockStop":
            yield from self._stop(self._blocks.pop(_index(event), None))
        elif name == "messageStop" and self._finish is None:
            yield from self._end(event)
        elif name == "metadata":
            yield self._metadata(event)

    def _metadata(self, event: dict[str, Any]) -> Delta:
        return Delta(
            usage=usage(event.get("usage")),
            served_model=served_model(event.get("trace")),
            extra=side_extra(event) or None,
        )

    def _block(self, event: dict[str, Any]) -> _Block:
        if self._finish is not None:
            raise ProtocolError("the stream goes on after its end")
        index = _index(event)
        block = self._blocks.get(index)
        if block is None:
            block = self._blocks[index] = _Block()
        return block

    def _let_go(self, block: _Block | None = None) -> Iterator[Delta]:
        """The rest of a call that something else has followed."""
        call = self._waiting
        if call is None or call is block:
            return
        self._waiting = None
        if call.held:
            yield Delta(tool_calls=(ToolCallDelta(index=call.slot or 0, arguments=call.held),))

    def _start(self, block: _Block, start: dict[str, Any]) -> Iterator[Delta]:
        yield from self._let_go(block)
        self.holds += len(str(start))
        use = object_in(start, "toolUse") if "toolUse" in start else None
        if use is None or use.get("type") == SERVER_TOOL:
            block.other = {kind: dict(told) for kind, told in start.items() if isinstance(told, dict)} or None
            if block.other is not None and "toolResult" in block.other:
                block.other["toolResult"]["content"] = []
            return
        if block.slot is not None:
            return
        block.slot = len(self._calls)
        block.id, block.name = optional_text(use.get("toolUseId")), optional_text(use.get("name"))
        self._calls.append(block)
        if self._takes_answer(block):
            yield Delta()  # a sign of life while the answer gathers
            return
        self._length, self._waiting = 0, block
        yield Delta(tool_calls=(ToolCallDelta(index=block.slot, id=block.id, name=block.name),))

    def _delta(self, block: _Block, delta: dict[str, Any]) -> Iterator[Delta]:
        yield from self._let_go(block)
        if self._answer_tool is not None or "text" not in delta:
            self.holds += sum(len(str(said)) for said in delta.values())
        if block.other is not None:
            _grow(block.other, block.pieces, delta)
        elif "text" in delta:
            yield from self._text(block, string_in(delta, "text"))
        elif "toolUse" in delta:
            yield from self._arguments(block, string_in(object_in(delta, "toolUse"), "input"))
        elif "reasoningContent" in delta:
            yield from self._think(block, object_in(delta, "reasoningContent"))
        elif "citation" in delta:
            block.sources.append(delta["citation"])
            if not block.size:
                block.started = self._length

    def _text(self, block: _Block, text: str) -> Iterator[Delta]:
        if not text:
            return
        if not block.size:
            block.started = self._length
        block.size += len(text)
        self._length += len(text)
        if self._answer_tool is None:
            yield Delta(text)
        else:
            self._held.append(text)
            yield Delta()

    def _arguments(self, block: _Block, text: str) -> Iterator[Delta]:
        if block.slot is None:
            raise ProtocolError("the stream holds arguments of a tool call that never began")
        if not text:
            return
        block.pieces.append(text)
        if self._takes_answer(block):
            yield Delta()
        else:
            if block is self._waiting:
                text, block.held = block.held, text
            yield Delta(tool_calls=(ToolCallDelta(index=block.slot, arguments=text),))

    def _think(self, block: _Block, thought: dict[str, Any]) -> Iterator[Delta]:
        if "redactedContent" in thought:
            block.pieces.append(string_in(thought, "redactedContent"))
            return
        if "signature" in thought:
            block.seal += string_in(thought, "signature")
            return
        said = string_in(thought, "text")
        if said:
            self._begin_other()
            yield Delta(reasoning=said)

    def _stop(self, block: _Block | None) -> Iterator[Delta]:
        if block is None:
            return
        if block.other is not None:
            if "toolUse" in block.other:
                block.other["toolUse"]["input"] = input_in("".join(block.pieces))
            self._others.append(block.other)
            return
        if block.seal:
            self._begin_other()
            yield Delta(signature=sealed(block.seal, self._words))
        if block.pieces and block.slot is None:
            self._begin_other()
            yield Delta(signature=sealed(_whole(block.pieces) or None, self._words), redacted=True)
        end = block.started + block.size
        found = [citation(source, block.started, end) for source in block.sources]
        cited = tuple(each for each in found if each is not None)
        if cited and self._answer_tool is None:
            yield Delta(citations=cited)
        else:
            self._held_sources.extend(cited)

    def _begin_other(self) -> None:
        """Text after this is a part of its own, unless it is held back and joined at the end."""
        if self._answer_tool is None:
            self._length = 0

    def _takes_answer(self, block: _Block) -> bool:
        return self._answer_tool is not None and block.name == self._answer_tool.name

    def _end(self, event: dict[str, Any]) -> Iterator[Delta]:
        """Announce the end, once everything that came before has proved whole."""
        known = ended(event.get("stopReason"))
        for index in sorted(self._blocks):
            yield from self._stop(self._blocks.pop(index))
        cut = known in _CUT
        if cut and self._waiting is not None:
            self._calls.remove(self._waiting)
        else:
            yield from self._let_go()
        called, answer = self._judged(cut=cut)
        if self._answer_tool is not None:
            text = "".join(self._held) if answer is None else answer
            if text or (answer is None and self._held_sources):
                yield Delta(text, citations=tuple(self._held_sources) if answer is None else ())
        self._finish = finish(
            known, called=called, answered=answer is not None, told_to_call=told_to_call(self._call)
        )
        others = {"blocks": self._others} if self._others else {}
        yield Delta(finish_reason=self._finish, extra={**end_extra(event), **others} or None)

    def _judged(self, *, cut: bool) -> tuple[bool, str | None]:
        """(whether there is any whole call, the answer that a tool was given).

        Raises ProtocolError for a broken call, unless the answer was cut.
        """
        called, answer = False, None
        for block in self._calls:
            text = "".join(block.pieces)
            arguments = arguments_in(text)
            if block.name and arguments is not None and not (cut and not text.strip()):
                if self._answer_tool is not None and self._takes_answer(block):
                    answer = taken(self._answer_tool, arguments, cut=cut)
                else:
                    called = True
            elif not cut:
                raise broken_call(block.name)
        return called, answer


def taken(taker: AnswerTool, arguments: dict[str, Any], *, cut: bool) -> str | None:
    """The answer in the arguments of the tool that takes it; None when it was cut before its beginning."""
    text = taker.text(arguments)
    if text is None and not cut:
        raise ProtocolError("the arguments of the answer's tool hold no answer")
    return text


def _index(event: dict[str, Any]) -> int:
    index = event.get("contentBlockIndex")
    if not isinstance(index, int) or isinstance(index, bool) or index < 0:
        raise ProtocolError("an event of the stream does not say which block it is of")
    return index


def _failure(kind: Any, headers: dict[str, Any], payload: bytes) -> Exception:
    if kind == "exception":
        return error_in_stream(optional_text(headers.get(":exception-type")), json_in(payload))
    if kind == "error":
        told = {"message": headers.get(":error-message")}
        return error_in_stream(optional_text(headers.get(":error-code")), told)
    return ProtocolError("a frame of the stream is neither an event nor an exception")


def _grow(other: dict[str, Any], pieces: list[str], delta: dict[str, Any]) -> None:
    """Add to a block of a tool that the vendor ran, or to an image."""
    use, result, image = (delta.get(kind) for kind in ("toolUse", "toolResult", "image"))
    if isinstance(use, dict):
        pieces.append(text_of(use.get("input")))
    elif isinstance(result, list) and "toolResult" in other:
        other["toolResult"]["content"].extend(result)
    elif isinstance(image, dict) and "image" in other:
        other["image"].update(image)


def _whole(pieces: list[str]) -> str:
    """What hides a thought, in base64; pieces of it are padded each for itself."""
    if len(pieces) == 1:
        return pieces[0]
    try:
        data = b"".join(base64.b64decode(piece, validate=True) for piece in pieces)
    except (binascii.Error, ValueError):
        raise ProtocolError("a redacted thought is not base64") from None
    return base64.b64encode(data).decode("ascii")
