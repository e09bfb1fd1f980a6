"""Checkpoints are made in time and arrive outside, or the log says that they did not."""

import json
import resource
import time
from pathlib import Path

import pytest

from interlock import LogEntry
from interlock.testing import Reply, Upstream
from interlock.types.models import Secret
from interlock_audit import WebhookOptions
from interlock_audit.checkpoints.sinks import FileSink, WebhookSink


def kinds(place):
    return [json.loads(body)["kind"] for (body,) in place.run("SELECT body FROM audit ORDER BY number")]


def wait_until(happened):
    due = time.monotonic() + 30
    while not happened():
        assert time.monotonic() < due
        time.sleep(0.01)


async def test_there_is_one_after_so_many_entries(place):
    log = place.open(every=5)
    await log.append([LogEntry(kind="x.y") for _ in range(5)])
    wait_until(place.checkpoints.exists)
    await log.aclose()
    assert place.verify().unanchored == 0


async def test_there_is_one_after_so_many_seconds(place):
    log = place.open(seconds=0.05)
    await log.append([LogEntry(kind="x.y")])
    wait_until(place.checkpoints.exists)
    await log.aclose()


async def test_webhooks_are_sent_each_with_their_token(sqlite):
    with Upstream(always=Reply.json({})) as receiver:
        hook = WebhookOptions(url=Secret(f"{receiver.url}/take?secret=1"), token=Secret("the-token"))
        log = sqlite.open(webhooks=(hook,))
        await log.append([LogEntry(kind="x.y")])
        await log.aclose()
        (received,) = receiver.requests
    assert received.headers["authorization"] == "Bearer the-token"
    assert received.body.decode() == sqlite.checkpoints.read_text().strip()


async def test_a_sink_that_fails_stops_nobody_and_the_log_says_so(sqlite, caplog):
    with Upstream(always=Reply.json({}, status=503)) as receiver:
        hook = WebhookOptions(url=Secret(f"{receiver.url}/take?secret=1"))
        log = sqlite.open(webhooks=(hook,), checkpoints=(), every=1)
        await log.append([LogEntry(kind="x.y")])
        wait_until(lambda: "audit.sink_failed" in kinds(sqlite))
        await log.append([LogEntry(kind="x.y")])
        await log.aclose()
    assert kinds(sqlite).count("audit.sink_failed") == 1
    report = sqlite.verify(anchored=False)
    assert (report.whole, report.sinks_failed) == (True, ["webhook 127.0.0.1"])
    assert "it answered 503" in caplog.text
    assert "secret=1" not in caplog.text


async def test_what_did_not_arrive_is_covered_by_the_next_process(sqlite):
    sqlite.checkpoints.mkdir()
    log = sqlite.open()
    await log.append([LogEntry(kind="x.y")])
    await log.aclose()
    sqlite.checkpoints.rmdir()
    from interlock_audit import log as module

    module._RESTING.clear()  # as another process would
    log = sqlite.open()
    await log.append([LogEntry(kind="x.y")])
    await log.aclose()
    report = sqlite.verify()
    assert (len(report.chains), report.findings, report.vouched) == (2, [], True)


def test_a_line_that_a_loss_of_power_has_cut_does_not_take_the_next_along(tmp_path: Path):
    path = tmp_path / "deeper" / "checkpoints.jsonl"
    FileSink(path).put("one")
    path.write_text("one\ntw")
    FileSink(path).put("three")
    assert path.read_text() == "one\ntw\nthree\n"


def test_a_webhook_that_nobody_answers_is_a_typed_error_without_its_address():
    from interlock import StoreError

    with pytest.raises(StoreError, match=r"webhook 127\.0\.0\.1: ") as caught:
        WebhookSink(WebhookOptions(url=Secret("http://127.0.0.1:9/secret"))).put("line")
    assert "/secret" not in str(caught.value)


def test_a_line_of_which_the_disk_takes_a_part_has_not_arrived(tmp_path: Path):
    from interlock import StoreError

    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (100, before[1]))
    try:
        with pytest.raises(StoreError):
            FileSink(tmp_path / "c.jsonl").put("x" * 200)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)
    FileSink(tmp_path / "c.jsonl").put("whole")
    assert (tmp_path / "c.jsonl").read_text().splitlines()[-1] == "whole"
