"""Whoever carries out effects is killed at every boundary: nothing happens twice, and nothing is lost."""

import shutil
from contextlib import closing
from itertools import chain, islice

import pytest
from company import Told, play_all
from judge import Verdict
from playing import Case, Stage, numbered
from points import AFTER, BEFORE, SENT, SERVED, Kill, drawn, recoveries, singles
from power import Failing, Place, play, preloaded
from stores import Kept, in_sqlite
from world import APIS
from zombies import rise


def some_of_all(api):
    """Every point, at one step or another; and a few runs that are killed twice."""
    every = list(singles())
    points = len(BEFORE + SENT + AFTER)
    each = (every[number + points * (number % 3)] for number in range(points))
    return chain(each, islice(recoveries(api), 2, 6), islice(drawn(api, 2), 2))


@pytest.mark.parametrize("api", APIS)
def test_no_effect_happens_twice_is_lost_or_is_falsely_confirmed_wherever_its_process_dies(pair, life, api):
    like = Case(run=f"one-{api}", api=api, life=life)
    verdict = play_all(pair, numbered(some_of_all(api), like), Told())
    assert verdict.why == []
    assert verdict.kills >= 17
    assert (verdict.asked > 0) == (api == "blind")


def test_postgresql_keeps_the_same_ledger(pair, life, database):
    stage, kept = pair[0], Kept(database)
    told = life | {"store": database}
    verdict = Verdict()
    before, stage.states = stage.states, kept.states
    try:
        for api in APIS:
            like = Case(run=f"postgresql-{api}", api=api, life=told)
            schedules = (Kill("committed", 1), Kill("claimed", 1)), (Kill("after_settle", 2),)
            for case in numbered(schedules, like):
                verdict += stage.play(case)
    finally:
        stage.states = before
    assert verdict.why == []
    assert (verdict.kills, verdict.asked) == (9, 1)


@pytest.mark.parametrize("horizon", [1.5, 0.0])
@pytest.mark.parametrize(("point", "kind"), [("received", "late"), ("committed", "lag")])
def test_a_world_that_is_slow_doubles_what_is_read_within_its_horizon_and_nothing_after_it(
    pair, life, point, kind, horizon
):
    slow = {kind: 0.1 if horizon else 2.0}
    told = life | {"horizon": horizon}
    run = f"slow-{kind}-{horizon}"
    verdict = pair[0].play(Case(run=run, api="readable", schedule=(Kill(point, 0),), life=told, **slow))
    assert verdict.twice == (0 if horizon else 1)
    assert verdict.holds == bool(horizon)


@pytest.mark.parametrize("sleeps", [False, True])
def test_who_was_stopped_and_taken_over_sends_nothing_by_a_clock_that_goes_on(pair, life, sleeps):
    told = life | {"skips": False, "lease": 0.5, "sleeps": sleeps}
    case = Case(run=f"zombie-{sleeps}", api="readable", life=told)
    verdict = rise(case, "after_sent", pair[0], pair[1].server)
    assert verdict.twice == (1 if sleeps else 0)


@pytest.mark.skipif(shutil.which("cc") is None, reason="what keeps copies of synchronised files is compiled")
def test_a_loss_of_power_doubles_only_what_was_committed_without_synchronising(there, life, place):
    root = place / "power"
    root.mkdir()
    disk = Place(root)
    kept = in_sqlite(disk.watched)
    with preloaded(root) as server, closing(Stage(there, Failing(server, disk), root, kept.states)) as stage:
        for forgets in (False, True):
            told = life | {"store": kept.url, "forgets": forgets}
            like = Case(run=f"power-{forgets}", api="readable", life=told)
            twice = sum(each.twice for each in play(stage, disk, islice(singles(SERVED), 2), like))
            assert (twice > 0) == forgets
