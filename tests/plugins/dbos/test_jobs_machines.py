"""Workers in several processes: one is gone for good, one is told to stop, and limits hold for all."""

import asyncio
import os
import signal
import time
from dataclasses import replace

import pytest

from jobs_stage import Told, ask_in_a_process, ended, kept, preload, router_for, vendor, work_in_a_process


@pytest.fixture(scope="module", autouse=True)
def _quick():
    preload()


def until(condition, seconds=60.0):
    due = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < due
        time.sleep(0.02)


def test_what_a_machine_had_that_never_comes_back_goes_on_elsewhere(database, tmp_path):
    with vendor(delay=30.0) as (asked, address):
        told = Told(vendor=address, url=f"dbos+{database}", folder=tmp_path, lease=3.0, count=4)
        gone = ask_in_a_process(replace(told, machine="another"))
        until(lambda: asked.calls.total() == 4)
        gone.kill()
        asked.delay = 0.0
        asked_again = time.monotonic()
        assert ended(ask_in_a_process(told)) == 0
    found = asyncio.run(kept(told))
    assert [each.asked for each in found.results.values()] == [2] * 4
    assert found.again == 4
    assert time.monotonic() - asked_again > 1, "it was not known to be gone before its lease was over"


def test_a_worker_that_is_told_to_stop_ends_what_it_does_and_gives_the_rest_back(tmp_path):
    with vendor(delay=1.0) as (asked, address):
        told = Told(vendor=address, url="dbos+sqlite:///eval.db", folder=tmp_path, count=12, at_once=3)
        first = work_in_a_process(told)
        asyncio.run(submitted(told))
        until(lambda: asked.calls.total() >= 3)
        os.kill(first.pid, signal.SIGTERM)
        assert ended(first) == 0
        before = asyncio.run(kept(told))
        assert 3 <= len(before.results) < 12
        asked.delay = 0.0
        assert ended(ask_in_a_process(told)) == 0
    found = asyncio.run(kept(told))
    assert (len(found.results), found.again, asked.calls.total()) == (12, 0, 12)


async def submitted(told):
    from jobs_stage import ask

    found = await ask(replace(told, detach=True))
    assert found.state == "waiting"


def test_a_429_is_waited_for_on_all_machines_and_is_no_error(tmp_path):
    with vendor(limited=1) as (asked, address):
        told = Told(vendor=address, url="dbos+sqlite:///eval.db", folder=tmp_path, count=3, at_once=1)
        assert ended(ask_in_a_process(told)) == 0
    found = asyncio.run(kept(told))
    assert {each.outcome for each in found.results.values()} == {"answer"}
    assert asked.calls.total() == 4
    assert asked.times[1] - asked.times[0] >= 1.0, "as long as it has asked for"


def test_a_budget_holds_and_the_same_job_goes_on_with_a_larger_one(tmp_path):
    with vendor() as (asked, address):
        told = Told(vendor=address, url="dbos+sqlite:///eval.db", folder=tmp_path, count=6, budget=0.0072)
        assert ended(ask_in_a_process(replace(told, state="over_budget"))) == 0
        assert asked.calls.total() == 3
        assert ended(ask_in_a_process(replace(told, budget=1.0))) == 0
    found = asyncio.run(kept(told))
    assert (len(found.results), found.again, asked.calls.total()) == (6, 0, 6)


def test_the_hosts_of_a_router_that_lacks_a_key_are_of_another_queue(monkeypatch):
    from interlock_dbos.jobs.abilities import abilities

    with router_for("http://127.0.0.1:1") as one, router_for("http://127.0.0.1:1") as same:
        assert abilities(one) == abilities(same)
        with router_for("http://127.0.0.1:1", api_key="env:SOME_KEY") as without:
            assert abilities(without) != abilities(one)
            monkeypatch.setenv("SOME_KEY", "k")
        with router_for("http://127.0.0.1:1", api_key="env:SOME_KEY") as having:
            assert abilities(having) == abilities(one)
