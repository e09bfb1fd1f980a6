from math import inf, isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_evaluation.statistics import predicted_mean
from interval_worlds import judged


def test_a_judge_that_likes_everything_is_corrected_by_the_experts():
    found = predicted_mean(*judged(np.random.default_rng(1), 2000))
    assert found.raw > 0.7
    assert found.bias > 0.1
    assert found.mean.low <= 0.6 <= found.mean.high
    assert (found.judged, found.labelled) == (2000, 300)


def test_a_good_judge_narrows_what_the_experts_say_alone():
    random = np.random.default_rng(2)
    truth = (random.random(1000) < 0.5).astype(float)
    experts = np.where(random.random(1000) < 0.15, truth, nan)
    said = np.where(random.random(1000) < 0.95, truth, 1 - truth)
    both, alone = predicted_mean(said, experts).mean, predicted_mean(np.full(1000, nan), experts).mean
    assert both.high - both.low < 0.7 * (alone.high - alone.low)


@pytest.mark.parametrize("said", [0.5, nan])
def test_a_judge_that_says_nothing_is_not_listened_to(said):
    experts = np.array([1.0, 0.0] * 15 + [nan] * 100)
    found = predicted_mean(np.full(130, said), experts)
    assert (found.weight, found.mean.value) == (0.0, 0.5)


def test_with_few_experts_they_alone_are_heard():
    found = predicted_mean([1.0] * 10 + [0.0] * 90, [1.0] * 10 + [nan] * 90)
    assert (found.weight, found.mean.value) == (0.0, 1.0)
    assert found.mean.low < 0.9


@pytest.mark.parametrize("experts", [[], [nan, nan]])
def test_without_experts_nothing_is_known(experts):
    found = predicted_mean([1.0] * len(experts), experts)
    assert isnan(found.mean.value)
    assert (found.mean.low, found.mean.high) == (-inf, inf)


def test_several_reviewers_of_a_prompt_are_one():
    said, experts = judged(np.random.default_rng(3), 200)
    once = predicted_mean(said, experts)
    twice = predicted_mean(np.repeat(said, 2), np.repeat(experts, 2), clusters=[at // 2 for at in range(400)])
    assert twice == once


def test_differences_have_a_scale_of_their_own():
    random = np.random.default_rng(4)
    apart = random.choice([-1.0, 0.0, 1.0], size=400, p=[0.1, 0.6, 0.3])
    experts = np.where(np.arange(400) < 80, apart, nan)
    found = predicted_mean(apart, experts, scale=(-1.0, 1.0))
    assert found.mean.low < 0.2 < found.mean.high


@pytest.mark.parametrize(
    ("judge", "experts"), [([1.0], [1.0, 0.0]), ([2.0], [1.0]), ([1.0], [-1.0]), ([inf], [1.0])]
)
def test_marks_that_make_no_sense_are_refused(judge, experts):
    with pytest.raises(ValueError, match="mark"):
        predicted_mean(judge, experts)


@given(
    st.lists(st.tuples(st.sampled_from([0.0, 0.5, 1.0, nan]), st.sampled_from([0.0, 1.0, nan])), max_size=80)
)
def test_whatever_was_marked_the_mean_lies_inside_its_interval(marks):
    found = predicted_mean([judge for judge, _ in marks], [expert for _, expert in marks])
    assert isnan(found.mean.value) or found.mean.low <= found.mean.value <= found.mean.high
