"""What has been said in one way of doing a node: moves, and what came of them."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock import Message, ToolCall, ToolOutcome, ToolSpec
from interlock_agents.running.plainly import Plain, call_from_plain, message_from_plain
from interlock_agents.running.policies import Turn
from interlock_agents.running.prompting import Shown


@dataclass(slots=True)
class Exchange:
    """A move as it was kept, and what came of each of its calls, or a person's answer to its question."""

    move: Plain
    results: list[tuple[ToolCall, ToolOutcome]] = field(default_factory=list)
    answer: Any = None

    @property
    def calls(self) -> list[ToolCall]:
        """The calls that it asks for."""
        return [call_from_plain(each) for each in self.move.get("calls", ())]


@dataclass(slots=True)
class Talk:
    """What is asked, and exchanges, oldest first.

    Attributes:
        tools: those that may be used.
        schema: what the answer has to fit; None for text.
    """

    shown: Shown
    tools: tuple[ToolSpec, ...]
    schema: Mapping[str, Any] | None
    exchanges: list[Exchange] = field(default_factory=list)

    def turns(self) -> tuple[Turn, ...]:
        """As a policy is told of them."""
        return tuple(self._turns())

    def messages(self) -> list[Message]:
        """As a model is told of them."""
        said: list[Message] = []
        for each in self.exchanges:
            if each.move.get("parts"):
                said.append(message_from_plain(each.move["parts"]))
            if each.results:
                said.append(Message("tool", tuple(outcome.result(call) for call, outcome in each.results)))
        return said

    def _turns(self) -> Iterator[Turn]:
        for each in self.exchanges:
            for call, outcome in each.results:
                yield Turn(call=call, outcome=outcome)
            if each.move.get("question") is not None:
                yield Turn(question=each.move["question"], answer=each.answer)
