"""Events that differ from the one before in a text alone, as nearly all of a stream do."""

import re
from collections.abc import Callable, Iterable, Iterator
from json.decoder import scanstring  # type: ignore[attr-defined] # not in the stubs
from typing import Any

from interlock.types.json_reader import SMALL, load_json

__all__ = ["EventTemplate", "Place"]

Place = tuple[dict[str, Any], str]
"""Where a text stands in a payload: in what, and under which name."""
_Span = tuple[int, int]

# Fields of random text, by which vendors hide from onlookers how long tokens are.
_PADDING = ("obfuscation", "p")
_TRIES = 4


class EventTemplate:
    """Reads an event that is like the one before by its text alone, for what stands around that has been read
    already. One object a stream.

    `growing` gives the place of a payload's text, and None where something else in it would be news if it
    were said again. `name` is the text's field; empty where the event before is none that others can be like.
    """

    __slots__ = ("_at", "_closing", "_growing", "_head", "_middle", "_tail", "_tries", "name")

    def __init__(self, growing: Callable[[dict[str, Any]], Place | None]) -> None:
        self._growing = growing
        self._tries = _TRIES
        self._at = 0
        self.name = self._head = self._middle = self._tail = self._closing = ""

    def together(self, events: Iterable[bytes]) -> Iterator[str | bytes]:
        """What has come together: texts, joined where nothing else stands between them, and other events as
        they were written.
        """
        texts: list[str] = []
        for event in events:
            if (text := self.text(event)) is not None:
                texts.append(text)
                continue
            if whole := "".join(texts):
                yield whole
            texts.clear()
            yield event
        if whole := "".join(texts):
            yield whole

    def text(self, event: bytes) -> str | None:
        """The text of an event that says nothing else but what the one before has said; None for any other,
        which has to be read as a whole, and learned.
        """
        if not self.name or len(event) > SMALL:
            return None
        try:
            said = event.decode()
            if not said.startswith(self._head):
                return None
            text, end = scanstring(said, self._at)
            if self._middle:
                if not said.startswith(self._middle, end):
                    return None
                _, end = scanstring(said, end + len(self._middle))
        except ValueError:
            return None  # whoever reads it as a whole says what is wrong with it
        if (tail := said[end:]) != self._tail and not self._closes(tail):
            return None
        self._tries = _TRIES
        found: str = text
        return found

    def learn(self, event: bytes, payload: dict[str, Any]) -> None:
        """Let the next events be like this one, whose data is `payload`, if they can."""
        self.name = ""
        if not self._tries or len(event) > SMALL or not (places := self._places(payload)):
            return
        self._tries -= 1  # where no two events are alike, a few trials are all that it costs
        said = event.decode()
        spans = [span for holder, name in places if (span := _span(said, name, holder[name])) is not None]
        if len(spans) != len(places) or not self._proven(said, spans, payload):
            return
        self._at, end = spans[0]
        self._head, self._middle = said[: self._at], ""
        for begin, last in spans[1:]:
            self._middle, end = said[end:begin], last
        self._tail, self.name = said[end:], places[0][1]
        self._closing = "" if self._tail.strip(" }]") else self._tail.replace(" ", "")

    def _closes(self, tail: str) -> bool:
        """Whether it says the same with other blanks, by which Anthropic hides how long tokens are."""
        return self._closing != "" and tail.replace(" ", "") == self._closing

    def _places(self, payload: dict[str, Any]) -> list[Place]:
        """Where the text stands, and behind it the padding if there is some."""
        if (place := self._growing(payload)) is None:
            return []
        padded = [(payload, name) for name in _PADDING if isinstance(payload.get(name), str)]
        return [place, *padded[:1]]

    def _proven(self, said: str, spans: list[_Span], payload: dict[str, Any]) -> bool:
        """Whether these are the texts: with others in their stead, the event is read as different in them
        alone.
        """
        if spans != sorted(spans):
            return False
        for begin, end in reversed(spans):
            said = f"{said[:begin]}x{said[begin : end - 1]}x{said[end - 1 :]}"
        try:
            other = load_json(said[said.index("{") :])
        except (ValueError, RecursionError):
            return False
        places = self._places(other) if isinstance(other, dict) else []
        if len(places) != len(spans):
            return False
        for (holder, name), (known, _) in zip(places, self._places(payload), strict=True):
            if holder[name] != f"x{known[name]}x":
                return False
            holder[name] = known[name]
        same: bool = other == payload
        return same


def _span(said: str, name: str, text: str) -> _Span | None:
    """Where a field's text stands: from behind its first quote to behind its last."""
    for found in re.finditer(rf'"{name}"[ \t]*:[ \t]*"', said):
        try:
            read, end = scanstring(said, found.end())
        except ValueError:
            continue
        if read == text:
            return found.end(), end
    return None
