"""Calls counted once and kept: whatever is written and removed, what is counted is what is there."""

import time
from collections.abc import Iterator
from dataclasses import replace
from math import isclose
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text

from interlock import Record
from interlock.records.tallies import tally
from interlock.testing.records import sample_record
from interlock.types.stores import CallTally, PruneCall, StoreCall, TallyQuery
from interlock_sql.address import address_of
from interlock_sql.database import Database

HOUR, DAY = 3_600, 86_400
ago = st.integers(0, 24 * 4) | st.integers(0, 24 * 450)  # hours
query = st.tuples(
    st.sampled_from([DAY, HOUR, 7 * DAY, 900, 3 * HOUR]),
    st.none() | ago,
    st.none() | ago,
    st.sampled_from([None, "customer", "nobody's"]),
)
steps = st.lists(
    st.tuples(st.just("put"), st.lists(ago, min_size=1, max_size=6))
    | st.tuples(st.just("prune"), ago)
    | st.tuples(st.just("ask"), query),
    min_size=3,
    max_size=9,
)


@pytest.fixture
def database(place: StoreCall) -> Iterator[Database]:
    found = Database(address_of(place))
    yield found
    found.close()


def record(number: int, started: float) -> Record:
    made = sample_record(number)
    decision = replace(made.decision, task=("qa", "vision")[number % 2])
    return replace(
        made,
        started=started,
        decision=decision,
        cost=None if number % 5 == 0 else number / 1_024,
        metadata={"customer": str(number % 3)} if number % 4 else {},
        error="AllAttemptsFailed" if number % 7 == 0 else None,
        deployment=None if number % 7 == 0 else "second",
    )


def same(found: list[CallTally], wanted: list[CallTally]) -> bool:
    def whose(each: CallTally) -> tuple[Any, ...]:
        return each.at, each.task, each.deployment or "", each.label or ""

    def near(one: CallTally, other: CallTally) -> bool:
        equal = replace(one, latency=other.latency, cost=other.cost) == other
        return equal and isclose(one.latency, other.latency) and isclose(one.cost, other.cost)

    pairs = zip(sorted(found, key=whose), sorted(wanted, key=whose), strict=True)
    return len(found) == len(wanted) and all(near(one, other) for one, other in pairs)


def emptied(database: Database) -> None:
    with database.engine.begin() as connection:
        for table in ("records", "tallied", "tallies"):
            connection.execute(text(f"DELETE FROM {table}"))


@given(steps=steps)
@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_what_is_counted_is_what_is_there(database: Database, steps: list[tuple[str, Any]]) -> None:
    emptied(database)
    now, there, number = time.time(), dict[str, Record](), 0
    for step, told in [*steps, ("ask", (DAY, None, None, None)), ("ask", (HOUR, 96, None, "customer"))]:
        if step == "put":
            batch = []
            for hours in told:
                number += 1
                batch.append(record(number, now - HOUR * (hours + 0.25)))
            database.put(batch)
            there |= {each.id: each for each in batch}
        elif step == "prune":
            before = now - HOUR * told
            while database.prune(PruneCall(before=before)):
                pass
            there = {key: each for key, each in there.items() if each.started >= before}
        else:
            every, since, until, label = told
            asked = TallyQuery(
                every=every,
                since=None if since is None else now - HOUR * since,
                until=None if until is None else now - HOUR * until,
                label=label,
            )
            assert same(database.tally(asked), tally(there.values(), asked)), asked


def test_what_is_over_is_counted_once(database: Database) -> None:
    now = time.time()
    database.put([record(number, now - 60 - number * HOUR) for number in range(72)])
    asked = TallyQuery(since=now - 3 * DAY)
    whole = database.tally(asked)
    assert sum(each.calls for each in whole) == 72
    with database.engine.begin() as connection:
        days = connection.execute(text("SELECT count(*) FROM tallied WHERE every = 86400")).scalar()
        assert days in (1, 2, 3)
        # What is gone by somebody's own hand stays counted: it was not counted a second time.
        middle = f"seconds BETWEEN {now - 60 * HOUR} AND {now - 12 * HOUR}"
        assert connection.execute(text(f"DELETE FROM records WHERE {middle}")).rowcount > 40
    assert same(database.tally(asked), whole)


def test_a_late_record_is_counted(database: Database) -> None:
    now = time.time()
    database.put([record(1, now - 40 * HOUR), record(2, now)])
    asked = TallyQuery(label="customer")
    assert sum(each.calls for each in database.tally(asked)) == 2
    database.put([record(3, now - 39.5 * HOUR)])
    assert sum(each.calls for each in database.tally(asked)) == 3
    while database.prune(PruneCall(keep=2)):
        pass
    assert sum(each.calls for each in database.tally(asked)) == 2


def test_who_may_not_write_counts_all_the_same(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = StoreCall(url="sqlite:///records.db", folder=tmp_path)
    monkeypatch.setattr("interlock_sql.engines.PATIENCE", 0.2)
    writer, reader = (Database(address_of(place)) for _ in range(2))
    writer.put([record(number, time.time() - number * HOUR) for number in range(48)])
    with writer.engine.execution_options(writes=True).begin():
        with reader.engine.connect() as connection:
            connection.exec_driver_sql("PRAGMA busy_timeout = 50")
        assert sum(each.calls for each in reader.tally(TallyQuery())) == 48
    for each in (writer, reader):
        each.close()


def test_a_file_gives_back_what_is_empty(tmp_path: Path) -> None:
    database = Database(address_of(StoreCall(url="sqlite:///records.db", folder=tmp_path)))
    now = time.time()
    for start in range(0, 8_000, 500):
        database.put([record(number, now - 8_000 + number) for number in range(start, start + 500)])
    before = pages(database)
    while database.prune(PruneCall(keep=500)):
        pass
    for _ in range(20):
        assert database.prune(PruneCall(keep=500)) == 0
    assert pages(database) < before * 0.7
    database.close()


def pages(database: Database) -> int:
    with database.engine.connect() as connection:
        found = connection.exec_driver_sql("PRAGMA page_count").scalar()
        assert isinstance(found, int)
        return found
