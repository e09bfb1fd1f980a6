"""An answer in events, as Responses have them: one item after the other, each from beginning to end."""

from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from interlock import (
    Audio,
    Chunk,
    Document,
    Image,
    Reasoning,
    Refusal,
    Response,
    Text,
    ToolCall,
    ToolCallDelta,
)
from interlock_server.dialects.call_ids import named
from interlock_server.dialects.dialect import Asked, Reply
from interlock_server.dialects.events import ALIVE, event, json_bytes
from interlock_server.dialects.openais import problem_of
from interlock_server.dialects.responses.answer import begun, ended, tokens_in
from interlock_server.dialects.responses.growing import Called, Event, Lead, Made, Slot, Spoken, Thought
from interlock_server.dialects.responses.output import Names, joined, picture_item, words_for
from interlock_server.dialects.responses.thoughts import proof_item, proof_of
from interlock_server.problems import Problem


class ResponsesWriter:
    """Writes one stream."""

    def __init__(self, asked: Asked, reply: Reply) -> None:
        self._head = begun(reply)
        # What a response says of its request may be long, and stands in several events: it is written once.
        self._echo = json_bytes(asked.keeps["echo"])
        self._tools = asked.keeps["tools"]
        self._names = Names(reply.id)
        self._number = 0
        self._slots: list[Slot] = []
        self._at = 0
        self._calls: dict[int, Called] = {}
        self._quick: _Quick | None = None

    def begin(self) -> bytes:
        return self._state("created", self._head) + self._state("in_progress", self._head)

    def chunk(self, chunk: Chunk) -> bytes:
        if chunk.response is not None:
            return b""
        if self._quick is not None and (written := self._quick.write(chunk, self._number)):
            self._number += 1
            return written
        if chunk.reasoning or chunk.thoughts:
            self._think(chunk.reasoning, chunk.thoughts)
        if chunk.text:
            self._say(chunk.text, refusal=chunk.refusal)
        for delta in chunk.tool_call_deltas:
            self._call(delta)
        written = self._told()
        self._quick = self._quickly()
        return written

    def end(self, response: Response) -> bytes:
        self._settle(response)
        written = self._told()
        for slot in self._slots[self._at :]:
            written += self._told_of(slot.close())
            self._at += 1
        whole = ended(self._head, response, [slot.item() for slot in self._slots])
        return written + self._state(whole["status"], whole)

    def broken(self, problem: Problem) -> bytes:
        """Clients of this dialect look for one or the other of the two."""
        error = problem_of(problem)["error"]
        flat = {name: error[name] for name in ("code", "message", "param")}
        failed = {
            **self._head,
            "status": "failed",
            "output": [slot.item() for slot in self._slots if slot.done],
            "error": {"code": problem.code, "message": problem.message},
        }
        return self._raw("error", {**flat, "error": error}) + self._state("failed", failed)

    def alive(self) -> bytes:
        return ALIVE

    def _state(self, kind: str, response: dict[str, Any]) -> bytes:
        """The event that tells the whole response as it is."""
        number, self._number = self._number, self._number + 1
        name = f"response.{kind}".encode()
        told = json_bytes(response, whole=True)[:-1] + b"," + self._echo[1:]
        return b'event: %b\ndata: {"type":"%b","sequence_number":%d,"response":%b}\n\n' % (
            name,
            name,
            number,
            told,
        )

    def _raw(self, kind: str, fields: dict[str, Any]) -> bytes:
        number, self._number = self._number, self._number + 1
        return event({"type": kind, "sequence_number": number, **fields}, kind)

    def _event(self, kind: str, fields: dict[str, Any]) -> bytes:
        return self._raw(f"response.{kind}", fields)

    def _told(self) -> bytes:
        """What can be told of the items so far. One begins when the one before it is whole."""
        written = b""
        while self._at < len(self._slots):
            slot = self._slots[self._at]
            written += self._told_of(slot.tell())
            if self._at == len(self._slots) - 1 or not slot.may_close:
                break
            written += self._told_of(slot.close())
            self._at += 1
        return written

    def _quickly(self) -> "_Quick | None":
        if not self._slots or self._at != len(self._slots) - 1:
            return None
        lead = self._slots[self._at].lead()
        return None if lead is None else _Quick(lead, self._at)

    def _told_of(self, told: Iterator[Event]) -> bytes:
        at = {"output_index": self._at}
        return b"".join(self._event(kind, {**at, **fields}) for kind, fields in told)

    def _last(self) -> Slot | None:
        return self._slots[-1] if self._slots else None

    def _put(self, slot: Slot) -> None:
        self._slots.append(slot)

    def _think(self, reasoning: str, thoughts: Sequence[Reasoning]) -> None:
        """A thought that is complete has come as reasoning, up to this; one without words, not at all."""
        for thought in thoughts:
            if not thought.text:
                self._put(self._wordless(thought))
                continue
            slot = self._thought_under_way()
            rest = thought.text.removeprefix(slot.text) if thought.text.startswith(slot.text) else reasoning
            if not reasoning.startswith(rest):
                rest = reasoning
            if rest:
                slot.add(rest)
                reasoning = reasoning[len(rest) :]
            if slot.text == thought.text:
                slot.sealed = thought
        if reasoning:
            self._thought_under_way().add(reasoning)

    def _thought_under_way(self) -> Thought:
        last = self._last()
        if isinstance(last, Thought) and last.sealed is None:
            return last
        slot = Thought(self._names)
        self._put(slot)
        return slot

    def _wordless(self, thought: Reasoning) -> Thought:
        slot = Thought(self._names)
        slot.sealed = thought
        return slot

    def _say(self, text: str, *, refusal: bool = False) -> None:
        last = self._last()
        if not isinstance(last, Spoken):
            last = Spoken(self._names)
            self._put(last)
        last.add(text, refusal=refusal)

    def _call(self, delta: ToolCallDelta) -> None:
        slot = self._calls.get(delta.index)
        if slot is None:
            slot = self._calls[delta.index] = Called(self._names, self._tools, delta.index)
            self._put(slot)
        slot.add(delta)

    def _settle(self, response: Response) -> None:
        """What the whole answer says and no chunk did."""
        parts = response.message.parts
        self._settle_thoughts([part for part in parts if isinstance(part, Reasoning)])
        self._settle_words(parts)
        self._settle_calls([named(call, self._names.answer) for call in response.tool_calls])
        self._cite(parts, tokens_in(response.extra))
        for part in parts:
            if not isinstance(part, Image | Audio | Document):
                continue
            if (words := words_for(part)) is not None:
                self._say(words)
            elif isinstance(part, Image):
                self._put(Made(picture_item(part, self._names.make("ig"))))

    def _settle_thoughts(self, thoughts: Sequence[Reasoning]) -> None:
        """Proofs that came with the answer, and thoughts of which nothing was told."""
        told = [slot for slot in self._slots if isinstance(slot, Thought)]
        for thought in thoughts:
            for at, slot in enumerate(told):
                if slot.text == thought.text and (
                    slot.sealed is None or bool(slot.text) or slot.sealed == thought
                ):
                    slot.sealed = slot.sealed or thought
                    del told[: at + 1]
                    break
            else:
                if not thought.text:
                    self._put(self._wordless(thought))

    def _settle_words(self, parts: Iterable[Any]) -> None:
        refusal = "".join(part.text for part in parts if isinstance(part, Refusal))
        told = any(part.refusal for slot in self._spoken() for part in slot.parts)
        if refusal and not told:
            self._say(refusal, refusal=True)

    def _settle_calls(self, calls: Sequence[ToolCall]) -> None:
        """Calls that were told in pieces stand in the order of the answer's; one that was cut is none."""
        told = list(self._calls.values())
        waiting = list(calls)
        for slot in told:
            at = next((n for n, call in enumerate(waiting) if slot.call_id == call.id), None)
            if at is None and len(told) == len(calls):
                at = 0
            if at is None:
                slot.cut = True
            else:
                slot.settle(waiting.pop(at))
        for number, call in enumerate(waiting, len(told)):
            slot = Called(self._names, self._tools, number)
            slot.settle(call)
            self._put(slot)
        for call in calls:
            if (proof := proof_of(call)) is not None:
                self._put(Made(proof_item(proof, self._names.make("rs"))))

    def _spoken(self) -> list[Spoken]:
        return [slot for slot in self._slots if isinstance(slot, Spoken)]

    def _cite(self, parts: Iterable[Any], tokens: Sequence[Any]) -> None:
        told = [part for slot in self._spoken() for part in slot.texts]
        if not told:
            return
        told[0].tokens = tokens
        runs = _runs(parts)
        if [run.text for run in runs] == [part.text for part in told]:
            for run, part in zip(runs, told, strict=True):
                part.citations = run.citations
        elif len(told) == 1:
            told[0].citations = joined(runs).citations


class _Quick:
    """Writes the next piece of a text, as most chunks are; what else stands in its event is written once."""

    __slots__ = ("_head", "_hear", "_is_text", "_middle", "_tail")

    def __init__(self, lead: Lead, index: int) -> None:
        self._is_text = lead.kind == "output_text"
        self._hear = lead.hear
        kind = f"response.{lead.kind}.delta".encode()
        fields = json_bytes({"output_index": index, **lead.fields})[1:-1]
        self._head = b'event: %b\ndata: {"type":"%b","sequence_number":' % (kind, kind)
        self._middle = b',%b,"delta":' % fields
        self._tail = b',"logprobs":[]}\n\n' if self._is_text else b"}\n\n"

    def write(self, chunk: Chunk, number: int) -> bytes:
        """The event; nothing for a chunk that says anything else."""
        if chunk.refusal or chunk.thoughts or chunk.tool_call_deltas:
            return b""
        piece, other = chunk.text, chunk.reasoning
        if not self._is_text:
            piece, other = other, piece
        if other or not piece:
            return b""
        self._hear(piece)
        return b"".join((self._head, b"%d" % number, self._middle, json_bytes(piece), self._tail))


def _runs(parts: Iterable[Any]) -> list[Text]:
    """Texts of which nothing stands in between are one."""
    runs: list[list[Text]] = []
    before: Any = None
    for part in parts:
        if isinstance(part, Text):
            if isinstance(before, Text):
                runs[-1].append(part)
            else:
                runs.append([part])
        before = part
    return [joined(run) for run in runs]
