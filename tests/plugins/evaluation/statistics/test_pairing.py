"""Differences: of one pair, of several that hold together, out of parts that were marked otherwise."""

from math import inf, isinf, isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_evaluation.statistics import (
    CONFIDENCE,
    Interval,
    difference,
    joined,
    paired,
    paired_predicted,
    pooled,
    together,
)

differences = st.lists(st.floats(-1, 1) | st.just(nan), max_size=40)


def test_many_prompts_say_what_a_bootstrap_says() -> None:
    random = np.random.default_rng(0)
    left, right = random.random(400) < 0.7, random.random(400) < 0.6
    found, other = paired(left * 1.0 - right).interval(), difference(left * 1.0, right * 1.0)
    assert found.value == pytest.approx(other.value)
    assert (found.low, found.high) == pytest.approx((other.low, other.high), abs=0.01)


def test_what_was_never_seen_may_still_be() -> None:
    found = paired(np.zeros(30)).interval()
    assert found.low < -0.02
    assert found.high > 0.02
    assert paired(np.zeros(30)).p == 1.0


def test_p_is_the_level_at_which_the_interval_touches_nothing() -> None:
    found = paired([1, 1, 1, 0, 0, -1, 1, 1, 0, 1, 1, 0.5])
    assert 0 < found.p < 0.05
    assert found.interval(1 - found.p).low == pytest.approx(0, abs=1e-9)


@given(differences)
def test_an_interval_holds_its_value_and_its_p_is_a_share(values: list[float]) -> None:
    found = paired(values)
    interval = found.interval()
    assert isnan(found.value) or interval.low <= found.value <= interval.high
    assert isnan(found.p) or 0 <= found.p <= 1


@pytest.mark.parametrize("values", [[], [nan], [0.5]])
def test_of_one_prompt_nothing_is_known(values: list[float]) -> None:
    interval = paired(values).interval()
    assert isinf(interval.low)
    assert isinf(interval.high)
    assert isnan(paired(values).p)


def test_one_interval_needs_no_more_confidence_and_several_do() -> None:
    random = np.random.default_rng(0)
    columns = random.normal(size=(200, 15))
    assert together(columns[:, :1]) == CONFIDENCE
    many = together(columns)
    assert many - 0.0005 <= 1 - 0.05 / 15
    assert many > 0.995
    same = np.repeat(columns[:, :1], 15, axis=1)
    assert together(same) == pytest.approx(CONFIDENCE, abs=0.003)


@pytest.mark.parametrize("columns", [np.zeros((5, 3)), np.full((5, 3), nan), np.zeros((0, 2))])
def test_what_does_not_vary_needs_no_more_confidence(columns: np.ndarray) -> None:
    assert together(columns) == CONFIDENCE


def test_a_judge_with_too_few_experts_says_nothing_of_a_difference() -> None:
    said = np.ones(100)
    assert not paired_predicted(said, np.where(np.arange(100) < 19, 0.0, nan)).prompts
    found = paired_predicted(said * 0.5, np.where(np.arange(100) < 30, 0.0, nan))
    assert found.prompts == 100
    assert found.interval().low <= 0 <= found.interval().high


def test_parts_weigh_as_many_prompts_as_they_have() -> None:
    random = np.random.default_rng(1)
    values = random.choice([-1.0, 0.0, 1.0], size=300, p=[0.1, 0.6, 0.3])
    whole, parts = paired(values), joined([paired(values[:100]), paired(values[100:]), paired([])])
    assert parts.value == pytest.approx(whole.value)
    assert parts.error == pytest.approx(whole.error, rel=0.05)
    assert joined([]).prompts == 0


def test_means_of_parts_are_put_together_with_their_bounds() -> None:
    one, other = (Interval(value=value, low=value - 0.1, high=value + 0.1) for value in (0.4, 0.6))
    found = pooled([(one, 0.5), (other, 0.5)], 10_000)
    assert found.value == pytest.approx(0.5)
    assert (found.low, found.high) == pytest.approx((0.5 - 0.0707, 0.5 + 0.0707), abs=0.001)
    assert pooled([(one, 1.0), (other, 0.0)], 10) == one
    unknown = Interval(value=nan, low=-inf, high=inf)
    assert isnan(pooled([(one, 0.5), (unknown, 0.5)], 10).value)
