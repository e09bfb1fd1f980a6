from math import inf, isinf, isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_evaluation.statistics import amount, bootstrap, difference, mean, median, quantile


def test_quantities_are_drawn_together():
    values = np.random.default_rng(1).random(80)
    drawn = bootstrap(np.stack([values, 1 - values], axis=1), clusters=[at // 4 for at in range(80)])
    assert drawn.sum(axis=1) == pytest.approx(1)


@pytest.mark.parametrize("estimate", [mean, median])
def test_without_values_nothing_is_known(estimate):
    for values in ([], [nan, nan]):
        found = estimate(values)
        assert isnan(found.value)
        assert (found.low, found.high) == (-inf, inf)


@pytest.mark.parametrize("estimate", [mean, median])
def test_a_single_prompt_bounds_nothing(estimate):
    found = estimate([3.0, 5.0], clusters=["one", "one"])
    assert (found.value, found.low, found.high) == (4.0, -inf, inf)


def test_values_that_are_all_the_same_have_no_width():
    found = mean([2.0] * 9)
    assert (found.value, found.low, found.high) == (2.0, 2.0, 2.0)


def test_the_p95_of_few_values_has_no_upper_bound():
    few, enough = quantile(np.arange(71.0), 0.95), quantile(np.arange(73.0), 0.95)
    assert (few.high, enough.high < inf) == (inf, True)
    assert few.low > 0


def test_what_either_has_not_answered_is_no_pair():
    found = difference([1, nan, 1, 0], [0, 1, 1, nan])
    assert found.value == 0.5


def test_prompts_that_come_thrice_are_as_few_as_they_are():
    marks = np.random.default_rng(3).random(40)
    once = mean(marks)
    thrice = mean(np.repeat(marks, 3), clusters=[at for at in range(40) for _ in range(3)])
    assert thrice.high - thrice.low == pytest.approx(once.high - once.low)


@pytest.mark.parametrize(
    "refused",
    [
        lambda: mean([1.0, inf]),
        lambda: mean([1.0], clusters=[1, 2]),
        lambda: difference([1.0], [1.0, 2.0]),
        lambda: quantile([1.0], 95),
    ],
)
def test_what_makes_no_sense_is_refused(refused):
    with pytest.raises(ValueError, match=r"infinite|clusters|paired|quantile"):
        refused()


@given(
    st.lists(st.tuples(st.floats(-1e6, 1e6), st.integers(0, 8)), min_size=1, max_size=40),
    st.floats(0.01, 0.99),
)
def test_an_estimate_lies_inside_its_interval(values, at):
    given_values, prompts = [value for value, _ in values], [prompt for _, prompt in values]
    for found in (
        mean(given_values, clusters=prompts, draws=50),
        quantile(given_values, at, clusters=prompts),
    ):
        assert found.low <= found.value <= found.high


def test_the_same_values_have_the_same_interval():
    values = np.random.default_rng(2).random(50)
    assert mean(values) == mean(values)


def test_costs_of_few_prompts_have_wider_bounds_upwards() -> None:
    costs = np.random.default_rng(3).lognormal(size=12)
    usual, found = mean(costs), amount(costs)
    assert found.value == usual.value
    assert found.high - found.value > usual.high - usual.value
    assert 0 <= found.low <= found.value


def test_costs_that_are_all_alike_are_that() -> None:
    found = amount([0.3] * 9)
    assert (found.low, found.value, found.high) == pytest.approx((0.3, 0.3, 0.3))


@pytest.mark.parametrize("costs", [[], [1.0]])
def test_one_cost_says_nothing_of_others(costs: list[float]) -> None:
    assert isinf(amount(costs).high)


def test_repeats_of_a_prompt_tell_no_more_of_costs_than_it_does() -> None:
    costs = np.random.default_rng(4).lognormal(size=30)
    once, often = amount(costs), amount(np.repeat(costs, 4), clusters=np.repeat(np.arange(30), 4))
    assert (often.low, often.high) == pytest.approx((once.low, once.high))
