"""A router that takes the place of another forgets nothing that still holds."""

import asyncio

import pytest

from interlock import AuthenticationError, BudgetExceeded, ConfigError, Router, Unavailable
from interlock.assembly import assemble
from interlock.testing import FakeClock, Step
from interlock.testing.scripted import ScriptedProvider

NOON = 1_795_000_000.0


class Stage:
    """Providers by name, which all routers of a test share, and the clocks."""

    def __init__(self, **scripts):
        self.providers = [ScriptedProvider(script, name) for name, script in scripts.items()]
        self.clock, self.wall = FakeClock(), FakeClock(NOON)

    async def called(self, times):
        """Once so many attempts have begun at the first provider."""
        async with asyncio.timeout(10):
            while len(self.providers[0].calls) < times:  # noqa: ASYNC110 - a script has no event
                await asyncio.sleep(0.001)

    def router(self, former=None, *, keys=None, **config):
        deployments = [
            {"id": each.facts.name, "model": f"scripted/{each.facts.name}", "provider": each.facts.name}
            | ({"api_key": keys[each.facts.name]} if keys else {})
            for each in self.providers
        ]
        source = {"deployments": deployments, "retries": {"max": 0}} | config
        return Router(
            assemble(
                source,
                plugins=self.providers,
                environ={},
                clock=self.clock,
                wall=self.wall,
                former=None if former is None else former.wiring,
            )
        )


def budget(**facts):
    return {"id": "daily", "per": "day"} | facts


async def test_what_was_spent_stays_spent_and_new_limits_hold():
    stage = Stage(a=["one", "two", "three"])
    first = stage.router(budgets=[budget(requests=1)])
    await first.complete("Hi")
    second = stage.router(first, budgets=[budget(requests=2)])
    await second.complete("Hi")
    with pytest.raises(BudgetExceeded, match="0 of 2"):
        await second.complete("Hi")
    third = stage.router(second, budgets=[budget(requests=9), {"id": "x", "tokens": 10**6, "per": "hour"}])
    assert [(row.budget, row.requests) for row in await third.spent()] == [("daily", 2), ("x", 0)]


async def test_what_is_under_way_is_settled_where_it_counts_by_now():
    stage = Stage(a=[Step("slow", delay=0.2), "quick"])
    first = stage.router(budgets=[budget(requests=2)])
    slow = asyncio.ensure_future(first.complete("Hi"))
    await stage.called(1)
    second = stage.router(first, budgets=[budget(requests=2)])
    (held,) = await second.spent()
    assert held.requests == 1
    await second.complete("Hi")
    await slow
    (row,) = await second.spent()
    assert row.requests == 2
    assert row.tokens < held.tokens
    assert [record.outcome for record in second.records] == ["answer", "answer"]
    with pytest.raises(BudgetExceeded):
        await first.complete("the old one counts there too")


async def test_budgets_that_were_away_for_a_while_go_on():
    stage = Stage(a=["one", "two"])
    first = stage.router(budgets=[budget(requests=1)])
    await first.complete("Hi")
    second = stage.router(first)
    await second.complete("Hi")
    third = stage.router(second, budgets=[budget(requests=1)])
    with pytest.raises(BudgetExceeded):
        await third.complete("Hi")


async def test_recent_records_are_carried_along_once():
    stage = Stage(a=["one", Step("two", delay=0.2), "three"])
    first = stage.router()
    await first.complete("Hi")
    late = asyncio.ensure_future(first.complete("Hi"))
    await stage.called(2)
    second = stage.router(stage.router(first))
    await second.complete("Hi")
    await late
    ids = [record.id for record in second.records]
    assert len(ids) == len(set(ids)) == 3
    assert ids[0] == first.records[0].id
    assert first.records[1].id in ids


async def failed(router, times=10):
    for _ in range(times):
        with pytest.raises(Unavailable):
            await router.complete("Hi", model="a")


def state(router, deployment="a"):
    rows = [
        row for row in router.wiring.health.snapshot() if (row.deployment, row.task) == (deployment, None)
    ]
    return rows[0].state if rows else "closed"


async def test_a_breaker_stays_open_and_probes_when_it_is_due():
    stage = Stage(a=[*[Unavailable("down")] * 10, "well"], b=["b"])
    first = stage.router()
    await failed(first)
    assert state(first) == "open"
    second = stage.router(first)
    assert state(second) == "open"
    assert "its breaker is open" in second.decide("Hi").excluded["a"]
    stage.clock.advance(25)
    assert (await second.complete("Hi", model="a")).text == "well"
    assert state(second) == "closed"


async def test_another_policy_keeps_the_counts():
    stage = Stage(a=[Unavailable("down")] * 6, b=[])
    first = stage.router()
    await failed(first, 6)
    second = stage.router(first, health={"window": 50, "error_rate": 0.5})
    (own,) = [row for row in second.wiring.health.snapshot() if row.task is None]
    assert (own.attempts, own.failures) == (6, 6)


async def test_a_key_that_was_mended_is_no_longer_held_against_its_deployment():
    refused = AuthenticationError("no", code="invalid_api_key")
    stage = Stage(a=[refused] * 3, b=["b"] * 3)
    first = stage.router(keys={"a": "bad", "b": "good"})
    for _ in range(3):
        with pytest.raises(AuthenticationError):
            await first.complete("Hi", model="a")
    assert state(first) == "open"
    assert state(stage.router(first, keys={"a": "bad", "b": "good"})) == "open"
    assert state(stage.router(first, keys={"a": "new", "b": "good"})) == "closed"


async def test_how_calls_end_that_are_under_way_is_heard_of_the_same_deployment_alone():
    down = [Step(Unavailable("down"), delay=0.2)] * 10
    for keys, due in (({"a": "same"}, "open"), ({"a": "other"}, "closed")):
        stage = Stage(a=list(down))
        first = stage.router(keys={"a": "same"})
        calls = [asyncio.ensure_future(first.complete("Hi")) for _ in range(10)]
        await stage.called(10)
        second = stage.router(first, keys=keys)
        await asyncio.gather(*calls, return_exceptions=True)
        assert state(second) == due


async def test_latencies_and_retries_are_carried_along():
    stage = Stage(a=["ok"] * 12)
    first = stage.router()
    for _ in range(12):
        await first.complete("Hi")
    second = stage.router(first)
    health = second.wiring.health.latencies
    assert health.percentile("a", "answer", 0.5) == first.wiring.health.latencies.percentile(
        "a", "answer", 0.5
    )
    assert second.wiring.retries.left("a") == first.wiring.retries.left("a") > 10


async def test_a_configuration_that_is_refused_takes_nothing():
    stage = Stage(a=["one"])
    first = stage.router(budgets=[budget(requests=1)])
    with pytest.raises(ConfigError):
        stage.router(first, budgets=[budget(requests=5)], learned_routes="nowhere.yaml")
    await first.complete("Hi")
    with pytest.raises(BudgetExceeded, match="0 of 1"):
        await first.complete("Hi")


async def test_the_face_takes_the_former_router():
    stage = Stage(a=["one"])
    source = {
        "deployments": [{"id": "a", "model": "scripted/a", "provider": "a"}],
        "budgets": [budget(requests=1)],
    }
    first = Router.from_config(source, plugins=stage.providers)
    await first.complete("Hi")
    second = Router.from_config(source, plugins=stage.providers, inherit=first)
    with pytest.raises(BudgetExceeded):
        await second.complete("Hi")
    assert len(second.records) == 2
