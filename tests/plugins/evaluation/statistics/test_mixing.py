from math import inf, nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_evaluation.statistics import Counts, Moments, dispersion, drift, mix_drift, thinned

KINDS = ("code", "prose", "sums", "rare")


def days(random, shares, number, daily=60):
    return [
        dict(zip(KINDS, map(float, random.multinomial(daily, shares)), strict=True)) for _ in range(number)
    ]


def test_a_year_of_looks_at_the_same_mix_raises_hardly_any_alarm():
    alarms = 0
    for seed in range(8):
        random = np.random.default_rng([3, seed])
        baseline, *looks = days(random, [0.5, 0.3, 0.19, 0.01], 366)
        alarms += any(mix_drift(baseline, looks[: at + 1]).drift.drifted for at in range(0, 365, 5))
    assert alarms <= 1


def test_ten_points_that_move_from_one_task_to_another_are_found_and_dated():
    random = np.random.default_rng(4)
    baseline = {kind: 30 * share for kind, share in zip(KINDS, [50, 30, 19, 1], strict=True)}
    same, other = days(random, [0.5, 0.3, 0.19, 0.01], 40), days(random, [0.4, 0.4, 0.19, 0.01], 40)
    assert not mix_drift(baseline, same).drift.drifted
    found = mix_drift(baseline, [*same, *other])
    assert (found.drift.drifted, 36 <= found.drift.since <= 44) == (True, True)
    assert found.changes["code"].low <= -0.1 <= found.changes["code"].high
    assert 0 < found.changes["prose"].low < found.changes["prose"].high < 0.2


def test_a_kind_that_was_never_there_before_is_a_change():
    assert mix_drift({"a": 100, "b": 100}, [{"a": 20, "c": 20}]).drift.drifted


def test_of_two_kinds_it_says_what_is_said_of_a_share():
    looks = [(3, 20), (9, 20), (12, 20)]
    two = mix_drift({"a": 10, "b": 90}, [{"a": hits, "b": of - hits} for hits, of in looks]).drift
    one = drift(Counts(hits=10, of=100), [Counts(hits=hits, of=of) for hits, of in looks])
    assert two.evidence == pytest.approx(one.evidence)
    assert (two.since, two.drifted) == (one.since, one.drifted)


@pytest.mark.parametrize("baseline", [{}, {"a": 5}, {"a": 0, "b": 0}])
def test_without_a_mix_nothing_has_changed(baseline):
    assert not mix_drift(baseline, [{"a": 3}]).drift.drifted


@pytest.mark.parametrize("wrong", [-1.0, inf, nan])
def test_what_is_no_count_is_refused(wrong):
    with pytest.raises(ValueError, match="expected counts"):
        mix_drift({"a": 1, "b": wrong}, [{"a": 1}])


@given(st.lists(st.dictionaries(st.sampled_from(KINDS), st.integers(0, 50)), min_size=1, max_size=9))
def test_any_counts_give_evidence(counts):
    found = mix_drift(counts[0], counts[1:]).drift
    assert found.evidence > 0


def test_independent_calls_are_hardly_thinned_and_days_that_differ_are():
    random = np.random.default_rng(5)
    same = [Counts(hits=float(random.binomial(200, 0.1)), of=200) for _ in range(200)]
    apart = [Counts(hits=float(random.binomial(200, random.beta(2, 18))), of=200) for _ in range(200)]
    assert 1 <= dispersion(same) < 1.4
    assert dispersion(apart) > 5
    assert dispersion(days(random, [0.5, 0.3, 0.19, 0.01], 200)) < 1.4
    assert dispersion([Moments.of_values(random.normal(size=30)) for _ in range(200)]) < 1.4


def test_a_change_counts_once_among_the_differences_of_days():
    random = np.random.default_rng(6)
    looks = [Moments.of_values(random.normal(size=30) + (at >= 50)) for at in range(100)]
    assert dispersion(looks) < 1.6


def test_days_that_differ_by_themselves_raise_no_alarm_when_they_are_thinned():
    raised = thin = 0
    for seed in range(6):
        random = np.random.default_rng([7, seed])
        looks = [Moments.of_values(random.normal(size=100) + random.normal() / 3) for _ in range(150)]
        raised += drift(looks[0], looks[1:]).drifted
        first, *rest = thinned(looks, dispersion(looks))
        thin += drift(first, rest).drifted
    assert (raised >= 3, thin) == (True, 0)


@pytest.mark.parametrize(
    "few", [[], [Counts(hits=1, of=3)], [Counts(hits=0, of=5)] * 9, [{}, {}], [{"a": 4}] * 9]
)
def test_of_few_days_nobody_knows_how_much_they_differ(few):
    assert dispersion(few) == 1
