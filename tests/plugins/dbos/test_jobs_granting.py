"""Grants: budgets that are never exceeded, windows without more than their limit, turns on all machines."""

import asyncio
import random
from itertools import count

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from interlock_dbos.jobs.contract import Job, OutOfMoney
from interlock_dbos.jobs.granting import Wanted, grant, release, settle
from interlock_dbos.jobs.places import place_of
from interlock_dbos.jobs.store import JobStore

_tokens = count()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request, tmp_path):
    if request.param == "sqlite":
        return f"dbos+sqlite:///{tmp_path}/jobs.db"
    return f"dbos+{request.getfixturevalue('database')}"


@pytest.fixture
async def stores(url, tmp_path):
    """Three, as three machines have them."""
    made = [JobStore(place_of(url, tmp_path).address) for _ in range(3)]
    yield made
    for each in made:
        await each.aclose()


def wanted(key, amount=0.0, owner="a", providers=None, job="j"):
    of = {"p": 1} if providers is None else providers
    return Wanted(job=job, key=key, token=str(next(_tokens)), owner=owner, providers=of, amount=amount)


async def test_a_budget_is_never_exceeded_by_machines_that_hold_at_once(stores):
    await stores[0].submit(Job(id="j", kind="k", budget=1.0, at_once=100))
    most, over = [0.0], [0]

    async def ask(number):
        store = stores[number % 3]
        one = wanted(f"k{number}", 0.15)
        while True:
            try:
                found = await store.grant(one)
            except OutOfMoney:
                over[0] += 1
                return
            if not found.again:
                break
            await asyncio.sleep(0.01)
        job = await store.get("j")
        most[0] = max(most[0], job.spent + job.held)
        await asyncio.sleep(random.random() / 50)
        await store.settle(one, 0.1)

    await asyncio.gather(*(ask(number) for number in range(12)))
    job = await stores[0].get("j")
    assert most[0] <= 1.0
    assert (job.held, over[0]) == (0.0, 12 - round(job.spent / 0.1))
    assert 0.8 <= job.spent <= 1.0, "what is left would not have held another one"


async def test_a_repeated_question_takes_the_place_of_its_own_hold_which_counts_as_spent(stores):
    await stores[0].submit(Job(id="j", kind="k", budget=1.0))
    first, second = wanted("q", 0.3, "dead"), wanted("q", 0.3, "alive")
    await stores[0].grant(first)
    await stores[1].grant(second)
    job = await stores[0].get("j")
    assert (job.held, job.spent) == (0.3, 0.3)
    await stores[0].settle(first, 0.2)  # it stood still, and ends after all: it was counted
    await stores[1].settle(second, 0.1)
    await stores[1].settle(second, 0.1)
    job = await stores[0].get("j")
    assert (job.held, job.spent) == (0.0, 0.4)


async def test_what_a_dead_worker_had_is_let_go_of(stores):
    await stores[0].submit(Job(id="j", kind="k", at_once=1))
    await stores[0].grant(wanted("q", 0.3, "dead"))
    assert (await stores[1].grant(wanted("other", 0.1))).again
    await stores[1].forget("dead")
    assert not (await stores[1].grant(wanted("other", 0.1))).again
    job = await stores[0].get("j")
    assert (job.held, job.spent) == (0.1, 0.3)


async def test_calls_at_once_are_counted_on_all_machines(stores):
    await stores[0].submit(Job(id="j", kind="k", at_once=2))
    first = wanted("a")
    assert not (await stores[0].grant(first)).again
    assert not (await stores[1].grant(wanted("b"))).again
    assert (await stores[2].grant(wanted("c"))).again
    assert not (await stores[2].grant(wanted("d", providers={"another": 1}))).again
    await stores[0].settle(first, 0.0)
    assert not (await stores[2].grant(wanted("c"))).again


async def test_a_provider_that_wants_to_be_left_alone_is_so_on_all_machines(stores):
    await stores[0].submit(Job(id="j", kind="k"))
    await stores[0].pause("p", 30.0)
    found = await stores[1].grant(wanted("a"))
    assert found.again
    assert 20 < found.seconds <= 30
    await stores[1].pause("p", 1.0)  # which is shorter, and changes nothing
    assert (await stores[2].grant(wanted("a"))).seconds > 20
    assert not (await stores[2].grant(wanted("b", providers={"another": 1}))).again


async def test_limits_are_the_last_that_were_said(stores):
    await stores[0].submit(Job(id="j", kind="k", at_once=100))
    await stores[0].limit("p", 2)
    starts = [await stores[number % 3].grant(wanted(f"{number}")) for number in range(5)]
    waits = [each.seconds for each in starts]
    assert waits[:2] == pytest.approx([0, 0], abs=0.5)
    assert 60 < waits[2] < 63
    assert 120 < waits[4] < 126
    await stores[1].limit("p", None)
    assert (await stores[2].grant(wanted("free"))).seconds == 0


@pytest.fixture(scope="module")
def connection(tmp_path_factory):
    from sqlalchemy import create_engine

    from interlock_dbos.tables import metadata

    engine = create_engine(f"sqlite:///{tmp_path_factory.mktemp('grants')}/x.db")
    metadata.create_all(engine)
    with engine.connect() as opened:
        yield opened
    engine.dispose()


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    second=st.integers(1, 6) | st.none(),
    minute=st.integers(1, 9) | st.none(),
    steps=st.lists(st.tuples(st.floats(0, 40), st.integers(1, 3)), min_size=1, max_size=30),
)
def test_no_window_has_more_starts_than_its_limit_and_nobody_waits_for_nothing(
    connection, monkeypatch_module, second, minute, steps
):
    from sqlalchemy import literal

    from interlock_dbos.jobs import granting, rows
    from interlock_dbos.tables import metadata

    for table in reversed(metadata.sorted_tables):
        connection.execute(table.delete())
    now = [1000.0]
    monkeypatch_module.setattr(granting, "clock", lambda _: literal(now[0]))
    rows.submit(connection, Job(id="j", kind="k", at_once=1000))
    rows.limit(connection, "p", minute, second)
    starts = []
    for number, (passed, calls) in enumerate(steps):
        now[0] += passed
        found = grant(connection, wanted(f"k{number}", providers={"p": calls}))
        starts += [now[0] + found.seconds] * calls
        if second is None and minute is None:
            assert found.seconds == 0
    for most, window in ((second, 1.0), (minute, 60.0)):
        if most is None:
            continue
        # A call for more than the limit at once has a window of its own.
        widest = max(most, *(calls for _, calls in steps))
        for at in starts:
            assert sum(at <= each < at + window for each in starts) <= widest


@pytest.fixture(scope="module")
def monkeypatch_module():
    with pytest.MonkeyPatch.context() as patch:
        yield patch


def test_money_is_rounded_against_whoever_spends_it(connection):
    from interlock_dbos.jobs.clock import dollars, nanos

    assert nanos(0.1) + nanos(0.2) == nanos(0.3)
    assert nanos(1e-12) == 1
    assert dollars(nanos(12.345678901)) == 12.345678901
    assert connection


def test_settling_twice_and_releasing_nothing_is_nothing(connection):
    from interlock_dbos.jobs import rows

    rows.submit(connection, Job(id="twice", kind="k"))
    one = wanted("q", 0.5, job="twice")
    grant(connection, one)
    settle(connection, one, 0.1)
    settle(connection, one, 0.1)
    release(connection, "a")
    found = rows.get(connection, "twice")
    assert (found.held, found.spent) == (0.0, 0.1)
