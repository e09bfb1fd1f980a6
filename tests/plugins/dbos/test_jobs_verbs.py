"""`interlock eval run` with a store of DBOS, `interlock work` and `interlock jobs`: what they print."""

import json
from pathlib import Path

import pytest
from typer.testing import CliRunner

from interlock.cli.app import app
from jobs_stage import vendor


@pytest.fixture
def asked():
    with vendor() as (made, address):
        deployment = {
            "id": "m",
            "name": "m",
            "model": "zhipu/glm-5.2",
            "provider": "openai-compatible",
            "api_key": "k",
            "base_url": f"{address}/v1",
            "region": "eu",
            "price": {"input": 10, "output": 100},
        }
        Path("interlock.yaml").write_text(json.dumps({"deployments": [deployment]}))
        rows = [
            {
                "id": f"p{each}",
                "prompt": str(each),
                "reference": each,
                "task": "quantitative",
                "grader": "numeric",
                "max_tokens": 20,
            }
            for each in range(6)
        ]
        Path("suite.jsonl").write_text("\n".join(map(json.dumps, rows)))
        yield made


def invoke(*words, code=0):
    result = CliRunner().invoke(app, words)
    assert result.exit_code == code, result.output
    return result


def test_a_run_of_workers_leaves_what_a_run_of_one_process_leaves(asked):
    plain, shared = "sqlite:///plain.db", "dbos+sqlite:///shared.db"
    one = invoke("eval", "run", "suite.jsonl", "--run", "r", "--store", plain)
    all_ = invoke("eval", "run", "suite.jsonl", "--run", "r", "--store", shared)
    assert one.stdout == all_.stdout
    assert asked.calls.total() == 12
    tables = []
    for store in (plain, shared):
        invoke("eval", "outcomes", "r", "-o", "table.csv", "--store", store)
        tables.append(Path("table.csv").read_bytes())
    assert tables[0] == tables[1]
    again = json.loads(invoke("eval", "run", "suite.jsonl", "--run", "r", "--store", shared, "--json").stdout)
    assert (again["done"], again["left"], again["again"], asked.calls.total()) == (6, 0, 0, 12)


def test_a_job_is_left_seen_cancelled_gone_on_with_and_ends_at_its_budget(asked, monkeypatch):
    monkeypatch.setenv("INTERLOCK_EVAL_STORE", "dbos+sqlite:///shared.db")
    left = invoke("eval", "run", "suite.jsonl", "--run", "r", "--budget", "0.0072", "--detach")
    assert "6 questions are left to workers: `interlock jobs watch eval:r`" in left.stderr
    shown = invoke("jobs", "list")
    assert "eval:r" in shown.stdout
    assert "waiting" in shown.stdout
    assert "No worker is there" in shown.stderr
    assert json.loads(invoke("jobs", "show", "eval:r", "--json").stdout)["budget"] == 0.0072
    invoke("jobs", "cancel", "eval:r")
    assert "cancelled" in invoke("jobs", "watch", "eval:r", code=1).stdout
    invoke("jobs", "cancel", "eval:r", code=1)
    assert not asked.calls
    invoke("jobs", "resume", "eval:r")
    assert "goes on" in invoke("jobs", "resume", "eval:r", code=2).stderr
    over = invoke("eval", "run", "suite.jsonl", "--run", "r", "--budget", "0.0072", code=4)
    assert "3 questions are left: the budget was over" in over.stderr
    assert "over budget" in invoke("jobs", "watch", "eval:r", code=4).stdout
    found = json.loads(invoke("jobs", "list", "--json").stdout)["jobs"][0]
    assert (found["done"], found["total"], found["held"]) == (3, 6, 0.0)
    assert found["spent"] == pytest.approx(0.0063)
    invoke("eval", "run", "suite.jsonl", "--run", "r", "--budget", "1")
    assert asked.calls.total() == 6
    assert "done" in invoke("jobs", "watch", "eval:r").stdout


@pytest.mark.parametrize(
    ("words", "code", "what"),
    [
        (("jobs", "list"), 2, "say where jobs are"),
        (("work",), 2, "say where jobs are"),
        (("jobs", "list", "--store", "sqlite:///x.db"), 1, r"dbos\+sqlite"),
        (("jobs", "show", "nobody", "--store", "dbos+sqlite:///x.db"), 2, "there is no job 'nobody'"),
        (("eval", "run", "suite.jsonl", "--detach"), 2, "--detach"),
    ],
)
def test_what_is_wrong_is_said_with_the_way_out(asked, words, code, what):
    import re

    assert re.search(what, " ".join(invoke(*words, code=code).stderr.split()))
    assert not asked.calls
