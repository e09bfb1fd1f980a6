"""Health seen from calls: what is tried, what is left alone, and how often."""

import asyncio

import pytest

from interlock import Router
from interlock.assembly import assemble
from interlock.errors import (
    AllAttemptsFailed,
    AuthenticationError,
    ConnectionFailed,
    FirstTokenTimeout,
    ModelNotFound,
    PermissionDenied,
    Unavailable,
)
from interlock.testing import FakeClock, ScriptedProvider, Step

DOWN = ConnectionFailed("refused")


def a_router(scripts, clock=None, **config):
    providers = [ScriptedProvider(script, name) for name, script in scripts.items()]
    config = {
        "deployments": [{"id": name, "model": f"scripted/{name}", "provider": name} for name in scripts],
        "routes": {"conversational": list(scripts)},
        "models": [{"id": f"scripted/{name}"} for name in scripts],
        "retries": {"max": 0},
        **config,
    }
    clock = clock or FakeClock()
    return Router(assemble(config, plugins=providers, environ={}, clock=clock, random=lambda: 0.0))


def provider(router, name):
    return router.wiring.offers.providers[name]


def ids(decision):
    return [candidate.deployment for candidate in decision.shortlist]


async def fail(router, times):
    for _ in range(times):
        await router.complete("Hello")


async def test_an_open_breaker_excludes_while_anything_else_may_serve():
    router = a_router({"a": [DOWN] * 3, "b": ["ok"] * 9}, health={"opens_after": 3})
    await fail(router, 3)
    decision = router.decide("Hello")
    assert ids(decision) == ["b"]
    assert decision.reason == "fallback_unavailable"
    assert decision.excluded["a"] == (
        "its breaker is open: 3 attempts in a row failed, the last with ConnectionFailed, for 20 s more"
    )
    await fail(router, 3)
    assert len(provider(router, "a").calls) == 3, "it was not called again"


async def test_a_sole_deployment_is_never_locked_out():
    router = a_router({"a": [*[DOWN] * 5, "back"]}, health={"opens_after": 2})
    for _ in range(5):
        with pytest.raises(ConnectionFailed):
            await router.complete("Hello")
    decision = router.decide("Hello")
    assert ids(decision) == ["a"]
    assert "last resort, nothing else may serve" in decision.shortlist[0].reasons[-1]
    assert (await router.complete("Hello")).text == "back"
    assert router.decide("Hello").shortlist[0].reasons == ("primary for conversational",)


async def test_when_everything_fails_everything_is_tried():
    router = a_router({"a": [DOWN] * 3, "b": [DOWN] * 3}, health={"opens_after": 2})
    for _ in range(3):
        with pytest.raises(AllAttemptsFailed):
            await router.complete("Hello")
    assert ids(router.decide("Hello")) == ["a", "b"]


async def test_a_refused_key_gives_way_for_want_of_another():
    wrong = AuthenticationError("401", status=401)
    router = a_router({"a": [wrong, wrong, "topped up"]})
    for _ in range(2):
        with pytest.raises(AuthenticationError):
            await router.complete("Hello")
    assert "parked: the vendor refused its key" in router.decide("Hello").shortlist[0].reasons[-1]
    assert (await router.complete("Hello")).text == "topped up"
    assert router.decide("Hello").shortlist[0].reasons == ("primary for conversational",)


async def test_one_call_probes_and_the_others_go_elsewhere():
    clock = FakeClock()
    slow = Step("back", delay=0.05)
    router = a_router({"a": [*[DOWN] * 2, slow], "b": ["ok"] * 20}, clock, health={"opens_after": 2})
    await fail(router, 2)
    clock.advance(20)
    texts = [response.text for response in await asyncio.gather(*(router.complete("Hi") for _ in range(8)))]
    assert sorted(texts) == ["back", *["ok"] * 7]


async def test_a_call_that_was_decided_before_leaves_a_broken_deployment_alone():
    router = a_router({"a": ["no"], "b": ["ok"]}, health={"opens_after": 1})
    engine = router.wiring.engine
    decision = engine.decider.decide

    def decide(*arguments):
        decided = decision(*arguments)
        router.wiring.health.ended("a", DOWN, decided.task)
        return decided

    engine.decider.decide = decide
    response = await router.complete("Hello")
    assert response.text == "ok"
    refused, answered = response.record.attempts
    assert (refused.deployment, refused.error.kind) == ("a", "NoLongerAllowed")
    assert "its breaker is open" in refused.error.message
    assert answered.deployment == "b"
    assert not provider(router, "a").calls


async def test_a_retry_behind_a_breaker_that_opened_falls_back():
    router = a_router(
        {"a": [Unavailable("503")] * 2, "b": ["ok"]}, retries={"max": 5}, health={"opens_after": 2}
    )
    response = await router.complete("Hello")
    assert [attempt.deployment for attempt in response.record.attempts] == ["a", "a", "b"]


async def test_a_sole_deployment_is_retried_behind_its_breaker():
    router = a_router({"a": [*[Unavailable("503")] * 2, "ok"]}, retries={"max": 2}, health={"opens_after": 2})
    assert (await router.complete("Hello")).text == "ok"


async def test_by_default_a_call_retries_twice():
    router = a_router({"a": [Unavailable("503")] * 3, "b": ["ok"]}, retries={})
    response = await router.complete("Hello")
    assert [attempt.deployment for attempt in response.record.attempts] == ["a", "a", "a", "b"]


async def test_an_outage_is_not_multiplied():
    """A hundred calls in a moment: five first attempts pay for one retry, and ten are free."""
    router = a_router(
        {"a": [Unavailable("503")] * 300},
        retries={"max": 2, "share": 0.2, "floor": 10},
        health={"opens_after": 1000, "error_rate": 1.0},
    )
    for _ in range(100):
        with pytest.raises(Unavailable):
            await router.complete("Hello")
    assert len(provider(router, "a").calls) == 100 + 10 + 20


async def test_what_fails_call_after_call_is_not_retried_while_another_is_left():
    router = a_router(
        {"a": [Unavailable("503")] * 30, "b": ["ok"] * 10},
        retries={"max": 2},
        health={"opens_after": 1000, "error_rate": 1.0},
    )
    await fail(router, 10)
    assert len(provider(router, "a").calls) == 3 + 9


async def test_silence_at_one_task_leaves_the_others_alone():
    router = a_router(
        {"a": [FirstTokenTimeout("late")] * 5, "b": ["ok"] * 5},
        routes={"conversational": ["a", "b"], "code_generation": ["a", "b"]},
    )
    for _ in range(5):
        await router.complete("Hello", task="code_generation")
    assert router.decide("Hello", task="code_generation").reason == "fallback_high_error_rate"
    assert ids(router.decide("Hello", task="code_generation")) == ["b", "a"]
    assert ids(router.decide("Hello", task="conversational")) == ["a", "b"]


async def test_latencies_are_kept_by_kind_and_task():
    router = a_router({"a": ["ok"] * 30})
    for _ in range(10):
        await router.complete("Hello", task="conversational")
    latencies = router.wiring.health.latencies
    assert latencies.percentile("a", "answer", 0.5, task="conversational") > 0
    assert latencies.percentile("a", "first_token", 0.5) is None
    for _ in range(10):
        async with router.stream("Hello", task="conversational") as stream:
            async for _chunk in stream:
                pass
    assert latencies.percentile("a", "first_token", 0.5) > 0


async def test_a_cancelled_probe_leaves_room_for_another():
    clock = FakeClock()
    router = a_router(
        {"a": [DOWN, Step("slow", delay=60), "back"], "b": ["ok"] * 3}, clock, health={"opens_after": 1}
    )
    await fail(router, 1)
    clock.advance(20)
    probe = asyncio.ensure_future(router.complete("Hello"))
    await asyncio.sleep(0.01)
    assert ids(router.decide("Hello")) == ["b"]
    probe.cancel()
    await asyncio.gather(probe, return_exceptions=True)
    assert (await router.complete("Hello")).text == "back"


@pytest.mark.parametrize("code", ["model_not_found", None])
async def test_a_model_that_is_not_there_costs_a_few_requests(code):
    missing = ModelNotFound("404 from the vendor", status=404, code=code)
    router = a_router({"a": [missing] * 30, "b": ["ok"] * 30})
    for _ in range(30):
        await router.complete("Hello")
    assert len(provider(router, "a").calls) <= 3
    decision = router.decide("Hello")
    assert decision.reason == "fallback_unavailable"
    assert "does not serve its model" in decision.excluded["a"]


async def test_a_firewall_that_refuses_one_prompt_takes_no_deployment_from_the_others():
    def said(call):
        if "DROP TABLE" in call.request.messages[-1].text:
            raise PermissionDenied("403 from the vendor: <html>", status=403)
        return "ok"

    router = a_router({"a": [said] * 30, "b": ["from b"] * 30})
    for number in range(10):
        assert (await router.complete("Hello")).deployment == "a"
        assert (await router.complete(f"'; DROP TABLE {number}")).deployment == "b"
    assert router.decide("Hello").reason == "primary_optimal"
