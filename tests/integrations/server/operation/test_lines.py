import json
import os
import re
import time

import pytest

from interlock_server.operation import lines as module
from interlock_server.operation.lines import Lines


@pytest.fixture
def written(tmp_path):
    descriptor = os.open(tmp_path / "lines", os.O_CREAT | os.O_WRONLY)
    yield descriptor, lambda: (tmp_path / "lines").read_text("utf-8").splitlines()
    os.close(descriptor)


def test_lines_for_people_begin_with_the_time_in_utc(written):
    lines = Lines(written[0])
    lines.say("listening", "Serving at http://127.0.0.1:1", url="http://127.0.0.1:1")
    lines.close()
    assert re.fullmatch(
        r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z Serving at http://127\.0\.0\.1:1", written[1]()[0]
    )


def test_lines_for_programs_are_an_object_each_without_what_is_unknown(written):
    lines = Lines(written[0], as_json=True)
    lines.say("listening", "Serving", url="http://127.0.0.1:1", pid=None)
    lines.add({"event": "request", "path": "/a\nb"})
    lines.close()
    one, other = map(json.loads, written[1]())
    assert {**one, "at": ""} == {
        "at": "",
        "event": "listening",
        "message": "Serving",
        "url": "http://127.0.0.1:1",
    }
    assert other["path"] == "/a\nb"


def test_many_lines_stay_whole_and_in_order(written):
    lines = Lines(written[0])
    for number in range(5_000):
        lines.add_text(f"line {number}")
    lines.close()
    assert [each.partition(" ")[2] for each in written[1]()] == [f"line {number}" for number in range(5_000)]


def test_a_reader_who_does_not_read_holds_nobody_up_and_what_is_lost_is_counted(monkeypatch):
    monkeypatch.setattr(module, "_MOST", 100)
    monkeypatch.setattr(module, "_LAST", 0.2)
    reading, writing = os.pipe()
    lines = Lines(writing)
    began = time.monotonic()
    for _ in range(5_000):
        lines.add_text("x" * 200)
        time.sleep(0 if lines.dropped else 0.0001)
    lines.close()
    assert time.monotonic() - began < 10
    assert lines.dropped > 1_000
    os.close(reading)  # which the writer hears, and ends
    lines._thread.join(5)
    assert not lines._thread.is_alive()
    os.close(writing)
