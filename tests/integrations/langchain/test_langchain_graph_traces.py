"""A graph drawn by hand, its first model dying in its tool loop: what it did, and its trace as received."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from receiver import receiver
from traced_graph import GRAPH_WAYS

SUPPORT = Path(__file__).parents[2] / "support"
REQUEST = "invoke_workflow interlock"


@pytest.fixture(scope="module", params=["openinference", "traceloop", "official"])
def told(request, tmp_path_factory):
    """What each way of running the graph came to, and all of its trees as received."""
    with receiver(tmp_path_factory.mktemp("received")) as received:
        done = subprocess.run(
            [sys.executable, str(SUPPORT / "traced_graph.py"), request.param, received.endpoint],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": str(SUPPORT), "OTEL_SDK_DISABLED": "false"},
        )
        assert done.returncode == 0, done.stderr[-3000:]
        told = json.loads(done.stdout.splitlines()[-1])
        yield told, received.tree(sum(len(each["tree"]) for each in told.values()))


def depth(line: str) -> int:
    return len(line) - len(line.lstrip())


@pytest.mark.parametrize("way", GRAPH_WAYS)
def test_the_graph_finishes_with_the_second_model(told, way):
    each = told[0][way]
    assert each["answer"] == "It rains in Lyon. Lyon has 520,774 people."
    assert each["ran"] == [["weather", "Lyon"], ["people", "Lyon"]]
    assert each["served"] == ["claude", "gpt", "gpt"]
    assert each["tokens"] == [[100, 10], [101, 11], [102, 12]]


@pytest.mark.parametrize("way", GRAPH_WAYS)
def test_its_trace_is_one_tree(told, way):
    tree = told[0][way]["tree"]
    assert [line for line in tree if depth(line) == 0] == ["app"]
    named = [line.strip() for line in tree]
    told_apart = [name.removeprefix("execute_tool ") for name in named if name != "execute_task tools"]
    ours = [name for name in told_apart if name.startswith(("chat claude", "chat gpt", REQUEST))]
    first, second = "chat claude-opus-4-0", "chat gpt-5.5"
    assert ours == [REQUEST, first, REQUEST, first, second, REQUEST, second]
    assert [name for name in told_apart if name in ("weather", "people")] == ["weather", "people"]
    for at, line in enumerate(tree):
        if line.strip() == REQUEST:  # under the model's run, and its attempts under it
            assert "chat" in tree[at - 1].lower()
            assert depth(tree[at - 1]) < depth(line) < depth(tree[at + 1])


def test_a_receiver_has_one_tree_for_each_with_the_failed_attempt_marked(told):
    trees, received = told
    roots = [at for at, line in enumerate(received) if depth(line) == 0]
    assert len(roots) == len(GRAPH_WAYS)
    whole = [depth(line) for way in GRAPH_WAYS for line in trees[way]["tree"]]
    assert [depth(line) for line in received] == whole
    for start, end in zip(roots, [*roots[1:], None], strict=True):
        lines = [line.strip() for line in received[start:end]]
        attempts = [line for line in lines if line.startswith(("chat claude", "chat gpt"))]
        assert attempts == ["chat claude", "chat claude FAILED Unavailable", "chat gpt", "chat gpt"]
