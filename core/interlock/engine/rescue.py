"""What has been delivered of a stream, and how another stream may take its place without a splice."""

from interlock.types.messages import Message, Text
from interlock.types.models import Deployment
from interlock.types.records import Record
from interlock.types.response import Answer, Chunk, Delta, Response

# hold: deliver nothing before the answer is whole. replay: go on where the new stream repeats what was
# delivered.
# restart: tell the consumer to discard. raise: end in StreamInterrupted.
MODES = ("hold", "replay", "restart", "raise")


class Diverged(Exception):
    """The new stream words its answer differently from what was delivered."""


class _Track:
    """One kind of text: what was delivered, and how much of it the present stream has yet to repeat."""

    __slots__ = ("_pieces", "_repeat")

    def __init__(self) -> None:
        self._pieces: list[str] = []
        self._repeat = ""

    @property
    def sent(self) -> str:
        return "".join(self._pieces)

    @property
    def started(self) -> bool:
        return bool(self._pieces)

    @property
    def behind(self) -> bool:
        return bool(self._repeat)

    def rewind(self) -> None:
        self._repeat = self.sent

    def take(self, piece: str) -> str:
        """The part of `piece` that is new."""
        if self._repeat:
            repeated, piece = piece[: len(self._repeat)], piece[len(self._repeat) :]
            if not self._repeat.startswith(repeated):
                raise Diverged
            self._repeat = self._repeat[len(repeated) :]
        if piece:
            self._pieces.append(piece)
        return piece


class Delivery:
    """Turns the deltas of one attempt after another into chunks for one consumer."""

    def __init__(self, mode: str) -> None:
        self.mode = mode
        self._text = _Track()
        self._reasoning = _Track()
        self._tools = False

    @property
    def started(self) -> bool:
        """Whether the consumer has been given anything."""
        return self._text.started or self._reasoning.started or self._tools

    def begin(self) -> Chunk | None:
        """Another attempt takes over. Raises Diverged when nothing can follow what was delivered."""
        if not self.started:
            return None
        if self.mode == "restart":
            self._text, self._reasoning, self._tools = _Track(), _Track(), False
            return Chunk(restart=True)
        if self._tools:
            raise Diverged
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
            return Chunk(text=answer.text or refusal, reasoning=answer.reasoning)
        if self._text.behind or self._reasoning.behind:
            raise Diverged
        if answer.finish_reason == "refusal" and not answer.text and answer.refusal:
            return Chunk(text=answer.refusal)
        return None

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
