"""A streamed answer out of this dialect."""

from collections.abc import Iterator
from typing import Any

from interlock.errors import ProtocolError
from interlock.http import EventParser, ServerEvent
from interlock.http.payload import (
    Incoming,
    count_of,
    kind_of,
    optional_text,
    parse_object,
    text_of,
)
from interlock.protocols import ProviderCall
from interlock.types.response import Delta
from interlock_openai.errors import error_inside
from interlock_openai.responses.growing import Item, Step
from interlock_openai.responses.read import SPOKEN, items_of
from interlock_openai.responses.reader import ResponseReader, spoken_in
from interlock_openai.vendors import Vendor

# event -> (kind of item, kind of place, the key with its number there, the key with the text)
_PIECES = {
    "response.output_text.delta": ("message", "text", "content_index", "delta"),
    "response.refusal.delta": ("message", "refusal", "content_index", "delta"),
    "response.reasoning_text.delta": ("reasoning", "content", "content_index", "delta"),
    "response.reasoning_summary_text.delta": ("reasoning", "summary", "summary_index", "delta"),
    "response.function_call_arguments.delta": ("function_call", "arguments", "", "delta"),
}
_WHOLE = {
    "response.output_text.done": ("message", "text", "content_index", "text"),
    "response.refusal.done": ("message", "refusal", "content_index", "refusal"),
    "response.function_call_arguments.done": ("function_call", "arguments", "", "arguments"),
}
_ENDS = {
    "response.completed": "completed",
    "response.incomplete": "incomplete",
    "response.failed": "failed",
    "response.cancelled": "cancelled",
}


class ResponseStream(ResponseReader):
    """Deltas out of server-sent events, or out of the plain JSON answer that some servers send instead.

    Every event that closes something repeats it whole; what was not streamed of it is made up for, and what
    was streamed otherwise is a ProtocolError.
    """

    def __init__(self, call: ProviderCall, vendor: Vendor) -> None:
        super().__init__(call, vendor)
        limit = call.deployment.largest_answer
        self._events = EventParser(limit=limit)
        self._incoming = Incoming(limit)
        self._numbers = _Numbers()
        self._by_index: dict[int, Item] = {}
        self._by_id: dict[str, Item] = {}
        self._made: list[dict[str, Any]] = []
        self._head = 0
        self._over = False
        self.holds = 0

    @property
    def over(self) -> bool:
        """The response has been given as a whole."""
        return self._over

    def feed(self, data: bytes) -> Iterator[Delta]:
        for event in self._events.feed(self._incoming.events(data)):
            yield from self._event(event)

    def close(self) -> Iterator[Delta]:
        plain = self._incoming.plain
        if plain is not None:
            yield from self.whole(parse_object(plain, "the answer"))
            return
        for event in self._events.close():
            yield from self._event(event)
        if not self._over:
            raise ProtocolError("the stream ended before its answer was finished")

    def _event(self, event: ServerEvent) -> Iterator[Delta]:
        if self._over or not event.data or event.data.strip() == "[DONE]":
            return
        payload = parse_object(event.data, "an event of the stream")
        kind = optional_text(payload.get("type")) or event.event or ""
        if kind == "error" or (payload.get("error") and not kind.startswith("response.")):
            raise error_inside(payload, vendor=self._vendor.name)
        if self._numbers.repeats(payload.get("sequence_number")):
            return
        response = payload.get("response")
        if kind in _ENDS:
            if not isinstance(response, dict):
                raise ProtocolError("the stream ends without the response")
            steps = self._end(response, _ENDS[kind])
        elif isinstance(response, dict):
            steps = iter([_said_of(response)])
        else:
            steps = self._item_event(kind, payload)
        for step in steps:
            yield from self._out(step)

    def _item_event(self, kind: str, payload: dict[str, Any]) -> Iterator[Step]:
        item = payload.get("item")
        self.holds += _size(payload) if isinstance(item, dict) or kind in _PIECES else 0
        if kind == "response.output_item.added" and isinstance(item, dict):
            yield from self._added(payload, item)
        elif kind == "response.output_item.done" and isinstance(item, dict):
            yield from self._done(payload, item)
        elif kind in _PIECES:
            found, place, text = self._piece(payload, *_PIECES[kind])
            yield from self._through(found, found.grow(place, text))
        elif kind in _WHOLE:
            found, place, text = self._piece(payload, *_WHOLE[kind])
            yield from self._through(found, found.reach(place, text))
        else:
            yield Delta()  # whatever it is, the model is at work

    def _added(self, payload: dict[str, Any], item: dict[str, Any]) -> Iterator[Step]:
        kind = kind_of(item)
        if kind in SPOKEN:
            new = self._opened(kind, payload, item.get("id"))
            yield from self._through(new, new.begin(item))
        yield Delta()

    def _done(self, payload: dict[str, Any], item: dict[str, Any]) -> Iterator[Step]:
        self._made.append(item)
        kind = kind_of(item)
        if kind in SPOKEN:
            id_ = item.get("id")
            found = self._known(payload, id_, kind) or self._opened(kind, payload, id_)
            yield from self._through(found, found.whole(item))
            yield from self._close(found)
        yield Delta()

    def _piece(
        self, payload: dict[str, Any], kind: str, part: str, number: str, key: str
    ) -> tuple[Item, tuple[str, int], str]:
        """(item, place in it, text) of an event; an item of which nothing was said before begins here."""
        text = payload.get(key)
        if not isinstance(text, str):
            raise ProtocolError("a piece of the stream is no text")
        id_ = payload.get("item_id")
        found = self._known(payload, id_, kind) or self._opened(kind, payload, id_)
        return found, (part, count_of(payload.get(number)) or 0), text

    def _known(self, payload: dict[str, Any], id_: Any, kind: str) -> Item | None:
        """By its id, or by its index: some gateways give every event an id of its own."""
        index = count_of(payload.get("output_index"))
        for found in (self._by_id.get(text_of(id_)), self._by_index.get(-1 if index is None else index)):
            if found is not None and found.kind == kind:
                return found
        return None

    def _opened(self, kind: str, payload: dict[str, Any], id_: Any) -> Item:
        new = self._new(kind)
        if (index := count_of(payload.get("output_index"))) is not None:
            self._by_index[index] = new
        if name := text_of(id_):
            self._by_id[name] = new
        return new

    def _through(self, item: Item, steps: Iterator[Step]) -> Iterator[Step]:
        """Steps of the first item that is not over; those of later ones wait, to keep the order."""
        if item.over or item is self._items[self._head]:
            yield from steps
        else:
            item.waiting.extend(steps)

    def _close(self, item: Item) -> Iterator[Step]:
        item.over = True
        while self._head < len(self._items) and self._items[self._head].over:
            self._head += 1
            if self._head < len(self._items):
                ready = self._items[self._head]
                yield from ready.waiting
                ready.waiting.clear()

    def _end(self, response: dict[str, Any], named: str) -> Iterator[Step]:
        status = response.get("status")
        if named != "completed" or status not in _ENDS.values():
            status = named
        if status == "failed" or response.get("error"):
            raise error_inside(response, vendor=self._vendor.name)
        yield from self._ended(response, status, items_of(response) if response.get("output") else self._made)

    def _ended(self, response: dict[str, Any], status: Any, items: list[dict[str, Any]]) -> Iterator[Step]:
        spoken = spoken_in(items)
        yield from self._settle(spoken)
        end = self._end_of(response, status, items, spoken)
        self._over = True
        yield end

    def _settle(self, items: list[dict[str, Any]]) -> Iterator[Step]:
        """Hold what was streamed against the items of the whole response, if there are any."""
        if items and len(self._items) > len(items):
            raise ProtocolError("the stream holds items that are not in its response")
        for number, item in enumerate(items):
            kind = kind_of(item)
            found = self._items[number] if number < len(self._items) else self._new(kind)
            if found.kind != kind:
                raise ProtocolError("the stream holds items in another order than its response")
            yield from self._through(found, found.whole(item))
            yield from self._close(found)
        for found in self._items[self._head :]:
            yield from self._close(found)


class _Numbers:
    """Sequence numbers of events, of which a gateway may send one twice; some servers count nothing."""

    __slots__ = ("_first", "_last")

    def __init__(self) -> None:
        self._first: int | None = None
        self._last: int | None = None

    def repeats(self, given: Any) -> bool:
        number = count_of(given)
        if number is None:
            return False
        if self._first is None or self._last is None:
            self._first = self._last = number
            return False
        if self._first < self._last and number <= self._last:
            return True
        self._last = number
        return False


def _size(payload: dict[str, Any]) -> int:
    """Of an event: a piece, or an item that is kept."""
    delta = payload.get("delta")
    return len(delta) if isinstance(delta, str) else len(str(payload))


def _said_of(response: dict[str, Any]) -> Delta:
    return Delta(served_model=optional_text(response.get("model")), id=optional_text(response.get("id")))
