"""A run that was killed and gone on with has the same report as one that was not, on the same answers."""

import asyncio
import json
import signal
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from interlock.testing import Received, Reply, Upstream
from interlock_evaluation.reporting import Figures, figures_of, report_of, tidy
from interlock_evaluation.runs import Kept, RunStore
from interlock_evaluation.store import Store

_RUNS = Path(__file__).parents[1] / "runs"
_CHILD = """
import asyncio, json, sys
sys.path[:0] = json.loads(sys.argv[1])
from test_runs import asked, configuration, run_of, suite
from interlock import Router
of = suite(30)
router = Router.from_config(configuration(sys.argv[2], "right", "wrong"))
asyncio.run(asked(router, of, run_of(of, "right", "wrong")))
"""


def said(received: Received) -> Reply:
    """One model is right about two of three, the other one about the rest."""
    body = received.json()
    number = int(body["messages"][-1]["content"])
    right = number % 3 != 0 if body["model"] == "right" else number % 3 == 0
    message = {"role": "assistant", "content": str(number if right else number + 1)}
    usage = {"prompt_tokens": 10 + number, "completion_tokens": 20, "total_tokens": 30 + number}
    choices = [{"message": message, "finish_reason": "stop"}]
    return Reply.json({"id": "1", "model": body["model"], "choices": choices, "usage": usage})


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream(always=said) as server:
        yield server


def lived(upstream: Upstream, folder: Path, kills: int) -> Kept:
    """A run in a process of its own, which is killed so often."""
    folder.mkdir()
    while True:
        command = [sys.executable, "-c", _CHILD, json.dumps([str(_RUNS)]), upstream.url]
        child = subprocess.Popen(command, cwd=folder)
        if kills:
            upstream.wait_for_requests(len(upstream.requests) + 20, timeout=60)
            child.send_signal(signal.SIGKILL)
            kills -= 1
        if child.wait() == 0:
            return asyncio.run(read(folder))
        assert child.returncode == -signal.SIGKILL


async def read(folder: Path) -> Kept:
    store = Store.open("sqlite:///eval.db", folder)
    try:
        return await RunStore(store).kept("r")
    finally:
        await store.aclose()


def at_one_time(kept: Kept) -> Kept:
    """The same answers, none of which took longer than another, or came at another time."""
    results = {key: replace(each, latency=0.5, at=1e9, record=None) for key, each in kept.results.items()}
    return replace(kept, run=replace(kept.run, started=1e9, ended=1e9), results=results)


def test_a_run_that_was_killed_has_the_same_report(upstream: Upstream, tmp_path: Path) -> None:
    unbroken = at_one_time(lived(upstream, tmp_path / "unbroken", 0))
    broken = at_one_time(lived(upstream, tmp_path / "broken", 1))
    first, second = figures_of(unbroken), figures_of(broken)
    assert unbroken.again == 0
    assert broken.again > 0
    assert differing(first, second) == {"again", "lost"}, (
        "calls that were made again are named, and that is all"
    )
    once = replace(second, again=0, lost=0.0)
    assert tidy(first) == tidy(second)
    for write in ("html", "markdown"):
        written = [getattr(report_of(each, unbroken.run), write)() for each in (first, once, second)]
        assert written[0] == written[1]
        assert f"{broken.again} calls were made again" in written[2]


def differing(one: Figures, other: Figures) -> set[str]:
    return {
        name
        for name in Figures.__dataclass_fields__
        if repr(getattr(one, name)) != repr(getattr(other, name))
    }
