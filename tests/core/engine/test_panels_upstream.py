"""Panels over real sockets: members of every kind, and what is left of them."""

import asyncio
import time
from typing import Any

import pytest

from interlock import Request, Response, Router, hookimpl
from interlock.protocols import ArbitrateCall, Ruling
from interlock.testing import End, Received, Reply, Upstream

SAID = {"yes": "Yes.", "also": "yes", "no": "No.", "cut": "Ye", "refuses": "I won't."}
ENDS = {"cut": "length", "refuses": "content_filter"}
PRICE = {"input": 1.0, "output": 2.0}


def vendor(received: Received) -> Reply:
    """Behaves as the model's name says."""
    model = received.json()["model"]
    if model == "silent":
        return Reply(pieces=(End.SILENCE,))
    if model == "dead":
        return Reply(status=None, pieces=(End.RESET,))
    if model == "down":
        return Reply.json({"error": {"message": "out of order"}}, status=503)
    message: dict[str, Any] = {"role": "assistant", "content": SAID[model]}
    if model == "refuses":
        message = {"role": "assistant", "content": None, "refusal": SAID[model]}
    choice = {"index": 0, "message": message, "finish_reason": "stop" if model != "cut" else "length"}
    usage = {"prompt_tokens": 100, "completion_tokens": 10, "total_tokens": 110}
    return Reply.json(
        {
            "id": "1",
            "object": "chat.completion",
            "created": 1,
            "model": model,
            "choices": [choice],
            "usage": usage,
        }
    )


def routed(upstream: Upstream, *members: str, **ensemble: Any) -> Router:
    part = {
        "provider": "openai-compatible",
        "base_url": f"{upstream.url}/v1",
        "region": "local",
        "price": PRICE,
    }
    return Router.from_config(
        {
            "deployments": [
                part | {"id": each, "model": f"test/{each}", "name": each} for each in dict.fromkeys(members)
            ],
            "models": {
                "cards": [
                    {"id": f"test/{each}", "maker": "test", "jurisdiction": "us"}
                    for each in dict.fromkeys(members)
                ]
            },
            "ensembles": {"x": {"members": list(members), **ensemble}},
            "retries": {"max": 0},
            "timeouts": {"total": 20},
        }
    )


async def plain(router: Router) -> Response:
    return await router.complete("Is it?", ensemble="x")


async def streamed(router: Router) -> Response:
    stream = router.stream("Is it?", ensemble="x")
    text = "".join([chunk.text async for chunk in stream])
    assert stream.response is not None
    assert stream.response.text == text
    return stream.response


@pytest.mark.parametrize("ask", [plain, streamed])
async def test_each_kind_of_member_is_what_it_is(ask: Any) -> None:
    members = ("silent", "dead", "down", "refuses", "cut", "no", "yes", "also")
    with Upstream(always=vendor) as upstream:
        async with routed(upstream, *members, deadline=1) as router:
            began = time.monotonic()
            response = await ask(router)
            assert time.monotonic() - began < 10
            upstream.wait_until_idle()
        verdict = response.verdict
        assert verdict is not None
        assert (response.text, verdict.chosen, verdict.dissent) == ("Yes.", ("G", "H"), ("F",))
        outcomes = [each.outcome for each in verdict.members]
        assert outcomes == ["late", "error", "error", "refusal", "cut", "answer", "answer", "answer"]
        assert sorted(each.json()["model"] for each in upstream.requests) == sorted(members)
        costs = {each.deployment: each.cost for each in response.record.attempts}
        assert costs["yes"] == pytest.approx((100 * 1.0 + 10 * 2.0) / 1_000_000)
        assert costs["dead"] == costs["down"] == 0
        assert response.cost == pytest.approx(sum(cost or 0 for cost in costs.values()))


async def test_a_caller_who_leaves_closes_every_socket() -> None:
    with Upstream(always=vendor) as upstream:
        async with routed(upstream, "silent", "silent", "yes") as router:
            task = asyncio.create_task(plain(router))
            await asyncio.to_thread(upstream.wait_for_requests, 3)
            task.cancel()
            with pytest.raises(asyncio.CancelledError):
                await task
            upstream.wait_until_idle()
            (record,) = router.records
        assert record.outcome == "left"
        assert [each.member for each in record.attempts] == ["A", "B", "C"]


class First:
    """An arbiter that asks, and takes the first whatever it hears."""

    api = 1
    name = "first"
    asks = True

    @hookimpl
    def interlock_arbiters(self) -> list[Any]:
        return [self]

    async def arbitrate(self, call: ArbitrateCall) -> Ruling:
        assert call.ask is not None
        await call.ask(Request("Which?"))
        return Ruling(chosen=(call.members[0].label,))


@pytest.mark.parametrize("first", ["no", "down"])
async def test_nobody_outside_the_shortlist_is_sent_a_byte(first: str) -> None:
    """Each model, the arbiter's too, has a deployment where the request must not go."""
    with Upstream(always=vendor) as allowed, Upstream(always=vendor) as forbidden:
        parts = [
            {
                "id": f"{model}-{region}",
                "model": f"test/{model}",
                "name": model,
                "provider": "openai-compatible",
                "base_url": f"{upstream.url}/v1",
                "region": region,
            }
            for model in (first, "yes", "also")
            for upstream, region in ((forbidden, "cn"), (allowed, "eu"))
        ]
        source = {
            "deployments": parts,
            "models": {
                "cards": [
                    {"id": f"test/{each}", "maker": "t", "jurisdiction": "us"} for each in (*SAID, "down")
                ]
            },
            "ensembles": {
                "x": {
                    "members": [f"test/{first}", "test/yes", "yes-cn", "test/yes"],
                    "mode": "first",
                    "arbiter": "test/also",
                }
            },
            "retries": {"max": 1},
        }
        async with Router.from_config(source, plugins=[First()]) as router:
            response = await router.complete("Is it?", ensemble="x", constraints={"residency": {"eu"}})
        assert {each.deployment for each in response.record.attempts} == {f"{first}-eu", "yes-eu", "also-eu"}
        assert response.verdict is not None
        assert response.verdict.members[2].outcome == "excluded"
        assert not forbidden.requests
