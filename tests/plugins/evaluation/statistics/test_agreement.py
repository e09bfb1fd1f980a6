from math import inf, isnan, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_evaluation.statistics import agreement, coded

# Krippendorff (2011), "Computing Krippendorff's Alpha-Reliability": 12 units, 4 observers.
PUBLISHED = np.array(
    [
        [1, 2, 3, 3, 2, 1, 4, 1, 2, nan, nan, nan],
        [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, nan, 3],
        [nan, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, nan],
        [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, nan],
    ]
).T


@pytest.mark.parametrize(
    ("scale", "alpha"), [("nominal", 0.743421052632), ("ordinal", 0.815388), ("interval", 0.849107)]
)
def test_alpha_is_the_published_one(scale, alpha):
    found = agreement(PUBLISHED, scale)
    assert found.alpha.value == pytest.approx(alpha, abs=1e-6)
    assert (found.items, found.votes, found.alone) == (11, 40, 1)
    assert found.alpha.low < found.alpha.value < found.alpha.high <= 1


def test_alpha_of_two_observers_and_two_values_is_the_published_one():
    # The same paper, A: ten units, which two observers call 0 or 1.
    one, other = [0, 1, 0, 0, 0, 0, 0, 0, 1, 0], [1, 1, 1, 0, 0, 1, 0, 0, 0, 0]
    found = agreement(np.array([one, other]).T)
    assert found.alpha.value == pytest.approx(0.095238, abs=1e-6)
    assert found.raw.value == 0.6


def test_a_lone_vote_makes_nobody_agree():
    pair = [["left", "right"], ["left", "left"], ["right", "right"]]
    lone = [["left", None], [None, "right"], [None, None]]
    with_lone, without = agreement(coded([*pair, *lone])), agreement(coded(pair))
    assert (with_lone.alpha, with_lone.raw) == (without.alpha, without.raw)
    assert (with_lone.items, with_lone.alone) == (3, 2)


def test_votes_that_are_all_the_same_say_nothing_beyond_chance():
    found = agreement([[1, 1], [1, 1]])
    assert isnan(found.alpha.value)
    assert (found.alpha.low, found.alpha.high, found.raw.value) == (-inf, inf, 1.0)


@pytest.mark.parametrize("votes", [[], [[nan, 1.0]], [[]], [[nan, nan]]])
def test_without_two_votes_on_anything_nothing_is_known(votes):
    found = agreement(votes)
    assert (found.items, isnan(found.alpha.value), isnan(found.raw.value)) == (0, True, True)


@pytest.mark.parametrize("scale", ["nominal", "ordinal", "interval"])
@given(st.lists(st.lists(st.sampled_from([1.0, 2.0, 5.0, nan]), min_size=3, max_size=3), max_size=12))
def test_alpha_of_any_votes_is_at_most_1_and_inside_its_interval(scale, votes):
    found = agreement(votes, scale, draws=30)
    assert isnan(found.alpha.value) or found.alpha.low <= found.alpha.value <= min(found.alpha.high, 1 + 1e-9)


@pytest.mark.parametrize("votes", [[1.0, 2.0], [[inf, 1.0]]])
def test_votes_of_another_shape_are_refused(votes):
    with pytest.raises(ValueError, match="shape"):
        agreement(votes)


def test_a_scale_that_is_not_known_is_refused():
    with pytest.raises(ValueError, match="nominal, ordinal, interval"):
        agreement([[1.0, 2.0]], "ratio")
