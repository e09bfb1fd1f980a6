"""What happens in the runs that are executed here, for whoever shows it as it happens."""

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from interlock.logs import redacting_logger

EventKind = Literal[
    "run_started",
    "run_ended",
    "planned",
    "node_started",
    "node_ended",
    "approach",
    "call_started",
    "call_ended",
    "waiting",
    "warning",
]
_log = redacting_logger("interlock.agents")


@dataclass(frozen=True, slots=True, kw_only=True)
class AgentEvent:
    """Something that has happened in a run.

    Attributes:
        node: whose it is; empty of the run as a whole.
        at: seconds since the epoch.
        facts: what there is to say, by kind: `state`, `why`, `tool`, `deployment`, `usd`, `calls`, `rung` and
            the like. No prompt, no argument and no answer.
    """

    kind: EventKind
    run: str
    node: str = ""
    at: float
    facts: Mapping[str, Any] = field(default_factory=dict)


class Events:
    """Hands events to those who listen, in the order in which they happen."""

    def __init__(self, told: Callable[[AgentEvent], object] | None, clock: Callable[[], float]) -> None:
        self._told = told
        self._clock = clock
        self._followers: dict[str, list[asyncio.Queue[AgentEvent | None]]] = {}

    def tell(self, kind: EventKind, run: str, node: str = "", **facts: Any) -> None:
        """Tell all of them. A callback that fails is reported, and nothing else."""
        event = AgentEvent(kind=kind, run=run, node=node, at=self._clock(), facts=facts)
        for queue in self._followers.get(run, ()):
            queue.put_nowait(event)
        if self._told is None:
            return
        try:
            self._told(event)
        except Exception as error:  # noqa: BLE001 - a listener does not stop what it listens to
            _log.error("on_event raised %s", type(error).__name__)

    def close(self, run: str) -> None:
        """Nothing more happens in the run for now."""
        for queue in self._followers.get(run, ()):
            queue.put_nowait(None)

    async def follow(self, run: str) -> AsyncIterator[AgentEvent]:
        """Events of a run from now on, until its execution ends."""
        queue: asyncio.Queue[AgentEvent | None] = asyncio.Queue()
        self._followers.setdefault(run, []).append(queue)
        try:
            while (event := await queue.get()) is not None:
                yield event
        finally:
            self._followers[run].remove(queue)
