"""The Acme Oracle for Interlock: an invented vendor with a dialect of its own."""

import json
from collections.abc import Iterator

from interlock import (
    Answer,
    Delta,
    InvalidRequest,
    ProtocolError,
    ProviderError,
    Reasoning,
    Text,
    Usage,
    hookimpl,
)
from interlock.http import EventParser, HttpProvider, HttpReply, HttpRequest, error_for
from interlock.protocols import ProviderCall, ProviderFacts

FACTS = ProviderFacts(name="acme", env=("ACME_API_KEY",), base_url="https://api.acme.example/v2", region="us")


class Acme:
    """The dialect: pure functions between Interlock's types and Acme's JSON."""

    def encode(self, call: ProviderCall, *, stream: bool) -> HttpRequest:
        request, there = call.request, call.deployment
        parts = (part for message in request.messages for part in message.parts)
        if request.tools or request.output or not all(isinstance(part, Text | Reasoning) for part in parts):
            raise InvalidRequest("Acme takes text alone: no tools, no schemas, no pictures")
        lines = [{"who": message.role, "line": message.text} for message in request.messages]
        body = {"oracle": there.name, "lines": lines, "limit": request.settings.max_tokens, "stream": stream}
        secret = there.credential.secret
        headers = {"acme-key": secret.reveal()} if secret else {}
        data = json.dumps(body | dict(there.extra_body)).encode()
        return HttpRequest(url=f"{there.base_url}/talk", body=data, headers=headers)

    def decode(self, call: ProviderCall, reply: HttpReply) -> Answer:
        said = read(reply.body)
        if said.finish_reason is None:
            raise ProtocolError("Acme's answer has no end")
        usage = said.usage or Usage()
        return Answer(parts=(Text(said.text),), finish_reason=said.finish_reason, usage=usage)

    def decoder(self, call: ProviderCall) -> "Stream":
        return Stream()

    def error(self, reply: HttpReply) -> ProviderError:
        return error_for(
            status=reply.status, headers=reply.headers, vendor_message=reply.body.decode(errors="replace")
        )


class Stream:
    def __init__(self) -> None:
        self.events = EventParser()

    def feed(self, data: bytes) -> Iterator[Delta]:
        return (read(event.data) for event in self.events.feed(data))

    def close(self) -> Iterator[Delta]:
        return (read(event.data) for event in self.events.close())


def read(data: str | bytes) -> Delta:
    """`{"said": "…"}`; the last piece of a stream, and a whole answer, have `why` and `cost` too."""
    try:
        said = json.loads(data)
        if "why" not in said:
            return Delta(said["said"])
        usage = Usage(input_tokens=said["cost"]["heard"], output_tokens=said["cost"]["spoken"])
        return Delta(said["said"], finish_reason="stop" if said["why"] == "done" else "length", usage=usage)
    except (ValueError, LookupError, TypeError, RecursionError) as error:
        raise ProtocolError(f"this is not Acme's dialect: {type(error).__name__}") from None


@hookimpl
def interlock_providers() -> list[HttpProvider]:
    return [HttpProvider(FACTS, Acme())]
