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
from interlock_evaluation.runs import (
    Ended,
    Kept,
    Pace,
    Progress,
    Purse,
    Run,
    Runner,
    RunStore,
    outcomes_of,
    plan,
    written,
)
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


async def test_nobody_who_could_be_asked_now_is_no_rule_about_the_prompt(
    upstream: Upstream, monkeypatch: pytest.MonkeyPatch
) -> None:
    config = configuration(upstream.url, "right", "wrong")
    config["deployments"][0]["api_key"] = "env:A_KEY"
    with Router.from_config(config) as router:
        of = suite(2, constraints=Constraints(residency={"eu"}))
        _, kept = await asked(router, of, run_of(of, "right", "wrong"))
    came = {(key.model, each.outcome, each.error, each.why) for key, each in kept.results.items()}
    assert came == {
        ("right", "error", "NoDeployment", "A_KEY is not set"),
        ("wrong", "excluded", None, "processed in us; the residency allows eu only"),
    }
    monkeypatch.setenv("A_KEY", "k")
    with Router.from_config(config) as router:
        _, kept = await asked(router, of, run_of(of, "right", "wrong"), errors=True)
    assert Counter(each.outcome for each in kept.results.values()) == {"answer": 2, "excluded": 2}
    assert kept.again == 0


async def test_an_ensemble_and_the_router_itself_are_asked_beside_models(upstream: Upstream) -> None:
    config = configuration(upstream.url, "right", "wrong")
    config["deployments"][1]["model"] = "openai/gpt-5.5"
    config["ensembles"] = {"both": {"members": ["right", "wrong"], "quorum": 2}}
    with Router.from_config(config) as router:
        free = suite(2)
        bound = replace(suite(1, constraints=Constraints(residency={"eu"})).samples[0], id="eu")
        of = Suite(samples=[*free, bound], name="sums.jsonl")
        run = run_of(of, *(written(router, each) for each in ("right", "both", "auto")))
        planned = plan(router, of, run.models)
        _, kept = await asked(router, of, run)
    assert run.models == ("right", "ensemble:both", "auto")
    price = (10 * 10 + 20 * 100) / 1e6
    costs = {(key.model, key.prompt): each.cost for key, each in kept.results.items()}
    assert costs["ensemble:both", "p0"] == pytest.approx(2 * price), "of all its members"
    assert costs["auto", "eu"] == pytest.approx(price)
    assert {key.model for key, each in kept.results.items() if each.outcome == "excluded"} == {
        "ensemble:both"
    }
    (_, both, auto) = planned.models
    assert (both.calls, dict(both.excluded)) == (
        2,
        {"processed in us; the residency allows eu only": 1},
    )
    assert both.cost == pytest.approx(2 * auto.cost * 2 / 3, rel=0.01)
    assert {row.model for row in outcomes_of(kept)} == {"right"}, "a route names models"
    assert {row.model for row in outcomes_of(kept, everyone=True)} == {*run.models}


async def test_a_judge_that_is_none_is_told_before_anybody_is_asked(
    routed: Callable[..., Router], upstream: Upstream
) -> None:
    of = suite(1)
    with pytest.raises(RequestError, match="--judge: there is no"):
        Graders(routed("right"), judge="rigth", run_code=False).check(of)
    assert not upstream.requests


async def test_what_cannot_be_asked_is_told_with_its_line(routed: Callable[..., Router]) -> None:
    of = suite(1, settings={"extra": {"model": "x"}}, place="sums.jsonl line 1")
    with pytest.raises(RequestError, match=r"sums\.jsonl line 1, settings\.extra\.model"):
        await asked(routed("right"), of, run_of(of, "right"))


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
        async with pace.turns({"p": 1}):
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
        async with pace.turns({"p": 1}):
            begun.append(now)
    assert all(sum(start <= each < start + 60 for each in begun) <= 3 for start in begun)
    assert now == 180
    async with pace.turns({"other": 1}):
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
