"""Tool calls and their results, in the one order that every vendor takes."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

from interlock.errors import RequestError
from interlock.types.messages import Message, Part, ToolCall, ToolResult


@dataclass(slots=True)
class _Slot:
    """A call, where it stands, and its result once that is found."""

    call: ToolCall
    at: int
    result: ToolResult | None = None


class _Pairs:
    """One conversation, read once.

    Attributes:
        slots: the calls of each turn that made any, by its place.
        tidy: whether it may go out as it is.
    """

    def __init__(self) -> None:
        self._latest: dict[str, list[_Slot]] = {}
        self._open: set[int] = set()
        self.slots: dict[int, list[_Slot]] = {}
        self.tidy = True

    def read(self, messages: Sequence[Message]) -> None:
        turn, interrupted = -1, False
        for at, message in enumerate(messages):
            if isinstance(message.content, str):
                interrupted = True
                continue
            if calls := message.tool_calls:
                turn, interrupted = at, False
                self._called(at, calls)
            for part in message.content:
                if isinstance(part, ToolResult):
                    belongs = self._answered(part, at)
                    self.tidy = self.tidy and not interrupted and belongs == turn
                elif not calls:
                    interrupted = True
        self._check()

    def _called(self, at: int, calls: Sequence[ToolCall]) -> None:
        slots = self.slots[at] = [_Slot(call, at) for call in calls]
        for slot in slots:
            self._latest[slot.call.id] = []
        for slot in slots:
            self._latest[slot.call.id].append(slot)

    def _answered(self, result: ToolResult, at: int) -> int:
        """The place of the turn whose call the result is for; a later result replaces an earlier."""
        slots = self._latest.get(result.id)
        if not slots:
            raise RequestError(
                f"a result for the tool call {result.id!r}, which no turn before it makes; keep a call with "
                "its results, or take both out",
                key=f"messages.{at}",
            )
        free = next((slot for slot in slots if slot.result is None), None)
        slot = free or slots[-1]
        self.tidy = self.tidy and free is not None
        slot.result = result
        return slot.at

    def _check(self) -> None:
        for at, slots in self.slots.items():
            for slot in slots:
                if slot.result is None:
                    raise RequestError(
                        f"the tool call {slot.call.id!r} of {slot.call.name} has no result; add one, such as "
                        "an error that says that it was not run, or take the call out",
                        key=f"messages.{at}",
                    )


def paired(messages: tuple[Message, ...]) -> tuple[Message, ...]:
    """The conversation with each call's result in the turn after it; the same object when it is so already.

    Of several results for one call the last counts. Text or anything else that stood between a call and its
    result follows the result.

    Raises:
        RequestError: a call without a result, or a result without a call, by its id and place.
    """
    if not _use_tools(messages):
        return messages
    pairs = _Pairs()
    pairs.read(messages)
    return messages if pairs.tidy else tuple(_ordered(messages, pairs.slots))


def _ordered(messages: Sequence[Message], slots: dict[int, list[_Slot]]) -> Iterator[Message]:
    for at, message in enumerate(messages):
        rest: tuple[Part, ...] = tuple(part for part in message.parts if not isinstance(part, ToolResult))
        if len(rest) == len(message.parts):
            yield message
        elif rest:
            yield replace(message, content=rest)
        if at in slots:
            yield Message("tool", tuple(slot.result for slot in slots[at] if slot.result is not None))


def _use_tools(messages: Iterable[Message]) -> bool:
    for message in messages:
        if not isinstance(message.content, str):
            for part in message.content:
                if isinstance(part, (ToolCall, ToolResult)):
                    return True
    return False
