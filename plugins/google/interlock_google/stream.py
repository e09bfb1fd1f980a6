"""A streamed answer out of this dialect: server-sent events, each a piece of one plain answer."""

from collections.abc import Iterator
from typing import Any

from interlock.errors import ProtocolError
from interlock.http import EventParser, ServerEvent
from interlock.http.payload import Incoming, parse_object
from interlock.protocols import ProviderCall
from interlock.types.json_reader import load_json
from interlock.types.response import Delta
from interlock.types.strict import marked
from interlock_google.reader import ContentReader


class ContentStream:
    """Deltas out of events, or out of the JSON that gateways send instead: an answer, or a list of pieces."""

    def __init__(self, call: ProviderCall) -> None:
        limit = call.deployment.largest_answer
        self._events = EventParser(limit=limit)
        self._incoming = Incoming(limit)
        self._reader = ContentReader(call)
        self._done = False
        self._beside = 0

    @property
    def holds(self) -> int:
        return self._beside + self._reader.waiting

    def feed(self, data: bytes) -> Iterator[Delta]:
        for event in self._events.feed(self._incoming.events(data)):
            yield from self._event(event)

    def close(self) -> Iterator[Delta]:
        plain = self._incoming.plain
        if plain is not None:
            for payload in _pieces(plain):
                yield from self._reader.piece(payload)
        for event in self._events.close():
            yield from self._event(event)
        yield from self._reader.end()

    def _event(self, event: ServerEvent) -> list[Delta]:
        if self._done or not event.data:
            return []
        if event.data.strip() == "[DONE]":
            self._done = True
            return []
        reader = self._reader
        grown = reader.grown
        deltas = reader.piece(parse_object(event.data, "an event of the stream", calls=True))
        if reader.grown != grown:
            self._beside += len(event.data)
        return deltas


def _pieces(data: bytes) -> list[dict[str, Any]]:
    if data[:1] != b"[":
        return [parse_object(data, "the answer", calls=True)]
    try:
        payload = load_json(data, pairs=marked)
    except (ValueError, RecursionError):
        raise ProtocolError("the answer is cut or garbled, not JSON") from None
    if not all(isinstance(piece, dict) for piece in payload):
        raise ProtocolError("the answer is a list, but not of objects")
    return list(payload)
