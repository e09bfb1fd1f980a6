from math import inf, isinf, isnan, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_evaluation.statistics import rate, share, student


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
    assert (share([]).low, share([nan]).high) == (0, 1)
    assert isnan(share([]).value)


@pytest.mark.parametrize(("hits", "of"), [(3, 2), (-1, 2), (nan, 2), (1, inf), (0, -1)])
def test_a_share_that_cannot_be_is_refused(hits, of):
    with pytest.raises(ValueError, match="hits"):
        rate(hits, of)


@pytest.mark.parametrize("confidence", [0, 1, 95, nan])
def test_a_confidence_in_per_cent_is_refused(confidence):
    with pytest.raises(ValueError, match="confidence"):
        rate(1, 2, confidence=confidence)


@given(st.lists(st.tuples(st.floats(0, 1), st.integers(0, 5)), max_size=30))
def test_marks_of_any_kind_have_a_share_between_0_and_1(marks):
    found = share([mark for mark, _ in marks], clusters=[prompt for _, prompt in marks])
    assert 0 <= found.low <= found.high <= 1
    assert not marks or found.low - 1e-9 <= found.value <= found.high + 1e-9


def test_marks_that_are_all_the_same_count_once_a_prompt():
    found = share([1.0] * 30, clusters=[prompt for prompt in range(10) for _ in range(3)])
    assert found.high == 1
    assert found.low < rate(10, 10).low + 1e-9


@pytest.mark.parametrize(
    ("marks", "prompts"), [([2.0], None), ([1.0, 0.0], [1]), ([[1.0]], None), ([inf], None)]
)
def test_marks_that_make_no_sense_are_refused(marks, prompts):
    with pytest.raises(ValueError, match=r"marks|clusters|row|infinite"):
        share(marks, clusters=prompts)


@pytest.mark.parametrize(
    ("degrees", "expected"), [(1, 12.706), (2, 4.303), (3, 3.182), (5, 2.571), (30, 2.042)]
)
def test_few_prompts_reach_as_far_as_students_t(degrees, expected):
    assert student(0.975, degrees) == pytest.approx(expected, rel=2e-3)
    assert isinf(student(0.975, 0))
