"""What ten million records cost: `uv run python tests/benchmarks/volume.py sqlite:///volume.db`.

Fills an empty database with calls of thirty days that end now: a hundredth by the store itself, each under an
id, at a time and with metadata of its own, and copies of that, later and later, by the database. Then it
writes a hundredth more, asks what people ask, removes a part while another connection writes, and prints
sizes, rates and times. With `--count` it takes fewer calls; the address `postgresql` runs a server out of a
wheel; `--kept` takes a database that was filled before. It needs some 2.5 GB for each million.
"""

import argparse
import asyncio
import random
import statistics
import sys
import tempfile
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import replace
from os import urandom
from pathlib import Path
from typing import Any

from sqlalchemy import Index

from interlock import Record
from interlock.testing import scripted_router
from interlock.testing.records import sample_record
from interlock.types.stores import PruneCall, RecordQuery, StoreCall, TallyQuery
from interlock_sql.address import address_of
from interlock_sql.database import Database
from interlock_sql.engines import writing
from interlock_sql.rows import COLUMNS
from interlock_sql.tables import metadata

sys.path.insert(0, str(Path(__file__).parents[1] / "support"))
from records import Ready

BATCH = 500
DAYS = 30
TIMES = 100
_DAY = 86_400.0
PROMPT = "Write a short note to our customer in Lyon, whose parcel was lost by the carrier. "


def patterns() -> list[Record]:
    """Calls as a router records them; one of a hundred failed, three were answered by the second choice."""

    async def made() -> list[Record]:
        async with scripted_router({name: Ready((), name) for name in "abc"}) as router:
            for number in range(200):
                await router.complete(f"{PROMPT}{number}")
            return list(router.records)

    found = asyncio.run(made())
    for number in (50, 150):
        found[number] = replace(found[number], error="AllAttemptsFailed", deployment=None, model=None)
    for number in range(0, 200, 33):
        found[number] = replace(sample_record(number), decision=found[number].decision, run=None)
    return found


def copies(made: Sequence[Record], first: float, count: int, seconds: float) -> Iterator[list[Record]]:
    """So many, in batches, over so many seconds."""
    dice = random.Random(7)
    tasks = ("conversational", "qa", "code", "vision", "translation")
    for start in range(0, count, BATCH):
        batch = []
        for number in range(start, min(count, start + BATCH)):
            record = made[number % len(made)]
            at = first + number * seconds / count
            # Few keys have most of the calls.
            key, customer = int(dice.paretovariate(1.1)) % 200, dice.randrange(5_000)
            decision = replace(record.decision, task=tasks[number % len(tasks)])
            batch.append(
                replace(
                    record,
                    id=f"{int(at * 1_000):012x}{urandom(10).hex()}",
                    started=at,
                    decision=decision,
                    metadata={"interlock-key": f"key-{key}", "customer": str(customer)},
                    run=f"run-{number // 20}" if number % 10 == 0 else None,
                )
            )
        yield batch


def filled(database: Database, count: int, now: float) -> None:
    """A hundredth by the store itself, and copies of that, later and later, by the database."""
    part, seconds = count // TIMES, DAYS * _DAY / TIMES
    first = now - DAYS * _DAY
    written(database, copies(patterns(), first, part, seconds), part)
    began = time.perf_counter()
    dialect = database.engine.dialect.name
    last = f"{int((first + seconds) * 1_000):012x}"
    with writing(database.engine).begin() as connection:
        for index in indexes():
            index.drop(connection)
    quickly = "PRAGMA foreign_keys = 0" if dialect == "sqlite" else "SET session_replication_role = replica"
    for number in range(1, TIMES):
        with database.engine.connect() as connection:
            driver = connection.connection.driver_connection
            assert driver is not None
            driver.execute(quickly)
            driver.commit()
        with writing(database.engine).begin() as connection:
            for table, columns in COLUMNS.items():
                if table == "exclusions":  # of these calls there are none
                    continue
                others = moved(dialect, table, number * seconds)
                values = ", ".join(others.get(name, name) for name in columns)
                driver.execute(
                    f"INSERT INTO {table} ({', '.join(columns)}) SELECT {values} FROM {table} "
                    f"WHERE {'id' if table == 'records' else 'record'} < '{last}'"
                )
        if number % 10 == 9:
            print(f"  {(number + 1) * part:,} after {time.perf_counter() - began:.0f} s", flush=True)
    for index in indexes():
        with writing(database.engine).begin() as connection:
            index.create(connection)
    print(f"  copied and indexed after {time.perf_counter() - began:.0f} s", flush=True)
    if dialect == "postgresql":
        with database.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
            connection.exec_driver_sql("VACUUM ANALYZE")
    database.close()


def indexes() -> list[Index]:
    """Beside the primary keys: they are made anew when everything is there, to be quicker."""
    return [index for table in COLUMNS for index in metadata.tables[table].indexes]


def moved(dialect: str, table: str, shift: float) -> dict[str, str]:
    """Columns whose values differ in a copy that is later by so many seconds, each with its expression."""
    key = "id" if table == "records" else "record"
    if dialect == "sqlite":
        moment = f"printf('%012x', CAST(seconds * 1000 AS INTEGER) + {shift * 1_000:.0f})"
        later = f"strftime('%Y-%m-%d %H:%M:%f', started, '+{shift:.0f} seconds')"
        body = f"json_set(replace(body, substr(id, 1, 12), {moment}), '$.started', seconds + {shift:.0f})"
    else:
        moment = f"lpad(to_hex(floor(seconds * 1000)::bigint + {shift * 1_000:.0f}), 12, '0')"
        later = f"started + interval '{shift:.0f} seconds'"
        text = f"replace(body::text, substr(id, 1, 12), {moment})"
        body = f"jsonb_set({text}::jsonb, '{{started}}', to_jsonb(seconds + {shift:.0f}))::json"
    return {
        key: f"{moment} || substr({key}, 13)",
        "seconds": f"seconds + {shift:.0f}",
        "started": later,
        "body": body,
        "run": f"run || '-{shift:.0f}'",
    }


def written(database: Database, batches: Iterator[list[Record]], count: int) -> None:
    """By the store, and at what pace."""
    spent = cpu = 0.0
    for batch in batches:
        start, ticks = time.perf_counter(), time.process_time()
        database.put(batch)
        spent += time.perf_counter() - start
        cpu += time.process_time() - ticks
    each = f"{cpu / count * 1e6:.1f} µs of CPU each"
    print(f"written: {count / spent:,.0f} a second, {each}, in batches of {BATCH}")


def asked(database: Database, now: float) -> None:
    newest = database.find(RecordQuery(limit=20))
    middle = database.find(RecordQuery(limit=1, until=now - 15 * _DAY))[0]
    questions: dict[str, Callable[[], Any]] = {
        "list": lambda: database.find(RecordQuery(limit=20)),
        "list --task": lambda: database.find(RecordQuery(task="vision", limit=20)),
        "list --deployment, often": lambda: database.find(RecordQuery(deployment="a", limit=20)),
        "list --deployment, seldom": lambda: database.find(RecordQuery(deployment="first", limit=20)),
        "list --deployment, never": lambda: database.find(RecordQuery(deployment="nobody", limit=20)),
        "list --metadata, often": lambda: database.find(
            RecordQuery(metadata={"interlock-key": "key-1"}, limit=20)
        ),
        "list --metadata, seldom": lambda: database.find(RecordQuery(metadata={"customer": "42"}, limit=20)),
        "list --run": lambda: database.find(RecordQuery(run="run-7", limit=20)),
        "list --errors --since 7d": lambda: database.find(
            RecordQuery(failed=True, since=now - 7 * _DAY, limit=20)
        ),
        "list --errors, page 50": lambda: database.find(
            RecordQuery(failed=True, after=(middle.started, middle.id), limit=500)
        ),
        "show": lambda: database.get(middle.id),
        "tally, 30 days": lambda: database.tally(TallyQuery(since=now - 30 * _DAY)),
        "tally by key, 30 days": lambda: database.tally(
            TallyQuery(since=now - 30 * _DAY, label="interlock-key")
        ),
        "tally by key, 24 hours": lambda: database.tally(
            TallyQuery(every=3_600, since=now - _DAY, label="interlock-key")
        ),
    }
    assert len(newest) == 20
    for name, ask in questions.items():
        times = []
        for _ in range(3):
            start = time.perf_counter()
            found = ask()
            times.append(time.perf_counter() - start)
        size = len(found) if isinstance(found, list) else 1
        then = statistics.median(times[1:]) * 1e3
        print(f"{name}: first {times[0] * 1e3:,.1f} ms, then {then:,.1f} ms ({size})", flush=True)


def pruned(open_: Callable[[], Database], keep: int, now: float) -> None:
    """While another connection writes."""
    waits: list[float] = []
    over = threading.Event()

    def write() -> None:
        other = open_()
        for batch in copies(patterns(), now, 10_000_000, 1e6):
            if over.is_set():
                break
            start = time.perf_counter()
            other.put(batch[:100])
            waits.append(time.perf_counter() - start)
            time.sleep(0.05)
        other.close()

    database = open_()
    writer = threading.Thread(target=write)
    writer.start()
    start, removed, longest = time.perf_counter(), 0, 0.0
    while True:
        step = time.perf_counter()
        done = database.prune(PruneCall(before=now - DAYS * _DAY * (1 - keep / 100)))
        longest = max(longest, time.perf_counter() - step)
        if not done:
            break
        removed += done
    spent = time.perf_counter() - start
    over.set()
    writer.join()
    database.close()
    print(
        f"pruned: {removed:,} in {spent:.1f} s, {removed / spent:,.0f} a second, a step within "
        f"{longest * 1e3:.0f} ms; beside it {len(waits)} batches of 100 were written, each within "
        f"{max(waits, default=0) * 1e3:.0f} ms, half within {statistics.median(waits or [0]) * 1e3:.0f} ms"
    )


def size(database: Database) -> str:
    with database.engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            pages, free, each = (
                int(connection.exec_driver_sql(f"PRAGMA {name}").scalar() or 0)
                for name in ("page_count", "freelist_count", "page_size")
            )
            return f"{pages * each / 1e9:.2f} GB, of which {free * each / 1e9:.2f} are free"
        found = connection.exec_driver_sql("SELECT pg_database_size(current_database())").scalar()
        return f"{int(found or 0) / 1e9:.2f} GB"


@contextmanager
def place(url: str) -> Iterator[str]:
    if url != "postgresql":
        yield url
        return
    from postgresql import running

    with running() as address:
        yield f"postgresql://{address}/postgres"


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("url")
    parser.add_argument("--count", type=int, default=10_000_000)
    parser.add_argument("--kept", action="store_true")
    parser.add_argument("--prune", type=int, default=10, help="per cent of the calls")
    options = parser.parse_args()
    with place(options.url) as url:
        call = StoreCall(url=url, folder=Path(tempfile.gettempdir()))

        def open_() -> Database:
            return Database(address_of(call))

        database, now = open_(), time.time()
        if not options.kept:
            filled(database, options.count, now)
            database = open_()
            few = options.count // TIMES // 5
            written(database, copies(patterns(), now, few, 60.0), few)
        print("size:", size(database))
        asked(database, now)
        if options.prune:
            pruned(open_, options.prune, now)
            print("size:", size(database))
            asked(database, now)
        database.close()


if __name__ == "__main__":
    main()
