"""Whether intervals hold what they should as often as they say, where marks of one item resemble one another.

A small part of `tests/benchmarks/interval_coverage.py`, with room for so few draws.
"""

import pytest

from interval_worlds import worlds


@pytest.mark.parametrize(
    "name",
    [
        "share",
        "rare share",
        "mean",
        "mean seconds",
        "median",
        "p95",
        "difference",
        "costs",
        "costs of few",
        "median of few",
        "share of few",
        "paired",
        "paired of few",
        "all beside the best",
        "alpha",
        "ordinal alpha",
        "strength",
        "judge and experts",
    ],
)
def test_ninety_five_of_a_hundred_hold_the_truth(name):
    assert 0.88 <= worlds()[name].coverage(60) <= 1.0


def test_reviewers_taken_for_prompts_would_hold_it_less_often():
    assert worlds()["naive share"].coverage(400) < 0.9


def test_a_judge_alone_would_hardly_ever_hold_it():
    assert worlds()["judge alone"].coverage(40) < 0.6
