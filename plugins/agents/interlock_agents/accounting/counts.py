"""Telling equal calls of a run apart where the framework gives them no ids."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from interlock.tools import args_digest

_LENGTH = 16  # characters of a digest: calls of one tool in one run are told apart


def node_of(tool: str, arguments: Mapping[str, Any], *, how: str = "") -> str:
    """The node of calls of that tool with these arguments, for people to recognise; `how` sets it apart.

    Raises:
        RequestError: the arguments are no JSON.
    """
    name = tool.replace("/", "_").replace("\0", "_")
    return "-".join(part for part in (name, args_digest(arguments)[:_LENGTH], how) if part)


@dataclass(slots=True)
class Counts:
    """How often each node was called, in plain values that JSON has.

    Two calls of one tool with equal arguments may change places, since they ask for the same: what counts is
    that there are two. A call that ended with nobody knowing what came of it is not over. The next equal call
    is that call, asked again.

    Attributes:
        next: by node, the number of the next call.
        left: by node, numbers of calls that are not over and that nobody makes any more.
        taken: by piece of work and node, the numbers of its calls: work that is repeated has the same again.
        answered: by question to a person, how often it was answered.
    """

    next: dict[str, int] = field(default_factory=dict)
    left: dict[str, list[int]] = field(default_factory=dict)
    taken: dict[str, dict[str, list[int]]] = field(default_factory=dict)
    answered: dict[str, int] = field(default_factory=dict)
    _lock: Any = field(default_factory=threading.Lock, repr=False, compare=False)

    def take(self, node: str, *, work: str | None = None, nth: int = 0) -> int:
        """The number of a call, from 0.

        Args:
            node: what is called, with its arguments.
            work: the piece of work that calls it, by a name that it keeps when it is repeated.
            nth: how many calls of the node this piece of work has made before, in this repetition.
        """
        with self._lock:
            mine = [] if work is None else self.taken.setdefault(work, {}).setdefault(node, [])
            left = self.left.get(node, [])
            if nth < len(mine):
                if mine[nth] in left:
                    left.remove(mine[nth])
                return mine[nth]
            if left:
                number = left.pop(0)
            else:
                number = self.next.get(node, 0)
                self.next[node] = number + 1
            mine.append(number)
            return number

    def leave(self, node: str, number: int) -> None:
        """The call is not over, and nobody makes it any more."""
        with self._lock:
            left = self.left.setdefault(node, [])
            if number not in left:
                left.append(number)
                left.sort()

    def plain(self) -> dict[str, Any]:
        """What `read` takes, as JSON has it."""
        return {"next": self.next, "left": self.left, "taken": self.taken, "answered": self.answered}

    @classmethod
    def read(cls, plain: dict[str, Any] | None) -> "Counts":
        """Out of what `plain` gave; a copy."""
        plain = plain or {}
        return cls(
            next=dict(plain.get("next", {})),
            left={node: list(numbers) for node, numbers in plain.get("left", {}).items()},
            taken={
                work: {node: list(numbers) for node, numbers in nodes.items()}
                for work, nodes in plain.get("taken", {}).items()
            },
            answered=dict(plain.get("answered", {})),
        )
