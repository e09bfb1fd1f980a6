"""Which of several deployments of one model goes first."""

import gc
from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.health.load import Load

NAMES = ("a", "b")


class Measured:
    """Median seconds of each deployment, as a test says."""

    def __init__(self, **medians):
        self.medians = medians

    def percentile(self, deployment, kind, q):
        return self.medians.get(deployment) if kind == "answer" else None


def load(balance, weights=None, names=NAMES, **medians):
    models = dict.fromkeys(names, "maker/model")
    return Load(balance, models=models, weights=weights or {}, latencies=Measured(**medians))


def chosen(book, times, names=NAMES):
    """Who was first in each of so many decisions, each followed by its attempt."""
    firsts = []
    for attempt in range(times):
        first = book.rank(names).order[0]
        book.began(first, attempt)
        book.ended(first, attempt)
        firsts.append(first)
    return firsts


def test_attempts_are_shared_out_by_weight_and_evenly_over_time():
    firsts = chosen(load("weighted", {"a": 3}), 400)
    assert Counter(firsts) == {"a": 300, "b": 100}
    assert all(Counter(firsts[at : at + 4])["a"] in (2, 3) or at for at in range(0, 400, 4))


@given(st.lists(st.integers(1, 50), min_size=2, max_size=5))
def test_no_deployment_is_ever_more_than_its_turns_ahead(weights):
    names = [str(index) for index in range(len(weights))]
    book = load("weighted", dict(zip(names, weights, strict=True)), names)
    counts = Counter()
    for attempt in range(200):
        first = book.rank(names).order[0]
        book.began(first, attempt)
        counts[first] += 1
        for name, weight in zip(names, weights, strict=True):
            due = (attempt + 1) * weight / sum(weights)
            assert counts[name] <= due + len(weights)
    assert sum(counts.values()) == 200


def test_asking_changes_nothing():
    book = load("weighted")
    assert {book.rank(NAMES).order[0] for _ in range(10)} == {"a"}


def test_one_that_comes_back_is_not_handed_everything():
    book = load("weighted")
    chosen(book, 1)
    for attempt in range(1_000):
        book.began("a", attempt)
    assert Counter(chosen(book, 20))["b"] <= 13


def test_the_least_busy_for_its_weight_goes_first_and_says_why():
    book = load("least_busy", {"a": 2})
    for attempt in range(2):
        book.began("a", attempt)
    book.began("b", 2)
    book.ended("a", 0)
    ranking = book.rank(NAMES)
    assert ranking.order == ["a", "b"]
    assert ranking.sentence == "least busy of its model: 1 under way, 1 at b"


def test_when_nobody_is_busy_turns_go_round():
    assert Counter(chosen(load("least_busy"), 10)) == {"a": 5, "b": 5}


def test_an_attempt_that_ends_twice_counts_once():
    book = load("least_busy")
    book.began("a", "x")
    book.began("a", "y")
    book.ended("a", "x")
    book.ended("a", "x")
    assert book.in_flight("a") == 1
    assert book.started("a") == 2


def test_the_fastest_goes_first_until_it_is_busy():
    book = load("latency", a=0.9, b=0.3)
    assert book.rank(NAMES).order == ["b", "a"]
    assert "0.3 s at the median, 0.9 s at a" in book.rank(NAMES).sentence
    for attempt in range(3):
        book.began("b", attempt)
    assert book.rank(NAMES).order == ["a", "b"]


def test_the_slow_one_is_measured_again_from_time_to_time():
    firsts = chosen(load("latency", a=0.9, b=0.3), 210)
    assert Counter(firsts) == {"b": 200, "a": 10}


def test_nobody_is_preferred_before_everybody_was_measured():
    assert Counter(chosen(load("latency", a=0.1), 10)) == {"a": 5, "b": 5}


@pytest.mark.parametrize("balance", ["weighted", "least_busy", "latency"])
@given(order=st.permutations(["a", "b", "c"]), busy=st.lists(st.sampled_from("abc"), max_size=20))
def test_a_ranking_holds_everybody_once(balance, order, busy):
    book = load(balance, names=("a", "b", "c"), a=1.0, b=1.0, c=2.0)
    for attempt, name in enumerate(busy):
        book.began(name, attempt)
    ranking = book.rank(order)
    assert sorted(ranking.order) == ["a", "b", "c"]
    assert ranking == book.rank(order)
    assert ranking.sentence


def test_an_attempt_collected_while_another_begins_is_not_in_the_way():
    book = load("least_busy")

    class Abandoned:
        def __init__(self):
            self.itself = self
            book.began("a", id(self))

        def __del__(self):
            book.ended("a", id(self))

    thresholds = gc.get_threshold()
    gc.set_threshold(1)
    try:
        for _ in range(200):
            Abandoned()
    finally:
        gc.set_threshold(*thresholds)
    gc.collect()
    assert book.in_flight("a") == 0
