"""What has been delivered of a stream, and how another stream may take its place without a splice."""

import json
from dataclasses import replace
from itertools import count

from interlock.fold import Growing
from interlock.types.messages import Message, Text, ToolCall
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
        return bool(self._sent)

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
        if not self.started:
            return None
        if self.mode == "restart":
            self._text, self._reasoning, self._tools = _Track(), _Track(), False
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
        if self.mode == "hold" or not (delta.text or delta.reasoning or delta.tool_calls):
            return None
        text = self._text.take(delta.text) if delta.text else ""
        reasoning = self._reasoning.take(delta.reasoning) if delta.reasoning else ""
        if delta.tool_calls:
            self._tools = True
        elif not (text or reasoning):
            return None
        return Chunk(text=text, reasoning=reasoning, tool_call_deltas=delta.tool_calls)

    def settle(self, answer: Answer) -> Chunk | None:
        """The stream is whole: what is still to deliver. Raises Diverged when it ended too early."""
        if self.mode == "hold":
            refusal = answer.refusal if answer.finish_reason == "refusal" and not answer.text else ""
            return Chunk(text=answer.text or refusal, reasoning=answer.reasoning, refusal=bool(refusal))
        if self._text.behind or self._reasoning.behind:
            raise Diverged
        refusal = answer.refusal if answer.finish_reason == "refusal" and not answer.text else ""
        calls = tuple(map(_as_delta, count(), answer.tool_calls)) if self.windowed else ()
        if not (refusal or calls):
            return None
        return Chunk(text=refusal, tool_call_deltas=calls, refusal=bool(refusal))

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
