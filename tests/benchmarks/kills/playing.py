"""Runs of three effects, killed as their cases say and begun again, until they are done or at a person."""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from forkserver import ForkServer
from judge import Verdict, judge
from points import Kill, Schedule
from world import World

DONE, PERSON = 0, 3
LIVES = 40
LONGEST = 300.0

States = Callable[[str], Mapping[str, str]]
"""A run -> what the ledger says of each of its effects, by title."""


@dataclass(frozen=True, kw_only=True)
class Case:
    """One run to be played.

    Attributes:
        schedule: where each life ends.
        pauses: where that is at random, the seconds of life before each kill, in its place.
        late, lag: of the world, in seconds; see `world`.
        life: what the driver is given beside.
    """

    run: str
    api: str
    schedule: Schedule = ()
    pauses: Sequence[float] = ()
    late: float = 0.0
    lag: float = 0.0
    life: Mapping[str, Any] = field(default_factory=dict)


class Stage:
    """Where runs are played: the world, a process that lives their lives, a folder for their files.

    `states` reads the ledger; without it, a driver says of whom a person was asked.
    """

    def __init__(self, world: World, server: ForkServer, folder: Path, states: States | None) -> None:
        self.world = World(world.port)  # a connection of its own, for a thread of its own
        self.server = server
        self.folder = folder
        self.states = states

    def close(self) -> None:
        self.world.close()

    def log(self, case: Case) -> Path:
        return self.folder / f"{case.run}.log"

    def life(self, case: Case) -> dict[str, Any]:
        """What each life of a case is given."""
        return {
            "run": case.run,
            "api": case.api,
            "world": self.world.url(case.api, late=case.late, lag=case.lag),
            "folder": str(self.folder),
            "log": str(self.log(case)),
            "nth": 0,
            "kill_after": LONGEST,
            **case.life,
        }

    def play(self, case: Case) -> Verdict:
        life = self.life(case)
        kills: list[Kill] = []
        for nth in range(LIVES):
            due: dict[str, Any] = {"nth": nth}
            if nth < len(case.schedule):
                due |= case.schedule[nth]._asdict()
            elif nth < len(case.pauses):
                due["kill_after"] = case.pauses[nth]
            ended = self.server.live(life | due)
            if not ended.killed:
                verdict = self.judged(case, kills, ended.code)
                verdict.full = int(len(kills) == len(case.schedule))
                return verdict
            if "kill_after" not in due and len(due) == 1:
                break
            kills.append(case.schedule[nth] if nth < len(case.schedule) else Kill("random", -1))
        raise RuntimeError(f"{case.run} does not end\n{self.log(case).read_text()}")

    def judged(self, case: Case, kills: Sequence[Kill], code: int) -> Verdict:
        """What has come of it once the world is at rest."""
        said = self.log(case).read_text()
        if code not in (DONE, PERSON):
            raise RuntimeError(f"{case.run} ended with {code} after {kills}\n{said}")
        time.sleep(case.late)
        if self.states is None:
            states = None
            asked = [line.removeprefix("asked ") for line in said.splitlines() if line.startswith("asked ")]
        else:
            states = self.states(case.run)
            asked = [title for title, state in states.items() if state == "unknown"]
        return judge(
            case.run,
            api=case.api,
            kills=kills,
            done=code == DONE,
            happened=self.world.effects(case.run),
            states=states,
            asked=asked,
        )


def numbered(schedules: Iterable[Schedule], like: Case) -> Iterator[Case]:
    """A case for each schedule, like another, their runs told apart by a number."""
    for number, schedule in enumerate(schedules):
        yield replace(like, run=f"{like.run}-{number}", schedule=schedule)
