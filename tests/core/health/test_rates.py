import random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.health.rates import ErrorRate, RollingRate, lower_bound


def test_few_attempts_prove_little():
    assert lower_bound(1, 20) < 0.05 < lower_bound(20, 400) * 2
    assert lower_bound(1, 3) < 1 / 3


def test_many_failures_prove_much():
    assert lower_bound(50, 100) > 0.35


@given(st.integers(0, 500), st.integers(0, 500))
def test_the_bound_never_exceeds_the_rate(failures, successes):
    attempts = failures + successes
    bound = lower_bound(failures, attempts)
    assert bound >= -1e-12
    assert bound <= (failures / attempts if attempts else 0) + 1e-12


@given(st.lists(st.booleans(), max_size=60), st.integers(1, 20))
def test_only_the_window_counts(outcomes, window):
    rate = RollingRate(window)
    for failed in outcomes:
        rate.add(failed=failed)
    assert rate.attempts == min(window, len(outcomes))
    assert rate.failures == sum(outcomes[-window:])


def first_noticed(failures, longest=1_000):
    """After how many attempts more than 5 % are noticed; `failures` says of each whether it failed."""
    rate = ErrorRate(200)
    for attempt in range(1, longest + 1):
        rate.add(failed=failures())
        if rate.above(0.05, 5):
            return attempt
    return None


def evenly(share):
    """Failures as far apart as they can be."""
    count = 0

    def failed():
        nonlocal count
        count += 1
        return int(count * share) > int((count - 1) * share)

    return failed


@pytest.mark.parametrize(
    ("share", "latest"), [(0.07, 300), (0.08, 300), (0.1, 200), (0.2, 30), (0.5, 6), (1.0, 5)]
)
def test_a_steady_rate_above_the_limit_is_noticed(share, latest):
    assert first_noticed(evenly(share)) <= latest


@pytest.mark.parametrize("share", [0.01, 0.03, 0.04, 0.05])
def test_a_steady_rate_up_to_the_limit_never_is(share):
    assert first_noticed(evenly(share), 5_000) is None


@pytest.mark.parametrize(("share", "least", "most"), [(0.02, 0, 1), (0.03, 0, 3), (0.08, 55, 60)])
def test_chance_is_rarely_taken_for_a_rate(share, least, most):
    chance = random.Random(11)
    noticed = [first_noticed(lambda: chance.random() < share) for _ in range(60)]
    assert least <= sum(one is not None for one in noticed) <= most


def test_one_failure_of_five_is_no_rate_and_two_are():
    for failures, noticed in ((1, False), (2, True)):
        rate = ErrorRate(200)
        for number in range(5):
            rate.add(failed=number < failures)
        assert (rate.above(0.05, 5) is not None) is noticed
