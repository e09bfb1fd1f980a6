"""Tool calls, whole or out of a stream's fragments."""

from typing import Any

from interlock.errors import ProtocolError
from interlock.http import arguments_in, broken_call, written
from interlock.http.payload import optional_text
from interlock.types.response import ToolCallDelta
from interlock_openai.past import proof_on

_CALL = 8  # what a fragment holds besides its arguments


class StreamedCalls:
    """Tool calls in fragments. Servers number them, or give them ids, or neither; we number them anew.

    `size` is what they hold so far, in characters.
    """

    __slots__ = ("_by_id", "_by_index", "_calls", "size")

    def __init__(self) -> None:
        self._calls: list[_Call] = []
        self.size = 0
        self._by_index: dict[int, int] = {}
        self._by_id: dict[str, int] = {}

    def add(self, fragments: Any, *, whole: bool = False) -> tuple[ToolCallDelta, ...]:
        """What the fragments add; each is a call of its own when they are `whole`."""
        if not isinstance(fragments, list):
            raise ProtocolError("the answer's tool calls are no list")
        pieces = (self._add(fragment, whole=whole) for fragment in fragments)
        return tuple(piece for piece in pieces if piece is not None)

    def _add(self, fragment: Any, *, whole: bool) -> ToolCallDelta | None:
        function = fragment.get("function") if isinstance(fragment, dict) else None
        if not isinstance(fragment, dict) or not isinstance(function, (dict, type(None))):
            raise ProtocolError("a tool call of the answer is no object")
        function = function or {}
        id_, name = optional_text(fragment.get("id")), optional_text(function.get("name"))
        arguments = function.get("arguments")
        if isinstance(arguments, dict):
            arguments = written(arguments)
        elif not isinstance(arguments, (str, type(None))):
            raise broken_call(name)
        at = self._new() if whole else self._slot(fragment.get("index"), id_, name)
        proof = proof_on(fragment)
        fresh = self._calls[at].take(id_, name, arguments or "")
        self.size += len(fresh or "") + _CALL
        if fresh is None and proof is None:
            return None
        return ToolCallDelta(index=at, id=id_, name=name, arguments=fresh or "", signature=proof)

    def _slot(self, index: Any, id_: str | None, name: str | None) -> int:
        at: int | None = None
        if isinstance(index, int) and not isinstance(index, bool):
            at = self._by_index.get(index)
            # Some servers give every call of a parallel set the number 0, and only ids
            # and names tell them apart.
            if at is not None and id_ and name and self._calls[at].id not in (None, id_):
                at = self._by_id.get(id_)
            if at is None and not id_ and not name:
                at = self._open()
            if at is None:
                at = self._new()
            self._by_index[index] = at
        elif id_ is not None:
            at = self._by_id.get(id_)
        elif self._calls and not name:
            at = len(self._calls) - 1
        if at is None:
            at = self._new()
        if id_ is not None:
            self._by_id[id_] = at
        return at

    def _open(self) -> int | None:
        """The call that arguments under a new number must belong to: the last, if all others are whole.

        Some servers number the fragments, and not the calls.
        """
        if self._calls and all(call.whole and call.size for call in self._calls[:-1]):
            return len(self._calls) - 1
        return None

    def _new(self) -> int:
        self._calls.append(_Call())
        return len(self._calls) - 1

    def check(self, *, cut: bool) -> bool:
        """Whether there is any whole call.

        Raises ProtocolError for a broken one, unless the answer was cut.
        """
        for call in self._calls:
            if not call.whole and not cut:
                raise broken_call(call.name)
        return bool(self._calls)


class _Call:
    __slots__ = ("_text", "_whole", "id", "name", "size")

    def __init__(self) -> None:
        self.id: str | None = None
        self.name: str | None = None
        self._text: list[str] = []
        self.size = 0
        self._whole: bool | None = None

    @property
    def whole(self) -> bool:
        """Whether it has a name, and arguments that are an object."""
        if self._whole is None:
            self._whole = self.name is not None and arguments_of(self.arguments) is not None
        return self._whole

    @property
    def arguments(self) -> str:
        return "".join(self._text)

    def take(self, id_: str | None, name: str | None, arguments: str) -> str | None:
        """The arguments that a fragment adds; None when it only says again what is known."""
        known = bool(self.id or self.name)
        self._whole = None
        self.id = self.id or id_
        self.name = self.name or name
        if len(arguments) == self.size and arguments[:1] == "{" and arguments == self.arguments:
            # Some servers end with the whole call once more; what is no whole object is the next piece.
            arguments = arguments if arguments_of(arguments) is None else ""
        if arguments:
            self._text.append(arguments)
            self.size += len(arguments)
        return arguments if arguments or not known else None


def arguments_of(value: Any) -> dict[str, Any] | None:
    """An object, or None for what is none; nothing at all is an empty object."""
    if value is None or (isinstance(value, str) and not value.strip()):
        return {}
    if isinstance(value, str):
        return arguments_in(value)
    return value if isinstance(value, dict) else None
