"""Runs of agents that are left to workers: they wait for people, outlive a machine, and end where told to."""

import json
import time
from dataclasses import replace
from pathlib import Path

import pytest
import yaml
from typer.testing import CliRunner

from interlock.cli.app import app
from jobs_stage import Told, ended, preload, vendor, work_in_a_process

PLAN = {
    "goal": "Say two things",
    "nodes": [
        {"id": "one", "do": "model", "prompt": "one"},
        {
            "id": "sure",
            "do": "person",
            "ask": "Go on after ${one}?",
            "out": {"type": "boolean", "const": True},
        },
        {"id": "two", "do": "model", "prompt": "two", "after": "sure"},
    ],
}
CONFIGURED = {
    "id": "m",
    "name": "m",
    "model": "zhipu/glm-5.2",
    "provider": "openai-compatible",
    "api_key": "k",
    "region": "eu",
    "price": {"input": 10, "output": 100},
}
PRICE = (10 * 10 + 20 * 100) / 1e6  # of one answer


@pytest.fixture(scope="module", autouse=True)
def _quick():
    preload()


def prepared(url, plan=PLAN):
    """A configuration in the present folder, as workers of the stage have it, and a plan."""
    configured = {"deployments": [{**CONFIGURED, "base_url": f"{url}/v1"}], "retries": {"max": 0}}
    Path("interlock.yaml").write_text(json.dumps(configured))
    Path("plan.yaml").write_text(yaml.safe_dump(plan))


def invoke(*words, code=0):
    result = CliRunner().invoke(app, words)
    assert result.exit_code == code, result.output
    return result


def job(store):
    return json.loads(invoke("jobs", "show", "agent:r", "--store", store, "--json").stdout)


def until(condition, seconds=60.0):
    due = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < due
        time.sleep(0.1)


def stopped(worker):
    worker.terminate()
    assert ended(worker) == 0


def test_a_run_is_left_to_a_worker_waits_for_a_person_and_goes_on_by_itself(database, tmp_path):
    store = f"dbos+{database}"
    with vendor() as (asked, address):
        prepared(address)
        left = invoke("agent", "run", "--plan", "plan.yaml", "--run", "r", "--store", store, "--detach")
        assert "r is left to workers: `interlock jobs watch agent:r`" in left.stderr
        assert not asked.calls
        worker = work_in_a_process(Told(vendor=address, url=store, folder=tmp_path))
        waits = invoke("jobs", "watch", "agent:r", "--store", store, code=3)
        assert "needs person: Go on after one?" in waits.stderr.replace("\n", " ")
        until(lambda: job(store)["done"] == 1)
        found = job(store)
        assert (found["state"], found["total"]) == ("needs_person", 3)
        assert found["spent"] == pytest.approx(PRICE)
        invoke("agent", "answer", "r", "sure", "true", "--store", store)
        until(lambda: job(store)["state"] == "done")
        stopped(worker)
    assert asked.calls == {"one": 1, "two": 1}
    found = job(store)
    assert (found["done"], found["total"], found["errors"], found["held"]) == (3, 3, 0, 0.0)
    assert found["spent"] == pytest.approx(2 * PRICE)
    shown = json.loads(invoke("agent", "show", "r", "--store", store, "--json").stdout)
    assert shown["state"] == "done"


def test_what_a_machine_was_doing_that_never_comes_back_goes_on_elsewhere(database, tmp_path):
    store = f"dbos+{database}"
    plan = {"goal": "Three", "nodes": [{"id": each, "do": "model", "prompt": each} for each in "abc"]}
    plan["nodes"][1]["after"], plan["nodes"][2]["after"] = "a", "b"
    with vendor() as (asked, address):
        prepared(address, plan)
        invoke("agent", "run", "--plan", "plan.yaml", "--run", "r", "--store", store, "--detach")
        told = Told(vendor=address, url=store, folder=tmp_path, lease=3.0)
        asked.delay = 1.0
        gone = work_in_a_process(replace(told, machine="another"))
        until(lambda: asked.calls.total() == 2)
        gone.kill()
        asked.delay = 0.0
        other = work_in_a_process(told)
        until(lambda: job(store)["state"] == "done")
        stopped(other)
    assert asked.calls == {"a": 1, "b": 2, "c": 1}


def test_a_run_whose_job_is_cancelled_is_broken_off_and_can_be_gone_on_with(tmp_path):
    store = "dbos+sqlite:///agents.db"
    with vendor(delay=30.0) as (asked, address):
        prepared(address)
        invoke("agent", "run", "--plan", "plan.yaml", "--run", "r", "--store", store, "--detach")
        worker = work_in_a_process(Told(vendor=address, url=store, folder=tmp_path))
        until(lambda: asked.calls.total() == 1)
        invoke("jobs", "cancel", "agent:r", "--store", store)
        asked.delay = 0.0
        invoke("jobs", "resume", "agent:r", "--store", store)
        invoke("jobs", "watch", "agent:r", "--store", store, code=3)
        stopped(worker)
    assert asked.calls == {"one": 2}


@pytest.mark.parametrize(
    ("words", "code", "what"),
    [
        (("--store", "sqlite:///x.db"), 1, "runs are left to workers where DBOS is"),
        (
            ("--store", "dbos+sqlite:///x.db", "--policy", "moves.py"),
            2,
            "a policy is a program of this machine",
        ),
        (
            ("--store", "dbos+sqlite:///x.db", "--engine", "sqlite:///y.db"),
            2,
            "the --store says what executes",
        ),
        (("--store", "dbos+sqlite:///x.db", "--notify", "stdout:"), 2, "INTERLOCK_AGENTS_NOTIFY"),
    ],
)
def test_what_workers_cannot_be_told_is_refused_with_the_way_out(words, code, what):
    prepared("http://127.0.0.1:9")
    Path("moves.py").write_text("def policy(call): ...")
    refused = invoke("agent", "run", "Say it", "--detach", *words, code=code)
    assert what in " ".join(refused.stderr.split())
