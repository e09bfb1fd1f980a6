"""A traced agent is one tree, whichever instrumentor makes LangChain's part of it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from receiver import receiver
from traced_agent import WAYS

SUPPORT = Path(__file__).parents[2] / "support"
REQUEST = "invoke_workflow interlock"
# What each calls the span of a model's run.
MODELS = {"openinference": "ChatInterlock", "traceloop": "ChatInterlock.chat", "official": "chat router"}


@pytest.fixture(scope="module", params=list(MODELS))
def traced(request, tmp_path_factory):
    """The instrumentor's name, the tree of each way to run the agent, and the same trees as received."""
    with receiver(tmp_path_factory.mktemp("received")) as received:
        done = subprocess.run(
            [sys.executable, str(SUPPORT / "traced_agent.py"), request.param, received.endpoint],
            capture_output=True,
            text=True,
            check=False,
            env={**os.environ, "PYTHONPATH": str(SUPPORT), "OTEL_SDK_DISABLED": "false"},
        )
        assert done.returncode == 0, done.stderr[-3000:]
        trees = json.loads(done.stdout.splitlines()[-1])
        count = sum(map(len, trees.values()))
        yield request.param, trees, received.tree(count)


def depth(line: str) -> int:
    return len(line) - len(line.lstrip())


@pytest.mark.parametrize("way", [way for way in WAYS if "model" not in way])
def test_an_agent_is_one_tree_with_the_failed_attempt_in_it(traced, way):
    name, trees, _ = traced
    tree = trees[way]
    assert [line for line in tree if depth(line) == 0] == ["app"]
    first, second = (at for at, line in enumerate(tree) if line.strip() == REQUEST)
    for at in (first, second):
        assert tree[at - 1].strip() == MODELS[name]
        assert depth(tree[at - 1]) < depth(tree[at])
    assert [line.strip() for line in tree[first + 1 : first + 2]] == ["chat a"]
    assert [line.strip() for line in tree[second + 1 : second + 3]] == ["chat a", "chat b"]
    assert [line for line in tree[first:second] if line.endswith("weather")]


@pytest.mark.parametrize("way", ["the model's stream", "the model's astream"])
def test_a_model_that_is_streamed_by_itself_is_one_tree(traced, way):
    name, trees, _ = traced
    tree = trees[way]
    assert [line for line in tree if depth(line) == 0] == ["app"]
    assert [line.strip() for line in tree[-2:]] == [REQUEST, "chat a"]
    if name != "traceloop":  # which tells nobody about the span of a stream
        assert tree == ["app", f"  {MODELS[name]}", f"    {REQUEST}", "      chat a"]


def test_a_receiver_has_the_same_trees(traced):
    _, trees, received = traced
    assert len(received) == sum(map(len, trees.values()))
    assert [depth(line) for line in received] == [depth(line) for way in WAYS for line in trees[way]]
    assert sum(line.strip() == "chat a FAILED Unavailable" for line in received) == 4
    roots = [line for line in received if depth(line) == 0]
    assert len(roots) == len(WAYS)
