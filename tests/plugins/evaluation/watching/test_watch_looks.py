"""Looks at recorded traffic: what is counted, how often, and what is said of it."""

import asyncio
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from interlock_evaluation.store import Store
from interlock_evaluation.watching.changes import Series
from interlock_evaluation.watching.kept import WatchStore
from interlock_evaluation.watching.looking import Begin, Look, since_of
from recorded_traffic import DAY
from watched_traffic import NOW, Watched

either_database = pytest.mark.parametrize("url", ["sqlite", "postgresql"], indirect=True)


def total(found: Look) -> tuple[int, int]:
    """Calls of the baseline, and since."""
    assert found.watch is not None
    return (
        sum(each.calls for each in found.watch.days),
        sum(each.traffic.calls for each in found.watch.after),
    )


@pytest.fixture
async def begun(watched: Watched) -> Watched:
    """Four weeks of records."""
    for day in range(28):
        await watched.keep(watched.day(NOW - (28 - day) * DAY))
    return watched


@either_database
async def test_every_call_is_counted_once_however_often_somebody_looks(begun: Watched) -> None:
    first = await begun.look(NOW)
    assert (first.verdict, total(first)) == ("same", (28 * 60, 0))
    await begun.keep(begun.day(NOW, 60))
    for _ in range(3):
        found = await begun.look(NOW + DAY, at_once=True)
        assert total(found) == (28 * 60, 60)
    assert (found.calls, found.verdict) == (0, "not measured")


@either_database
async def test_what_is_written_late_is_counted_by_the_next_look(begun: Watched) -> None:
    day = begun.day(NOW, 60)
    await begun.look(NOW)
    await begun.keep(day[:40])
    await begun.look(NOW + DAY)
    await begun.keep([*day[40:], *begun.day(NOW + DAY, 60)])
    found = await begun.look(NOW + 2 * DAY)
    assert (found.calls, found.late, total(found)) == (80, 20, (28 * 60, 120))


async def test_a_look_before_its_time_says_when_it_is_due_and_a_late_one_that_some_were_missed(
    begun: Watched,
) -> None:
    await begun.look(NOW)
    early = await begun.look(NOW + 0.5 * DAY)
    assert (early.verdict, early.due) == ("not due", NOW + DAY)
    # Cron is not exact to the minute.
    assert (await begun.look(NOW + 0.99 * DAY)).verdict != "not due"
    await begun.keep([each for day in range(1, 4) for each in begun.day(NOW + day * DAY, 60)])
    late = await begun.look(NOW + 4 * DAY)
    assert late.missed == pytest.approx(3.01 * DAY)
    assert late.watch is not None
    assert len(late.watch.after) == 4  # a step for each day, whenever somebody looks


async def test_what_changed_is_said_with_its_day_its_size_and_how_many_calls(begun: Watched) -> None:
    await begun.look(NOW)
    for day in range(12):
        worse = {"failing": 0.25, "slower": 1.8} if day >= 4 else {}
        await begun.keep(begun.day(NOW + day * DAY, 120, **worse))
    found = await begun.look(NOW + 12 * DAY)
    assert found.verdict == "drifted"
    assert found.watch is not None
    by = {each.series: each for each in found.changes}
    errors = by[Series(measure="errors", deployment="codes")]
    latency = by[Series(measure="latency", deployment="codes")]
    assert (errors.drifted, latency.drifted) == (True, True)
    assert 0.12 < errors.change.low < 0.25 < errors.change.high < 0.35
    assert latency.change.low < 1.8 < latency.change.high
    assert since_of(found.watch, latency) == pytest.approx(NOW + 4 * DAY, abs=1.1 * DAY)
    assert min(errors.n_before, errors.n_now) > 100
    assert "Unavailable" in errors.told
    assert not by[Series(measure="mix")].drifted
    assert not by[Series(measure="cost", deployment="codes")].drifted
    # What was said once stands until somebody accepts it.
    for day in range(12, 15):
        await begun.keep(begun.day(NOW + day * DAY, 120))
    later = await begun.look(NOW + 15 * DAY)
    assert later.verdict == "drifted"
    assert NOW + 12 * DAY in later.first
    again = await begun.look(
        NOW + 15 * DAY,
        again=True,
        begin=Begin(since=NOW + 4 * DAY, until=NOW + 15 * DAY, source=""),
    )
    assert again.watch is not None
    assert (again.verdict, again.watch.number) == ("same", 2)


async def test_a_mix_that_moves_is_told_apart_from_deployments_that_change(begun: Watched) -> None:
    await begun.look(NOW)
    for day in range(20):
        await begun.keep(begun.day(NOW + day * DAY, 60, tasks=(0.2, 0.6, 0.2)))
    found = await begun.look(NOW + 20 * DAY)
    assert [each.series.measure for each in found.changes if each.drifted] == ["mix"]


async def test_calls_of_an_evaluation_are_no_traffic(begun: Watched) -> None:
    await begun.keep([replace(each, metadata={"evaluation": "run"}) for each in begun.day(NOW - DAY, 60)])
    assert total(await begun.look(NOW)) == (28 * 60, 0)


async def test_too_few_calls_begin_nothing(watched: Watched) -> None:
    await watched.keep([watched.calls.call(NOW - 5)])
    found = await watched.look(NOW)
    assert (found.verdict, found.watch) == ("not measured", None)
    assert "1 calls were recorded since then; 30 are wanted" in found.why
    assert await WatchStore(watched.store).last() is None


async def test_after_a_year_of_looks_it_says_that_it_is_blind(begun: Watched) -> None:
    await begun.look(NOW)
    await begun.keep(begun.day(NOW + 366 * DAY, 40))
    found = await begun.look(NOW + 367 * DAY)
    assert (found.verdict, "--again" in found.why) == ("not measured", True)


@either_database
async def test_two_who_look_at_once_count_each_call_once(begun: Watched, url: str) -> None:
    await begun.look(NOW)
    await begun.keep(begun.day(NOW, 60))
    other = Store.open(url)
    try:
        await asyncio.gather(
            begun.look(NOW + DAY, at_once=True),
            begun.look(store=other, now=NOW + DAY, at_once=True),
        )
        assert total(await begun.look(NOW + DAY, at_once=True)) == (28 * 60, 60)
    finally:
        await other.aclose()


_KILLED = """
import asyncio, os, signal, sys
from interlock import Router
from interlock.types.stores import StoreCall
from interlock_evaluation.store import Store
from interlock_evaluation.watching import looking, rows
from interlock_sql import SqlStore, address_of
from recorded_traffic import configuration

after = sys.argv[4] == "after"
counted = rows._count
def dies(*each):
    counted(*each)
    os.kill(os.getpid(), signal.SIGKILL)
if not after:
    rows._count = dies

async def main():
    router = Router.from_config(configuration("http://127.0.0.1:9", records=None))
    records = SqlStore(address_of(StoreCall(url=sys.argv[1])))
    begin = looking.Begin(since=0, until=1, source="")
    await looking.look(router, records, Store.open(sys.argv[2]), looking.Settings(), float(sys.argv[3]),
                       begin=begin, at_once=True)
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


@pytest.mark.skipif(os.name != "posix", reason="kills a process")
@pytest.mark.parametrize(("when", "calls_left"), [("before", 60), ("after", 0)])
async def test_a_process_that_is_killed_loses_nothing_and_doubles_nothing(
    when: str, calls_left: int, url: str, tmp_path: Path, begun: Watched
) -> None:
    await begun.look(NOW)
    await begun.keep(begun.day(NOW, 60))
    where = [f"sqlite:///{tmp_path}/calls.db", url, str(NOW + DAY), when]
    env = {**os.environ, "PYTHONPATH": os.pathsep.join(sys.path)}
    done = await asyncio.to_thread(
        subprocess.run, [sys.executable, "-c", _KILLED, *where], check=False, env=env, capture_output=True
    )
    assert done.returncode == -signal.SIGKILL, done.stderr
    found = await begun.look(NOW + DAY, at_once=True)
    assert (found.calls, total(found)) == (calls_left, (28 * 60, 60))
