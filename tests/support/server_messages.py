"""The endpoint's dialect of messages, held against the codec that speaks to its vendor."""

import json
import random
from collections.abc import Iterable
from typing import Any

from interlock import Message, Reasoning, Request, Response, Text, ToolCall
from interlock.fold import Fold
from interlock.http import HttpClient, HttpReply, Permit
from interlock.protocols import ProviderCall
from interlock.requests.output import as_output
from interlock.types.models import Credential, Deployment, ModelCard
from interlock.types.response import Answer
from interlock_anthropic import Messages
from interlock_server.dialects.dialect import Asked, Reply
from interlock_server.dialects.messages import MESSAGES

CODEC = Messages()
REPLY = Reply(id="1", created=1_800_000_000, model="maker/model", input_tokens=7)


def call_of(request: Request, name: str = "a-model") -> ProviderCall:
    """A call of a vendor's model that takes whatever the dialect can say."""
    deployment = Deployment(
        id="there",
        card=ModelCard(id="maker/model", maker="Maker", jurisdiction="us"),
        provider="anthropic",
        region="us",
        name=name,
        base_url="https://api.anthropic.com/v1",
        credential=Credential(),
    )
    permit = Permit(deployment="there", origin=None)
    return ProviderCall(request=request, deployment=deployment, permit=permit, http=HttpClient())


def body_of(request: Request, name: str = "a-model") -> dict[str, Any]:
    """The body that our own provider would send."""
    body: dict[str, Any] = json.loads(CODEC.encode(call_of(request, name), stream=False).body)
    return body


def request_of(asked: Asked) -> Request:
    options: dict[str, Any] = {**asked.options}
    options["output"] = as_output(options.get("output"))
    return Request(asked.messages, **options)


def asked_of(**fields: Any) -> Asked:
    return MESSAGES.read({"model": "auto", "max_tokens": 99, "messages": [turn("hello")], **fields})


def turn(*content: Any, role: str = "user") -> dict[str, Any]:
    """A turn of text alone, or of blocks."""
    bare = len(content) == 1 and isinstance(content[0], str)
    return {"role": role, "content": content[0] if bare else list(content)}


def decoded(body: Any) -> Answer:
    """What our own provider makes of a plain answer."""
    reply = HttpReply(status=200, headers={}, body=json.dumps(body).encode())
    return CODEC.decode(call_of(Request("q")), reply)


def streamed(wire: bytes, seed: int = 0) -> Answer:
    """The same of a stream that arrives in pieces of any size."""
    decoder, fold, cuts = CODEC.decoder(call_of(Request("q"))), Fold("anthropic"), random.Random(seed)
    while wire:
        size = cuts.randint(1, 99)
        for delta in decoder.feed(wire[:size]):
            fold.add(delta)
        wire = wire[size:]
    for delta in decoder.close():
        fold.add(delta)
    return fold.answer()


def written(asked: Asked, chunks: Iterable[Any], response: Response, reply: Reply = REPLY) -> bytes:
    """The bytes of a stream."""
    writer = MESSAGES.writer(asked, reply)
    return b"".join([writer.begin(), *map(writer.chunk, chunks), writer.end(response)])


def events_in(wire: bytes) -> list[dict[str, Any]]:
    """The data of each event; the event's own name must be its type."""
    found = []
    for each in wire.decode().split("\n\n")[:-1]:
        name, data = each.split("\n")
        found.append(json.loads(data.removeprefix("data: ")))
        assert name == f"event: {found[-1]['type']}"
    return found


def opened(parts: Iterable[Any]) -> list[Any]:
    """Parts as a client holds them, with their proofs read again: what the router would be told next turn."""
    said = [
        {"type": "thinking", "thinking": part.text, "signature": part.signature}
        if isinstance(part, Reasoning) and not part.redacted
        else {"type": "redacted_thinking", "data": part.signature}
        if isinstance(part, Reasoning)
        else {"type": "tool_use", "id": part.id, "name": part.name, "input": dict(part.arguments)}
        if isinstance(part, ToolCall)
        else {"type": "text", "text": part.text}
        for part in parts
    ]
    asked = asked_of(messages=[turn("q"), turn(*said, role="assistant")])
    return list(asked.messages[-1].parts)


def told(message: Message) -> list[Any]:
    """What of a message a client can give back: citations are no business of the next turn."""
    return [Text(part.text) if isinstance(part, Text) else part for part in message.parts]
