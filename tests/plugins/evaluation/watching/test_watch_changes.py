"""What is watched together, at one level for all of it."""

from collections import Counter
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_evaluation.watching.changes import MEASURES, Series, changes_of, watched
from interlock_evaluation.watching.counting import edges_of
from interlock_evaluation.watching.traffic import Place, Sums, Tally, Traffic, from_plain, plain, whole
from watched_worlds import World, first_alarm

DAYS = {"baseline": 14, "days": 120}


@pytest.mark.parametrize(
    "world",
    [World(calls=200), World(calls=200, wander=0.15), World(calls=200, wander=0.15, weekends=True)],
    ids=["independent calls", "days that differ", "weekends"],
)
def test_months_in_which_nothing_changes_raise_no_alarm_over_all_that_is_watched(world: World) -> None:
    assert [first_alarm(world, seed, **DAYS, every=17) for seed in range(3)] == [None] * 3


@pytest.mark.parametrize(
    ("world", "within"),
    [
        (World(calls=400, change=30, failing=4.0), 10),
        (World(calls=400, change=30, slower=1.3), 5),
        (World(calls=400, change=30, moved=0.1), 12),
        (World(calls=400, change=30, wander=0.1, slower=1.5), 15),
    ],
    ids=["errors", "latency", "mix", "latency where days differ"],
)
def test_a_change_is_seen_within_days(world: World, within: int) -> None:
    seen = first_alarm(world, 1, baseline=28, days=60, every=1, first=29)
    assert seen is not None
    assert 30 <= seen < 30 + within


def test_all_parts_of_the_level_are_one_whole_and_what_was_asked_too_seldom_has_none() -> None:
    places = {
        Place("a", "x"): Tally(asked=50, latency=Sums(count=40)),
        Place("a", "y"): Tally(asked=50),
        Place("b", "x"): Tally(asked=40, errors=Counter({"RateLimited": 20})),
        Place("c", "y"): Tally(asked=10),
    }
    parts = watched(Traffic(calls=150, tasks=Counter(x=100, y=50), places=places), 30)
    assert sum(parts.values()) == pytest.approx(1)
    assert {each.deployment for each in parts} == {"", "a", "b"}
    # A deployment that has one task alone is watched once, and refusals are of what did not fail.
    assert [each for each in parts if each.deployment == "b"] == [Series(measure="errors", deployment="b")]
    assert Series(measure="latency", deployment="a", task="x") in parts
    assert sum(part for each, part in parts.items() if not each.task) == pytest.approx(0.5)


def test_nothing_is_watched_of_nothing() -> None:
    assert watched(Traffic(), 1) == {}
    assert changes_of([], [], least=1, level=0.05, horizon=9) == []


names = st.text(max_size=5)
counts = st.integers(0, 10**6)
numbers = st.floats(-1e9, 1e9)
sums = st.builds(Sums, count=counts, total=numbers, logs=numbers, squares=numbers)
counters = st.dictionaries(names, counts, max_size=3).map(Counter)
tallies = st.builds(
    Tally, asked=counts, errors=counters, refused=counts, cost=sums, latency=sums, served=counters
)
traffics = st.builds(
    Traffic,
    calls=counts,
    tasks=counters,
    places=st.dictionaries(st.builds(Place, names, names), tallies, max_size=3),
)


@given(traffics)
def test_what_is_kept_is_read_as_it_was(traffic: Traffic) -> None:
    import json

    assert from_plain(json.loads(json.dumps(plain(traffic)))) == traffic


@given(st.lists(traffics, max_size=4))
def test_sums_of_parts_are_those_of_the_whole(parts: list[Traffic]) -> None:
    found = whole(parts)
    assert found.calls == sum(each.calls for each in parts)
    for place, tally in found.places.items():
        assert tally.asked == sum(each.of(*place).asked for each in parts)
        assert tally.failed == sum(each.of(*place).failed for each in parts)


calls = st.builds(
    lambda asked, failed, refused, time: Tally(
        asked=asked + failed,
        errors=Counter(Timeout=failed),
        refused=min(refused, asked),
        latency=Sums(count=asked, total=asked * time, logs=asked * time, squares=asked * time * time + time),
    ),
    st.integers(0, 60),
    st.integers(0, 60),
    st.integers(0, 60),
    st.floats(0.01, 9),
)
days = st.lists(
    st.dictionaries(st.builds(Place, st.sampled_from("ab"), st.sampled_from("xyz")), calls, max_size=4).map(
        lambda places: Traffic(
            calls=sum(each.asked for each in places.values()),
            tasks=Counter({place.task: tally.asked for place, tally in places.items()}),
            places=places,
        )
    ),
    max_size=6,
)


@given(days, days)
def test_any_traffic_can_be_judged(before: list[Traffic], after: list[Traffic]) -> None:
    for change in changes_of(before, after, least=5, level=0.05, horizon=20):
        assert change.evidence > 0
        assert change.dispersion >= 1
        assert change.series.measure in (*MEASURES, "mix")
        assert not (change.drifted and change.evidence < 20)
        assert change.since is None or 0 <= change.since < len(after)


@given(st.floats(0, 2e9), st.floats(0, 1e8), st.floats(3_600, 86_400))
def test_parts_of_a_time_are_in_order_and_of_about_the_length_that_is_wanted(
    since: float, length: float, part: float
) -> None:
    edges = edges_of(since, since + length, part)
    assert edges == sorted(edges)
    assert (edges[0], edges[-1]) == (since, since + length)
    widths = [last - first for first, last in pairwise(edges)]
    assert all(each <= 1.51 * part for each in widths)
    assert len(widths) == 1 or all(each >= 0.6 * part for each in widths)
