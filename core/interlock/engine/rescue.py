"""What has been delivered of a stream, and how another stream may take its place without a splice."""

import json
from dataclasses import replace
from itertools import count

from interlock.fold import Growing
from interlock.types.messages import Message, Reasoning, Text, ToolCall
from interlock.types.models import Deployment
from interlock.types.records import Record
from interlock.types.request import Request
from interlock.types.response import Answer, Chunk, Delta, Response, ToolCallDelta


class Diverged(Exception):
    """The new stream words its answer differently from what was delivered."""


class _Track:
    """One kind of text: what was delivered, and which part of it the present stream has yet to repeat."""

    __slots__ = ("_at", "_repeat", "_sent")

    def __init__(self) -> None:
        self._sent = Growing()
        self._repeat = ""
        self._at = 0  # so much of it has been repeated

    @property
    def sent(self) -> str:
        return str(self._sent)

    @property
    def started(self) -> bool:
        return self._sent.size > 0

    @property
    def position(self) -> int:
        """How many characters have come in the present stream."""
        return self._at if self.behind else self._sent.size

    @property
    def behind(self) -> bool:
        return self._at < len(self._repeat)

    def rewind(self, to: int = 0) -> None:
        """The present stream begins at so many characters of what was delivered."""
        self._repeat, self._at = self.sent, to

    def take(self, piece: str) -> str:
        """The part of `piece` that is new."""
        left = len(self._repeat) - self._at
        if left:
            repeated, piece = piece[:left], piece[left:]
            if not self._repeat.startswith(repeated, self._at):
                raise Diverged
            self._at += len(repeated)
        if piece:
            self._sent.add(piece)
        return piece


class _Thoughts:
    """Thoughts of the present stream as they are completed, and those that wait.

    What holds no text waits until something else is delivered: alone, it does not keep another stream from
    taking the place of this one.
    """

    __slots__ = ("_came", "_from", "_told", "_waiting")

    def __init__(self) -> None:
        self._waiting: list[Reasoning] = []
        self._from = 0  # where the thought under way begins in the stream's reasoning
        self._came = 0
        self._told = 0  # how many of what one stream after another completes have been told

    def rewind(self) -> None:
        self._waiting.clear()
        self._from = self._came = 0

    def take(self, delta: Delta, thinking: _Track) -> None:
        """What a delta completes, once its reasoning has been taken: a signature ends a thought, and so does
        whatever else comes after it.
        """
        at = thinking.position
        if delta.redacted:
            self.end(thinking)
            self._complete(Reasoning("", signature=delta.signature, redacted=True), at)
        elif delta.signature:
            self._complete(Reasoning(thinking.sent[self._from : at], signature=delta.signature), at)
        elif delta.text or delta.tool_calls:
            self.end(thinking)

    def end(self, thinking: _Track) -> None:
        """The thought that is under way, if one is, has ended unsigned."""
        at = thinking.position
        if at > self._from:
            self._complete(Reasoning(thinking.sent[self._from : at]), at)

    @property
    def wait(self) -> bool:
        """Whether some are still to be told."""
        return bool(self._waiting)

    def tell(self) -> tuple[Reasoning, ...]:
        told = tuple(self._waiting)
        self._told += len(told)
        self._waiting.clear()
        return told

    def _complete(self, thought: Reasoning, at: int) -> None:
        self._came += 1
        if self._came > self._told + len(self._waiting):
            self._waiting.append(thought)
        self._from = at


def _thoughts(answer: Answer) -> tuple[Reasoning, ...]:
    return tuple(part for part in answer.parts if isinstance(part, Reasoning))


def prefilled(request: Request, prefix: str) -> Request:
    """The request with the answer begun."""
    return replace(request, messages=(*request.messages, Message("assistant", prefix)))


def _as_delta(index: int, call: ToolCall) -> ToolCallDelta:
    arguments = json.dumps(dict(call.arguments), ensure_ascii=False)
    return ToolCallDelta(
        index=index, id=call.id, name=call.name, arguments=arguments, signature=call.signature
    )


class Delivery:
    """Turns the deltas of one attempt after another into chunks for one consumer.

    `streams` says that vendors are asked for streams, `windowed` that guardrails let their text pass piece by
    piece: tool calls then come when the answer is whole.
    """

    streams = True

    def __init__(self, mode: str, *, windowed: bool = False) -> None:
        self.mode = mode
        self.windowed = windowed and mode != "hold"
        self._text = _Track()
        self._reasoning = _Track()
        self._thoughts = _Thoughts()
        self._tools = False
        self._may_continue = True
        self.prefix = ""

    @property
    def started(self) -> bool:
        """Whether the consumer has been given anything."""
        return self._text.started or self._reasoning.started or self._tools

    @property
    def delivered(self) -> tuple[str, str]:
        """Text and reasoning."""
        return self._text.sent, self._reasoning.sent

    @property
    def way(self) -> str:
        """How the present stream takes the place of the one before."""
        return "replay" if self.mode == "continue" and not self.prefix else self.mode

    def no_beginning(self) -> None:
        """What was delivered begins no answer: its vendor did not take it, or it was one and not accepted."""
        self._may_continue = False

    def begin(self, *, goes_on: bool = False) -> Chunk | None:
        """Another attempt takes over; `prefix` is what its model is to go on from, if it `goes_on` from such.

        Raises Diverged when nothing can follow what was delivered.
        """
        self.prefix = ""
        self._thoughts.rewind()
        if not self.started:
            return None
        if self.mode == "restart":
            self._text, self._reasoning, self._tools = _Track(), _Track(), False
            self._thoughts = _Thoughts()
            return Chunk(restart=True)
        if self._tools:
            raise Diverged
        if self.mode == "continue" and goes_on and self._may_continue and not self._reasoning.started:
            self.prefix = self._text.sent.rstrip()  # vendors refuse an answer begun that ends in a blank
            self._text.rewind(to=len(self.prefix))
            return None
        self._text.rewind()
        self._reasoning.rewind()
        return None

    def take(self, delta: Delta) -> Chunk | None:
        seals = delta.signature is not None or delta.redacted
        if self.mode == "hold" or not (delta.text or delta.reasoning or delta.tool_calls or seals):
            return None
        text = self._text.take(delta.text) if delta.text else ""
        plain = not (delta.reasoning or delta.tool_calls or seals)
        if plain and not (self._reasoning.started or self._thoughts.wait):
            return Chunk(text=text) if text else None
        reasoning = self._reasoning.take(delta.reasoning) if delta.reasoning else ""
        if (seals or self._reasoning.started) and not self.windowed:
            self._thoughts.take(delta, self._reasoning)
        if delta.tool_calls:
            self._tools = True
        thoughts = self._thoughts.tell() if self.started else ()
        if not (text or reasoning or delta.tool_calls or thoughts):
            return None
        return Chunk(text=text, reasoning=reasoning, tool_call_deltas=delta.tool_calls, thoughts=thoughts)

    def at_once(self, answer: Answer) -> Chunk | None:
        """A whole answer of which nothing was streamed."""
        chunk = self.take(Delta(answer.text, reasoning=answer.reasoning))
        if chunk is None or self.windowed or chunk.reasoning != answer.reasoning:
            return chunk
        self._thoughts.end(self._reasoning)
        self._thoughts.tell()
        return replace(chunk, thoughts=_thoughts(answer))

    def settle(self, answer: Answer) -> Chunk | None:
        """The stream is whole: what is still to deliver. Raises Diverged when it ended too early."""
        refusal = answer.refusal if answer.finish_reason == "refusal" and not answer.text else ""
        declines = bool(refusal)
        if self.mode == "hold":
            text, thoughts = answer.text or refusal, _thoughts(answer)
            return Chunk(text=text, reasoning=answer.reasoning, thoughts=thoughts, refusal=declines)
        if self._text.behind or self._reasoning.behind:
            raise Diverged
        calls = tuple(map(_as_delta, count(), answer.tool_calls)) if self.windowed else ()
        if not self.windowed:
            self._thoughts.end(self._reasoning)
        thoughts = self._thoughts.tell()
        if not (refusal or calls or thoughts):
            return None
        return Chunk(text=refusal, tool_call_deltas=calls, thoughts=thoughts, refusal=declines)

    def partial(self, deployment: Deployment, record: Record) -> Response:
        return Response(
            text=self._text.sent,
            reasoning=self._reasoning.sent,
            finish_reason=None,
            model=deployment.model,
            deployment=deployment.id,
            message=Message("assistant", (Text(self._text.sent),)),
            record=record,
        )


class _Unheard(Delivery):
    """Of a plain call: nobody hears anything before the answer is whole."""

    streams = False

    @property
    def started(self) -> bool:
        return False

    def no_beginning(self) -> None:
        pass

    def settle(self, answer: Answer) -> None:
        pass


UNHEARD = _Unheard("hold")
