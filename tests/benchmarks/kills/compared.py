"""The same kills for what others offer, alone: each in an environment of its own, which uv makes."""

import tempfile
from collections.abc import Callable, Iterator
from dataclasses import replace
from itertools import chain, islice
from pathlib import Path
from typing import Any, NamedTuple

from company import stages
from judge import Verdict
from playing import Case, Stage
from points import BARE, SENT, drawn, singles
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
    world: World, folder: Path, scale: float, told: Callable[[str, Verdict], None]
) -> Iterator[dict[str, Any]]:
    for other in OTHERS:
        with stages(
            1,
            world,
            folder,
            states=None,
            module=other.module,
            python=other.python,
            env={"UV_EXCLUDE_NEWER": UNTIL},
        ) as (stage,):
            for api in APIS:
                if other.way != "prober" or api == "readable":
                    yield _row(other, "chosen kills", api, _played(other, stage, api, scale, told))
            if other.way == "prober":
                late = _played(other, stage, "readable", scale, told, late=0.12)
                yield _row(other, "world late by 120 ms", "readable", late)


def _row(other: Other, what: str, api: str, verdict: Verdict) -> dict[str, Any]:
    return {"store": other.name, "what": what, "api": api, "verdict": verdict}


def _played(
    other: Other,
    stage: Stage,
    api: str,
    scale: float,
    told: Callable[[str, Verdict], None],
    *,
    late: float = 0.0,
) -> Verdict:
    schedules = list(
        chain(
            singles(BARE),
            *(islice(drawn(api, kills, points=BARE), many) for kills, many in ((2, 30), (3, 15))),
        )
    )
    if late:
        schedules = [each for each in schedules if all(kill.point in SENT for kill in each)]
    total = Verdict()
    for number, schedule in enumerate(schedules[:: max(1, round(1 / scale))]):
        with tempfile.TemporaryDirectory(dir=stage.folder) as place:
            life = {"way": other.way, "folder": place}
            case = Case(run=f"{other.module}{other.way}{late}-{api}-{number}", api=api, late=late, life=life)
            verdict = stage.play(replace(case, schedule=schedule))
        verdict.wrongly_asked = 0  # it asks whenever it does not know, and says so
        told(case.run, verdict)
        total += verdict
    return total
