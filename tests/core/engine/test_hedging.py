"""Hedged calls from the configuration to the sockets: slow deployments, and the connections that are left."""

import asyncio

import pytest

from instant import run
from interlock import ConfigError, Router
from interlock.engine.deciding.exclusions import Exclusion
from interlock.testing import End, Reply, Step, Upstream, scripted_providers, scripted_router

EVERY = {"after": 0.05, "budget": 1.0}
USAGE = {"prompt_tokens": 10, "completion_tokens": 2}
TOOL = {"name": "look", "description": "Looks.", "parameters": {"type": "object", "properties": {}}}


def said(text):
    message = {"role": "assistant", "content": text}
    choice = {"index": 0, "message": message, "finish_reason": "stop"}
    return {"id": "1", "model": "m", "choices": [choice], "usage": USAGE}


def event(text=None, reason=None, **more):
    delta = {} if text is None else {"content": text}
    return {
        "id": "1",
        "model": "m",
        "choices": [{"index": 0, "delta": delta, "finish_reason": reason}],
    } | more


PLAIN = Reply.json(said("Quick."))
STREAM = Reply.events(event("Quick"), event("."), event(reason="stop", usage=USAGE), "[DONE]")
SILENT = Reply(headers={"content-type": "text/event-stream"}, delay=30)
BROKEN = Reply.events(event("Quick"), End.RESET)


@pytest.fixture
def upstreams():
    with Upstream() as slow, Upstream() as quick:
        yield slow, quick


def routed(upstreams, **hedge):
    price = {"input": 1.0, "output": 1.0}
    parts = [
        {"id": name, "model": model, "provider": "openai-compatible", "region": "us", "price": price}
        | {"base_url": f"{upstream.url}/v1", "name": "m"}
        for name, model, upstream in zip(
            ("slow", "quick"), ("openai/gpt-5.5", "zhipu/glm-5.2"), upstreams, strict=True
        )
    ]
    routes = {"conversational": ["slow", "quick"]}
    return Router.from_config(
        {"deployments": parts, "routes": routes, "hedge": EVERY | hedge, "retries": {"max": 0}}
    )


async def whole(router):
    return await router.complete("Hello", task="conversational")


async def streamed(router):
    async with router.stream("Hello", task="conversational") as stream:
        text = "".join([chunk.text async for chunk in stream])
    assert text == stream.response.text
    return stream.response


async def whole_sync(router):
    return await asyncio.to_thread(router.complete_sync, "Hello", task="conversational")


async def streamed_sync(router):
    def read():
        with router.stream_sync("Hello", task="conversational") as stream:
            assert "".join(chunk.text for chunk in stream) == "Quick."
        return stream.response

    return await asyncio.to_thread(read)


@pytest.mark.parametrize("ask", [whole, streamed, whole_sync, streamed_sync])
async def test_the_losers_connection_is_closed_and_its_cost_is_recorded(upstreams, ask):
    slow, quick = upstreams
    slow.reply(SILENT)
    quick.reply(STREAM if ask in (streamed, streamed_sync) else PLAIN)
    async with routed(upstreams) as router:
        response = await ask(router)
        # The slow one waits 30 s before it says anything: it is idle because its client has left.
        await asyncio.to_thread(slow.wait_until_idle)
    assert (response.text, response.deployment) == ("Quick.", "quick")
    loser, winner = response.record.attempts
    assert (loser.deployment, loser.role, loser.outcome) == ("slow", "answer", "lost")
    assert (winner.deployment, winner.role, winner.parent, winner.error) == ("quick", "hedge", loser.id, None)
    assert loser.cost == pytest.approx(loser.usage.input_tokens / 1e6)
    assert response.cost == pytest.approx(loser.cost + 12 / 1e6)
    assert response.usage.input_tokens == 10
    assert [len(each.requests) for each in upstreams] == [1, 1]


async def test_when_the_winning_stream_breaks_the_call_goes_on(upstreams):
    slow, quick = upstreams
    slow.reply(SILENT, STREAM)
    quick.reply(BROKEN)
    async with routed(upstreams) as router:
        response = await streamed(router)
    assert (response.text, response.deployment) == ("Quick.", "slow")
    assert [(each.deployment, each.role) for each in response.record.attempts] == [
        ("slow", "answer"), ("quick", "hedge"), ("slow", "answer"),
    ]  # fmt: skip
    assert response.record.rescue == "replay"


async def test_cancelling_a_call_closes_both_connections(upstreams):
    for upstream in upstreams:
        upstream.reply(SILENT)
    async with routed(upstreams) as router:
        task = asyncio.create_task(whole(router))
        await asyncio.to_thread(upstreams[1].wait_for_requests, 1)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task
        for upstream in upstreams:
            await asyncio.to_thread(upstream.wait_until_idle)
        assert [each.outcome for each in router.wiring.records.last.attempts] == ["left"] * 2


def test_hedges_are_a_share_of_the_calls():
    slow, quick = ([Step(text, delay=delay)] * 40 for text, delay in (("Slow.", 9), ("Quick.", 0)))
    hedge = {"after": 1, "at_least": 1, "budget": 0.25}
    router = scripted_router({"a": slow, "b": quick}, hedge=hedge)

    async def calls():
        return [(await router.complete("Hello")).deployment for _ in range(16)]

    assert run(calls()) == [*"aaab"] * 4
    asked = {provider.facts.name: len(provider.calls) for provider in scripted_providers(router)}
    assert asked == {"a": 16, "b": 4}


async def test_the_wait_is_learnt_from_answers():
    """Ten quick answers, and then one that is slow: what is measured, not `after`, says when to hedge."""
    steps = [*["Quick."] * 10, Step("Slow.", delay=30)]
    router = scripted_router({"a": steps, "b": ["Hedge."]}, hedge={"at_least": 0.02, "budget": 1.0})
    texts = [(await router.complete("Hello")).text for _ in range(11)]
    assert texts == [*["Quick."] * 10, "Hedge."]


@pytest.mark.parametrize(("config", "hedges"), [({}, 0), ({"tools": True}, 1)])
async def test_requests_with_tools_are_hedged_when_the_user_says_so(config, hedges):
    router = scripted_router(
        {"a": [Step("Slow.", delay=0.05)], "b": ["Quick."]}, hedge=EVERY | config | {"after": 0.01}
    )
    response = await router.complete("Hello", tools=[TOOL])
    assert [each.role for each in response.record.attempts].count("hedge") == hedges


async def test_a_hedge_stays_inside_the_shortlist():
    router = scripted_router(
        {"a": [Step("Only.", delay=0.05)], "b": []},
        deployments={"a": {"region": "eu"}, "b": {"region": "us"}},
        hedge=EVERY | {"after": 0.01},
    )
    response = await router.complete("Hello", constraints={"residency": ["eu"]})
    assert (response.text, len(response.record.attempts)) == ("Only.", 1)


async def test_a_hedge_is_checked_again_before_it_is_sent():
    """Its deployment has come to be excluded while the first was awaited."""
    router = scripted_router({"a": [Step("Mine.", delay=0.05)], "b": []}, hedge=EVERY | {"after": 0.02})
    decider = router.wiring.engine.decider
    recheck = decider.recheck
    decider.recheck = lambda asked, kept, decision, deployment, sensed: (
        Exclusion("health", "its breaker is open")
        if deployment.id == "b"
        else recheck(asked, kept, decision, deployment)
    )
    response = await router.complete("Hello")
    assert response.text == "Mine."
    assert [(each.deployment, each.error and each.error.kind) for each in response.record.attempts] == [
        ("a", None), ("b", "NoLongerAllowed"),
    ]  # fmt: skip


async def test_nothing_is_hedged_unless_configured():
    router = scripted_router({"a": [Step("Slow.", delay=0.05)], "b": []})
    assert (await router.complete("Hello")).record.attempts[0].role == "answer"


@pytest.mark.parametrize(
    ("hedge", "key"),
    [
        ({"percentile": 95}, "hedge.percentile"),
        ({"percentile": 1}, "hedge.percentile"),
        ({"budget": 0}, "hedge.budget"),
        ({"budget": 1.5}, "hedge.budget"),
        ({"budget": True}, "hedge.budget"),
        ({"at_least": 0}, "hedge.at_least"),
        ({"after": -1}, "hedge.after"),
        ({"tools": "perhaps"}, "hedge.tools"),
        ({"percentil": 0.9}, "hedge.percentil"),
        (True, "hedge"),
    ],
)
def test_bad_values_are_refused(hedge, key):
    with pytest.raises(ConfigError) as refused:
        scripted_router({"a": []}, hedge=hedge)
    assert refused.value.key == key


def test_the_environment_may_switch_it_on():
    router = scripted_router({"a": []}, environ={"INTERLOCK_HEDGE__BUDGET": "0.1"})
    assert (router.wiring.config.hedge.budget, router.wiring.config.hedge.percentile) == (0.1, 0.95)
