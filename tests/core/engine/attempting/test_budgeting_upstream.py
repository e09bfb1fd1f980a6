"""Budgets over real sockets: what the upstream saw is what the budget let through."""

import asyncio

import pytest

from interlock import BudgetExceeded, Router, StreamInterrupted
from interlock.testing import End, Reply, Upstream

DEAR = {"price": {"input": 10.0, "output": 100.0}}
CHEAP = {"price": {"input": 0.1, "output": 1.0}}


def completion(received):
    """An answer of 900 tokens, plain or streamed, from whatever model was asked."""
    asked = received.json()
    usage = {"prompt_tokens": 10, "completion_tokens": 900, "total_tokens": 910}
    if asked.get("stream"):
        done = chunk({}, "stop")
        return Reply.events(chunk({"content": "Hi"}), done, chunk() | {"usage": usage}, "[DONE]")
    choice = {"index": 0, "message": {"role": "assistant", "content": "Hi"}, "finish_reason": "stop"}
    head = {"id": "1", "object": "chat.completion", "created": 1, "model": asked["model"]}
    return Reply.json(head | {"choices": [choice], "usage": usage})


def chunk(delta=None, finish_reason=None):
    choices = [] if delta is None else [{"index": 0, "delta": delta, "finish_reason": finish_reason}]
    return {"id": "1", "object": "chat.completion.chunk", "created": 1, "choices": choices}


def routed(upstream, *budgets, only=("dear", "cheap")):
    part = {"provider": "openai-compatible", "base_url": f"{upstream.url}/v1", "region": "local"}
    parts = [
        part | {"id": "dear", "model": "openai/gpt-5.5"} | DEAR,
        part | {"id": "cheap", "model": "zhipu/glm-5.2"} | CHEAP,
    ]
    source = {
        "deployments": [each for each in parts if each["id"] in only],
        "routes": {"conversational": list(only)},
        "budgets": [{"id": "daily", "per": "day"} | each for each in budgets],
        "retries": {"max": 2},
    }
    return Router.from_config(source)


def ask(router, *, tokens=500):
    return router.complete("Hello", task="conversational", settings={"max_tokens": tokens})


async def streamed(router, *, tokens=500):
    stream = router.stream("Hello", task="conversational", settings={"max_tokens": tokens})
    assert "".join([chunk.text async for chunk in stream]) == "Hi"
    return stream.response


def models(upstream):
    return [each.json()["model"] for each in upstream.requests]


@pytest.mark.parametrize("call", [ask, streamed])
async def test_the_money_goes_to_the_cheaper_one(call):
    with Upstream(always=completion) as upstream:
        async with routed(upstream, {"usd": 0.1}) as router:
            responses = [await call(router) for _ in range(3)]
        seen = [(each.deployment, each.record.decision.reason) for each in responses]
        assert seen == [("dear", "primary_optimal"), *[("cheap", "fallback_excluded")] * 2]
        assert models(upstream) == ["gpt-5.5", "glm-5.2", "glm-5.2"]


async def test_a_retry_that_would_exceed_goes_to_the_fallback():
    with Upstream(Reply(status=503), always=completion) as upstream:
        async with routed(upstream, {"requests": 1, "deployments": "dear"}) as router:
            response = await ask(router)
        assert [each.error and each.error.kind for each in response.record.attempts] == [
            "Unavailable",
            "NoLongerAllowed",
            None,
        ]
        assert models(upstream) == ["gpt-5.5", "glm-5.2"]


async def test_of_two_hundred_calls_at_once_fifty_arrive():
    with Upstream(always=completion) as upstream:
        async with routed(upstream, {"requests": 50}) as router:
            calls = [streamed(router) if number % 2 else ask(router) for number in range(200)]
            results = await asyncio.gather(*calls, return_exceptions=True)
        refused = [each for each in results if isinstance(each, BaseException)]
        assert {type(each) for each in refused} == {BudgetExceeded}
        assert (len(refused), len(upstream.requests)) == (150, 50)


async def test_a_stream_that_is_cut_is_charged_for_what_came():
    cut = Reply.events(chunk({"content": "word " * 400}), End.CUT)
    with Upstream(cut) as upstream:
        async with routed(upstream, {"tokens": 1_000}, only=("dear",)) as router:
            with pytest.raises(StreamInterrupted) as caught:
                await streamed(router, tokens=900)
        first, second = caught.value.attempts
        assert first.usage.estimated
        assert first.usage.output_tokens > 300
        assert first.cost == pytest.approx((first.usage.input_tokens + 10 * first.usage.output_tokens) * 1e-5)
        assert second.error.kind == "NoLongerAllowed"
        assert len(upstream.requests) == 1


async def test_a_cancelled_call_gives_back_what_its_answer_would_have_cost():
    with Upstream(Reply(pieces=(End.SILENCE,), delay=60), always=completion) as upstream:
        async with routed(upstream, {"usd": 0.1}, only=("dear",)) as router:
            task = asyncio.create_task(ask(router, tokens=900))
            await asyncio.to_thread(upstream.wait_for_requests, 1)
            with pytest.raises(BudgetExceeded, match="held for attempts under way"):
                await ask(router, tokens=900)
            task.cancel()
            await asyncio.gather(task, return_exceptions=True)
            assert (await ask(router, tokens=900)).text == "Hi"
