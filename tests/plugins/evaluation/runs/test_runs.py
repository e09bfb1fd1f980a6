"""Runs: every question once, resumed where they were broken off, within their limits."""

import asyncio
import json
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from interlock import Constraints, RequestError, Router
from interlock.testing import Received, Reply, Upstream
from interlock_evaluation.grading import Graders
from interlock_evaluation.runs import Ended, Kept, Pace, Progress, Purse, Run, Runner, RunStore, outcomes_of
from interlock_evaluation.runs.pacing import Pace as PaceOf
from interlock_evaluation.store import Store
from interlock_evaluation.suites import Sample, Suite


def said(received: Received) -> Reply:
    """The model `wrong` says another number than the one that it is asked for."""
    body = received.json()
    asked = body["messages"][-1]["content"]
    text = asked if body["model"] == "right" else f"{asked}1"
    if body["model"] == "ill":
        return Reply.json({"error": {"message": "out of order"}}, status=500)
    if body["model"] == "locked":
        return Reply.json({"error": {"message": "no such key"}}, status=401)
    message = {"role": "assistant", "content": text}
    usage = {"prompt_tokens": 10, "completion_tokens": 20, "total_tokens": 30}
    choices = [{"message": message, "finish_reason": "length" if body["model"] == "cut" else "stop"}]
    return Reply.json({"id": "1", "model": body["model"], "choices": choices, "usage": usage})


def configuration(url: str, *names: str) -> dict[str, Any]:
    common = {
        "model": "zhipu/glm-5.2",
        "provider": "openai-compatible",
        "api_key": "k",
        "base_url": f"{url}/v1",
    }
    regions = {"wrong": "us"}
    return {
        "deployments": [
            {
                **common,
                "id": name,
                "name": name,
                "region": regions.get(name, "eu"),
                "price": {"input": 10, "output": 100},
            }
            for name in names
        ],
        "retries": {"max": 0},
    }


@pytest.fixture
def upstream() -> Iterator[Upstream]:
    with Upstream(always=said) as server:
        yield server


@pytest.fixture
def routed(upstream: Upstream) -> Iterator[Callable[..., Router]]:
    made: list[Router] = []

    def make(*names: str) -> Router:
        made.append(Router.from_config(configuration(upstream.url, *names)))
        return made[-1]

    yield make
    for router in made:
        router.close_sync()


def suite(count: int, **changes: Any) -> Suite:
    samples = [
        Sample(
            id=f"p{number}",
            messages=({"role": "user", "content": str(number)},),
            reference=str(number),
            task="quantitative",
        )
        for number in range(count)
    ]
    return Suite(samples=[replace(each, **changes) for each in samples], name="sums.jsonl")


def run_of(of: Suite, *models: str, **changes: Any) -> Run:
    return replace(Run(id="r", suite=of.name, digest=of.digest, configuration="", models=models), **changes)


async def asked(
    router: Router, of: Suite, run: Run, *, at: str = "sqlite:///eval.db", errors: bool = False, **limits: Any
) -> tuple[Ended, Kept]:
    store = Store.open(at)
    kept = RunStore(store)
    tell = limits.pop("tell", None)
    purse = Purse(most=limits.pop("most", None))
    runner = Runner(
        router,
        kept,
        Graders(router, judge=None, run_code=False, usual="numeric"),
        pace=Pace(at_once=4, **limits),
        purse=purse,
        tell=tell,
    )
    try:
        ended = await runner.ask(run, of, errors=errors)
        return ended, await kept.kept(run.id)
    finally:
        await store.aclose()


async def test_every_question_is_asked_once_and_marked(
    routed: Callable[..., Router], upstream: Upstream
) -> None:
    told: list[Progress] = []
    of = suite(10)
    ended, kept = await asked(
        routed("right", "wrong"), of, run_of(of, "right", "wrong", repeats=2), tell=told.append
    )
    assert ended.left == 0
    assert ended.run.ended is not None
    assert len(upstream.requests) == 40
    assert kept.again == 0
    assert (told[0].done, told[-1].done, told[-1].total) == (0, 40, 40)
    assert told[-1].spent == pytest.approx(40 * (10 * 10 + 20 * 100) / 1e6)
    rows = outcomes_of(kept)
    assert Counter((row.model, row.correct) for row in rows) == {("right", 1.0): 10, ("wrong", 0.0): 10}
    assert {row.task for row in rows} == {"quantitative"}
    assert rows[0].cost == pytest.approx(0.0021)


async def test_what_has_come_is_not_asked_again(routed: Callable[..., Router], upstream: Upstream) -> None:
    router, of = routed("right"), suite(5)
    await asked(router, of, run_of(of, "right"))
    ended, kept = await asked(router, of, run_of(of, "right"))
    assert (ended.progress.done, len(upstream.requests), kept.again) == (5, 5, 0)


async def test_a_model_that_a_prompts_constraints_forbid_is_not_asked_it(
    routed: Callable[..., Router], upstream: Upstream
) -> None:
    of = suite(4, constraints=Constraints(residency={"eu"}))
    _, kept = await asked(routed("right", "wrong"), of, run_of(of, "right", "wrong"))
    assert {each.json()["model"] for each in upstream.requests} == {"right"}
    excluded = [each for each in kept.results.values() if each.outcome == "excluded"]
    assert len(excluded) == 4
    assert "residency" in (excluded[0].why or "")
    assert {row.model for row in outcomes_of(kept)} == {"right"}, "nothing is known of the other"


async def test_a_model_that_fails_is_a_result_and_a_key_that_is_wrong_is_none(
    routed: Callable[..., Router], upstream: Upstream
) -> None:
    router, of = routed("ill", "locked", "cut"), suite(2)
    ended, kept = await asked(router, of, run_of(of, "ill", "locked", "cut"))
    assert ended.progress.errors == 4
    rows = outcomes_of(kept)
    assert Counter((row.model, row.correct) for row in rows) == {("ill", 0.0): 2, ("cut", 0.0): 2}
    count = len(upstream.requests)
    _, again = await asked(router, of, run_of(of, "ill", "locked", "cut"), errors=True)
    assert len(upstream.requests) > count
    assert again.again > 0


async def test_a_run_stops_before_it_spends_more_than_it_may(
    routed: Callable[..., Router], upstream: Upstream
) -> None:
    router, of = routed("right"), suite(50, settings={"max_tokens": 20})
    ended, kept = await asked(router, of, run_of(of, "right"), most=0.03)
    assert ended.left > 0
    assert 0 < sum(each.cost or 0 for each in kept.results.values()) <= 0.03
    assert ended.run.ended is None
    more, _ = await asked(router, of, run_of(of, "right"), most=0.03)
    assert more.progress.spent <= 0.03, "what was spent before counts"
    whole, kept = await asked(router, of, run_of(of, "right"))
    assert (whole.left, len(kept.results), kept.again) == (0, 50, 0)


async def test_another_suite_under_the_same_name_is_refused(routed: Callable[..., Router]) -> None:
    router, of = routed("right", "wrong"), suite(1)
    await asked(router, of, run_of(of, "right"))
    for other, run in ((suite(2), run_of(suite(2), "right")), (of, run_of(of, "wrong"))):
        with pytest.raises(RequestError, match="was begun with another"):
            await asked(router, other, run)


async def test_a_run_that_is_not_there_is_told_with_those_that_are(routed: Callable[..., Router]) -> None:
    router, of = routed("right"), suite(1)
    await asked(router, of, run_of(of, "right"))
    store = Store.open("sqlite:///eval.db")
    with pytest.raises(RequestError, match="there is no run 'other'; there are r"):
        await RunStore(store).kept("other")
    await store.aclose()


async def test_no_more_are_under_way_than_a_provider_may_have() -> None:
    now = 0.0
    pace = PaceOf(at_once=2, clock=lambda: now)
    under_way = most = 0

    async def one() -> None:
        nonlocal under_way, most
        async with pace.turn("p"):
            under_way += 1
            most = max(most, under_way)
            await asyncio.sleep(0)
            under_way -= 1

    await asyncio.gather(*(one() for _ in range(10)))
    assert most == 2


async def test_no_more_are_begun_in_a_minute_than_a_provider_may_have(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    now, begun = 0.0, []

    async def sleep(seconds: float) -> None:
        nonlocal now
        now += seconds

    monkeypatch.setattr("interlock_evaluation.runs.pacing.asyncio.sleep", sleep)
    pace = PaceOf(at_once=1, per_minute={"p": 3}, clock=lambda: now)
    for _ in range(10):
        async with pace.turn("p"):
            begun.append(now)
    assert all(sum(start <= each < start + 60 for each in begun) <= 3 for start in begun)
    assert now == 180
    async with pace.turn("other"):
        assert now == 180


_CHILD = """
import asyncio, json, sys
sys.path[:0] = json.loads(sys.argv[1])
from test_runs import asked, configuration, run_of, suite
from interlock import Router
of = suite(60)
router = Router.from_config(configuration(sys.argv[2], "right", "wrong"))
asyncio.run(asked(router, of, run_of(of, "right", "wrong")))
"""


def test_a_run_that_is_killed_goes_on_where_it_was(upstream: Upstream, tmp_path: Path) -> None:
    lives = 0
    path = json.dumps([str(Path(__file__).parent)])
    while True:
        child = subprocess.Popen([sys.executable, "-c", _CHILD, path, upstream.url], cwd=tmp_path)
        before = len(upstream.requests)
        if lives < 3:
            upstream.wait_for_requests(before + 20, timeout=60)
            child.send_signal(signal.SIGKILL)
        lives += 1
        if child.wait() == 0:
            break
        assert lives < 10

    async def read() -> Kept:
        store = Store.open("sqlite:///eval.db", tmp_path)
        kept = await RunStore(store).kept("r")
        await store.aclose()
        return kept

    kept = asyncio.run(read())
    assert len(kept.results) == 120
    assert kept.run.ended is not None
    assert len(upstream.requests) <= 120 + kept.again, "every call that was made again is counted"
    assert kept.again <= 3 * 4, "and is one that was under way"
    assert len(outcomes_of(kept)) == 120
