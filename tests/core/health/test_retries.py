import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.health import RetryBudget, RetryPolicy
from interlock.testing import FakeClock


@pytest.fixture
def clock():
    return FakeClock()


def granted(budget, times, name="a"):
    return sum(budget.spend(name) for _ in range(times))


def test_a_few_are_there_from_the_start(clock):
    budget = RetryBudget(RetryPolicy(floor=10), clock)
    assert granted(budget, 100) == 10
    assert granted(budget, 100, "b") == 10, "each deployment has its own"


def test_first_attempts_earn_more(clock):
    budget = RetryBudget(RetryPolicy(share=0.2, floor=0), clock)
    assert granted(budget, 5) == 0
    for _ in range(50):
        budget.earn("a")
    assert granted(budget, 100) == 10


def test_what_is_saved_up_is_bounded(clock):
    budget = RetryBudget(RetryPolicy(share=1.0, floor=5), clock)
    for _ in range(10_000):
        budget.earn("a")
    assert granted(budget, 10_000) == 105


def test_the_floor_comes_back_with_time(clock):
    budget = RetryBudget(RetryPolicy(floor=10), clock)
    granted(budget, 10)
    clock.advance(3)
    assert granted(budget, 10) == 3
    clock.advance(1000)
    assert granted(budget, 100) == 10


STEPS = st.lists(st.one_of(st.sampled_from(["first", "retry"]), st.floats(0.01, 30)), max_size=300)


@given(STEPS, st.floats(0.01, 1.0), st.integers(0, 12))
def test_retries_never_exceed_the_budget_and_the_floor(steps, share, floor):
    clock = FakeClock()
    budget = RetryBudget(RetryPolicy(share=share, floor=floor), clock)
    start, firsts, retries = clock(), 0, 0
    for step in steps:
        if step == "first":
            budget.earn("a")
            firsts += 1
        elif step == "retry":
            retries += budget.spend("a")
        else:
            clock.advance(step)
        bound = floor + floor * (clock() - start) / 10 + share * firsts
        assert retries <= bound + 1e-6
