"""The numbers, their text form, and how those of several processes become one."""

import json
import os
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock_server.notes import bury
from interlock_server.operation.metrics import Registry, SharedMetrics, exposition
from interlock_server.operation.metrics.instruments import added_up
from server_metrics import series_of


def test_counters_gauges_and_histograms_in_text():
    registry = Registry()
    registry.counter("asked_total", "What was asked.", "route", "status").add(2, "/v1", "200")
    registry.gauge("under_way", "What is\nunder way.", read=lambda: 3)
    seconds = registry.histogram("seconds", "How long.", bounds=(0.1, 1))
    for each in (0.05, 0.1, 0.5, 2):
        seconds.observe(each)
    assert exposition(registry.plain()) == (
        "# HELP asked_total What was asked.\n"
        "# TYPE asked_total counter\n"
        'asked_total{route="/v1",status="200"} 2\n'
        "# HELP under_way What is\\nunder way.\n"
        "# TYPE under_way gauge\n"
        "under_way 3\n"
        "# HELP seconds How long.\n"
        "# TYPE seconds histogram\n"
        'seconds_bucket{le="0.1"} 2\n'
        'seconds_bucket{le="1"} 3\n'
        'seconds_bucket{le="+Inf"} 4\n'
        "seconds_sum 2.65\n"
        "seconds_count 4\n"
    )


@given(st.lists(st.tuples(st.text(), st.floats(0, 1e12)), min_size=1, max_size=8))
def test_whatever_a_label_says_it_is_read_back_as_it_was(values):
    registry = Registry()
    counter = registry.counter("asked_total", "x", "name")
    expected: dict[str, float] = {}
    for name, amount in values:
        counter.add(amount, name)
        expected[name] = expected.get(name, 0) + amount
    found = {dict(labels)["name"]: value for (_, labels), value in series_of(registry.plain()).items()}
    assert found == pytest.approx(expected)


def test_labels_that_never_end_become_one_series():
    registry = Registry()
    counter = registry.counter("asked_total", "x", "route")
    for number in range(10_000):
        counter.add(1, f"/{number}")
    found = series_of(registry.plain())
    assert len(found) == 2_001
    assert sum(found.values()) == 10_000


def test_a_name_is_given_once():
    registry = Registry()
    registry.counter("asked_total", "x")
    with pytest.raises(ValueError, match="asked_total"):
        registry.gauge("asked_total", "x")


def _process(requests, under_way):
    registry = Registry()
    registry.counter("asked_total", "x", "route").add(requests, "/v1")
    registry.gauge("under_way", "x").set(under_way)
    registry.histogram("seconds", "x", bounds=(1,)).observe(0.5)
    return registry


def test_several_processes_are_added_up():
    whole = series_of(added_up([_process(2, 1).plain(), _process(5, 3).plain()]))
    assert whole["asked_total", (("route", "/v1"),)] == 7
    assert whole["under_way", ()] == 4
    assert whole["seconds_count", ()] == 2


def test_whoever_is_asked_knows_the_others_and_what_the_dead_have_counted(tmp_path, monkeypatch):
    for pid, requests in ((1_001, 2), (1_002, 5)):
        monkeypatch.setattr(os, "getpid", lambda pid=pid: pid)
        SharedMetrics(_process(requests, 1), tmp_path).write()
    monkeypatch.setattr(os, "getpid", lambda: 1_003)
    asked = SharedMetrics(_process(10, 1), tmp_path)
    asked.write()
    assert series_of(asked.all())["asked_total", (("route", "/v1"),)] == 17
    assert series_of(asked.all())["under_way", ()] == 3
    bury(tmp_path, 1_001)
    assert series_of(asked.all())["asked_total", (("route", "/v1"),)] == 17
    assert series_of(asked.all())["under_way", ()] == 2
    # The system gives a number once more.
    monkeypatch.setattr(os, "getpid", lambda: 1_001)
    SharedMetrics(_process(1, 1), tmp_path).write()
    bury(tmp_path, 1_001)
    assert series_of(asked.all())["asked_total", (("route", "/v1"),)] == 18


def test_what_another_process_wrote_and_nobody_can_read_is_passed_over(tmp_path):
    (tmp_path / "1-2.metrics").write_text("[{")
    asked = SharedMetrics(_process(10, 1), tmp_path)
    assert series_of(asked.all())["asked_total", (("route", "/v1"),)] == 10
    asked.write()
    written = next(path for path in tmp_path.iterdir() if re.match(rf"{os.getpid()}-", path.name))
    assert json.loads(written.read_text())[0]["name"] == "asked_total"
