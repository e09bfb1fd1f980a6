"""A run whose process dies goes on in another one: no effect twice, no thought anew, every call counted."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

HERE = Path(__file__).parent
SUPPORT = HERE.parents[2] / "support"
DEATHS = [
    "thinking 1",
    "before one",
    "after one",
    "thinking 2",
    "before two",
    "after two",
    "before thr",
    "after thr",
]


def work(folder, dies):
    """One process; its exit code, and what it printed."""
    environ = {**os.environ, "PYTHONPATH": str(SUPPORT)}
    command = [sys.executable, str(HERE / "dies.py"), str(folder), "r", dies]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=120, check=False)
    return done.returncode, done.stdout.strip() or done.stderr


@pytest.mark.parametrize("dies", DEATHS)
def test_what_has_happened_is_not_done_again_by_the_process_that_goes_on(tmp_path, dies):
    assert work(tmp_path, dies)[0] == 9
    code, said = work(tmp_path, dies)
    assert code == 0, said
    world = [line.partition(" ")[2] for line in (tmp_path / "world.txt").read_text().splitlines()]
    assert world == ["one", "two, after 1", "three"]
    thoughts = (tmp_path / "thoughts.txt").read_text().split()
    again = [dies.removeprefix("thinking ")] if dies.startswith("thinking") else []
    assert sorted(thoughts) == sorted(["1", "2", *again])
    calls = 5 + len(again)
    assert said.startswith(f"done {calls} "), said
