from math import comb, inf, isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_evaluation.statistics import discordance, holm, mcnemar, prompts_needed, smallest_difference


@pytest.mark.parametrize(
    ("share", "prompts", "points"),
    [(0.2, 200, 8.9), (0.2, 300, 7.2), (0.2, 500, 5.6), (0.3, 200, 10.85), (0.3, 300, 8.9), (0.3, 500, 6.9)],
)
def test_a_number_of_prompts_says_which_difference_is_seen(share, prompts, points):
    assert 100 * smallest_difference(prompts, discordance=share) == pytest.approx(points, abs=0.06)


def test_few_prompts_show_only_what_goes_one_way():
    assert smallest_difference(20, discordance=0.1) == pytest.approx(0.392, abs=0.001)
    assert smallest_difference(5) == smallest_difference(0) == inf


@given(st.integers(10, 5000), st.floats(0.0, 1.0))
def test_prompts_and_differences_are_two_sides_of_one_thing(prompts, share):
    seen = smallest_difference(prompts, discordance=share)
    assert prompts_needed(seen, discordance=share) in (prompts, prompts + 1, prompts - 1)


@given(st.integers(0, 60), st.integers(0, 60))
def test_mcnemars_test_is_the_binomial_one(left, right):
    count = left + right
    tail = sum(comb(count, at) for at in range(min(left, right) + 1)) / 2**count
    assert mcnemar(left, right) == pytest.approx(min(1.0, 2 * tail))


def test_mcnemars_test_of_very_many_prompts_is_no_overflow():
    assert mcnemar(0, 100_000) == 0
    assert mcnemar(50_000, 50_000) == 1
    assert 0.99 < mcnemar(50_001, 49_999) <= 1


def test_holms_adjustment_is_the_published_one():
    # R: p.adjust(c(0.01, 0.04, 0.03, 0.005), "holm").
    assert holm([0.01, 0.04, 0.03, 0.005]) == pytest.approx([0.03, 0.06, 0.06, 0.02])


def test_what_was_not_tested_makes_the_others_no_dearer():
    found = holm([0.01, nan, 0.04])
    assert found[[0, 2]] == pytest.approx([0.02, 0.04])
    assert isnan(found[1])
    assert len(holm([])) == 0


def test_marks_that_differ_make_the_discordance():
    assert discordance([1, 0, 1, 1, nan], [1, 1, 0, 1, 1]) == 0.5
    assert isnan(discordance([], []))


@pytest.mark.parametrize(
    "refused",
    [
        lambda: mcnemar(-1, 2),
        lambda: holm([1.5]),
        lambda: smallest_difference(10, discordance=20),
        lambda: smallest_difference(10, power=80),
        lambda: prompts_needed(0),
    ],
)
def test_shares_in_per_cent_are_refused(refused):
    with pytest.raises(ValueError, match=r"prompts|between|shares"):
        refused()
