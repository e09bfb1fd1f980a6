"""What other processes may say at most: a store may hold anything."""

from hypothesis import given
from hypothesis import strategies as st

from interlock.health import Grade, HealthPolicy, HealthTracker
from interlock.health.exchange import is_sound
from interlock.testing import FakeClock
from interlock.types.health import HealthNews

ANYTHING = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.integers(10**6 - 1, 10**30),
    st.floats(),
    st.text(max_size=5),
    st.lists(st.integers(), max_size=2),
)
CAUSES = st.sampled_from(["failing", "parked", "cooling", "resting", "", "x"])
SECONDS = st.one_of(st.floats(0, 1e18), st.sampled_from([1e18, float("inf"), float("nan")]))
DAY = 86_400


def news(values):
    return st.builds(
        HealthNews,
        deployment=st.sampled_from(["a", "b"]) | values,
        task=st.sampled_from([None, "chat"]) | values,
        successes=st.integers(0, 99) | values,
        failures=st.integers(0, 99) | values,
        hard=st.integers(0, 99) | values,
        closed=st.booleans() | values,
        cause=CAUSES | values,
        seconds=SECONDS | values,
        probe=st.booleans() | values,
    )


@given(st.lists(news(ANYTHING) | ANYTHING, max_size=5))
def test_whatever_is_heard_nothing_is_raised_and_nothing_lasts(items):
    clock = FakeClock()
    book = HealthTracker(HealthPolicy(), clock)
    book.exchange.begin(lambda: None)
    book.exchange.hear(items)
    for each in book.snapshot():
        assert each.cooldown <= DAY
        assert each.attempts <= 1_000
    clock.advance(DAY + 1)
    for name in ("a", "b"):
        assert book.standing(name, "chat").grade is not Grade.EXCLUDED
    book.exchange.take()


@given(st.lists(news(st.nothing()), max_size=5))
def test_each_cause_has_a_longest_time(items):
    book = HealthTracker(HealthPolicy(cooldown=20), FakeClock())
    book.exchange.begin(lambda: None)
    book.exchange.hear(items)
    longest = {"failing": 200, "resting": 200, "parked": 3_600, "cooling": DAY}
    for each in book.snapshot():
        if each.cause is not None:
            # A weaker cause takes on the time of the stronger one that it joins.
            assert each.cooldown <= max(longest.values())
    one = HealthTracker(HealthPolicy(cooldown=20), FakeClock())
    for cause, seconds in longest.items():
        one.exchange.hear([HealthNews(deployment=cause, cause=cause, seconds=1e18)])
        assert max(each.cooldown for each in one.snapshot() if each.deployment == cause) == seconds


def test_what_makes_sense_is_heard():
    assert is_sound(HealthNews(deployment="a", failures=3, hard=2, cause="failing", seconds=4))
    assert not is_sound(HealthNews(deployment="a", seconds="4"))  # type: ignore[arg-type]  # on purpose
    assert not is_sound(HealthNews(deployment="a", failures=-1))
    assert not is_sound(None)
