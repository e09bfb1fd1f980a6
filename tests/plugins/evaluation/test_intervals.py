import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_evaluation.intervals import bootstrap, mean, rate


def test_a_share_has_wilsons_interval():
    # Newcombe (1998), table I: 81 of 263, and 0 of 20.
    found = rate(81, 263)
    assert (round(found.low, 4), round(found.high, 4)) == (0.2553, 0.3662)
    found = rate(0, 20)
    assert (found.low, round(found.high, 4)) == (0.0, 0.1611)


@given(st.integers(0, 500), st.integers(1, 500))
def test_a_share_lies_inside_its_interval(hits, more):
    found = rate(hits, hits + more)
    assert 0 <= found.low <= found.value <= found.high <= 1


def test_nothing_counted_may_be_anything():
    assert (rate(0, 0).low, rate(0, 0).high) == (0, 1)


def test_intervals_of_a_mean_hold_it_as_often_as_they_say():
    random = np.random.default_rng(5)
    held = 0
    for at in range(120):
        found = mean((random.random(60) < 0.3).astype(float), seed=at)
        held += found.low <= 0.3 <= found.high
    assert 0.9 <= held / 120 <= 0.99


def test_quantities_are_drawn_together():
    values = np.random.default_rng(1).random(80)
    drawn = bootstrap(np.stack([values, 1 - values], axis=1))
    assert drawn.sum(axis=1) == pytest.approx(1)
