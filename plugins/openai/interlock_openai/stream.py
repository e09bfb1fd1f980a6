"""A streamed answer out of this dialect."""

from collections.abc import Iterator

from interlock.http import EventParser, EventTemplate, ServerEvent
from interlock.http.payload import Incoming, parse_object
from interlock.protocols import ProviderCall
from interlock.types.response import Delta
from interlock_openai.errors import error_inside
from interlock_openai.reader import ChatReader
from interlock_openai.vendors import Vendor


class ChatStream:
    """Deltas out of server-sent events, or out of the plain JSON answer that some servers send instead."""

    def __init__(self, call: ProviderCall, vendor: Vendor) -> None:
        self._vendor = vendor
        limit = call.deployment.largest_answer
        self._events = EventParser(limit=limit)
        self._incoming = Incoming(limit)
        self._reader = ChatReader(call, vendor)
        self._template = EventTemplate(self._reader.growing)
        self._done = False

    @property
    def over(self) -> bool:
        """`[DONE]` has come."""
        return self._done

    @property
    def holds(self) -> int:
        return self._reader.holds

    def feed(self, data: bytes) -> Iterator[Delta]:
        """Pieces of a text that have come together are one delta."""
        for text, said in self._template.together(self._events.whole(self._incoming.events(data))):
            if text:
                yield Delta(text) if self._template.name == "content" else Delta(reasoning=text)
            if said is not None and (event := self._events.event(said)) is not None:
                yield from self._event(event, said)

    def close(self) -> Iterator[Delta]:
        plain = self._incoming.plain
        if plain is not None:
            yield from self._reader.whole(parse_object(plain, "the answer"))
            return
        for event in self._events.close():
            yield from self._event(event)
        yield from self._reader.close()

    def _event(self, event: ServerEvent, said: str | bytes = b"") -> Iterator[Delta]:
        data = event.data
        if self._done or not data:
            return
        if data.strip() == "[DONE]":
            self._done, self._template.name = True, ""
            return
        payload = parse_object(data, "an event of the stream")
        if event.event == "error":
            raise error_inside(payload, vendor=self._vendor.name)
        yield from self._reader.chunk(payload, len(data))
        self._template.learn(said, payload)
