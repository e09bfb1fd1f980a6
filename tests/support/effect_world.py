"""A service in memory that does effects, the hands that reach it, and a time that only tests move.

It may be slow to act, its reads may lag, it may lose requests and answers; and whoever uses it may die at any
boundary of the ledger and begin anew.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from typing import Any

from interlock import ApprovalRequest, Repeat, ToolCall, ToolOutcome
from interlock.tools import Classified, args_digest
from interlock_agents.ledger.hands import Sending

REPEATS = {
    "keyed": Repeat("key", retention=1000.0),
    "natural": Repeat("natural"),
    "readable": Repeat("read"),
    "blind": Repeat("none"),
}


class Killed(BaseException):
    """The process is gone."""


@dataclass
class Time:
    """A monotonic clock, and the store's, which is off by `skew`."""

    now: float = 1000.0
    skew: float = 1_700_000_000.0

    def clock(self) -> float:
        return self.now

    def wall(self) -> float:
        return self.now + self.skew

    async def sleep(self, seconds: float) -> None:
        self.now += max(seconds, 0.001)


@dataclass
class World:
    """What has happened, by key. Each entry of `script` says what becomes of the next request:

    `done`; `lost` on the way there; `cut` after it has happened; `refused`, `limited`, `conflict`; `raises`
    after it has happened. When it is at its end, everything is done.
    """

    kind: str
    time: Time
    late: float = 0.0  # seconds until what was asked for happens
    lag: float = 0.0  # seconds until reads show what has happened
    script: list[str] = field(default_factory=list)
    happened: list[tuple[float, str]] = field(default_factory=list)
    sent: list[tuple[float, str]] = field(default_factory=list)
    reads: int = 0

    def act(self, key: str) -> None:
        if self.kind in ("keyed", "natural") and any(known == key for _, known in self.happened):
            return
        self.happened.append((self.time.now + self.late, key))

    def times(self, key: str) -> int:
        """How often it has happened, or will have."""
        return sum(known == key for _, known in self.happened)

    def seen(self, key: str) -> int:
        return sum(known == key and at + self.lag <= self.time.now for at, known in self.happened)


class WorldHands:
    """One tool of the world."""

    name = "send"

    def __init__(
        self,
        world: World,
        *,
        settles_within: float = 0.0,
        effect: Any = "write",
        needs_grant: bool = False,
        repeat: Repeat | None = None,
        digest: str = "d1",
        on_socket: Callable[[], None] = lambda: None,
    ) -> None:
        self.world = world
        self.digest = digest
        self.classified = Classified(effect, repeat or REPEATS[world.kind], settles_within)
        self.needs_grant = needs_grant
        self.can_find = world.kind == "readable"
        self.asked: list[ApprovalRequest] = []
        self.sendings: list[Sending] = []
        self._on_socket = on_socket

    async def ask_for(self, call: ToolCall, *, run: str, step: str) -> ApprovalRequest:
        asked = ApprovalRequest(
            call=call,
            effect=self.classified.effect,
            required=self.needs_grant,
            tool_digest=self.digest,
            run=run,
            step=step,
        )
        self.asked.append(asked)
        return asked

    async def run(self, sending: Sending) -> ToolOutcome:
        world = self.world
        self.sendings.append(sending)
        world.sent.append((world.time.now, sending.key))
        what = world.script.pop(0) if world.script else "done"
        if what in ("refused", "limited", "conflict", "not_sent"):
            return ToolOutcome(outcome="refused", reason=what, content="no")  # type: ignore[arg-type]  # those four
        if what == "lost":
            return ToolOutcome(outcome="unknown", content="timed out")
        world.act(sending.key)
        self._on_socket()
        if what == "cut":
            return ToolOutcome(outcome="unknown", content="502")
        if what == "raises":
            raise OSError("reset")
        return ToolOutcome(outcome="done", content=f"did {sending.key[:4]}", receipt={"key": sending.key})

    async def find(self, call: ToolCall, *, key: str) -> ToolOutcome | None:
        self.world.reads += 1
        if not self.can_find:
            return ToolOutcome(outcome="unknown", content="cannot look")
        seen = self.world.seen(key)
        if not seen:
            return None
        return ToolOutcome(outcome="done", content="found", receipt={"key": key}, seen=seen)


def call(**arguments: Any) -> ToolCall:
    return ToolCall(id="c1", name="send", arguments=arguments or {"to": "ada"})


@dataclass
class Deaths:
    """An `at` that kills at the given visits of boundaries, counted from 0 over all of them."""

    at_visits: Iterable[int] = ()
    visits: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.at_visits = set(self.at_visits)

    def __call__(self, boundary: str) -> None:
        self.visits.append(boundary)
        if len(self.visits) - 1 in self.at_visits:
            raise Killed(boundary)


__all__ = ["REPEATS", "Deaths", "Killed", "Time", "World", "WorldHands", "args_digest", "call"]
