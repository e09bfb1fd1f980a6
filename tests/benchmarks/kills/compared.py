"""The same kills for what others offer, alone: each in an environment of its own, which uv makes."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from company import Told, play_all, stages
from judge import Verdict
from playing import Case, Stage, numbered
from points import BARE, SENT, Schedule, drawn, singles
from world import APIS, World

UNTIL = "2026-11-14T00:00:00Z"


class Other(NamedTuple):
    module: str
    needs: tuple[str, ...]
    way: str = ""

    @property
    def name(self) -> str:
        return " ".join(filter(None, (self.needs[0].replace("==", " "), self.way)))

    @property
    def python(self) -> tuple[str, ...]:
        needed = (word for need in self.needs for word in ("--with", need))
        return ("uv", "run", "-q", "--no-project", *needed, "python")


OTHERS = (
    Other("dbos_steps", ("dbos==3.4.0",)),
    Other("langgraph_nodes", ("langgraph==1.2.21", "langgraph-checkpoint-sqlite==3.1.2")),
    Other("exactly_once_guards", ("exactly-once==0.2.1",), "quarantine"),
    Other("exactly_once_guards", ("exactly-once==0.2.1",), "prober"),
)


def rows(
    world: World, folder: Path, scale: float, told: Told, *, at_once: int = 1
) -> Iterator[dict[str, Any]]:
    for other in OTHERS:
        env = {"UV_EXCLUDE_NEWER": UNTIL}
        with stages(
            at_once, world, folder, states=None, module=other.module, python=other.python, env=env
        ) as where:
            for api in APIS if other.way != "prober" else ("readable",):
                yield _row(other, "chosen kills", api, _played(other, where, api, scale, told))
            if other.way == "prober":
                verdict = _played(other, where, "readable", scale, told, late=0.12)
                yield _row(other, "world late by 120 ms", "readable", verdict)


def _row(other: Other, what: str, api: str, verdict: Verdict) -> dict[str, Any]:
    verdict.wrongly_asked = 0  # it asks whenever it does not know, and says so
    return {"store": other.name, "what": what, "api": api, "verdict": verdict}


def _played(
    other: Other, where: Sequence[Stage], api: str, scale: float, told: Told, *, late: float = 0.0
) -> Verdict:
    drawings = (islice(drawn(api, kills, points=BARE), many) for kills, many in ((2, 30), (3, 15)))
    schedules = list(chain(singles(BARE), *drawings))
    if late:
        schedules = [each for each in schedules if all(kill.point in SENT for kill in each)]
    like = Case(run=f"{other.module}{other.way}{late}-{api}", api=api, late=late, life={"way": other.way})
    return play_all(where, _apart(where[0].folder, schedules[:: max(1, round(1 / scale))], like), told)


def _apart(folder: Path, schedules: Sequence[Schedule], like: Case) -> Iterator[Case]:
    """Cases with a folder each, for whatever they keep."""
    for case in numbered(schedules, like):
        place = folder / case.run
        place.mkdir()
        yield replace(case, life={**case.life, "folder": str(place)})
