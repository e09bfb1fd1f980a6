"""Answers of a router without a router, and what a client's own decoder makes of bytes."""

from collections.abc import Iterable, Iterator
from typing import Any

from interlock import (
    Chunk,
    Decision,
    Deployment,
    Message,
    ModelCard,
    Reasoning,
    Record,
    Refusal,
    Request,
    Response,
    Text,
    ToolCall,
    ToolCallDelta,
    Usage,
)
from interlock.fold import Fold
from interlock.http import HttpClient, HttpReply, Permit
from interlock.http.arguments import written
from interlock.protocols import ProviderCall
from interlock.types.models import Credential
from interlock.types.response import Answer
from interlock_server.dialects import Reply

REPLY = Reply(id="1", created=1_700_000_000, model="maker/model", input_tokens=7)
DECISION = Decision(task="conversational", confidence=1.0, reason="explicit")


def response_of(parts: Iterable[Any], reason: Any = "stop", **more: Any) -> Response:
    """What a router hands over of such an answer."""
    answer = Answer(parts=tuple(parts), finish_reason=reason)
    refused = reason == "refusal"
    fields: dict[str, Any] = {
        "text": answer.text or (answer.refusal if refused else ""),
        "reasoning": answer.reasoning,
        "tool_calls": answer.tool_calls,
        "finish_reason": reason,
        "usage": Usage(input_tokens=7, output_tokens=5),
        "model": "maker/model",
        "deployment": "there",
        "message": Message("assistant", answer.parts),
        "record": Record(id="r", started=0.0, latency=0.0, decision=DECISION),
    }
    return Response(**(fields | more))


def chunks_of(response: Response, step: int = 3) -> Iterator[Chunk]:
    """The same in steps, as a router delivers them."""
    calls = 0
    for part in response.message.parts:
        if isinstance(part, Text):
            yield from (Chunk(text=each) for each in _pieces(part.text, step))
        elif isinstance(part, Reasoning):
            yield from (Chunk(reasoning=each) for each in _pieces(part.text, step))
        elif isinstance(part, ToolCall):
            yield Chunk(tool_call_deltas=(ToolCallDelta(index=calls, id=part.id, name=part.name),))
            for each in _pieces(written(dict(part.arguments)), step):
                yield Chunk(tool_call_deltas=(ToolCallDelta(index=calls, arguments=each),))
            calls += 1
    text = "".join(part.text for part in response.message.parts if isinstance(part, Text))
    refusal = "".join(part.text for part in response.message.parts if isinstance(part, Refusal))
    if refusal and not text and response.finish_reason == "refusal":
        yield Chunk(text=refusal, refusal=True)
    yield Chunk(tool_calls=response.tool_calls, response=response)


def _pieces(text: str, step: int) -> list[str]:
    return [text[at : at + step] for at in range(0, len(text), step)]


def call_of(vendor: str, request: Request | str = "hello") -> ProviderCall:
    """A provider's call, as its codec is given one."""
    deployment = Deployment(
        id="there",
        card=ModelCard(id="maker/model", maker="Maker", jurisdiction="us"),
        provider=vendor,
        region="us",
        name="model-1",
        base_url="https://models.example/v1",
        credential=Credential(needed=False),
    )
    asked = request if isinstance(request, Request) else Request(request)
    permit = Permit(deployment="there", origin=None)
    return ProviderCall(request=asked, deployment=deployment, permit=permit, http=HttpClient())


def decoded(codec: Any, vendor: str, body: bytes) -> Answer:
    """What the codec makes of a whole answer."""
    return codec.decode(call_of(vendor), HttpReply(status=200, headers={}, body=body))


def decoded_stream(codec: Any, vendor: str, pieces: Iterable[bytes]) -> Answer:
    """What the codec makes of a stream, byte by byte at the worst."""
    decoder, fold = codec.decoder(call_of(vendor)), Fold(vendor)
    for piece in pieces:
        for delta in decoder.feed(piece):
            fold.add(delta)
    for delta in decoder.close():
        fold.add(delta)
    return fold.answer()
