"""The calls that go on, and whom they ask: here, and in the processes beside this one."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Final

from interlock import Router
from interlock_server.endpoint import Traffic
from interlock_server.facts import Facts
from interlock_server.notes import Notes

_MOST: Final = 1_000
"""How many calls a process tells the others of: those that have gone on longest."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Going:
    """A call that goes on. `began` is in seconds since the epoch; `trying` names who is being asked."""

    began: float
    key: str | None
    asked: str | None
    task: str | None
    trying: tuple[str, ...]
    failed: int
    streamed: bool
    dialect: str | None
    request: str


class Processes:
    """What goes on in every process that serves here. The others are heard once a second."""

    def __init__(self, traffic: Traffic, folder: Path | None = None) -> None:
        """`folder` is where the processes leave their notes; without it there is one."""
        self._traffic = traffic
        self._notes = Notes(folder, "going")

    @property
    def shared(self) -> bool:
        """Whether there are other processes."""
        return self._notes.shared

    def write(self, router: Router) -> None:
        """Let the others know."""
        if self._notes.shared:
            calls = [asdict(call) for call in self._own(router)[:_MOST]]
            left = [each.deployment for each in router.health if each.task is None and each.state == "open"]
            self._notes.write({"calls": calls, "left": left})

    def left_alone(self) -> Counter[str]:
        """In how many of the other processes each deployment's breaker is open."""
        return Counter(name for note in self._notes.others() for name in note["left"])

    def calls(self, router: Router) -> list[Going]:
        """Those of all processes, the one that has taken longest first."""
        told = (call for note in self._notes.others() for call in note["calls"])
        others = [Going(**{**call, "trying": tuple(call["trying"])}) for call in told]
        return sorted([*self._own(router), *others], key=lambda call: call.began)

    def _own(self, router: Router) -> list[Going]:
        calls = {call.metadata.get("server.request"): call for call in router.under_way}

        def of(facts: Facts) -> Going:
            call = calls.get(facts.request)
            return Going(
                began=facts.started,
                key=facts.key,
                asked=facts.asked,
                task=facts.task if call is None else call.task,
                trying=() if call is None else call.trying,
                failed=0 if call is None else call.attempts,
                streamed=facts.streamed,
                dialect=facts.dialect,
                request=facts.request or "",
            )

        # Others are no calls, or not yet understood.
        known = (
            facts for facts in self._traffic.under_way if facts.asked or facts.task or facts.request in calls
        )
        return [of(facts) for facts in known]


def busy(calls: Sequence[Going]) -> Counter[str]:
    """How many of the calls ask each deployment at this moment."""
    return Counter(name for call in calls for name in call.trying)
