from hypothesis import given
from hypothesis import strategies as st

from interlock.health.rates import RollingRate, lower_bound


def test_few_attempts_prove_little():
    assert lower_bound(1, 20) < 0.05 < lower_bound(20, 400) * 2
    assert lower_bound(1, 3) < 1 / 3


def test_many_failures_prove_much():
    assert lower_bound(50, 100) > 0.4


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
