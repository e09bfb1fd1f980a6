"""What engines keep after kills, and what a step costs: `uv run tests/benchmarks/engines.py kills|cost`.

`kills` executes the errand of the conformance kit with a kill at each of its points, with random pairs and
triples of them, and with kills at random moments; `--every` takes each so-many-th of these, `--seed` chooses
others. `cost` takes steps one after another, and says how many plain commits to SQLite each is worth that are
as durable: those are measured between the others. `--postgresql URL` is a database on whose server empty ones
are made, instead of files of SQLite.
"""

import argparse
import asyncio
import random
import sqlite3
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import psycopg

from interlock_agents import DurableEngine, EngineCall, EngineKind, Strand
from interlock_agents.engines import Journals
from interlock_agents.engines.conformance import Place, cases, play, play_at_random
from interlock_agents.engines.conformance.processes import preload
from interlock_dbos import DbosEngines

STEPS = 200
TURNS = 5
JOURNAL, DBOS = Journals(), DbosEngines()
_numbers = count(1)


def engines(postgresql: str | None) -> Iterator[tuple[str, EngineKind, str]]:
    """A name, a kind, and the URL that it has."""
    if postgresql:
        yield "journal, PostgreSQL", JOURNAL, postgresql
        yield "DBOS, PostgreSQL", DBOS, f"dbos+{postgresql}"
    else:
        yield "journal, SQLite", JOURNAL, "sqlite:///agents.db"
        yield "DBOS, SQLite", DBOS, "dbos+sqlite:///dbos.db"


def another(url: str, folder: Path) -> Place:
    """A new and empty place: a folder, or a database on the server."""
    made = folder / f"place{next(_numbers)}"
    made.mkdir()
    scheme, _, rest = url.partition("://")
    if "sqlite" in scheme:
        return Place(url=url, folder=made)
    server, _, _ = rest.rpartition("/")
    name = f"engines_{time.time_ns()}"
    with psycopg.connect(f"postgresql://{rest}", autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE {name}")
    return Place(url=f"{scheme}://{server}/{name}", folder=made)


def kills(postgresql: str | None, *, every: int, seed: int, folder: Path) -> None:
    preload("interlock_dbos.engine")
    chosen = random.Random(seed)
    for name, kind, url in engines(postgresql):
        points = cases(kind, another(url, folder))
        singles = [[point] for point in points]
        several = [chosen.sample(points, size) for size in (2, 3) for _ in range(30)]
        moments = [[chosen.uniform(0.0, 1.5) for _ in range(2)] for _ in range(30)]
        done: Counter[str] = Counter()
        failed = []
        for at in (singles + several)[::every]:
            try:
                case = play(kind, another(url, folder), at, all_are_reached=len(at) == 1)
                done.update(runs=1, kills=case.kills, again=case.again)
            except AssertionError as error:
                failed.append(f"{at}: {error}")
        for after in moments[::every]:
            try:
                case = play_at_random(kind, another(url, folder), after)
                done.update(runs=1, kills=case.kills, again=case.again)
            except AssertionError as error:
                failed.append(f"after {after}: {error}")
        print(
            f"{name}: {len(points)} points, {done['runs']} runs, {done['kills']} kills, "
            f"{done['again']} steps done once more, none of them kept before; {len(failed)} failed",
            flush=True,
        )
        for each in failed:
            print(f"    {each}", flush=True)


async def cost(postgresql: str | None, folder: Path) -> None:
    async def nothing() -> None:
        return None

    async def program(strand: Strand) -> None:
        for number in range(STEPS):
            await strand.step(f"step {number}", nothing)

    places = [(name, kind, another(url, folder)) for name, kind, url in engines(postgresql)]
    plain: list[float] = []
    took: dict[str, list[float]] = {name: [] for name, _, _ in places}
    for turn in range(TURNS):
        plain.append(commits(folder))
        for name, kind, place in places:
            engine: DurableEngine = kind.open(EngineCall(url=place.url, folder=place.folder, program=program))
            await engine.execute(f"warm {turn}")
            began = time.perf_counter()
            await engine.execute(f"run {turn}")
            took[name].append((time.perf_counter() - began) / STEPS)
            await engine.aclose()
    middle = statistics.median(plain)
    print(f"a plain commit to SQLite, WAL and FULL: {middle * 1e3:.2f} ms")
    for name, each in took.items():
        ratio = statistics.median(each) / middle
        print(f"a step, {name}: {statistics.median(each) * 1e3:.2f} ms, {ratio:.1f} commits")


def commits(folder: Path) -> float:
    """Seconds for one."""
    with sqlite3.connect(folder / "plain.db", isolation_level=None) as database:
        database.execute("PRAGMA journal_mode = WAL")
        database.execute("PRAGMA synchronous = FULL")
        database.execute("CREATE TABLE IF NOT EXISTS steps (number INTEGER PRIMARY KEY, result TEXT)")
        began = time.perf_counter()
        for _ in range(STEPS):
            database.execute("INSERT INTO steps (result) VALUES ('null')")
        took = (time.perf_counter() - began) / STEPS
    database.close()
    return took


def main() -> None:
    told = argparse.ArgumentParser()
    told.add_argument("what", choices=["kills", "cost"])
    told.add_argument("--postgresql")
    told.add_argument("--every", type=int, default=1)
    told.add_argument("--seed", type=int, default=1)
    given = told.parse_args()
    with tempfile.TemporaryDirectory(prefix="interlock-engines-") as folder:
        if given.what == "kills":
            kills(given.postgresql, every=given.every, seed=given.seed, folder=Path(folder))
        else:
            asyncio.run(cost(given.postgresql, Path(folder)))


if __name__ == "__main__":
    main()
