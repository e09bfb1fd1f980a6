"""Items of a stream while they grow: what was said of each, and what its whole form adds to that."""

from collections.abc import Iterator
from typing import Any

from interlock.errors import ProtocolError
from interlock.types.response import Delta, ToolCallDelta
from interlock_openai.responses.read import Piece, call_of, pieces_of, seal_of, thought_of

Step = Delta | tuple[Piece, ...]
"""A delta, or pieces of a message whose citations follow the text of which they end."""


def _differs() -> ProtocolError:
    return ProtocolError("the stream's pieces do not add up to what it says that they are")


def _rest(said: str, whole: str) -> str:
    """What of the whole is still to be said."""
    if not whole.startswith(said):
        raise _differs()
    return whole[len(said) :]


class Item:
    """One item. `grow` takes a piece, `whole` the item as it is in the end; that may come several times."""

    kind = ""

    def __init__(self) -> None:
        self.over = False
        self.waiting: list[Step] = []

    def begin(self, item: dict[str, Any]) -> Iterator[Step]:  # noqa: ARG002 - for those that have a head
        yield from ()

    def grow(self, place: tuple[str, int], text: str) -> Iterator[Step]:
        raise NotImplementedError

    def reach(self, place: tuple[str, int], whole: str) -> Iterator[Step]:
        """`grow`, to the whole text of that place."""
        raise NotImplementedError

    def whole(self, item: dict[str, Any]) -> Iterator[Step]:
        raise NotImplementedError


class Spoken(Item):
    """A message: texts and refusals by their number in it."""

    kind = "message"

    def __init__(self) -> None:
        super().__init__()
        self._said: dict[tuple[str, int], list[str]] = {}
        self._cited = False

    @property
    def refused(self) -> bool:
        return any(kind == "refusal" and any(parts) for (kind, _), parts in self._said.items())

    def grow(self, place: tuple[str, int], text: str) -> Iterator[Step]:
        self._said.setdefault(place, []).append(text)
        if text:
            yield Delta(refusal=text) if place[0] == "refusal" else Delta(text)

    def reach(self, place: tuple[str, int], whole: str) -> Iterator[Step]:
        yield from self.grow(place, _rest("".join(self._said.get(place, ())), whole))

    def whole(self, item: dict[str, Any]) -> Iterator[Step]:
        pieces = tuple(pieces_of(item))
        said = [(kind, text) for (kind, _), parts in self._said.items() if (text := "".join(parts))]
        worded = [piece for piece in pieces if piece.text]
        if len(said) > len(worded):
            raise _differs()
        for number, piece in enumerate(worded):
            kind, text = said[number] if number < len(said) else (piece.kind, "")
            rest = _rest(text, piece.text)
            if kind != piece.kind or (rest and number < len(said) - 1):
                raise _differs()
            if rest:
                yield Delta(refusal=rest) if kind == "refusal" else Delta(rest)
        self._said = {(piece.kind, number): [piece.text] for number, piece in enumerate(worded)}
        if not self._cited and any(piece.citations for piece in pieces):
            self._cited = True
            yield pieces


class Thought(Item):
    """Reasoning. Its proof may come with the whole item, or not before the whole answer."""

    kind = "reasoning"

    def __init__(self) -> None:
        super().__init__()
        self._said: list[str] = []
        self._place: tuple[str, int] | None = None
        self._sealed = False

    def grow(self, place: tuple[str, int], text: str) -> Iterator[Step]:
        if not text or (place[0] == "summary" and self._place is not None and self._place[0] == "content"):
            return
        gap = "\n\n" if self._place not in (None, place) else ""
        self._place = place
        self._said.append(gap + text)
        yield Delta(reasoning=gap + text)

    def whole(self, item: dict[str, Any]) -> Iterator[Step]:
        thought = thought_of(item)
        if rest := _rest("".join(self._said), thought):
            self._said.append(rest)
            yield Delta(reasoning=rest)
        seal = None if self._sealed else seal_of(item)
        if seal is not None:
            self._sealed = True
            yield Delta(signature=seal, redacted=not thought)


class Called(Item):
    """A function call, with its number among the stream's."""

    kind = "function_call"

    def __init__(self, number: int) -> None:
        super().__init__()
        self._number = number
        self._head: tuple[str | None, str] | None = None
        self._said: list[str] = []

    def begin(self, item: dict[str, Any]) -> Iterator[Step]:
        id_, name, _ = call_of(item)
        if name and item.get("call_id"):
            yield from self._begin(id_, name)

    def _begin(self, id_: str | None, name: str) -> Iterator[Step]:
        if self._head is None:
            self._head = (id_, name)
            yield Delta(tool_calls=(ToolCallDelta(index=self._number, id=id_, name=name or None),))
        elif self._head != (id_, name):
            raise _differs()

    def grow(self, place: tuple[str, int], text: str) -> Iterator[Step]:  # noqa: ARG002 - there is one place
        self._said.append(text)
        if text:
            yield Delta(tool_calls=(ToolCallDelta(index=self._number, arguments=text),))

    def reach(self, place: tuple[str, int], whole: str) -> Iterator[Step]:
        yield from self.grow(place, _rest("".join(self._said), whole))

    def whole(self, item: dict[str, Any]) -> Iterator[Step]:
        id_, name, arguments = call_of(item)
        yield from self._begin(id_, name)
        yield from self.reach(("arguments", 0), arguments)
