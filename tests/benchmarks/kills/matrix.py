"""Kills whoever carries out effects at every boundary, and counts what has happened in the world.

    uv run python tests/benchmarks/kills/matrix.py [--store sqlite] [--kills N] [--baselines] [--json]

Processes are real, and so are their deaths; see `world` for the three APIs. Without `--store`, SQLite and
PostgreSQL are both tried. Ends with exit code 1 when an effect has happened twice, is lost, is confirmed or
failed and is not, or a person was asked without need; and when runs without one of the safeguards do not
double anything.
"""

import argparse
import json
import random
import sys
from collections.abc import Iterator, Sequence
from contextlib import ExitStack
from dataclasses import asdict, dataclass, replace
from functools import partial
from itertools import chain, count, islice
from typing import Any

import compared
import power
from company import Enough, Together, Told, play_all, stages, together
from judge import Verdict
from playing import Case, Stage, numbered
from points import SENT, SERVED, drawn, recoveries, singles
from stores import folder, keep
from world import APIS, world
from zombies import race, rise

SKIPS = {"skips": True}  # nobody waits for the leases of those whom the chosen kills have killed
LEASE = 60.0  # where that is so: longer than anything takes, on a machine that has too much to do
BRIEF = 3.0  # where leases are waited for
LONG = 600.0  # where nobody may wait for one: no run takes as long
SETTLES = 0.3
STARVED = 1.5  # seconds after which the world has acted on what it was sent by somebody who is gone
LATE = 2.0  # longer than it takes to begin anew
DOUBLES, TRIPLES, RANDOM = 90, 45, 100  # for each API
FOLLOWED = 12  # that are killed twice, besides the singles
ZOMBIES = 15


COLUMNS = {
    "runs": "runs",
    "kills": "kills",
    "twice": "twice",
    "extra": "extra",
    "lost": "lost",
    "false": "false",
    "asked": "a person",
    "happened": "had happened",
    "wrongly_asked": "needlessly",
}


@dataclass(frozen=True, kw_only=True)
class Row:
    """One line of the table. `bites` is of a run without a safeguard: it has to show what that is for."""

    store: str
    what: str
    api: str
    verdict: Verdict
    bites: bool = False

    @property
    def holds(self) -> bool:
        return self.verdict.twice > 0 if self.bites else self.verdict.holds


class Matrix:
    """The runs of one store."""

    def __init__(self, name: str, url: str, where: list[Stage], *, told: Told, scale: float) -> None:
        self.name = name
        self.url = url
        self.where = where
        self.told = told
        self.scale = scale

    def rows(self) -> Iterator[Row]:
        for api in APIS:
            yield self.row("chosen kills", api, self.chosen(api))
        for api in APIS:
            yield self.row("random kills", api, self.at_random(api))
        if self.name == "sqlite":
            for api in APIS:
                yield self.row("followed at once, lease of 10 minutes", api, self.followed(api))
        yield self.row(
            "world late by 120 ms, first request under way", "keyed", self.slow(0.12, 0.0, 0.0, api="keyed")
        )
        for what, late, lag in (("world late by 2 s", LATE, 0.0), ("reads late by 2 s", 0.0, LATE)):
            yield self.row(f"{what}, horizon 3 s", "readable", self.slow(late, lag, LATE + 1))
            yield self.row(f"{what}, no horizon", "readable", self.slow(late, lag, 0.0), bites=True)
        for api in APIS:
            yield self.row("stopped and taken over", api, self.zombies(api))
        for api in APIS:
            yield self.row("two at once, one killed", api, self.rivals(api))
        yield self.row(
            "stopped, by a clock that stops, too",
            "readable",
            self.zombies("readable", sleeps=True),
            bites=True,
        )

    def row(self, what: str, api: str, verdict: Verdict, *, bites: bool = False) -> Row:
        return Row(store=self.name, what=what, api=api, verdict=verdict, bites=bites)

    def case(self, what: str, api: str, **given: Any) -> Case:
        lease = given.pop("lease", LEASE)
        horizon = given.pop("horizon", SETTLES)
        life = {"store": self.url, "lease": lease, "horizon": horizon, **given.pop("life", {})}
        return Case(run=f"{self.name}-{what}-{api}", api=api, life=life, **given)

    def some(self, many: int, *, least: int = 1) -> int:
        return max(least, round(many * self.scale))

    def chosen(self, api: str) -> Verdict:
        """Every point of every step, and draws of two and of three kills in one run."""
        every = list(chain(singles(), recoveries(api)))
        if self.scale < 1:
            every = random.Random(api).sample(every, self.some(len(every)))
        total = self._play(numbered(every, self.case("one", api, life=SKIPS)))
        for kills, many in ((2, self.some(DOUBLES)), (3, self.some(TRIPLES))):
            cases = numbered(drawn(api, kills), self.case(f"{kills}kills", api, life=SKIPS))
            total += self._play(cases, lambda sum_, many=many: sum_.full >= many)
        return total

    def at_random(self, api: str) -> Verdict:
        drawing = random.Random(api)
        like = self.case("random", api, lease=1.0, horizon=STARVED, life={"think": 0.02})
        cases = (
            replace(like, run=f"{like.run}-{n}", pauses=[drawing.uniform(0.05, 0.5) for _ in range(3)])
            for n in count()
        )
        enough = self.some(RANDOM)
        return self._play(cases, lambda sum_: sum_.kills >= enough)

    def followed(self, api: str) -> Verdict:
        """Whose process has ended is followed at once: whoever waited for the lease would not end in time."""
        like = self.case("followed", api, lease=LONG, horizon=STARVED)
        every = list(chain(singles(), islice(drawn(api, 2), FOLLOWED)))
        if self.scale < 1:
            every = random.Random(api).sample(every, self.some(len(every)))
        return self._play(numbered(every, like))

    def slow(self, late: float, lag: float, horizon: float, *, api: str = "readable") -> Verdict:
        """A world that is late, or whose reads are: singles where that matters, and doubles."""
        like = self.case(f"late{late}-{lag}-{horizon}", api, late=late, lag=lag, horizon=horizon, life=SKIPS)
        schedules = chain(singles(SERVED), singles(SENT), islice(drawn(api, 2), 30))
        return self._play(numbered(islice(schedules, self.some(60, least=3)), like))

    def zombies(self, api: str, *, sleeps: bool = False) -> Verdict:
        # A clock that stops while nothing is done makes horizons long.
        horizon = 0.05 if sleeps else STARVED
        like = self.case(f"zombie{sleeps}", api, lease=BRIEF, horizon=horizon, life={"sleeps": sleeps})
        plays: list[Together] = [
            partial(rise, replace(like, run=f"{like.run}-{n}"), "after_sent" if n % 2 else "before_socket")
            for n in range(self.some(ZOMBIES))
        ]
        return together(self.where, plays, lambda verdict: self.told(like.run, verdict))

    def rivals(self, api: str) -> Verdict:
        kills = islice(singles(), 0, None, round(3 / self.scale))
        plays: list[Together] = [
            partial(race, self.case(f"rivals-{n}", api, lease=BRIEF, horizon=STARVED), kill)
            for n, (kill,) in enumerate(kills)
        ]
        return together(self.where, plays, lambda verdict: self.told(f"{self.name}-rivals-{api}", verdict))

    def _play(self, cases: Iterator[Case], enough: Enough | None = None) -> Verdict:
        return play_all(self.where, cases, self.told, enough)


def table(rows: list[Row]) -> str:
    head = ("store", "what", "API", *COLUMNS.values())
    body = [(row.store, row.what, row.api, *(getattr(row.verdict, name) for name in COLUMNS)) for row in rows]
    lines = [head, ("---",) * len(head), *body]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def played(names: Sequence[str], scale: float, told: Told, asked: argparse.Namespace) -> Iterator[Row]:
    """Everything that is asked for, row by row."""
    with ExitStack() as stack:
        there = stack.enter_context(world())
        place = stack.enter_context(folder())
        for name in names:
            with keep(name, place) as kept, stages(asked.at_once, there, place, states=kept.states) as where:
                yield from Matrix(name, kept.url, where, told=told, scale=scale).rows()
            if name == "sqlite":
                yield from (Row(**row) for row in power.rows(there, scale, told))
        if asked.baselines:
            others = compared.rows(there, place, scale, told, at_once=asked.at_once)
            yield from (Row(**row) for row in others)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--store", choices=("sqlite", "postgresql"), action="append", help="default: both")
    parser.add_argument("--kills", type=int, help="about how many chosen and random ones in each store")
    parser.add_argument(
        "--baselines", action="store_true", help="also DBOS, LangGraph and exactly-once alone"
    )
    parser.add_argument("--json", action="store_true", help="print rows as JSON in place of the table")
    parser.add_argument("--at-once", type=int, default=4, help="runs under way at a time")
    asked = parser.parse_args()
    scale = 1.0 if asked.kills is None else min(1.0, asked.kills / 1400)
    told, rows = Told(), []
    for row in played(asked.store or ("sqlite", "postgresql"), scale, told, asked):
        rows.append(row)
        print(table([row]).splitlines()[-1], file=sys.stderr, flush=True)
    print(json.dumps([asdict(row) for row in rows], indent=2) if asked.json else table(rows))
    ours = [row for row in rows if row.store in ("sqlite", "postgresql")]
    killed = sum(row.verdict.kills for row in ours)
    wrong = [row for row in ours if not row.holds]
    print(
        f"{killed} kills of the ledger in all; {len(wrong)} rows are not as they have to be", file=sys.stderr
    )
    for row in wrong:
        print(row.store, row.what, row.api, *row.verdict.why[:5], sep="\n  ", file=sys.stderr)
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
