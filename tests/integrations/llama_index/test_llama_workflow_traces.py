"""A FunctionAgent, its first model dying in its tool loop: what it did, and its trace as received."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from receiver import receiver

SUPPORT = Path(__file__).parents[2] / "support"
# How the agent is run, and what it then calls on the LLM.
WAYS = {"plain": "Interlock.achat", "streamed": "Interlock.astream_chat"}
REQUEST = "invoke_workflow interlock"


@pytest.fixture(scope="module")
def told(tmp_path_factory):
    """What each way of running the agent came to, and both trees as received."""
    with receiver(tmp_path_factory.mktemp("received")) as received:
        done = subprocess.run(
            [sys.executable, str(SUPPORT / "traced_workflow.py"), received.endpoint],
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


@pytest.mark.parametrize("way", WAYS)
def test_the_agent_finishes_with_the_second_model(told, way):
    each = told[0][way]
    assert each["answer"] == "It rains in Lyon. Lyon has 520,774 people."
    assert each["ran"] == [["weather", "Lyon"], ["people", "Lyon"]]
    assert each["served"] == ["claude", "gpt", "gpt"]
    assert each["tokens"] == 102 + 12


@pytest.mark.parametrize("way", WAYS)
def test_its_trace_is_one_tree(told, way):
    tree = told[0][way]["tree"]
    assert [line for line in tree if depth(line) == 0] == ["app"]
    called = [at for at, line in enumerate(tree) if line.strip() == REQUEST]
    first, second = "chat claude-opus-4-0", "chat gpt-5.5"
    below = [[line.strip() for line in tree[at + 1 :] if line.strip().startswith("chat")] for at in called]
    assert below == [[first, first, second, second], [first, second, second], [second]]
    for at in called:
        assert tree[at - 1].strip() == WAYS[way]
        assert depth(tree[at - 1]) < depth(tree[at]) < depth(tree[at + 1])
    tools = [at for at, line in enumerate(tree) if line.strip() == "FunctionTool.acall"]
    assert called[0] < tools[0] < called[1] < tools[1] < called[2]


def test_a_receiver_has_one_tree_for_each_with_the_failed_attempt_marked(told):
    trees, received = told
    roots = [at for at, line in enumerate(received) if depth(line) == 0]
    assert len(roots) == len(WAYS)
    assert [depth(line) for line in received] == [depth(line) for way in WAYS for line in trees[way]["tree"]]
    for start, end in zip(roots, [*roots[1:], None], strict=True):
        attempts = [line.strip() for line in received[start:end] if line.strip().startswith("chat")]
        assert attempts == ["chat claude", "chat claude FAILED Unavailable", "chat gpt", "chat gpt"]
