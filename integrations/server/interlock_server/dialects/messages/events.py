"""An answer in this dialect's events."""

from collections.abc import Sequence
from typing import Any

from interlock import Chunk, Reasoning, Refusal, Response, Text, ToolCall, ToolCallDelta
from interlock.types.json_reader import load_json
from interlock.types.messages import Part
from interlock_server.dialects.call_ids import call_id, named
from interlock_server.dialects.dialect import Asked, Reply
from interlock_server.dialects.events import event, json_bytes
from interlock_server.dialects.messages.answer import (
    Media,
    call_block,
    citations_of,
    ending,
    id_of,
    media_block,
    model_of,
    text_block,
    usage_of,
)
from interlock_server.dialects.messages.problems import problem_of
from interlock_server.dialects.messages.thoughts import (
    SEALED,
    THOUGHTS,
    UNASKED,
    call_proof,
    proof_of,
    redacted_block,
)
from interlock_server.problems import Problem

_WORDS = (
    b"event: content_block_delta\n"
    b'data: {"type":"content_block_delta","index":%d,"delta":{"type":"%b_delta","%b":%b}}\n\n'
)


class _Call:
    """A tool call under way. Its block begins once its name is known."""

    __slots__ = ("at", "id", "name", "open", "pieces", "waiting")

    def __init__(self) -> None:
        self.at = -1
        self.id: str | None = None
        self.name: str | None = None
        self.open = False
        self.pieces: list[str] = []
        self.waiting: list[str] = []

    @property
    def whole(self) -> bool:
        """Whether what has come of its arguments is an object; nothing at all may yet become one."""
        try:
            return isinstance(load_json("".join(self.pieces)), dict)
        except (ValueError, RecursionError):
            return False


class MessageWriter:
    """Writes one stream.

    One block of text or thought is open at a time. A tool call's block stays open beside others only while
    its arguments are no whole object, for vendors may mix the pieces of several calls.
    """

    def __init__(self, asked: Asked, reply: Reply) -> None:
        self._reply = reply
        self._model = model_of(asked, reply.model)
        self._sealed = asked.keeps[THOUGHTS] == SEALED
        self._unasked = asked.keeps[THOUGHTS] == UNASKED
        self._held: list[Reasoning] = []  # unasked thoughts, until a call wants them
        self._next = 0
        self._open = ""
        self._thought: list[str] = []  # of the block that is open, as far as it has come
        self._calls: dict[int, _Call] = {}
        self._spoke = False
        self._declined = False

    def begin(self) -> bytes:
        reply = self._reply
        message: dict[str, Any] = {
            "id": id_of(reply),
            "type": "message",
            "role": "assistant",
            "model": self._model,
            "content": [],
            "stop_reason": None,
            "stop_sequence": None,
            "stop_details": None,
            # Some clients take these for the whole count, and what they had said is never nothing.
            "usage": {
                "input_tokens": reply.input_tokens,
                "cache_creation_input_tokens": 0,
                "cache_read_input_tokens": 0,
                "output_tokens": 1,
            },
        }
        return _event("message_start", message=message)

    def chunk(self, chunk: Chunk) -> bytes:
        said: list[bytes] = []
        if self._unasked:
            self._held += chunk.thoughts
        else:
            self._think(chunk, said)
        if chunk.text:
            self._declined = self._declined or chunk.refusal
            self._say(chunk.text, said)
        for delta in chunk.tool_call_deltas:
            self._call(delta, said)
        return b"".join(said)

    def end(self, response: Response) -> bytes:
        said: list[bytes] = []
        parts = response.message.parts
        texts = [part for part in parts if isinstance(part, Text)]
        if not self._spoke and (text := "".join(part.text for part in texts)):
            self._say(text, said)
        if self._open == "text":
            said.extend(
                self._delta({"type": "citations_delta", "citation": citation})
                for citation in citations_of(texts[-1].citations if texts else ())
            )
        self._close(said)
        self._decline(parts, said)
        self._close_calls(said, all_of_them=True)
        for part in parts:
            if isinstance(part, Media):
                self._at_once(media_block(part), said)
            elif isinstance(part, ToolCall):
                self._finished(named(part, self._reply.id), said)
        said.append(_event("message_delta", delta=ending(response), usage=usage_of(response.usage)))
        said.append(_event("message_stop"))
        return b"".join(said)

    def broken(self, problem: Problem) -> bytes:
        return event(problem_of(problem), "error")

    def alive(self) -> bytes:
        return _event("ping")

    def _whole_thought(self, thought: Reasoning, coming: str, said: list[bytes]) -> str:
        """Ends a thought. Of the reasoning that is `coming` in the same step, what is left begins another."""
        if thought.redacted:
            self._at_once(redacted_block(thought), said)
            return coming
        if self._open != "thinking":
            self._start("thinking", said)
        rest = thought.text[sum(map(len, self._thought)) :]
        if not (self._sealed and thought.signature):
            shown = thought.text if self._sealed else rest
            if shown:
                said.append(self._delta({"type": "thinking_delta", "thinking": shown}))
        if proof := proof_of(thought):
            said.append(self._delta({"type": "signature_delta", "signature": proof}))
        self._thought.clear()
        self._close(said)
        return coming[len(rest) :]

    def _think(self, chunk: Chunk, said: list[bytes]) -> None:
        text = chunk.reasoning
        for thought in chunk.thoughts:
            text = self._whole_thought(thought, text, said)
        if not text:
            return
        if self._open != "thinking":
            self._start("thinking", said)
        self._thought.append(text)
        if not self._sealed:
            said.append(self._words(b"thinking", text))

    def _release(self, said: list[bytes]) -> None:
        """The thoughts that were held, for a call is about to begin."""
        for thought in self._held:
            self._whole_thought(thought, "", said)
        self._held.clear()

    def _say(self, text: str, said: list[bytes]) -> None:
        if self._open != "text":
            self._start("text", said)
        self._spoke = True
        said.append(self._words(b"text", text))

    def _decline(self, parts: Sequence[Part], said: list[bytes]) -> None:
        """The words in which a model declines, where no chunk has told them: those that come after others."""
        for part in parts:
            if isinstance(part, Refusal) and part.text and not self._declined:
                self._say(part.text, said)
                self._close(said)

    def _start(self, kind: str, said: list[bytes]) -> None:
        self._close(said)
        self._close_calls(said)
        block = text_block("") if kind == "text" else {"type": "thinking", "thinking": "", "signature": ""}
        said.append(_event("content_block_start", index=self._next, content_block=block))
        self._open = kind

    def _close(self, said: list[bytes]) -> None:
        """The block of text or thought that is open, if one is."""
        if not self._open:
            return
        if self._open == "thinking" and self._sealed and self._thought:
            # Nobody has signed it: without its text it would be lost to its vendor.
            thought = "".join(self._thought)
            said.append(self._delta({"type": "thinking_delta", "thinking": thought}))
        said.append(_event("content_block_stop", index=self._next))
        self._next += 1
        self._open = ""
        self._thought.clear()

    def _close_calls(self, said: list[bytes], *, all_of_them: bool = False) -> None:
        for call in self._calls.values():
            if call.open and (all_of_them or call.whole):
                call.open = False
                said.append(_event("content_block_stop", index=call.at))

    def _call(self, delta: ToolCallDelta, said: list[bytes]) -> None:
        call = self._calls.get(delta.index)
        if call is None:
            self._release(said)
            self._close(said)
            self._close_calls(said)
            call = self._calls[delta.index] = _Call()
        call.id, call.name = call.id or delta.id, call.name or delta.name
        if delta.arguments:
            call.pieces.append(delta.arguments)
            call.waiting.append(delta.arguments)
        if call.at < 0 and call.name:
            call.at, call.open = self._next, True
            self._next += 1
            block = call_block(call_id(call.id, delta.index, self._reply.id), call.name, {})
            said.append(_event("content_block_start", index=call.at, content_block=block))
        if call.open:
            said.extend(_piece(call.at, each) for each in call.waiting)
            call.waiting.clear()

    def _finished(self, call: ToolCall, said: list[bytes]) -> None:
        """What of a whole call has not been said in pieces: its signature, or all of it."""
        if not self._calls:
            self._release(said)
        if (proof := call_proof(call)) is not None:
            self._at_once(proof, said)
        if self._calls:
            return
        start, at = call_block(call.id, call.name, {}), self._next
        said.append(_event("content_block_start", index=at, content_block=start))
        arguments = json_bytes(dict(call.arguments)).decode()
        said.append(_piece(at, arguments))
        said.append(_event("content_block_stop", index=at))
        self._next += 1

    def _at_once(self, block: dict[str, Any], said: list[bytes]) -> None:
        """A block that begins with all that it holds."""
        self._close(said)
        said.append(_event("content_block_start", index=self._next, content_block=block))
        said.append(_event("content_block_stop", index=self._next))
        self._next += 1

    def _words(self, kind: bytes, text: str) -> bytes:
        """A piece that is words and nothing else, as most are."""
        return _WORDS % (self._next, kind, kind, json_bytes(text))

    def _delta(self, delta: dict[str, Any]) -> bytes:
        """A piece of the block of text or thought that is open."""
        return _event("content_block_delta", index=self._next, delta=delta)


def _piece(at: int, arguments: str) -> bytes:
    delta = {"type": "input_json_delta", "partial_json": arguments}
    return _event("content_block_delta", index=at, delta=delta)


def _event(kind: str, **told: Any) -> bytes:
    return event({"type": kind, **told}, kind)
