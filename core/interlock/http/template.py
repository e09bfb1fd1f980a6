"""Events that differ from the one before in a text alone, as nearly all of a stream do."""

import re
from collections.abc import Callable, Iterator
from json.decoder import scanstring  # type: ignore[attr-defined] # not in the stubs
from typing import Any

from interlock.types.json_reader import SMALL, decoded, load_json

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

    __slots__ = ("_closing", "_ending", "_growing", "_head", "_middle", "_tries", "name")

    def __init__(self, growing: Callable[[dict[str, Any]], Place | None]) -> None:
        self._growing = growing
        self._tries = _TRIES
        self.name = self._head = self._middle = self._ending = self._closing = ""

    def together(self, events: bytes) -> Iterator[tuple[str, str | bytes | None]]:
        """What has come together, each event with a blank line behind it, in pairs: the texts of those that
        are like the one before, joined, and the next event, as it was written. That one has to be read as a
        whole, and learned; it is None where no other follows.
        """
        try:
            said = decoded(events)
        except UnicodeDecodeError:
            # Whoever reads the event that is no text says so.
            yield from (("", each) for each in events.split(b"\n\n"))
            return
        at, end = 0, len(said)
        while at < end:
            text, at = self._texts(said, at)
            if at < end:
                behind = said.find("\n\n", at)
                event = said[at : behind if behind >= 0 else end]
                at += len(event) + 2
                yield text, event
            elif text:
                yield text, None

    def _texts(self, said: str, at: int) -> tuple[str, int]:
        """The texts, joined, of the events from `at` on that say nothing else but what the one before has
        said, and where the first event begins that is none of them.
        """
        head, middle, ending = self._head, self._middle, self._ending
        if not self.name or len(said) > SMALL:
            return "", at
        texts: list[str] = []
        try:
            while said.startswith(head, at):
                text, end = scanstring(said, at + len(head))
                if middle:
                    if not said.startswith(middle, end):
                        break
                    _, end = scanstring(said, end + len(middle))
                if said.startswith(ending, end):
                    at = end + len(ending)
                elif self._closes(said[end : (behind := said.find("\n\n", end))]):
                    at = behind + 2
                else:
                    break
                texts.append(text)
        except ValueError:
            pass  # whoever reads the event as a whole says what is wrong with it
        if texts:
            self._tries = _TRIES
        return "".join(texts), at

    def learn(self, said: str | bytes, payload: dict[str, Any]) -> None:
        """Let the next events be like this one, whose data is `payload`, if they can."""
        self.name = ""
        if not self._tries or not isinstance(said, str) or len(said) > SMALL:
            return
        if not (places := self._places(payload)):
            return
        self._tries -= 1  # where no two events are alike, a few trials are all that it costs
        spans = [span for holder, name in places if (span := _span(said, name, holder[name])) is not None]
        if len(spans) != len(places) or not self._proven(said, spans, payload):
            return
        at, end = spans[0]
        self._head, self._middle = said[:at], ""
        for begin, last in spans[1:]:
            self._middle, end = said[end:begin], last
        self.name, tail = places[0][1], said[end:]
        self._ending = f"{tail}\n\n"
        self._closing = "" if tail.strip(" }]") else tail.replace(" ", "")

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
