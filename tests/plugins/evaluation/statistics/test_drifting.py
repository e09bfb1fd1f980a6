from math import nan

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_evaluation.statistics import Counts, Moments, drift


def days(random, share, number, daily=50):
    return [Counts(hits=float(random.binomial(daily, share)), of=daily) for _ in range(number)]


def first_alarm(baseline, looks, *, every=1):
    return next((at for at in range(0, len(looks), every) if drift(baseline, looks[: at + 1]).drifted), None)


@pytest.mark.parametrize("share", [0.002, 0.05, 0.3])
def test_a_year_of_looks_at_what_does_not_change_raises_hardly_any_alarm(share):
    alarms = 0
    for seed in range(8):
        random = np.random.default_rng([1, seed])
        baseline = Counts(hits=float(random.binomial(300, share)), of=300)
        alarms += first_alarm(baseline, days(random, share, 365), every=3) is not None
    assert alarms <= 1


def test_the_same_looks_at_5_percent_each_would_cry_wolf():
    cried = 0
    for seed in range(20):
        random = np.random.default_rng([1, seed])
        hits = 90 + np.cumsum(random.binomial(50, 0.3, size=365))
        of = 300 + 50 * np.arange(1, 366)
        apart = np.abs(hits / of - 0.3) / np.sqrt(0.21 / of)
        cried += (apart > 1.96).any()
    assert cried >= 4


def test_a_change_is_found_within_days_and_dated():
    random = np.random.default_rng(4)
    looks = days(random, 0.05, 60) + days(random, 0.15, 20)
    found = drift(Counts(hits=15, of=300), looks)
    assert found.drifted
    assert 55 <= found.since <= 65
    assert found.change.low <= 0.1 <= found.change.high
    assert 60 <= first_alarm(Counts(hits=15, of=300), looks) < 75


def test_latency_is_looked_at_in_logarithms():
    random = np.random.default_rng(5)
    baseline = Moments.of_values(random.normal(size=300))
    same = [Moments.of_values(random.normal(size=40)) for _ in range(40)]
    slower = [Moments.of_values(random.normal(size=40) + 0.5) for _ in range(10)]
    assert not drift(baseline, same).drifted
    found = drift(baseline, [*same, *slower])
    assert (found.drifted, 38 <= found.since <= 42) == (True, True)


@pytest.mark.parametrize("empty", [Counts(hits=0, of=0), Moments.of_values([]), Moments.of_values([nan])])
def test_without_a_baseline_or_a_look_nothing_has_changed(empty):
    assert not drift(empty, [empty, empty]).drifted
    assert drift(empty, []).since is None


def test_values_that_are_all_the_same_do_not_change():
    assert drift(Moments.of_values([1.0] * 9), [Moments.of_values([1.0])]).evidence == 1


def test_marks_are_counted_where_they_are_known():
    assert Counts.of_marks([1.0, 0.5, nan]) == Counts(hits=1.5, of=2)


@pytest.mark.parametrize(
    "refused",
    [
        lambda: drift(Counts(hits=3, of=2), []),
        lambda: drift(Counts(hits=1, of=2), [Moments.of_values([1.0])]),
        lambda: drift(Moments(count=1, mean=nan, variance=0.0), []),
        lambda: drift(Counts(hits=1, of=2), [], level=5),
        lambda: drift(Counts(hits=1, of=2), [], horizon=0),
    ],
)
def test_what_makes_no_sense_is_refused(refused):
    with pytest.raises(ValueError, match=r"expected|level"):
        refused()


@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, 40)), min_size=1, max_size=12))
def test_any_counts_give_evidence(counts):
    samples = [Counts(hits=float(min(pair)), of=float(max(pair))) for pair in counts]
    found = drift(samples[0], samples[1:])
    assert found.evidence > 0
    assert not (found.drifted and found.evidence < 20)
