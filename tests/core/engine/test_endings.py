"""What a caller is told whom nobody answered, and when it is worth coming back."""

import asyncio
import time

import pytest

from interlock import (
    AllAttemptsFailed,
    AllRateLimited,
    AuthenticationError,
    BudgetExceeded,
    CoolingDown,
    InvalidRequest,
    NoDeployment,
    RateLimited,
    Unavailable,
)
from interlock.assembly import assemble
from interlock.router import Router
from interlock.testing import FakeClock, ScriptedProvider, scripted_providers, scripted_router


def limited(seconds):
    return RateLimited("429 from the vendor", status=429, retry_after=seconds)


def clocked(scripts, clock, **config):
    providers = [ScriptedProvider(script, name) for name, script in scripts.items()]
    deployments = [{"id": name, "model": f"scripted/{name}", "provider": name} for name in scripts]
    source = {"deployments": deployments, "retries": {"max": 0}, **config}
    return Router(assemble(source, plugins=providers, environ={}, clock=clock))


async def plain(router):
    await router.complete("Hello")


async def streamed(router):
    async with router.stream("Hello") as stream:
        async for _ in stream:
            pass


async def blocking(router):
    for _ in router.stream_sync("Hello"):
        pass


WAYS = pytest.mark.parametrize("ask", [plain, streamed, blocking])


@WAYS
async def test_everybody_at_a_rate_limit_is_a_rate_limit_with_the_time_of_the_first_to_return(ask):
    clock = FakeClock()
    router = clocked({"a": [limited(90)], "b": [limited(60)]}, clock)
    with pytest.raises(AllRateLimited) as first:
        await ask(router)
    assert isinstance(first.value, (RateLimited, AllAttemptsFailed))
    assert first.value.retry_after == 60
    assert [(cause.deployment, cause.retry_after) for cause in first.value.causes] == [("a", 90), ("b", 60)]
    clock.advance(10)
    with pytest.raises(CoolingDown) as second:
        await ask(router)
    assert isinstance(second.value, NoDeployment)
    assert isinstance(second.value, RateLimited)
    assert (second.value.retry_after, second.value.status) == (50, 429)
    assert set(second.value.excluded) == {"a", "b"}
    assert "back in 50 s" in str(second.value)


async def test_causes_of_several_kinds_are_no_rate_limit_and_say_when_to_come_back():
    router = clocked({"a": [limited(90)], "b": [Unavailable("503", retry_after=30)]}, FakeClock())
    with pytest.raises(AllAttemptsFailed) as caught:
        await plain(router)
    assert not isinstance(caught.value, RateLimited)
    assert caught.value.retry_after == 30
    assert [type(cause) for cause in caught.value.causes] == [RateLimited, Unavailable]


async def test_who_cools_down_since_before_counts_for_the_time_to_come_back():
    clock = FakeClock()
    router = clocked(
        {"a": [limited(20)], "b": ["ok", limited(70)], "c": [limited(80)]},
        clock,
        routes={"conversational": ["a", "b", "c"]},
    )
    await plain(router)
    with pytest.raises(AllRateLimited) as caught:
        await plain(router)
    assert caught.value.retry_after == 20


async def test_what_no_time_mends_names_no_time():
    wrong = [InvalidRequest("400", status=400)]
    router = clocked({"a": wrong, "b": wrong}, FakeClock())
    with pytest.raises(AllAttemptsFailed) as caught:
        await plain(router)
    assert caught.value.retry_after is None
    nobody = scripted_router({"a": []}, deployments={"a": {"region": "us"}})
    with pytest.raises(NoDeployment) as excluded:
        await nobody.complete("Hello", constraints={"residency": "eu"})
    assert excluded.value.retry_after is None
    assert not isinstance(excluded.value, RateLimited)


async def test_a_budget_and_a_rate_limit_name_the_sooner_of_both():
    router = clocked(
        {"a": [limited(7)], "b": ["ok"]},
        FakeClock(),
        budgets=[{"id": "few", "requests": 1, "per": "day", "deployments": "b"}],
        routes={"conversational": ["a", "b"]},
    )
    await plain(router)
    with pytest.raises(BudgetExceeded) as caught:
        await plain(router)
    assert caught.value.retry_after == 7


@WAYS
async def test_the_only_deployment_is_waited_for_as_long_as_it_asked(ask):
    router = scripted_router({"a": [limited(0.2), "back"]}, retries={"max": 2})
    router.wiring.health.ended("a", limited(0.2))
    began = time.monotonic()
    with pytest.raises(CoolingDown):
        await scripted_router_without_retries().complete("Hello")
    await ask(router)
    assert time.monotonic() - began >= 0.3, "both of its waits"
    (provider,) = scripted_providers(router)
    assert len(provider.calls) == 2


def scripted_router_without_retries():
    router = scripted_router({"a": []})
    router.wiring.health.ended("a", limited(0.2))
    return router


@pytest.mark.parametrize(
    ("seconds", "options"), [(31, {}), (5, {"timeout": 1}), (86_400, {})], ids=["patience", "total", "a day"]
)
async def test_a_wait_that_is_too_long_is_not_begun(seconds, options):
    router = scripted_router({"a": []}, retries={"max": 2})
    router.wiring.health.ended("a", limited(seconds))
    began = time.monotonic()
    with pytest.raises(CoolingDown) as caught:
        await router.complete("Hello", **options)
    assert seconds - 1 < caught.value.retry_after <= seconds
    assert time.monotonic() - began < 1


async def test_waiting_is_granted_as_retries_are():
    """However many calls meet a deployment that cools down, few of them wait to ask it at once."""
    router = scripted_router({"a": ["ok"] * 2}, retries={"max": 2, "floor": 2})
    router.wiring.health.ended("a", limited(0.1))
    told = []
    for ended in await asyncio.gather(*(router.complete("Hello") for _ in range(9)), return_exceptions=True):
        told.append(type(ended).__name__)
    assert sorted(told) == ["CoolingDown"] * 7 + ["Response"] * 2


async def test_refused_keys_are_told_one_by_one():
    wrong = [AuthenticationError("401", status=401)]
    with pytest.raises(AllAttemptsFailed) as caught:
        await plain(clocked({"a": wrong, "b": wrong}, FakeClock()))
    assert not isinstance(caught.value, RateLimited)
    assert [type(cause) for cause in caught.value.causes] == [AuthenticationError] * 2
