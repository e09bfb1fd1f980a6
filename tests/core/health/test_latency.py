from threading import Thread

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.health.latency import Latencies
from interlock.testing import FakeClock


@pytest.fixture
def clock():
    return FakeClock()


@pytest.fixture
def latencies(clock):
    return Latencies(clock)


def feed(latencies, values, **more):
    for value in values:
        latencies.add("a", "answer", value, **more)


def test_few_samples_say_nothing(latencies):
    feed(latencies, [1.0] * 9)
    assert latencies.percentile("a", "answer", 0.95) is None
    feed(latencies, [1.0])
    assert latencies.percentile("a", "answer", 0.95) == 1.0
    assert latencies.percentile("a", "first_token", 0.95) is None
    assert latencies.percentile("b", "answer", 0.95) is None


def test_percentiles_are_those_of_the_samples(latencies):
    feed(latencies, range(100, 0, -1))
    assert latencies.percentile("a", "answer", 0.5) == 51
    assert latencies.percentile("a", "answer", 0.95) == 96
    assert latencies.percentile("a", "answer", 0.0) == 1
    assert latencies.percentile("a", "answer", 1.0) == 100


def test_only_the_last_ones_count(latencies, clock):
    feed(latencies, [50.0] * 300)
    feed(latencies, [1.0] * 256)
    clock.advance(2)
    assert latencies.percentile("a", "answer", 0.99) == 1.0


def test_old_ones_do_not_count(latencies, clock):
    feed(latencies, [50.0] * 20)
    clock.advance(901)
    assert latencies.percentile("a", "answer", 0.5) is None
    feed(latencies, [2.0] * 10)
    assert latencies.percentile("a", "answer", 0.5) == 2.0


def test_a_task_has_its_own_and_counts_for_the_whole(latencies):
    feed(latencies, [1.0] * 30, task="chat")
    feed(latencies, [9.0] * 10, task="long_document")
    assert latencies.percentile("a", "answer", 0.5, task="long_document") == 9.0
    assert latencies.percentile("a", "answer", 0.5, task="chat") == 1.0
    assert latencies.percentile("a", "answer", 0.5) == 1.0
    assert latencies.percentile("a", "answer", 0.9) == 9.0


@given(st.lists(st.floats(0.001, 500), min_size=10, max_size=400), st.floats(0, 1))
def test_a_percentile_is_a_sample_with_so_many_below_it(values, share):
    latencies = Latencies(FakeClock())
    feed(latencies, values)
    found = latencies.percentile("a", "answer", share)
    last = values[-256:]
    assert found in last
    assert sum(value < found for value in last) <= share * len(last)
    assert sum(value <= found for value in last) >= min(len(last), share * len(last))


def test_threads_may_feed_and_ask_at_once(latencies):
    def work():
        for _ in range(2000):
            latencies.add("a", "answer", 1.0, "chat")
            latencies.percentile("a", "answer", 0.5)

    threads = [Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert latencies.percentile("a", "answer", 0.5, task="chat") == 1.0
