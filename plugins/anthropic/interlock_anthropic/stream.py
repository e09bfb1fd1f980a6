"""A streamed answer out of this dialect."""

from collections.abc import Iterator
from typing import Any

from interlock.errors import ProtocolError
from interlock.http import EventParser, EventTemplate, ServerEvent
from interlock.http.payload import Incoming, parse_object
from interlock.http.template import Place
from interlock.protocols import ProviderCall
from interlock.types.response import Delta
from interlock_anthropic.blocks import PASSED_ON
from interlock_anthropic.read import raise_error
from interlock_anthropic.reader import MessageReader


class MessageStream:
    """Deltas out of server-sent events, or out of the plain answer that a gateway may send instead."""

    def __init__(self, call: ProviderCall) -> None:
        limit = call.deployment.largest_answer
        self._events = EventParser(limit=limit)
        self._incoming = Incoming(limit)
        self._reader = MessageReader(call)
        self._template = EventTemplate(_growing)
        self._latest: dict[str, Any] = {}
        self._done = False

    @property
    def over(self) -> bool:
        """`message_stop` has come."""
        return self._done

    @property
    def holds(self) -> int:
        return self._reader.blocks.size

    def feed(self, data: bytes) -> Iterator[Delta]:
        """Pieces of a text that have come together are one delta."""
        for text, said in self._template.together(self._events.whole(self._incoming.events(data))):
            if text:
                index, delta = self._latest.get("index"), self._latest["delta"]
                yield from self._reader.blocks.grow(index, {**delta, self._template.name: text})
            if said is not None and (event := self._events.event(said)) is not None:
                yield from self._event(event, said)

    def close(self) -> Iterator[Delta]:
        plain = self._incoming.plain
        if plain is not None:
            yield from self._reader.whole(parse_object(plain, "the answer", calls=True))
            return
        for event in self._events.close():
            yield from self._event(event)
        if self._reader.finished is None:
            raise ProtocolError("the stream ended before its answer was finished")

    def _event(self, event: ServerEvent, said: str | bytes = b"") -> Iterator[Delta]:
        if self._done or not event.data:
            return
        payload = parse_object(event.data, "an event of the stream", calls=True)
        kind, reader = payload.get("type"), self._reader
        if kind == "content_block_delta":
            yield from reader.blocks.grow(payload.get("index"), payload.get("delta"))
        elif kind == "content_block_start":
            if reader.finished is not None:
                raise ProtocolError("the stream goes on after its end")
            yield from reader.blocks.start(payload.get("index"), payload.get("content_block"))
        elif kind == "content_block_stop":
            yield from reader.blocks.stop(payload.get("index"))
        elif kind == "message_delta":
            yield from reader.end(payload)
        elif kind == "message_start":
            yield reader.begin(payload.get("message"))
        elif kind == "message_stop":
            self._done = True
        elif kind == "error" or event.event == "error" or payload.get("error"):
            raise_error({**payload, "type": "error"})
        elif not isinstance(kind, str):
            raise ProtocolError("an event of the stream has no type")
        self._latest = payload
        self._template.learn(said, payload)


def _growing(payload: dict[str, Any]) -> Place | None:
    """The place of an event's text, where one that is like it says nothing else that is new."""
    delta = payload.get("delta")
    if payload.get("type") != "content_block_delta" or not isinstance(delta, dict):
        return None
    kind = delta.get("type")
    name = kind.removesuffix("_delta") if kind in PASSED_ON else ""
    return (delta, name) if isinstance(delta.get(name), str) else None
