"""Cascades over real sockets: what is sent, to whom, and what is left of it."""

import asyncio
from math import log
from typing import Any

import pytest

from interlock import Response, Router, hookimpl
from interlock.protocols import ArbitrateCall, Ruling
from interlock.testing import End, Received, Reply, Upstream

SURE = {"sure": 0.9, "unsure": 0.4}


def vendor(received: Received) -> Reply:
    """Behaves as the model's name says."""
    asked = received.json()
    model = asked["model"]
    if model == "silent":
        return Reply(pieces=(End.SILENCE,))
    if model == "strict" and "logprobs" in asked:
        return Reply.json({"error": {"message": "logprobs is not supported"}}, status=400)
    choice: dict[str, Any] = {
        "index": 0,
        "message": {"role": "assistant", "content": model},
        "finish_reason": "stop",
    }
    if asked.get("logprobs") and model in SURE:
        choice["logprobs"] = {"content": [{"token": model, "logprob": log(SURE[model])}]}
    if asked.get("stream"):
        choice["delta"] = choice.pop("message")
        return Reply.events({"id": "1", "model": model, "choices": [choice]}, "[DONE]")
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    return Reply.json({"id": "1", "model": model, "choices": [choice], "usage": usage})


def routed(*upstreams: tuple[str, Upstream], steps: Any, plugins: Any = (), **cascade: Any) -> Router:
    """A deployment of each model in each region, at that region's upstream; a step is a model."""
    models = dict.fromkeys([*steps, *cascade.get("verifier", ())])
    parts = [
        {
            "id": f"{model}-{region}",
            "model": f"test/{model}",
            "name": model,
            "provider": "openai-compatible",
            "base_url": f"{upstream.url}/v1",
            "region": region,
            "price": {"input": 1.0, "output": 2.0},
        }
        for model in models
        for region, upstream in upstreams
    ]
    named = {key: [f"test/{each}" for each in value] for key, value in cascade.items() if key == "verifier"}
    return Router.from_config(
        {
            "deployments": parts,
            "models": {
                "cards": [{"id": f"test/{each}", "maker": "t", "jurisdiction": "us"} for each in models]
            },
            "cascades": {"default": {"steps": [f"test/{each}" for each in steps], **cascade, **named}},
            "retries": {"max": 0},
            "timeouts": {"total": 20},
        },
        plugins=plugins,
    )


async def plain(router: Router, **options: Any) -> Response:
    return await router.complete("Is it?", **options)


async def streamed(router: Router, **options: Any) -> Response:
    stream = router.stream("Is it?", **options)
    text = "".join([chunk.text async for chunk in stream])
    assert stream.response is not None
    assert stream.response.text == text
    return stream.response


fast = pytest.mark.parametrize("ask", [plain, streamed])


@fast
@pytest.mark.parametrize(("cheap", "answered"), [("sure", "sure"), ("unsure", "best"), ("strict", "best")])
async def test_how_sure_a_model_is_comes_from_its_vendor(ask: Any, cheap: str, answered: str) -> None:
    with Upstream(always=vendor) as upstream:
        router = routed(("eu", upstream), steps=[cheap, "best"], signal="logprobs", threshold=0.8)
        async with router:
            response = await ask(router)
            again = await ask(router)
        bodies = [each.json() for each in upstream.requests]
    assert (response.text, again.text) == (answered, answered)
    assert response.cascade is not None
    first = response.cascade.steps[0]
    assert first.value == (pytest.approx(SURE[cheap]) if cheap in SURE else None)
    assert "logprobs" not in response.extra, "the caller has not asked for them"
    assert bodies[0]["logprobs"] is True
    assert not any("logprobs" in each for each in bodies if each["model"] == "best")
    if cheap == "strict":
        assert [each["model"] for each in bodies] == ["strict", "strict", "best", "strict", "best"]


@fast
@pytest.mark.parametrize("signal", ["schema", "agreement"])
async def test_a_caller_who_leaves_closes_every_socket(ask: Any, signal: str) -> None:
    with Upstream(always=vendor) as upstream:
        steps = ["silent", "silent", "best"] if signal == "agreement" else ["silent", "best"]
        async with routed(("eu", upstream), steps=steps, signal=signal) as router:
            task = asyncio.create_task(ask(router))
            await asyncio.to_thread(upstream.wait_for_requests, len(steps) - 1)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            upstream.wait_until_idle()
            (record,) = router.records
        assert record.outcome == "left"
        assert [each.member for each in record.attempts] == ["1", "2"][: len(steps) - 1]


class Asking:
    """An arbiter that verifies, and thinks nothing right."""

    api = 1
    name = "asking"
    asks = True
    verifies = True

    @hookimpl
    def interlock_arbiters(self) -> list[Any]:
        return [self]

    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        assert call.ask is not None
        await call.ask(call.request)
        return Ruling(chosen=(call.members[0].label,), scores={call.members[0].label: 0.0})


@fast
async def test_nobody_outside_the_shortlist_is_sent_a_byte(ask: Any) -> None:
    with Upstream(always=vendor) as allowed, Upstream(always=vendor) as forbidden:
        router = routed(
            ("cn", forbidden),
            ("eu", allowed),
            steps=["one", "two", "best"],
            signal="verifier",
            verifier=["other"],
            mode="asking",
            threshold=0.5,
            plugins=[Asking()],
        )
        async with router:
            response = await ask(router, constraints={"residency": {"eu"}})
        told = [(each.deployment, each.role) for each in response.record.attempts]
        assert told == [
            ("one-eu", "answer"),
            ("other-eu", "arbiter"),
            ("two-eu", "answer"),
            ("other-eu", "arbiter"),
            ("best-eu", "answer"),
        ]
        assert not forbidden.requests


async def test_a_caller_who_leaves_while_it_is_verified_closes_every_socket() -> None:
    with Upstream(always=vendor) as upstream:
        router = routed(
            ("eu", upstream),
            steps=["one", "best"],
            signal="verifier",
            verifier=["silent"],
            mode="asking",
            threshold=0.5,
            plugins=[Asking()],
        )
        async with router:
            task = asyncio.create_task(plain(router))
            await asyncio.to_thread(upstream.wait_for_requests, 2)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            upstream.wait_until_idle()
