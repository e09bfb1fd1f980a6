"""What an audit log takes, beside its bars, and what is found of what is done to one.

    uv run python tests/benchmarks/audit.py [folder]            appends and verification, in SQLite
    nice -n 19 uv run python tests/benchmarks/audit.py tampered [how many] [entries]
    nice -n 19 uv run python tests/benchmarks/audit.py killed [how often]

`folder` is where the files are made, and so which disk is waited for; each append is held against a commit
of one row to a bare table on the same disk. `tampered` does so many things to a log of so many entries,
10,000 of each without a number, and counts what is found with checkpoints, and in every tenth round without;
Ctrl-C prints what was counted until then. `killed` has two processes write into one database, and kills both,
again and again.
"""

import asyncio
import sqlite3
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import replace
from pathlib import Path
from random import Random

sys.path.append(str(Path(__file__).parents[1] / "support"))

from audit_killing import kill_and_look
from audit_tampering import ENTRIES, FORGED_END, finder, tampered
from interlock import LogEntry
from interlock.types.logs import LogCall
from interlock.types.models import Secret
from interlock_audit import AuditLog, AuditOptions, opened
from interlock_audit.keys import SigningKey
from interlock_audit.verifying import Source, verify
from interlock_audit.verifying.reading import checkpoints_in, verify_database

ENTRIES_KEPT = 10_000
BATCH = 500
FACTS = {
    "deployment": "glm-onprem",
    "model": "zhipu/glm-5.2", "region": "eu", "treatment": "sealed", "outcome": "answer",
    "latency": 0.731, "tokens": {"input": 812, "output": 164}, "excluded": {"glm-cloud": "residency"},
}  # fmt: skip
SEALING = Secret("A" * 43 + "=")
BARS = {"batched": 50.0, "required": 3.0, "verify": 100.0}


class Place:
    def __init__(self, folder: Path) -> None:
        self.url = f"audit+sqlite:///{folder}/audit.db"
        self.checkpoints = folder / "checkpoints.jsonl"
        self.key = SigningKey.new()
        self.key.write(folder / "audit.key")
        self.key_text = (folder / "audit.key").read_text()
        self.options = AuditOptions(key=Secret(self.key_text), checkpoints=(self.checkpoints,))

    def open(self) -> AuditLog:
        return opened(LogCall(url=self.url, options=self.options))

    def rows(self) -> list[tuple[object, ...]]:
        with closing(sqlite3.connect(self.url.removeprefix("audit+sqlite:///"))) as database:
            statement = "SELECT chain, seq, id, hash, body FROM audit ORDER BY chain, seq"
            return database.execute(statement).fetchall()

    def ids(self) -> list[object]:
        return [row[2] for row in self.rows()]


@contextmanager
def places(where: str | None = None) -> Iterator[Place]:
    with tempfile.TemporaryDirectory(dir=where) as made:
        yield Place(Path(made))


def entry(number: int) -> LogEntry:
    return LogEntry(kind="attempt_ended", call=f"{number:032x}", run="order-4711", attempt=1, facts=FACTS)


def said(what: str, took: float, unit: str, bar: float | None = None) -> None:
    held = "" if bar is None else f"   bar {bar:g} {unit}: {'met' if took <= bar else 'MISSED'}"
    print(f"{what:<42} {took:8.2f} {unit}{held}", flush=True)


async def costs(where: str | None) -> None:
    with places(where) as place:
        log = place.open()
        await log.append([entry(-1)])
        batches = [[entry(first + n) for n in range(BATCH)] for first in range(0, ENTRIES_KEPT, BATCH)]
        began, cpu = time.perf_counter(), time.process_time()
        for batch in batches:
            await log.append(batch)
        took, cpu = time.perf_counter() - began, time.process_time() - cpu
        said(f"append, {BATCH} at once, each", took / ENTRIES_KEPT * 1e6, "us", BARS["batched"])
        said("  of the processor", cpu / ENTRIES_KEPT * 1e6, "us")
        took = []
        for number in range(300):
            began = time.perf_counter()
            await log.append([entry(20_000 + number)])
            took.append(time.perf_counter() - began)
        said("append, one, waited for", sorted(took)[150] * 1e3, "ms", BARS["required"])
        bare = sorted(bare_commits(Path(place.url.removeprefix("audit+sqlite:///")).with_name("bare.db")))[
            150
        ]
        said("  a commit to a bare table", bare * 1e3, "ms")
        await log.aclose()
    for what, subjects in (("one subject", 1), ("100 subjects", 100), ("a new subject each", ENTRIES_KEPT)):
        with places(where) as place:
            log = opened(LogCall(url=place.url, options=replace(place.options, sealing=SEALING)))
            await log.append([entry(-1)])
            began = time.perf_counter()
            for batch in batches:
                told = [replace(each, subject=f"s{int(each.call or '0', 16) % subjects}") for each in batch]
                await log.append(told)
            said(f"append sealed, {what}, each", (time.perf_counter() - began) / ENTRIES_KEPT * 1e6, "us")
            began = time.perf_counter()
            await log.erase(subject="s0")
            said("  erase one of them", (time.perf_counter() - began) * 1e3, "ms")
            await log.aclose()
    with places(where) as place:
        log = place.open()
        for batch in batches:
            await log.append(batch)
        await log.aclose()
        took, used = [], []
        for _ in range(9):
            began, cpu = time.perf_counter(), time.process_time()
            report = verify_database(
                log.address, sources=[checkpoints_in(place.checkpoints)], keys=[place.key.public]
            )
            took.append(time.perf_counter() - began)
            used.append(time.process_time() - cpu)
            assert report.whole
        said(f"verify {report.entries:,} entries", min(took) * 1e3, "ms", BARS["verify"])
        said("  of the processor", min(used) * 1e3, "ms")


def bare_commits(path: Path) -> Iterator[float]:
    database = sqlite3.connect(path, isolation_level=None)
    database.execute("PRAGMA journal_mode = WAL")
    database.execute("PRAGMA synchronous = FULL")
    database.execute("CREATE TABLE bare (body TEXT)")
    for _ in range(300):
        began = time.perf_counter()
        database.execute("INSERT INTO bare VALUES (?)", ("x" * 400,))
        yield time.perf_counter() - began
    database.close()


async def written(place: Place, entries: int) -> None:
    """So many entries in five chains, all of them closed."""
    logs = [place.open() for _ in range(5)]
    batch = min(BATCH, entries // 5)
    for first in range(0, entries, batch):
        await logs[first // batch % 5].append([entry(first + n) for n in range(batch)])
    for log in logs:
        await log.aclose()


def tampering(many: int, entries: int) -> None:
    with places() as place:
        asyncio.run(written(place, entries))
        rows = place.rows()
        source = Source(name="checkpoints.jsonl", lines=place.checkpoints.read_text().splitlines())
        keys = [place.key.public]
    assert verify(rows, finder(rows), sources=[source], keys=keys).whole
    found, done, owned, without = Counter(), Counter(), Counter(), Counter()
    with suppress(KeyboardInterrupt):
        for number in range(many):
            kind = ENTRIES[number % len(ENTRIES)]
            changed = tampered(Random(number), rows, kind)
            report = verify(changed, finder(changed), sources=[source], keys=keys)
            done[kind.name] += 1
            found[kind.name] += not report.whole
            if number // len(ENTRIES) % 10 == 0:
                bare = verify(changed, finder(changed), keys=keys)
                without[kind.name] += 1
                owned[kind.name] += not bare.whole or bool(kind.limits & bare.limits)
            if number % 500 == 0:
                print(f"  {number:,}", file=sys.stderr, flush=True)
    for kind in ENTRIES:
        name = kind.name
        print(
            f"{name:<44} found {found[name]:>5} of {done[name]:>5}; without checkpoints found or named "
            f"{owned[name]:>3} of {without[name]:>3}"
        )
    print(f"{'all':<44} found {found.total():>5} of {done.total():>5}")
    changed = tampered(Random(0), rows, FORGED_END)
    report = verify(changed, finder(changed), sources=[source], keys=keys)
    print(f"{FORGED_END.name}: {report.unanchored} said to be covered by no checkpoint")


def killing(often: int) -> None:
    with places() as place:
        confirmed = 0
        for number in range(often):
            confirmed += kill_and_look(place, Random(number))
            if number % 20 == 0:
                print(f"  {number}", file=sys.stderr, flush=True)
        report = verify_database(
            place.open().address, sources=[checkpoints_in(place.checkpoints)], keys=[place.key.public]
        )
    print(f"two processes killed {often} times: {confirmed:,} entries confirmed, all there")
    print(f"{report.entries:,} entries in {len(report.chains)} chains, {len(report.findings)} findings")


if __name__ == "__main__":
    match sys.argv[1:]:
        case ["tampered", *rest]:
            tampering(*map(int, (*rest, *("10000", "10000")[len(rest) :])))
        case ["killed", *rest]:
            killing(int(rest[0]) if rest else 200)
        case rest:
            asyncio.run(costs(rest[0] if rest else None))
